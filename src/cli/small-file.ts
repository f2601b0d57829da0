/** Small text files that options name. */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { readText } from '../io/read-text.js';

const LARGEST = 4 << 20;

/** The text of a file that has to be there. In: what it is, for messages. Throws UsageError. */
export function readSmallFile(file: string, what: string): string {
  const text = readText(file, `${what} ${printable(file)}`, { limit: LARGEST, pipes: true });
  if (text === undefined)
    throw new UsageError(`${what} ${printable(file)} cannot be read: no such file`, 'Check the path.');
  return text;
}

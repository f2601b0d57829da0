/** Ids of objects out of a file or a pipe, as `get-new-ids --ids` writes them. */
import { UsageError } from '../base/errors.js';
import { printable, shortened } from '../base/printable.js';
import { formatCount, parseId } from '../base/units.js';
import { openToRead, streamOf } from '../io/input-stream.js';
import { readReason } from '../io/reasons.js';

/** No line with an id is longer; a file of another kind may be one line of gigabytes. */
const LONGEST_LINE = 1000;

/** A pipe may go on for ever. */
const MOST_IDS = 5_000_000;

/**
 * Reads the ids of a file, one a line: `@123` or `123`. `-` is standard input.
 *
 * - In: blank lines, spaces around an id and \r\n do not matter.
 * - Order: as in the file.
 * - Empty: an empty list for a file without ids.
 * - Throws: UsageError with file and line for anything else; UsageError for an unreadable file.
 */
export async function readIds(file: string): Promise<number[]> {
  const name = file === '-' ? '(standard input)' : printable(file);
  const ids: number[] = [];
  let lines = 0;
  const take = (line: string): void => {
    lines++;
    const text = line.trim();
    if (text === '') return;
    const id = parseId(text);
    if (id === undefined) {
      throw new UsageError(
        `${name}, line ${lines}: "${printable(shortened(text, 40))}" is not an object id`,
        'Ids stand one a line, @123 or 123, as get-new-ids --ids writes them.',
      );
    }
    if (ids.length === MOST_IDS) {
      throw new UsageError(
        `${name} has more than ${formatCount(MOST_IDS)} ids`,
        'Name fewer: no snapshot that is looked at by id has so many.',
      );
    }
    ids.push(id);
  };
  let rest = '';
  try {
    const input = file === '-' ? process.stdin : await streamOf(file, openToRead(file));
    for await (const chunk of input.setEncoding('utf8')) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop()!;
      parts.forEach(take);
      if (rest.length > LONGEST_LINE) take(rest);
    }
  } catch (error) {
    throw error instanceof UsageError ? error : readError(name, error);
  }
  if (rest !== '') take(rest);
  return ids;
}

function readError(name: string, error: unknown): UsageError {
  return new UsageError(
    `cannot read ids from ${name}: ${readReason(error)}`,
    'Name a file with one id a line, or - for standard input.',
    error,
  );
}

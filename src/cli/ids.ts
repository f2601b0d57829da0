/** Ids of objects out of a file or a pipe, as `get-new-ids --ids` writes them. */
import fs from 'node:fs';
import { UsageError } from '../errors.js';
import { printable, shortened } from '../printable.js';
import { parseId } from '../units.js';

/** No line with an id is longer; a file of another kind may be one line of gigabytes. */
const LONGEST_LINE = 1000;

/**
 * The ids of a file (`-` is standard input) in its order: one a line, `@123` or `123`. Blank lines, spaces around an id and
 * \r\n do not matter; none at all is an empty list. Throws UsageError with file and line for anything else, and for a
 * file that cannot be read.
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
    ids.push(id);
  };
  const input: NodeJS.ReadableStream = file === '-' ? process.stdin : fs.createReadStream(file);
  let rest = '';
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop()!;
      parts.forEach(take);
      if (rest.length > LONGEST_LINE) take(rest);
    }
  } catch (error) {
    throw error instanceof UsageError ? error : readError(name, error as NodeJS.ErrnoException);
  }
  if (rest !== '') take(rest);
  return ids;
}

function readError(name: string, error: NodeJS.ErrnoException): UsageError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'it is a folder',
    EACCES: 'no permission',
  };
  return new UsageError(
    `cannot read ids from ${name}: ${reasons[error.code ?? ''] ?? error.message}`,
    'Name a file with one id a line, or - for standard input.',
    error,
  );
}

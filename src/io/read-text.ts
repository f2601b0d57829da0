/** Small text files, of which nobody knows whether they are small, or files. */
import fs from 'node:fs';
import { UsageError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { readReason } from './reasons.js';

export interface ReadTextOptions {
  /** Bytes it may have. */
  readonly limit: number;
  /** Also out of a pipe or a device, as a shell's `<(…)` is. Default: a regular file only. */
  readonly pipes?: boolean;
}

/**
 * The text of a file (UTF-8). Undefined when there is none of that name.
 *
 * Throws: UsageError that says why it cannot be read, without its name; `what` begins the message.
 * Cost: reads no more than the limit, also of what has no end.
 */
export function readText(
  file: string,
  what: string,
  { limit, pipes = false }: ReadTextOptions,
): string | undefined {
  let fd: number | undefined;
  try {
    const stat = fs.statSync(file);
    if (stat.isDirectory()) throw refused(what, 'it is a folder', 'Name a file.');
    if (!pipes && !stat.isFile())
      throw refused(what, 'it is a pipe or a device, and no file', 'Put a file there.');
    if (stat.isFile() && stat.size > limit) throw tooLarge(what, limit);
    fd = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(stat.isFile() ? stat.size + 1 : limit + 1);
    let length = 0;
    while (length < bytes.length) {
      const count = fs.readSync(fd, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length > limit) throw tooLarge(what, limit);
    return bytes.toString('utf8', 0, length);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw refused(what, readReason(error), 'Check the path and its permissions.');
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function tooLarge(what: string, limit: number): UsageError {
  return refused(what, `it has more than ${formatBytes(limit)}`, 'Name another file.');
}

function refused(what: string, reason: string, hint: string): UsageError {
  return new UsageError(`cannot read ${what}: ${reason}`, hint);
}

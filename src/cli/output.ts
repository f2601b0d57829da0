/**
 * Where an answer goes: standard output, or a file that is there whole or not at all.
 *
 * The file is opened under another name before the long work starts, so that a wrong path is told at once, and gets
 * its own name when it is whole. (write-file-atomic does the second, not the first.)
 */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../errors.js';
import { printable } from '../printable.js';
import { EXIT } from './exit.js';

export interface Output {
  write(data: string | Uint8Array): void;
  /** Its name as it was given; undefined for standard output. */
  readonly file: string | undefined;
  readonly isTerminal: boolean;
  /** False once nobody reads any more. */
  readonly wanted: boolean;
  /** Makes what was written stay. */
  finish(): void;
  /** Takes back what was written, where that is possible. */
  discard(): void;
}

const BUFFERED = 1 << 16;

/**
 * Standard output; a reader that goes away (`| head`) ends the writing quietly. Other failures (a full disk) are known
 * only after the call that wrote: they are told, and end the process.
 */
export function openStandardOutput(): Output {
  const { stdout } = process;
  let closed = false;
  let waiting = '';
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code === 'EPIPE') return;
    process.stderr.write(`heapgraph: cannot write to standard output: ${reasonOf(error)}\n`);
    process.exit(EXIT.wrong);
  });
  const flush = (): void => {
    if (waiting !== '' && !closed) stdout.write(waiting);
    waiting = '';
  };
  return {
    isTerminal: stdout.isTTY === true,
    file: undefined,
    write(data) {
      if (typeof data !== 'string') {
        flush();
        if (!closed) stdout.write(data);
        return;
      }
      waiting += data;
      if (waiting.length >= BUFFERED) flush();
    },
    get wanted() {
      return !closed && !stdout.destroyed;
    },
    finish: flush,
    discard() {
      waiting = '';
    },
  };
}

/** A file. Throws UsageError when it cannot be written. */
export function openOutputFile(file: string): Output {
  const target = resolveTarget(file);
  let fd: number;
  let temporary: string | undefined;
  try {
    if (target.special) fd = fs.openSync(target.path, 'w');
    else {
      temporary = path.join(path.dirname(target.path), `.${path.basename(target.path)}.${process.pid}.tmp`);
      fd = fs.openSync(temporary, 'wx', target.mode ?? 0o666);
    }
  } catch (error) {
    throw outputError(file, error);
  }
  let open = true;
  const close = (): void => {
    process.off('exit', discard);
    if (open) fs.closeSync(fd);
    open = false;
  };
  const discard = (): void => {
    close();
    if (temporary !== undefined) fs.rmSync(temporary, { force: true });
    temporary = undefined;
  };
  process.once('exit', discard); // after an error or a signal; does nothing once the file is whole
  let waiting: string[] = [];
  let length = 0;
  const flush = (bytes?: Uint8Array): void => {
    try {
      fs.writeFileSync(fd, waiting.join(''));
      if (bytes) fs.writeFileSync(fd, bytes);
    } catch (error) {
      discard();
      throw outputError(file, error);
    }
    waiting = [];
    length = 0;
  };
  return {
    file,
    write(data) {
      if (typeof data !== 'string') return flush(data);
      waiting.push(data);
      length += data.length;
      if (length >= BUFFERED) flush();
    },
    isTerminal: false,
    wanted: true,
    finish() {
      flush();
      try {
        if (temporary !== undefined) fs.fsyncSync(fd);
        close();
        if (temporary !== undefined) fs.renameSync(temporary, target.path);
        temporary = undefined;
      } catch (error) {
        discard();
        throw outputError(file, error);
      }
    },
    discard,
  };
}

/** Follows symbolic links, so that the file behind them is replaced; devices and pipes are written to directly. */
function resolveTarget(file: string): { path: string; special: boolean; mode: number | undefined } {
  try {
    const real = fs.realpathSync(file);
    const stat = fs.statSync(real);
    if (stat.isDirectory()) throw new UsageError(`${printable(file)} is a folder`, 'Name a file in it.');
    return { path: real, special: !stat.isFile(), mode: stat.mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw outputError(file, error);
    return { path: path.resolve(file), special: false, mode: undefined };
  }
}

function outputError(file: string, error: unknown): Error {
  if (error instanceof UsageError) return error;
  const reason = reasonOf(error as NodeJS.ErrnoException);
  return new UsageError(`cannot write ${printable(file)}: ${reason}`, 'Nothing was written.');
}

/** Why something cannot be written, in words. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return 'its folder does not exist';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'no permission';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return printable(message);
  }
}

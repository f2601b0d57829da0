/** Why the system refused a file, in words: one place for all messages. */
import { printable } from '../base/printable.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'it would be larger than the system allows',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENXIO: 'it is a socket, or a device that is not there',
  EIO: 'the disk or the device has failed',
  EPIPE: 'nobody reads it any more',
  ETXTBSY: 'it is a program that runs',
  ERR_INVALID_ARG_VALUE: 'its name holds a zero byte',
};

/** Why something cannot be read. */
export function readReason(error: unknown): string {
  return reasonOf(error, 'no such file');
}

/** Why something cannot be written. */
export function writeReason(error: unknown): string {
  return reasonOf(error, 'its folder does not exist');
}

/** What kind of refusal it is, for messages that advise. */
export type ReadRefusal = 'missing' | 'forbidden' | 'failed';

/**
 * Why something cannot be read, as a kind and in words.
 *
 * - Out: `missing` also where a part of the path is no folder.
 */
export function readRefusal(error: unknown): { readonly kind: ReadRefusal; readonly words: string } {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', words: 'no such file' };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', words: 'no permission to read it' };
  return { kind: 'failed', words: `cannot be read: ${readReason(error)}` };
}

function reasonOf(error: unknown, missing: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return missing;
  return REASONS[code ?? ''] ?? printable(message);
}

/**
 * What a path leads to that is about to be written: a file to replace or to make, or a device or
 * pipe to write into. Decided once, before the work starts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';

export interface OutputTarget {
  /**
   * Absolute, without symbolic links at its end; for devices and pipes the path as it was given.
   */
  readonly path: string;
  /** A device or a pipe: it is written into. Anything else is replaced. */
  readonly isDevice: boolean;
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/**
 * An open file of a process. Its link may lead to a file, and the file has to stay: others write
 * into it.
 */
const OPEN_FILE = /^\/proc\/(self|thread-self|\d+)\/(task\/\d+\/)?fd\/\d+$/;

/**
 * In: a path as a person gave it.
 * Links: symbolic links are followed, also to a file that is not there yet, so that the file behind
 * them is replaced and not the link.
 * Trust: a link or a pipe in a folder that everybody may write to has to belong to us or to the
 * owner of the folder. Somebody else may have put it there, to choose which file we replace or to
 * read what we write (Linux has the same rule where protected_symlinks and protected_fifos are on).
 * Throws: UsageError for folders, disks, and what is not to be trusted; the system's error for all
 * else.
 */
export function outputTarget(file: string): OutputTarget {
  if (file === '') throw new UsageError('an output file needs a name', 'Name one, or leave the option out.');
  if (endsWithSeparator(file)) throw isFolder(file);
  let at = path.resolve(file);
  for (let links = 0; ; links++) {
    const stat = fs.lstatSync(at, { throwIfNoEntry: false });
    if (!stat?.isSymbolicLink()) break;
    if (links === MOST_LINKS) throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
    const folder = fs.realpathSync(path.dirname(at));
    at = path.join(folder, path.basename(at));
    if (OPEN_FILE.test(at)) return { path: file, isDevice: true };
    checkOwner(file, 'leads over a symbolic link', stat, folder);
    at = path.resolve(folder, fs.readlinkSync(at));
  }
  const stat = fs.statSync(at, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw isFolder(file);
  if (stat?.isBlockDevice())
    throw new UsageError(`${printable(file)} is a disk, and would be overwritten`, 'Name a file.');
  const folder = fs.realpathSync(path.dirname(at));
  if (stat?.isFile() === false) {
    checkOwner(file, 'is a pipe', stat, folder);
    return { path: at, isDevice: true };
  }
  return { path: path.join(folder, path.basename(at)), isDevice: false };
}

function endsWithSeparator(file: string): boolean {
  return file.endsWith('/') || (path.sep === '\\' && file.endsWith('\\'));
}

function isFolder(file: string): UsageError {
  return new UsageError(`${printable(file)} is a folder`, 'Name a file in it.');
}

/** Throws UsageError for what somebody else has put into a folder that everybody may write to. */
function checkOwner(file: string, what: string, entry: fs.Stats, folder: string): void {
  if (process.geteuid === undefined) return; // Windows: such folders are rare, and links need a right
  const { mode, uid } = fs.statSync(folder);
  const isOpenToAll = (mode & 0o002) !== 0;
  if (!isOpenToAll || entry.uid === process.geteuid() || entry.uid === uid) return;
  throw new UsageError(
    `${printable(file)} ${what} that another user has put into ${printable(folder)}`,
    'Everybody may write to that folder. Name the file itself, or a file in a folder of your own.',
  );
}

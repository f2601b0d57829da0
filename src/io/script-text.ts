/** The text of a script that a snapshot names, on this machine. */
import fs from 'node:fs';
import path from 'node:path';
import { isHeapgraphError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { formatBytes } from '../base/units.js';
import { isInside, localPath } from './local-path.js';
import { readReason } from './reasons.js';
import { readRegular } from './regular-file.js';

/** No script that people wrote is larger; bundles are. */
const LARGEST = 16 * 1024 * 1024;

/**
 * The text of a script, or why it is not to be had.
 *
 * A snapshot may name any path. What is read is a regular file of at most 16 MB; it is never run.
 *
 * - In: path or `file:` URL; a folder that has the scripts, where they are not where they ran: the
 *   file with the longest part of the path in common is taken.
 * - Order: of what is in the folder only, where one is given.
 * - Throws: UsageError for a folder that cannot be read.
 * - Cost: a few system calls.
 */
export function scriptText(
  script: string,
  folder?: string,
): { readonly text: string } | { readonly reason: string } {
  try {
    const file = folder === undefined ? ownFile(script) : fileIn(folder, script);
    if (typeof file !== 'string') return file;
    if (localPath(file) === undefined) return { reason: 'it is no file of a disk of this machine' };
    const text = readRegular(file, LARGEST);
    return { text: text.startsWith('\uFEFF') ? text.slice(1) : text };
  } catch (error) {
    if (isHeapgraphError(error)) throw error;
    if (error instanceof RangeError) return { reason: `its file has more than ${formatBytes(LARGEST)}` };
    if (error instanceof TypeError) return { reason: 'it is no regular file' };
    return { reason: `its file cannot be read: ${readReason(error)}` };
  }
}

function ownFile(script: string): string | { readonly reason: string } {
  const place = localPath(script);
  return place === undefined
    ? { reason: 'its name is no path of a file on this machine' }
    : fs.realpathSync(place);
}

/** Throws UsageError: somebody named the folder. */
function folderOf(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch (error) {
    throw new UsageError(
      `the folder ${printable(folder)} of the sources cannot be read: ${readReason(error)}`,
      'Check the path.',
    );
  }
}

/** Throws UsageError for a folder that is not there; ENOENT, of the file. */
function fileIn(folder: string, script: string): string | { readonly reason: string } {
  const name = script.replace(/^[a-z][a-z0-9+.-]*:\/*/i, '').replace(/[?#].*$/s, '');
  const parts = name.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0')) return { reason: 'its name is no path' };
  const root = folderOf(folder);
  for (let from = 0; from < parts.length; from++) {
    const file = path.join(root, ...parts.slice(from));
    if (!fs.existsSync(file)) continue;
    const real = fs.realpathSync(file);
    if (isInside(root, real)) return real;
  }
  return { reason: 'no file of its name is in the folder of the sources' };
}

/** The newest snapshot of a folder, for commands that name no file. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { readReason } from '../io/reasons.js';

/** Endings by which a file is taken for a snapshot: DevTools saves allocation timelines as snapshots of another name. */
export const SNAPSHOT_NAME = /\.heap(?:snapshot|timeline)(\.gz|\.br|\.zst)?$/i;

/** Name (relative to the folder) of the file that was changed last; ties go to the later name. Undefined when there is none. Throws UsageError when the folder cannot be listed. */
export function newestSnapshot(folder: string): string | undefined {
  let newest: { name: string; time: number } | undefined;
  for (const entry of entriesOf(folder)) {
    if (!SNAPSHOT_NAME.test(entry.name)) continue;
    const stat = statOf(path.join(folder, entry.name));
    if (!stat?.isFile()) continue;
    const later = newest === undefined || stat.mtimeMs > newest.time;
    if (later || (stat.mtimeMs === newest!.time && entry.name > newest!.name)) {
      newest = { name: entry.name, time: stat.mtimeMs };
    }
  }
  return newest?.name;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `no snapshot was named, and this folder cannot be listed: ${code === 'ENOENT' ? 'it is gone' : readReason(error)}`,
      'Name a snapshot, or change to the folder where the snapshots are.',
    );
  }
}

/** Whether a path names a file (or a pipe) that is there; folders do not count. */
export function isFile(file: string): boolean {
  const stat = statOf(file);
  return stat !== undefined && !stat.isDirectory();
}

/** Whether a path names a file that can be read several times: no pipe, no device. */
export function isRegularFile(file: string): boolean {
  return statOf(file)?.isFile() === true;
}

/** When a file was last changed, in milliseconds; Infinity for what is not there. */
export function timeOf(file: string): number {
  return statOf(file)?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/** Undefined for what is not there or cannot be reached: a link to itself, a path below a file, a name too long. */
function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}

/** Which files are snapshots, by their names. */
import fs from 'node:fs';
import path from 'node:path';
import { readReason } from './reasons.js';

/** Names of snapshots. DevTools saves allocation timelines as snapshots called `.heaptimeline`. */
export const SNAPSHOT_NAME = /\.heap(?:snapshot|timeline)(\.gz|\.br|\.zst)?$/i;

/** A folder that cannot be listed: why. */
export interface BadFolder {
  readonly folder: string;
  readonly reason: string;
}

/**
 * The snapshots in a folder and in those below it.
 *
 * - Order: by name, the files of a folder before the folders in it. Links to folders are not
 *   followed.
 * - Cost: the names of one folder at a time.
 */
export function* snapshotsIn(folder: string): Generator<string | BadFolder> {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield { folder, reason: readReason(error) };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries)
    if (!entry.isDirectory() && SNAPSHOT_NAME.test(entry.name)) yield path.join(folder, entry.name);
  for (const entry of entries) if (entry.isDirectory()) yield* snapshotsIn(path.join(folder, entry.name));
}

/** The newest snapshot of a folder, for commands that name no file. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { statOf } from '../io/file-facts.js';
import { readReason } from '../io/reasons.js';
import { SNAPSHOT_NAME } from '../io/snapshot-names.js';

/**
 * The snapshot in a folder that was changed last.
 *
 * - Out: its name, relative to the folder; undefined when there is none.
 * - Ties: the later name.
 * - Throws: UsageError when the folder cannot be listed.
 */
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

/** Folders of the user's own. */
import fs from 'node:fs';
import path from 'node:path';
import { statOf } from './file-facts.js';

/**
 * Makes a folder and those above it, for their owner alone; one that is there stays as it is.
 * (`recursive` of Node.js does not end where none can be made in a folder that is there, as in
 * /proc.)
 *
 * Throws: the system's error.
 */
export function makeFolder(folder: string): void {
  if (statOf(folder)?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder && statOf(parent) === undefined) makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!statOf(folder)?.isDirectory()) throw error;
  }
}

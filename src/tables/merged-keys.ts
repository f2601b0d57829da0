/** Which censuses stand in merged files: sorted keys of one length, beside each merged file. */
import fs from 'node:fs';
import path from 'node:path';

/** Names of files of one census, and of several. */
export const SINGLE = /^[0-9a-f]{32}\.parquet$/;
export const MERGED = /^(merged-[0-9a-f]{32})\.parquet$/;

/** Digits of a key and the end of its line. */
const KEY_LENGTH = 32;
const LINE_LENGTH = KEY_LENGTH + 1;

/** The list of a merged file; hidden, so that no engine takes it for a table. */
export function keysFile(folder: string, part: string): string {
  return path.join(folder, 'snapshots', `.${part}.keys`);
}

/** Whether a name is of a merge that did not come to its end: its file of snapshots is missing. */
export function isUnmerged(folder: string, name: string): boolean {
  const [, part] = /^\.?(merged-[0-9a-f]{32})\.(?:parquet|keys)$/.exec(name) ?? [];
  return part !== undefined && !fs.existsSync(path.join(folder, 'snapshots', `${part}.parquet`));
}

/** Keys that are looked up. */
export interface MergedKeys {
  has(key: string): boolean;
}

/**
 * The keys of all merged files that are there.
 *
 * - Cost: 33 bytes a key; a look-up is a binary search in each merged file.
 */
export function mergedKeys(folder: string): MergedKeys {
  const lists = fs.readdirSync(path.join(folder, 'snapshots')).flatMap((name) => {
    const [, part] = MERGED.exec(name) ?? [];
    if (part === undefined) return [];
    const file = keysFile(folder, part);
    return fs.existsSync(file) ? [fs.readFileSync(file)] : [];
  });
  return { has: (key) => lists.some((list) => contains(list, key)) };
}

function contains(list: Buffer, key: string): boolean {
  const wanted = Buffer.from(key, 'latin1');
  let low = 0;
  let high = Math.floor(list.length / LINE_LENGTH) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const start = middle * LINE_LENGTH;
    const order = list.compare(wanted, 0, wanted.length, start, start + KEY_LENGTH);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

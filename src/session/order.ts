/** In what order snapshots are compared. */
import { timeOf } from '../io/file-facts.js';

export type SnapshotOrder = 'given' | 'name' | 'time';

/** Files in the order asked for. Ties stay as they are given; what is not there comes last. */
export function orderSnapshots(files: readonly string[], order: SnapshotOrder): readonly string[] {
  if (order === 'given') return files;
  if (order === 'name') return [...files].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [...files].sort((a, b) => timeOf(a) - timeOf(b));
}

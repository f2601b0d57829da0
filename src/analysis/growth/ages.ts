/**
 * When each object was made: which of several snapshots of one process is the first that has it.
 */
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';

/** More snapshots than this cannot be compared at once: an age is a byte. */
export const MOST_SNAPSHOTS = 255;

/**
 * The age of every node of the last snapshot: 0 when the first snapshot has its id, i when snapshot
 * i is the first to have it, n - 1 when only the last of n snapshots has it.
 *
 * - In: snapshots of one process, the earliest first (`lineage`); the nodes alone are needed.
 * - Out: one byte a node of the last snapshot.
 * - Empty: no earlier snapshot gives age 0 to every node.
 * - Throws: RangeError for more than 255 snapshots.
 * - Cost: one pass over the nodes of each; 8 to 16 bytes a node of one snapshot at a time.
 */
export function agesOf(snapshots: readonly Graph[]): Uint8Array {
  if (snapshots.length > MOST_SNAPSHOTS) throw new RangeError(`at most ${MOST_SNAPSHOTS} snapshots`);
  const last = snapshots.at(-1)!;
  const newest = snapshots.length - 1;
  const ages = new Uint8Array(last.nodeCount).fill(newest);
  for (let age = newest - 1; age >= 0; age--) {
    const { nodeOf } = idIndex(snapshots[age]!);
    for (let node = 0; node < last.nodeCount; node++) if (nodeOf(last.ids[node]!) >= 0) ages[node] = age;
  }
  return ages;
}

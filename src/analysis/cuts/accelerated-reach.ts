/** `reachedFromRoot` by a kernel. */
import type { Accelerated } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';

/** Not gone to. */
export const CLOSED = 2;
/** Not gone on from. */
export const ENDS = 4;

const REACHED = 1;

/**
 * By node 1 where the root reaches it over edges of the kinds from 1 to `highest`.
 *
 * - In: kinds of edges, in the arena; what writes CLOSED and ENDS into a column of zeros.
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 5 bytes a node beside the answer while it runs.
 */
export function acceleratedReach(
  { arena, run }: Accelerated,
  nodeCount: number,
  kinds: Uint8Array,
  highest: number,
  mark: (marks: Uint8Array) => void,
): Uint8Array {
  const scratch = new Scratch(arena);
  try {
    const marks = scratch.take(Uint8Array, nodeCount);
    mark(marks);
    const stack = scratch.take(Uint32Array, nodeCount, true);
    const batch = scratch.take(Uint32Array, 64, true);
    const [kindColumn, ...others] = [kinds, marks, stack, batch].map((view) => scratch.at(view));
    run([{ call: 'startReach', args: [kindColumn!, highest, ...others] }, { until: 'searchReach' }]);
    const reached = new Uint8Array(nodeCount);
    for (let node = 0; node < nodeCount; node++) reached[node] = marks[node]! & REACHED;
    return reached;
  } finally {
    scratch.release();
  }
}

/** A search over references by a kernel. */
import type { Accelerated } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';

/** Bits of a node's mark in a search. */
export const REACHED = 1;
/** Not gone to. */
export const CLOSED = 2;
/** Not gone on from. */
export const ENDS = 4;
/** Would be gone to, but for CLOSED. */
export const MET = 8;

/** A search that stops and goes on. */
export interface Search {
  /** By node its bits. */
  readonly marks: Uint8Array;
  /** Room for all nodes. */
  readonly stack: Uint32Array;
  /**
   * Goes on from the first `waiting` nodes of the stack, which are REACHED, over edges of the kinds
   * from 1 to `highest`.
   */
  goOn(waiting: number, highest: number): void;
}

/**
 * What `steps` makes of a search by a kernel.
 *
 * - In: kinds of edges, in the arena.
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 5 bytes a node while it runs.
 */
export function acceleratedSearch<T>(
  { arena, run }: Accelerated,
  nodeCount: number,
  kinds: Uint8Array,
  steps: (search: Search) => T,
): T {
  const scratch = new Scratch(arena);
  try {
    const marks = scratch.take(Uint8Array, nodeCount);
    const stack = scratch.take(Uint32Array, nodeCount, true);
    const batch = scratch.take(Uint32Array, 64, true);
    const [kindColumn, ...columns] = [kinds, marks, stack, batch].map((view) => scratch.at(view));
    return steps({
      marks,
      stack,
      goOn: (waiting, highest) =>
        run([
          { call: 'startReach', args: [kindColumn!, highest, ...columns, waiting] },
          { until: 'searchReach' },
        ]),
    });
  } finally {
    scratch.release();
  }
}

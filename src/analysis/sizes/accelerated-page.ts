/** `pageOwnedNodes` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';

/**
 * What marks all that these nodes lead to.
 *
 * - In: by node 1 for what is marked already, and the nodes whose edges are still to be followed.
 * - Throws: RangeError when there is no memory for it.
 */
export function pageStage(
  { arena }: Accelerated,
  marked: Uint8Array,
  waiting: Uint32Array,
): Stage<Uint8Array> {
  const scratch = new Scratch(arena);
  try {
    const owned = scratch.take(Uint8Array, marked.length, true);
    owned.set(marked);
    const work = scratch.take(Uint32Array, marked.length, true);
    work.set(waiting);
    return {
      steps: [
        { call: 'startPage', args: [scratch.at(owned), scratch.at(work), waiting.length] },
        { until: 'searchPage' },
      ],
      reads: [],
      finish() {
        scratch.keep(owned);
        scratch.release();
        return owned;
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

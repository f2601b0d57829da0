/** `essentialEdges` by a kernel. */
import type { Accelerated } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';

/**
 * By edge 1 for what is essential by its type and by what a page owns.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function acceleratedEssential(
  graph: Graph,
  { arena, run }: Accelerated,
  owned: Uint8Array,
): Uint8Array {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  try {
    const essential = scratch.take(Uint8Array, edgesOf(graph).count, true);
    let marks = owned;
    if (arena.addressOf(owned) === undefined) {
      marks = scratch.take(Uint8Array, nodeCount, true);
      marks.set(owned);
    }
    const args = [marks, essential].map((view) => scratch.at(view));
    run([{ each: 'findEssential', from: 0, to: nodeCount, args }]);
    return scratch.keep(essential);
  } finally {
    scratch.release();
  }
}

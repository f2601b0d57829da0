/** `essentialEdges` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';

/**
 * What computes by edge 1 for what is essential by its type and by what a page owns, in any thread.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function essentialStage(graph: Graph, { arena }: Accelerated, owned: Uint8Array): Stage<Uint8Array> {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  try {
    const essential = scratch.take(Uint8Array, edgesOf(graph).count, true);
    const args = [scratch.placed(owned), scratch.at(essential)];
    return {
      steps: [{ each: 'findEssential', from: 0, to: nodeCount, args }],
      reads: [],
      finish() {
        scratch.keep(essential);
        scratch.release();
        return essential;
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

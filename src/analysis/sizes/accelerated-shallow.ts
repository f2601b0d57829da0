/** `shallowSizes` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { type Kinds, useKinds } from '../../graph/accelerated-kinds.js';
import { Scratch } from '../../graph/arena.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';

/**
 * What computes the sizes.
 *
 * - In: the kinds of nodes that start without an owner.
 * - Throws: RangeError when there is no memory for it.
 */
export function shallowStage(graph: Graph, { arena }: Accelerated, unowned: Kinds): Stage<Float64Array> {
  const { nodeCount, nodeTypes, selfSizes } = graph;
  const scratch = new Scratch(arena);
  try {
    const types = scratch.placed(nodeTypes);
    const kinds = useKinds(graph, scratch, unowned);
    const ownable = scratch.take(Uint8Array, nodeCount, true);
    const owners = scratch.take(Uint32Array, nodeCount, true);
    // A node without an owner waits twice at most: owned, then shared.
    const work = scratch.take(Uint32Array, nodeCount * 2 + 2, true);
    const sizes = scratch.take(Float64Array, nodeCount, true);
    const narrow = arena.addressOf(selfSizes);
    if (narrow === undefined) sizes.set(selfSizes);
    const at = [ownable, owners, work, sizes].map((view) => scratch.at(view)) as [
      number,
      number,
      number,
      number,
    ];
    return {
      steps: [
        kinds,
        { each: 'markKinds', from: 0, to: nodeCount, args: [at[0]] },
        ...(narrow === undefined
          ? []
          : [{ each: 'copySizes', from: 0, to: nodeCount, args: [narrow, at[3]] }]),
        { each: 'startOwners', from: 0, to: nodeCount, args: [at[0], at[1]] },
        { each: 'flowOwners', from: 0, to: nodeCount, args: [at[0], at[1], at[2]] },
        { each: 'moveSizes', from: 0, to: nodeCount, args: [at[1], types, NODE.synthetic, at[3]] },
      ],
      reads: [],
      finish() {
        scratch.keep(sizes);
        scratch.release();
        return sizes;
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

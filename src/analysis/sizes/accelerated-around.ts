/** `retainedSetSizes` and the like by a kernel. */
import type { Accelerated } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';

/** Sets that one search takes. */
export const KERNEL_SETS = 8;

/** Where a search around sets begins. */
export interface Around {
  readonly essential: Uint8Array;
  readonly root: number;
  readonly nodeCount: number;
  /** At most `KERNEL_SETS`; ordinals. */
  readonly sets: readonly ArrayLike<number>[];
  /** Nodes that hang from the root, and are gone on from as from the root. */
  readonly loose: Uint32Array;
  /** Nodes that hang from the root and lead to nothing. */
  readonly alone: Uint32Array;
}

/**
 * Hands the nodes that go with each set to a function: by node the sets, as bits, that it would go
 * with. The column is given back afterwards.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 8 bytes a node while it runs.
 */
export function acceleratedAround<T>(
  { arena, run }: Accelerated,
  { essential, root, nodeCount, sets, loose, alone }: Around,
  use: (freed: Uint32Array) => T,
): T {
  const scratch = new Scratch(arena);
  try {
    const all = 2 ** sets.length - 1;
    const edges = scratch.at(essential);
    const states = scratch.take(Uint32Array, nodeCount, true);
    states.fill(all);
    sets.forEach((members, set) => {
      for (let i = 0; i < members.length; i++) states[members[i]!]! &= ~(1 << set);
    });
    const stack = scratch.take(Uint32Array, nodeCount, true);
    const batch = scratch.take(Uint32Array, 96, true);
    const copied = (list: ArrayLike<number>): number => {
      const copy = scratch.take(Uint32Array, list.length, true);
      copy.set(list);
      return scratch.at(copy);
    };
    const ways = states[root]!;
    run([
      { call: 'startAround', args: [edges, scratch.at(states), scratch.at(stack), scratch.at(batch)] },
      { call: 'findAround', args: [0, 1, copied([root]), ways] },
      { call: 'findAround', args: [0, loose.length, copied(loose), ways] },
      { until: 'searchAround' },
      { call: 'findAlone', args: [0, alone.length, copied(alone), ways] },
      { each: 'nameFreed', from: 0, to: nodeCount, args: [all] },
    ]);
    scratch.release(stack);
    return use(states);
  } finally {
    scratch.release();
  }
}

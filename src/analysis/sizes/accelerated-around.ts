/** `retainedSetSizes` and the like by a kernel. */
import { phase } from '../../base/phases.js';
import { type Accelerated, complete, ifRoom, type Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import type { Step } from '../../graph/kernel/graph-kernel.js';

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
 * with, and how many sets there are. A second thread takes half of the sets: then that are two
 * calls. The columns are given back afterwards.
 *
 * - Out: what the function says, of all sets.
 * - Order: as the sets.
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 8 bytes a node and thread while it runs.
 */
export function acceleratedAround<T>(
  accelerated: Accelerated,
  around: Around,
  use: (freed: Uint32Array, count: number) => readonly T[],
): readonly T[] {
  const { sets } = around;
  const middle = sets.length >> 1;
  const searched = (some: Around['sets']): readonly T[] => {
    const { stage, release } = searchOf(accelerated, { ...around, sets: some });
    try {
      return use(complete(accelerated, stage), some.length);
    } finally {
      release();
    }
  };
  let other: Search | undefined;
  const pending = ifRoom(() =>
    middle === 0
      ? undefined
      : accelerated.fork?.(() => {
          other = searchOf(accelerated, { ...around, sets: sets.slice(0, middle) });
          return other.stage;
        }),
  );
  if (other === undefined || pending === undefined) return searched(sets);
  let rest: readonly T[] | undefined;
  let freed: Uint32Array | undefined;
  try {
    rest = ifRoom(() => searched(sets.slice(middle)));
  } finally {
    freed = phase('waiting for the second thread', pending.join);
  }
  // A thread that is lost may still be at work: its memory is not used again.
  if (freed === undefined) return searched(sets);
  try {
    if (rest !== undefined) return [...use(freed, middle), ...rest];
  } finally {
    other.release();
  }
  return searched(sets);
}

interface Search {
  /** Gives what is freed with each of the sets, by node. */
  readonly stage: Stage<Uint32Array>;
  /** Gives its memory back. */
  readonly release: () => void;
}

function searchOf(
  { arena }: Accelerated,
  { essential, root, nodeCount, sets, loose, alone }: Around,
): Search {
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
    const steps: Step[] = [
      { call: 'startAround', args: [edges, scratch.at(states), scratch.at(stack), scratch.at(batch)] },
      { call: 'findAround', args: [0, 1, copied([root]), ways] },
      { call: 'findAround', args: [0, loose.length, copied(loose), ways] },
      { until: 'searchAround' },
      { call: 'findAlone', args: [0, alone.length, copied(alone), ways] },
      { each: 'nameFreed', from: 0, to: nodeCount, args: [all] },
    ];
    const finish = (): Uint32Array => {
      scratch.release(stack);
      return states;
    };
    return { stage: { steps, reads: [], finish }, release: () => scratch.release() };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

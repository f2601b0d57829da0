/** `retainedSizes` and `retainedSizesOfClasses` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import type { Partition } from '../../graph/partition.js';
import type { DominatorTree } from './dominators.js';

/**
 * Retained sizes by node.
 *
 * - Throws: RangeError when there is no memory for it.
 */
export function acceleratedRetained(
  { arena, run }: Accelerated,
  sizes: Float64Array,
  dominators: Uint32Array,
  order: Uint32Array,
): Float64Array {
  const scratch = new Scratch(arena);
  try {
    const retained = scratch.take(Float64Array, sizes.length, true);
    retained.set(sizes);
    const args = [order, dominators, retained].map((view) => scratch.at(view));
    run([{ each: 'addRetained', from: order.length - 1, to: 0, args }]);
    return scratch.keep(retained);
  } finally {
    scratch.release();
  }
}

/** What the sizes of classes follow from, beside the retained sizes of nodes. */
interface ClassTree {
  readonly sizes: Float64Array;
  readonly tree: DominatorTree;
  readonly classes: Partition;
}

/** Work on the sizes of classes in two parts; the second needs the retained sizes of nodes. */
export interface ClassSizesPlan {
  readonly tree: Stage<true>;
  /** Its result is the bytes by class. It gives back all memory. */
  readonly walk: (retained: Float64Array) => Stage<Float64Array>;
  /** Gives back all memory, when there is no walk. */
  readonly release: () => void;
}

/**
 * Retained sizes by class.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 20 bytes a node while it runs, 4 more where the classes do not stand in the arena.
 */
export function classSizesPlan(
  { arena }: Accelerated,
  { sizes, tree: { dominators, order }, classes: { labels, of } }: ClassTree,
): ClassSizesPlan {
  const scratch = new Scratch(arena);
  const at = (view: Parameters<Scratch['at']>[0]): number => scratch.at(view);
  const count = order.length;
  try {
    const classes = scratch.placed(of);
    const tree = scratch.take(Uint32Array, 4 * count, true);
    const places = scratch.take(Uint32Array, count, true);
    const onPath = scratch.take(Uint32Array, labels.length);
    const sums = scratch.take(Float64Array, labels.length);
    const records = [at(order), at(places), at(dominators), at(sizes), classes, at(tree)];
    return {
      tree: {
        steps: [
          { each: 'findPlaces', from: 0, to: count, args: [at(order), at(places)] },
          { each: 'startTree', from: 0, to: count, args: records },
          { each: 'linkTree', from: count - 1, to: 0, args: [at(tree)] },
        ],
        reads: [],
        finish: () => true,
      },
      walk: (retained) => ({
        steps: [
          { call: 'startWalk', args: [tree, order, retained, onPath, sums].map(at) },
          { until: 'walk' },
        ],
        reads: [],
        finish() {
          const result = sums.slice();
          scratch.release();
          return result;
        },
      }),
      release: () => scratch.release(),
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

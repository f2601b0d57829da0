/** Which classes grew: objgraph's growth, over any number of snapshots. */

import { usageError } from '../../base/errors.js';
import { byDescending, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { partitionAmong } from '../../graph/partition.js';
import {
  type Countable,
  classesOf,
  type Measure,
  type TypeStat,
  type TypeStatsOptions,
  typeStats,
} from '../classes/classes.js';
import { heapgraphNodes } from '../classes/own-objects.js';
import { sizelessCounts } from '../classes/sizeless-counts.js';

/** One class that grew: where it stands now, and how far that is above its peak so far. */
export interface Growth extends TypeStat {
  readonly countDelta: number;
  readonly sizeDelta: number;
  /** Where retained sizes were asked for. */
  readonly retainedDelta?: number;
  /** True when the increase is no more than what `noise` allows. */
  readonly isNoise?: true;
}

/** What grows, and what is compared. */
export interface GrowthOptions extends Omit<TypeStatsOptions, 'nodeTypes'> {
  /**
   * The increase of a class, in objects or bytes, up to which it is taken for noise. Default 0 for
   * all.
   */
  readonly noise?: ((type: string, by: Measure) => number) | undefined;
}

interface Peak {
  readonly count: number;
  /** Without strings and numbers that have no size; undefined where that is not known. */
  readonly sized: number | undefined;
  readonly shallowSize: number;
  readonly retainedSize: number;
}

/**
 * Remembers the peak of every class, in each measure; a peak never falls.
 *
 * - In: `isNoise` tells noise apart, which does not raise a peak that the first call has set:
 *   small steps add up until they are growth. A partition whose labels depend on the graphs that
 *   are compared has to know them all: see `partitionAmong`.
 * - Out: the first call sets the peaks and, as objgraph's growth does, counts all there is as
 *   growth. Each later call gives the classes above their peak in what `by` says. Where it is
 *   known, strings and numbers without a size do not grow (see `isSizelessValue`).
 * - Order: the largest increase first.
 * - Ties: by name.
 * - Empty: nothing grew.
 * - Cost: of a call that of `typeStats`.
 */
export function growthTracker(options: GrowthOptions = {}): (heap: Countable) => Growth[] {
  const { by = 'count', noise = () => 0 } = options;
  const peaks = new Map<string, Peak>();
  const increase = { count: 'countDelta', size: 'sizeDelta', retained: 'retainedDelta' } as const;
  let isFirst = true;
  return (heap) => {
    const grown: Growth[] = [];
    const sizeless = sizelessCounts(heap);
    for (const stat of typeStats(heap, options)) {
      const peak = peaks.get(stat.type) ?? { count: 0, sized: 0, shallowSize: 0, retainedSize: 0 };
      const sized = sizeless && stat.count - (sizeless.get(stat.type) ?? 0);
      const isKnown = !isFirst && sized !== undefined && peak.sized !== undefined;
      const retained = stat.retainedSize;
      const row: Growth = {
        ...stat,
        countDelta: isKnown ? sized - peak.sized : stat.count - peak.count,
        sizeDelta: stat.shallowSize - peak.shallowSize,
        ...(retained === undefined ? {} : { retainedDelta: retained - peak.retainedSize }),
      };
      const delta = row[increase[by]]!;
      const allowed = (measure: Measure): number => (isFirst ? 0 : noise(stat.type, measure));
      if (delta > 0) grown.push(delta > allowed(by) ? row : { ...row, isNoise: true });
      const risen = (old: number, now: number, measure: Measure): number =>
        now - old > allowed(measure) ? now : old;
      peaks.set(stat.type, {
        count: risen(peak.count, stat.count, 'count'),
        sized:
          sized === undefined || peak.sized === undefined ? undefined : risen(peak.sized, sized, 'count'),
        shallowSize: risen(peak.shallowSize, stat.shallowSize, 'size'),
        retainedSize: risen(peak.retainedSize, retained ?? 0, 'retained'),
      });
    }
    isFirst = false;
    const key = increase[by];
    return grown.sort(
      inOrder<(typeof grown)[number]>(
        byDescending((row) => row[key]!),
        byType,
      ),
    );
  };
}

/**
 * What grew from the one to the other, V8's internals too; what earlier snapshots that the process
 * holds, and tags, take up in it is left out where the edges are loaded. For two snapshots that the
 * process took of itself `programGrowth` says more: it looks at the program's own objects only.
 */
export function growth(before: Countable, after: Countable, options: GrowthOptions = {}): Growth[] {
  const { partition, ...others } = options;
  const graphs = [before, after].filter((heap): heap is Graph => 'ids' in Object(heap));
  const same = partition ? { ...others, partition: partitionAmong(partition, graphs) } : others;
  const grown = growthTracker(same);
  const [first, second] = [before, after].map((heap) => countedWithoutOwn(heap, same));
  grown(first!);
  return grown(second!);
}

/** Class counts without the library's own objects. */
function countedWithoutOwn(heap: Countable, options: GrowthOptions): Countable {
  if (typeof heap !== 'object' || heap === null)
    throw usageError(
      'growth takes two snapshots',
      'Write growth(before, after); each is a graph, or the classes of one.',
    );
  if ('rows' in heap || heap.edges === undefined) return heap;
  const own = heapgraphNodes(heap);
  if (own === undefined) return heap;
  return classesOf(heap, { ...options, retained: options.retained || options.by === 'retained' }, own);
}

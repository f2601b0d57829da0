/**
 * Values that are part of the heap's statistics only: how many of a class have no size of their
 * own.
 */

import { classIndex } from '../../v8/class-names.js';
import { isSizelessValue } from '../../v8/sizeless-values.js';
import type { Countable } from './classes.js';

/**
 * How many objects of each class do not count where growth in number is asked for: strings and
 * numbers without a size of their own (see `isSizelessValue`). Undefined where that is not known,
 * as of a baseline.
 * Cost: a pass over the nodes of a graph.
 */
export function sizelessCounts(heap: Countable): ReadonlyMap<string, number> | undefined {
  if (!('rows' in heap)) {
    const counts = new Map<string, number>();
    const { labels, of } = classIndex(heap);
    const isSizeless = isSizelessValue(heap);
    const numbers = new Float64Array(labels.length);
    for (let node = 0; node < heap.nodeCount; node++) if (isSizeless(node)) numbers[of[node]!]! += 1;
    numbers.forEach((count, label) => {
      if (count > 0) counts.set(labels[label]!, count);
    });
    return counts;
  }
  const rows = heap.rows.filter(({ sizeless }) => sizeless !== undefined);
  return rows.length === 0 ? undefined : new Map(rows.map(({ type, sizeless }) => [type, sizeless!]));
}

/**
 * By class, how many more strings and numbers without a size there are; 0 where that is not known
 * of both. Cost: as `sizelessCounts`.
 */
export function sizelessGrowth(before: Countable, after: Countable): (type: string) => number {
  const [old, now] = [sizelessCounts(before), sizelessCounts(after)];
  return (type) => (old && now ? (now.get(type) ?? 0) - (old.get(type) ?? 0) : 0);
}

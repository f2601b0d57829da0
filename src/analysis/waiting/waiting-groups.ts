/** Listeners, timers or promises that are alike, together. */
import type { Graph } from '../../graph/graph.js';
import { retainedSizesOfClasses } from '../sizes/retained-sizes.js';

/** Things with the same key. */
export interface WaitingGroup<T> {
  /** In their order. */
  readonly items: readonly T[];
  /**
   * Bytes that their members keep, each by itself, what is within another counted once. A member of
   * several groups counts for none.
   */
  readonly retainedSize: number;
}

/**
 * Divides things by a key.
 *
 * - In: what an item's key is, and the ordinals of the nodes that it consists of.
 * - Order: the most bytes first. Ties: the most items, then as they are met.
 * - Cost: dominators; 4 bytes a node while it runs.
 */
export function waitingGroups<T>(
  graph: Graph,
  items: Iterable<T>,
  keyOf: (item: T) => string,
  membersOf: (item: T) => readonly number[],
): WaitingGroup<T>[] {
  const groups = new Map<string, { readonly number: number; readonly items: T[] }>();
  const of = new Uint32Array(graph.nodeCount);
  /** No group, or several. */
  const SEVERAL = 1;
  for (const item of items) {
    const key = keyOf(item);
    let group = groups.get(key);
    if (!group) {
      group = { number: groups.size + 2, items: [] };
      groups.set(key, group);
    }
    group.items.push(item);
    for (const node of membersOf(item))
      of[node] = of[node] === 0 || of[node] === group.number ? group.number : SEVERAL;
  }
  if (groups.size === 0) return [];
  const labels = new Array<string>(groups.size + 2).fill('');
  const sizes = retainedSizesOfClasses(graph, { labels, of });
  return Array.from(groups.values(), (group) => ({
    items: group.items,
    retainedSize: sizes[group.number]!,
  })).sort((a, b) => b.retainedSize - a.retainedSize || b.items.length - a.items.length);
}

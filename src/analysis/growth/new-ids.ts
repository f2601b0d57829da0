/** Which objects a later snapshot has and an earlier one has not: objgraph's get_new_ids. */
import { byDescending, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { isSizelessValue } from '../../v8/sizeless-values.js';
import { newNodes } from './diff.js';

/** The ids of one class. */
export interface ClassIds {
  readonly type: string;
  /** In the earlier snapshot. */
  readonly oldCount: number;
  /** In the later snapshot. */
  readonly count: number;
  /** In the later snapshot only. */
  readonly newCount: number;
  readonly countDelta: number;
}

/** What classes can be ranked by. */
export type ClassIdsKey = Exclude<keyof ClassIds, 'type'>;

/** Of what the ids are wanted. */
export interface NewIdsOptions {
  /** One class, by its name; default all. */
  readonly type?: string | undefined;
}

/**
 * The ids of new objects.
 *
 * - In: two snapshots of one process, the earlier first.
 * - Order: ascending.
 * - Empty: a class that neither has, and equal snapshots.
 * - Cost: that of `newNodes`.
 */
export function newIds(before: Graph, after: Graph, { type }: NewIdsOptions = {}): number[] {
  const isNew = newNodes(before, after);
  const { labels, of } = classIndex(after);
  const wanted = type === undefined ? undefined : labels.indexOf(type);
  const ids: number[] = [];
  for (let node = 0; node < after.nodeCount; node++)
    if (isNew[node] === 1 && (wanted === undefined || of[node] === wanted)) ids.push(after.ids[node]!);
  return ids.sort((a, b) => a - b);
}

/**
 * How many ids each class had, has, and has anew. Strings and numbers without a size count nowhere
 * (see `isSizelessValue`).
 *
 * - In: two snapshots of one process, the earlier first.
 * - Order: the largest `by` first, ties by name. Default: the change in number.
 * - Empty: a class that neither has. A class with nothing but sizeless values is there, with zeros.
 * - Cost: that of `newNodes`, and one pass over the nodes of both.
 */
export function newIdsByClass(
  before: Graph,
  after: Graph,
  { type, by = 'countDelta' }: NewIdsOptions & { readonly by?: ClassIdsKey } = {},
): ClassIds[] {
  const rows = new Map<string, { -readonly [K in keyof ClassIds]: ClassIds[K] }>();
  const tally = (graph: Graph, key: 'oldCount' | 'count' | 'newCount', marked?: Uint8Array): void => {
    const { labels, of } = classIndex(graph);
    const isLeftOut = isSizelessValue(graph);
    const counts = new Float64Array(labels.length);
    for (let node = 0; node < of.length; node++)
      if ((marked === undefined || marked[node] === 1) && !isLeftOut(node)) counts[of[node]!]! += 1;
    labels.forEach((label, number) => {
      if (type !== undefined && type !== label) return;
      const row = rows.get(label) ?? { type: label, oldCount: 0, count: 0, newCount: 0, countDelta: 0 };
      row[key] += counts[number]!;
      rows.set(label, row);
    });
  };
  tally(before, 'oldCount');
  tally(after, 'count');
  tally(after, 'newCount', newNodes(before, after));
  for (const row of rows.values()) row.countDelta = row.count - row.oldCount;
  return [...rows.values()].sort(
    inOrder<ClassIds>(
      byDescending((row) => row[by]),
      byType,
    ),
  );
}

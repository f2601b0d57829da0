/**
 * What came and what went between two snapshots of one process, by V8's ids.
 *
 * The room `growth`, what snapshots differ by:
 *
 *   lineage                             whether two are of one process, and in which order
 *   diff new-ids ages                   object by object, by their ids
 *   growth program-growth kind-totals   class by class
 *   baseline                            the counts of earlier runs, and their noise
 */
import { byDescending, byText, byType, type Compare, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { type Partition, partitionAmong } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { isSizelessValue } from '../../v8/sizeless-values.js';
import { type ClassCountOptions, type Countable, typeStats } from '../classes/classes.js';
import { sizelessGrowth } from '../classes/sizeless-counts.js';
import { matcherOf, type TypeMatcher } from '../classes/type-matcher.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** How one class differs: the columns of Chrome DevTools' comparison. Sizes in bytes. */
export interface ClassDiff {
  readonly type: string;
  readonly newCount: number;
  readonly deletedCount: number;
  readonly countDelta: number;
  readonly newSize: number;
  readonly deletedSize: number;
  readonly sizeDelta: number;
}

/** What is compared. */
export interface DiffOptions extends Pick<ClassCountOptions, 'raw' | 'partition'> {
  /** Only classes whose name fits. */
  readonly filter?: RegExp | TypeMatcher | undefined;
  /** Count nodes without a size of their own too, which DevTools leaves out. Default false. */
  readonly sizeless?: boolean;
}

/** The nodes behind a comparison. */
export interface NodeDiff {
  /**
   * By node of the later snapshot: 1 when it is not in the earlier one, or was of another class
   * there.
   */
  readonly isNew: Uint8Array;
  /**
   * By node of the earlier snapshot: 1 when it is not in the later one, or is of another class
   * there.
   */
  readonly isGone: Uint8Array;
}

/**
 * Classes in which anything came or went.
 *
 * - In: the last argument is for callers that have compared the nodes already.
 * - Out: an object that changed its class (its shape, with `shapeIndex`) is gone from the one and
 *   new in the other, as in DevTools. Sizes as DevTools shows them where both graphs have edges,
 *   else V8's own.
 * - Order: the largest growth in bytes first.
 * - Ties: by the growth in number, then by name.
 * - Empty: equal snapshots.
 * - Cost: one pass over the nodes of both, and what the sizes cost.
 * - Source: DevTools, HeapSnapshot.ts, calculateSnapshotDiff.
 */
export function diff(
  before: Graph,
  after: Graph,
  options: DiffOptions = {},
  { isNew, isGone }: NodeDiff = nodeDiff(before, after, options),
): ClassDiff[] {
  const rows = new Map<string, { -readonly [K in keyof ClassDiff]: ClassDiff[K] }>();
  const tally = (graph: Graph, marked: Uint8Array, sign: 1 | -1): void => {
    const { labels, of } = partitionOf(graph, [before, after], options);
    const sizes = sizesOf(before, after, graph, options);
    const counts = new Float64Array(labels.length);
    const bytes = new Float64Array(labels.length);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (marked[node] === 0) continue;
      counts[of[node]!]! += 1;
      bytes[of[node]!]! += sizes[node]!;
    }
    labels.forEach((type, number) => {
      const count = counts[number]!;
      if (count === 0) return;
      const row = rows.get(type) ?? emptyRow(type);
      const size = bytes[number]!;
      row[sign === 1 ? 'newCount' : 'deletedCount'] += count;
      row[sign === 1 ? 'newSize' : 'deletedSize'] += size;
      row.countDelta += sign * count;
      row.sizeDelta += sign * size;
      rows.set(type, row);
    });
  };
  tally(before, isGone, -1);
  tally(after, isNew, 1);
  const fits = options.filter === undefined ? undefined : matcherOf(options.filter);
  return [...rows.values()].filter(({ type }) => fits?.(type) ?? true).sort(byGrowth);
}

/**
 * Which nodes are new and which are gone. Nodes without a size are neither, unless `sizeless`.
 *
 * - Cost: as `diff`.
 */
export function nodeDiff(before: Graph, after: Graph, options: DiffOptions = {}): NodeDiff {
  const earlier = idIndex(before);
  const old = partitionOf(before, [before, after], options);
  const now = partitionOf(after, [before, after], options);
  const oldNumbers = new Map(old.labels.map((name, number) => [name, number]));
  const sameClass = Int32Array.from(now.labels, (name) => oldNumbers.get(name) ?? -1);
  const oldSizes = sizesOf(before, after, before, options);
  const sizes = sizesOf(before, after, after, options);
  const sizeless = options.sizeless === true;
  const isGone = new Uint8Array(before.nodeCount);
  for (let node = 0; node < before.nodeCount; node++) isGone[node] = sizeless || oldSizes[node] !== 0 ? 1 : 0;
  const isNew = new Uint8Array(after.nodeCount);
  for (let node = 0; node < after.nodeCount; node++) {
    if (!sizeless && sizes[node] === 0) continue;
    const known = earlier.nodeOf(after.ids[node]!);
    const stays =
      known >= 0 && sameClass[now.of[node]!] === old.of[known] && (sizeless || oldSizes[known] !== 0);
    if (stays) isGone[known] = 0;
    else isNew[node] = 1;
  }
  // Of several with one id (in a damaged file) the index has the first; the others share its fate.
  for (let node = 0; node < before.nodeCount; node++) {
    if (isGone[node] === 0) continue;
    const first = earlier.nodeOf(before.ids[node]!);
    if (first !== node && isGone[first] === 0 && old.of[first] === old.of[node]) isGone[node] = 0;
  }
  return { isNew, isGone };
}

/**
 * By node of the later snapshot: 1 when the earlier one has no object with its id. Strings and
 * numbers without a size are never new (see `isSizelessValue`).
 *
 * - Cost: one pass over the nodes of both.
 */
export function newNodes(before: Graph, after: Graph): Uint8Array {
  const earlier = idIndex(before);
  const isLeftOut = isSizelessValue(after);
  return Uint8Array.from(after.ids, (id, node) => (earlier.nodeOf(id) < 0 && !isLeftOut(node) ? 1 : 0));
}

function partitionOf(graph: Graph, among: readonly Graph[], options: DiffOptions): Partition {
  return (options.partition ?? classIndex)(graph, among);
}

function sizesOf(before: Graph, after: Graph, graph: Graph, options: DiffOptions): ArrayLike<number> {
  const raw = options.raw === true || before.edges === undefined || after.edges === undefined;
  return raw ? graph.selfSizes : shallowSizes(graph);
}

function emptyRow(type: string): { -readonly [K in keyof ClassDiff]: ClassDiff[K] } {
  return { type, newCount: 0, deletedCount: 0, countDelta: 0, newSize: 0, deletedSize: 0, sizeDelta: 0 };
}

/**
 * Differences by class alone: what can be said of two processes, or when only class counts are
 * known.
 */
export type ClassDelta = Pick<ClassDiff, 'type' | 'countDelta' | 'sizeDelta'>;

/**
 * Classes whose count or size differs. Every node counts, with a size or without. Of strings and
 * numbers without one (see `isSizelessValue`) there are no more and no fewer, where that is known
 * of both.
 *
 * - Order: as `diff`.
 * - Cost: that of `typeStats` on both.
 */
export function diffByClass(
  before: Countable,
  after: Countable,
  options: Omit<DiffOptions, 'sizeless'> = {},
): ClassDelta[] {
  const { partition, ...others } = options;
  const graphs = [before, after].filter((heap): heap is Graph => 'ids' in heap);
  const same = partition && { ...others, partition: partitionAmong(partition, graphs) };
  const old = new Map(typeStats(before, same ?? others).map((stat) => [stat.type, stat]));
  const passedOver = sizelessGrowth(before, after);
  const rows: ClassDelta[] = [];
  for (const { type, count, shallowSize } of typeStats(after, same ?? others)) {
    const known = old.get(type);
    old.delete(type);
    const countDelta = count - (known?.count ?? 0) - passedOver(type);
    const sizeDelta = shallowSize - (known?.shallowSize ?? 0);
    if (countDelta !== 0 || sizeDelta !== 0) rows.push({ type, countDelta, sizeDelta });
  }
  for (const { type, count, shallowSize } of old.values())
    rows.push({ type, countDelta: -count - passedOver(type), sizeDelta: -shallowSize });
  return rows.sort(byGrowth);
}

const byGrowth: Compare<ClassDelta> = inOrder<ClassDelta>(
  byDescending((row) => row.sizeDelta),
  byDescending((row) => row.countDelta),
  byType,
);

/**
 * What a comparison can be ranked by: growth in bytes, in number, the number of new objects, or the
 * name.
 */
export type DiffKey = 'size' | 'count' | 'new' | 'name';

/**
 * Rows of `diff` or `diffByClass` in another order.
 *
 * - Order: the largest `by` first, or by name; equal ones stay in their order.
 * - Without ids nothing is known to be new: `new` is then the growth in number.
 */
export function rankedDiff<T extends ClassDelta & Partial<Pick<ClassDiff, 'newCount'>>>(
  rows: readonly T[],
  by: DiffKey,
): readonly T[] {
  if (by === 'size') return rows;
  if (by === 'name') return [...rows].sort(byText((row) => row.type));
  return [...rows].sort(
    byDescending((row) => (by === 'new' ? (row.newCount ?? row.countDelta) : row.countDelta)),
  );
}

/** The objects of one class that came and went. */
export interface ChangedNodes {
  /** Ordinals in the later snapshot, by id. */
  readonly came: readonly number[];
  /** Ordinals in the earlier snapshot, by id. */
  readonly went: readonly number[];
}

/**
 * Which objects of a class came and went.
 *
 * - In: two snapshots of one process, the earlier first, and the name of a class of the partition.
 * - Order: ascending ids.
 * - Empty: none came or went, or neither snapshot has the class.
 * - Cost: that of `nodeDiff`.
 */
export function changedNodes(
  before: Graph,
  after: Graph,
  type: string,
  options: DiffOptions = {},
): ChangedNodes {
  const { isNew, isGone } = nodeDiff(before, after, options);
  const members = (graph: Graph, marked: Uint8Array): number[] => {
    const { labels, of } = partitionOf(graph, [before, after], options);
    const wanted = labels.indexOf(type);
    const found: number[] = [];
    for (let node = 0; node < graph.nodeCount; node++)
      if (marked[node] === 1 && of[node] === wanted) found.push(node);
    return found.sort((a, b) => graph.ids[a]! - graph.ids[b]!);
  };
  return { came: members(after, isNew), went: members(before, isGone) };
}

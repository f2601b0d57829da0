/**
 * How many objects there are of each class, and how large they are: objgraph's `typestats` and its
 * relatives.
 *
 * The room `classes`:
 *
 *   classes sizeless-counts             counts and sizes by class
 *   type-matcher                        which classes a name or a pattern means
 *   class-kinds node-roles              whose objects are, and which nodes are objects
 *   nodes instances                     one object; the objects of one class
 *   duplicate-strings own-objects       equal texts; what heapgraph itself has made
 */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { phase } from '../../base/phases.js';
import type { Graph, Truncation } from '../../graph/graph.js';
import type { Partition, Partitioner } from '../../graph/partition.js';
import { classFromName, classFromType, classIndex, isClassedByName } from '../../v8/class-names.js';
import { isSizelessValue, isValueType } from '../../v8/sizeless-values.js';
import { SYSTEM_DISTANCE } from '../sizes/distances.js';
import { distancesAndDominators } from '../sizes/dominators.js';
import { classSizesBeside } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { computeTogether } from '../sizes/side-by-side.js';
import { matcherOf, type TypeMatcher } from './type-matcher.js';

/** Objects of one class and one of V8's node types. */
export interface ClassCount {
  /** Class name. */
  readonly type: string;
  /** V8's node type: `object`, `closure`, … */
  readonly nodeType: string;
  readonly count: number;
  /** Sum of the shallow sizes, in bytes. */
  readonly shallowSize: number;
  /** Of strings and numbers, those without a size of their own (see `isSizelessValue`). */
  readonly sizeless?: number;
}

/** What hangs on a class. */
export interface ClassReach {
  /** Bytes: the retained sizes of the members that no other member dominates. */
  readonly retainedSize: number;
  /** The smallest distance of a member that has a size; null when only the system reaches them. */
  readonly distance: number | null;
}

/** How much a class varied over several snapshots of an idle process: standard deviations. */
export interface ClassJitter {
  readonly count: number;
  /** Bytes. */
  readonly shallowSize: number;
  /** Bytes. */
  readonly retainedSize: number;
}

/** The class counts of a snapshot: all that counting questions need, a few kilobytes. */
export interface Classes {
  readonly file: string;
  readonly truncation: Truncation | undefined;
  readonly nodeCount: number;
  /** Native bytes that no node stands for. */
  readonly extraNativeBytes: number;
  /** `devtools`: helper objects' sizes count for their owners. `raw`: V8's own sizes. */
  readonly sizes: 'devtools' | 'raw';
  /** Largest count first, ties by class name. One row for each pair of class and node type. */
  readonly rows: readonly ClassCount[];
  /** By class name, when it was asked for. */
  readonly reach?: ReadonlyMap<string, ClassReach>;
  /** By class name, when they come from a baseline that was made of several snapshots. */
  readonly jitter?: ReadonlyMap<string, ClassJitter>;
}

/** Anything that class counts can be taken from. */
export type Countable = Graph | Classes;

/** What class counts are made of. */
export interface ClassCountOptions {
  /**
   * V8's own sizes. Default: the sizes that DevTools shows, where the edges are loaded, which they
   * follow from.
   */
  readonly raw?: boolean;
  /**
   * How nodes are divided into classes. Needs what it needs. Default: DevTools' classes
   * (`classIndex`).
   */
  readonly partition?: Partitioner | undefined;
  /** Retained sizes and distances, too. Needs edges. Default false. */
  readonly retained?: boolean;
}

/**
 * The class counts of a graph, or the argument itself when it is class counts already. Nodes marked
 * in `leftOut` are not counted (they are in what is retained).
 * Cost: one pass over the nodes, and whatever the sizes cost the first time.
 */
export function classesOf(heap: Countable, options: ClassCountOptions = {}, leftOut?: Uint8Array): Classes {
  return 'rows' in heap ? heap : phase('class table', () => countedClasses(heap, options, leftOut));
}

function countedClasses(heap: Graph, options: ClassCountOptions, leftOut: Uint8Array | undefined): Classes {
  const { file, truncation, nodeCount, extraNativeBytes, nodeTypeNames, selfSizes } = heap;
  const raw = options.raw === true || heap.edges === undefined;
  if (options.retained) {
    const meanwhile = options.partition ? undefined : () => void classIndex(heap);
    computeTogether(heap, { distances: true, meanwhile });
  }
  const partition = (options.partition ?? classIndex)(heap);
  const { labels } = partition;
  const bytes = raw ? selfSizes : shallowSizes(heap);
  const typeCount = nodeTypeNames.length;
  const count = (): Tally => tallyOf(heap, partition, bytes, leftOut);
  const { tally, reach } = options.retained
    ? reachBeside(heap, partition, count)
    : { tally: count(), reach: undefined };
  const { counts, sizes, sizeless } = tally;
  const rows: ClassCount[] = [];
  counts.forEach((count, key) => {
    if (count === 0) return;
    const type = labels[Math.floor(key / typeCount)]!;
    const nodeType = key % typeCount;
    rows.push({
      type,
      nodeType: nodeTypeNames[nodeType]!,
      count,
      shallowSize: sizes[key]!,
      ...(isValueType[nodeType] === 1 ? { sizeless: sizeless[nodeType]! } : {}),
    });
  });
  return {
    file,
    truncation,
    nodeCount,
    extraNativeBytes,
    sizes: raw ? 'raw' : 'devtools',
    rows: rows.sort(byCountThenName),
    ...(reach ? { reach } : {}),
  };
}

interface Tally {
  /** By class and type: `class * types + type`. */
  readonly counts: Float64Array;
  readonly sizes: Float64Array;
  /** By type: all values of a type are of one class. */
  readonly sizeless: Float64Array;
}

function tallyOf(
  graph: Graph,
  { labels, of }: Partition,
  bytes: ArrayLike<number>,
  leftOut: Uint8Array | undefined,
): Tally {
  const { nodeCount, nodeTypes, nodeTypeNames } = graph;
  const typeCount = nodeTypeNames.length;
  const counts = new Float64Array(labels.length * typeCount);
  const sizes = new Float64Array(labels.length * typeCount);
  const sizeless = new Float64Array(typeCount);
  const isSizeless = isSizelessValue(graph);
  for (let node = 0; node < nodeCount; node++) {
    if (leftOut?.[node] === 1) continue;
    const key = of[node]! * typeCount + nodeTypes[node]!;
    counts[key]! += 1;
    sizes[key]! += bytes[node]!;
    if (isSizeless(node)) sizeless[nodeTypes[node]!]! += 1;
  }
  return { counts, sizes, sizeless };
}

/** What hangs on the classes, while their members are counted. */
function reachBeside(
  graph: Graph,
  partition: Partition,
  count: () => Tally,
): { readonly tally: Tally; readonly reach: ReadonlyMap<string, ClassReach> } {
  const { distances: far } = distancesAndDominators(graph);
  const { sizes: retained, done } = classSizesBeside(graph, partition, () => ({
    tally: count(),
    nearest: nearestOf(graph, partition, far),
  }));
  const { tally, nearest } = done;
  const reach = new Map(
    partition.labels.map((name, type) => [
      name,
      { retainedSize: retained[type]!, distance: nearest[type]! < SYSTEM_DISTANCE ? nearest[type]! : null },
    ]),
  );
  return { tally, reach };
}

/** The smallest distance of a member that has a size, by class. */
function nearestOf(graph: Graph, { labels, of }: Partition, far: Int32Array): Float64Array<ArrayBuffer> {
  const sizes = shallowSizes(graph);
  const nearest = new Float64Array(labels.length).fill(SYSTEM_DISTANCE);
  for (let node = 0; node < graph.nodeCount; node++) {
    const type = of[node]!;
    if (sizes[node] !== 0 && far[node]! >= 0 && far[node]! < nearest[type]!) nearest[type] = far[node]!;
  }
  return nearest;
}

/** What a tally of nodes by type and raw name says (see `tallySnapshot`). */
export interface NameTallies {
  readonly file: string;
  readonly truncation: Truncation | undefined;
  readonly nodeCount: number;
  readonly extraNativeBytes: number;
  readonly rows: readonly {
    readonly nodeType: number;
    readonly name: string | undefined;
    readonly count: number;
    readonly size: number;
    readonly sizeless?: number;
  }[];
  readonly nodeTypeNames: readonly string[];
}

/**
 * Class counts from tallies. Right as long as no native node turns out to be detached, which
 * tallies cannot tell.
 */
export function classesFromTallies(tallies: NameTallies): Classes {
  const rows = new Map<string, ClassCount>();
  for (const { nodeType, name, count, size, sizeless } of tallies.rows) {
    const typeName = tallies.nodeTypeNames[nodeType]!;
    const type =
      isClassedByName(nodeType) && name !== undefined
        ? classFromName(name)
        : classFromType(nodeType, typeName);
    const key = `${nodeType} ${type}`;
    const known = rows.get(key);
    rows.set(key, {
      type,
      nodeType: typeName,
      count: (known?.count ?? 0) + count,
      shallowSize: (known?.shallowSize ?? 0) + size,
      ...(isValueType[nodeType] === 1 ? { sizeless: sizeless ?? 0 } : {}),
    });
  }
  const { file, truncation, nodeCount, extraNativeBytes } = tallies;
  return {
    file,
    truncation,
    nodeCount,
    extraNativeBytes,
    sizes: 'raw',
    rows: [...rows.values()].sort(byCountThenName),
  };
}

/**
 * How many objects have this class name: exactly this one for a string, any that matches for a
 * RegExp or a function. 0 when there are none. Cost: one pass over the nodes of a graph the first
 * time, then the number of classes.
 */
export function count(heap: Countable, type: string | RegExp | TypeMatcher): number {
  const matches = matcherOf(type);
  return classesOf(heap, { raw: true }).rows.reduce(
    (sum, row) => (matches(row.type) ? sum + row.count : sum),
    0,
  );
}

/** Which classes, and in what order. */
export interface TypeStatsOptions extends ClassCountOptions {
  /** Only these of V8's node types (`object`, `closure`, …). Default all. */
  readonly nodeTypes?: readonly string[];
  /** Only classes whose name fits. */
  readonly filter?: RegExp | TypeMatcher;
  /**
   * What is ranked first: the most objects (default), the most bytes, or the most bytes retained.
   */
  readonly by?: Measure;
}

/** What classes are measured by: their objects, their bytes, or the bytes that they retain. */
export const MEASURES = ['count', 'size', 'retained'] as const;

/** One of `MEASURES`. */
export type Measure = (typeof MEASURES)[number];

/** One class. */
export interface TypeStat extends Partial<ClassReach> {
  readonly type: string;
  /**
   * V8's node type; several, joined by a comma and in alphabetical order, when objects of one class
   * are of several.
   */
  readonly nodeType: string;
  readonly count: number;
  readonly shallowSize: number;
}

/**
 * Every class, one row each: largest first by `by`, ties by class name (in code unit order). Empty
 * for an empty heap.
 */
export function typeStats(heap: Countable, options: TypeStatsOptions = {}): TypeStat[] {
  const { nodeTypes, filter, by = 'count' } = options;
  const matches = filter === undefined ? undefined : matcherOf(filter);
  const merged = new Map<string, TypeStat>();
  const classes = classesOf(heap, { ...options, retained: options.retained || by === 'retained' });
  for (const row of classes.rows) {
    if (nodeTypes && !nodeTypes.includes(row.nodeType)) continue;
    if (matches && !matches(row.type)) continue;
    const known = merged.get(row.type);
    merged.set(row.type, {
      type: row.type,
      nodeType: known ? [...known.nodeType.split(','), row.nodeType].sort().join(',') : row.nodeType,
      count: (known?.count ?? 0) + row.count,
      shallowSize: (known?.shallowSize ?? 0) + row.shallowSize,
      ...classes.reach?.get(row.type),
    });
  }
  const order = { count: byCountThenName, size: bySizeThenName, retained: byRetainedThenName };
  return [...merged.values()].sort(order[by]);
}

/** The first `limit` rows of `typeStats` (10 unless said otherwise; Infinity for all). */
export function mostCommonTypes(
  heap: Countable,
  options: TypeStatsOptions & { readonly limit?: number } = {},
): TypeStat[] {
  const { limit = 10 } = options;
  return typeStats(heap, options).slice(0, limit);
}

interface Ranked {
  readonly type: string;
  readonly count: number;
  readonly shallowSize: number;
}

const byCountThenName = inOrder<Ranked>(
  byDescending(({ count }) => count),
  byType,
);
const bySizeThenName = inOrder<Ranked>(
  byDescending(({ shallowSize }) => shallowSize),
  byType,
);
const byRetainedThenName = inOrder<TypeStat>(
  byDescending(({ retainedSize }) => retainedSize ?? 0),
  byType,
);

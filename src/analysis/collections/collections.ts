/**
 * Collections by who holds them, by class or by size: how many, how full, what they take.
 */
import { byDescending, byText, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import {
  type CollectionFacts,
  type CollectionKind,
  collectionReader,
  KEY_KINDS,
} from '../../v8/collections.js';
import { prototypeNodes } from '../classes/instances.js';
import { holderPaths } from '../holders/holder-paths.js';

/** What collections are put together by. */
export const COLLECTION_GROUPS = ['holder', 'class', 'size'] as const;

/** One of COLLECTION_GROUPS. */
export type CollectionGroup = (typeof COLLECTION_GROUPS)[number];

/** Collections of one kind that belong together. */
export interface CollectionRow {
  readonly kind: CollectionKind;
  /** Who holds them, their class, or how much room each of them has. */
  readonly group: string;
  readonly count: number;
  /** Those in which the file shows nothing, and which have no more room than a new one. */
  readonly empty: number;
  /** Entries that the file shows. */
  readonly entries: number;
  /** Entries, items or bytes that there is room for. */
  readonly capacity: number;
  /** Bytes, with what V8 has behind them; the bytes of a shared buffer count once. */
  readonly size: number;
  /** Entries by KEY_KINDS. */
  readonly keys: Readonly<Record<(typeof KEY_KINDS)[number], number>>;
  /** Keys of Maps that nothing but the Map refers to: no `get` can ever ask for them. */
  readonly loneKeys: number;
  /** Ordinal of the largest. */
  readonly example: number;
}

/** Collections of a heap. */
export interface Collections {
  readonly rows: readonly CollectionRow[];
  readonly count: number;
  readonly empty: number;
  /** Bytes. */
  readonly size: number;
  readonly emptySize: number;
}

/** Which collections, and how they are put together. */
export interface CollectionOptions {
  readonly by: CollectionGroup;
  /** By node 1 where it counts. Default: all. */
  readonly mask?: Uint8Array | undefined;
  /** Only empty ones. */
  readonly onlyEmpty?: boolean;
}

/** Room of a new Map or Set; a larger one has held more. */
const NEW_TABLE = 4;

/** A group while it is filled. */
interface Tally {
  readonly kind: CollectionKind;
  readonly key: number;
  count: number;
  empty: number;
  entries: number;
  capacity: number;
  size: number;
  readonly keys: Float64Array;
  loneKeys: number;
  example: number;
  largest: number;
}

/**
 * Rows of collections. Prototypes are none.
 *
 * - In: a graph with edges.
 * - Order: most bytes first. Ties: most of them, then kind and group.
 * - Cost: a pass over nodes and edges, one over the collections; `holderPaths` by holder; a byte a
 *   node while it runs.
 */
export function collections(graph: Graph, { by, mask, onlyEmpty = false }: CollectionOptions): Collections {
  const { nodeCount, nodeNames } = graph;
  const read = collectionReader(graph, { keepKeys: true });
  const isPrototype = prototypeNodes(graph);
  const paths = by === 'holder' ? holderPaths(graph) : undefined;
  let references: Uint8Array | undefined;
  const tallies = new Map<string, Tally>();
  const isStoreSeen = new Set<number>();
  let [count, empty, size, emptySize] = [0, 0, 0, 0];
  const take = (node: number, facts: CollectionFacts): void => {
    const isEmpty = facts.entries === 0 && facts.capacity <= roomOfNew(facts.kind);
    if (onlyEmpty && !isEmpty) return;
    let bytes = facts.size;
    if (facts.store >= 0 && !isStoreSeen.has(facts.store)) {
      isStoreSeen.add(facts.store);
      bytes += graph.selfSizes[facts.store]!;
    }
    const key =
      by === 'holder' ? paths!.pathOf(node) : by === 'class' ? nodeNames[node]! : powerOf(facts.capacity);
    const name = `${facts.kind} ${key}`;
    let tally = tallies.get(name);
    if (!tally) {
      tally = {
        kind: facts.kind,
        key,
        count: 0,
        empty: 0,
        entries: 0,
        capacity: 0,
        size: 0,
        keys: new Float64Array(KEY_KINDS.length),
        loneKeys: 0,
        example: node,
        largest: -1,
      };
      tallies.set(name, tally);
    }
    tally.count++;
    tally.entries += facts.entries;
    tally.capacity += facts.capacity;
    tally.size += bytes;
    facts.keys.forEach((keys, kind) => {
      tally.keys[kind]! += keys;
    });
    if (facts.kind === 'Map' && facts.objectKeys.length > 0) {
      references ??= referenceCounts(graph);
      for (const object of facts.objectKeys) if (references[object] === 1) tally.loneKeys++;
    }
    if (bytes > tally.largest) {
      tally.largest = bytes;
      tally.example = node;
    }
    count++;
    size += bytes;
    if (isEmpty) {
      tally.empty++;
      empty++;
      emptySize += bytes;
    }
  };
  // Views come before buffers without one: the bytes count where a program sees them.
  const buffers: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (isPrototype[node] === 1 || mask?.[node] === 0) continue;
    const facts = read(node);
    if (facts?.kind === 'ArrayBuffer') buffers.push(node);
    else if (facts) take(node, facts);
  }
  for (const node of buffers) take(node, read(node)!);
  const groupText = (tally: Tally): string =>
    by === 'holder'
      ? paths!.text(tally.key)
      : by === 'class'
        ? className(graph, tally.example)
        : rangeText(tally.key);
  const rows = Array.from(
    tallies.values(),
    (tally): CollectionRow => ({
      kind: tally.kind,
      group: groupText(tally),
      count: tally.count,
      empty: tally.empty,
      entries: tally.entries,
      capacity: tally.capacity,
      size: tally.size,
      keys: Object.fromEntries(KEY_KINDS.map((kind, i) => [kind, tally.keys[i]!])) as CollectionRow['keys'],
      loneKeys: tally.loneKeys,
      example: tally.example,
    }),
  );
  rows.sort(
    inOrder<CollectionRow>(
      byDescending((row) => row.size),
      byDescending((row) => row.count),
      byText((row) => `${row.kind} ${row.group}`),
    ),
  );
  return { rows, count, empty, size, emptySize };
}

function roomOfNew(kind: CollectionKind): number {
  return kind === 'Map' || kind === 'Set' || kind === 'WeakMap' || kind === 'WeakSet' ? NEW_TABLE : 0;
}

/** 0, 1, 2, 3 for 3 and 4, 4 for 5 to 8, and so on. */
function powerOf(capacity: number): number {
  return capacity <= 1 ? capacity : Math.ceil(Math.log2(capacity)) + 1;
}

function rangeText(power: number): string {
  if (power <= 2) return `room for ${power}`;
  return `room for ${2 ** (power - 2) + 1} to ${2 ** (power - 1)}`;
}

/** By node how many references keep it, 2 for more. */
function referenceCounts(graph: Graph): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const counts = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.weak && target !== node && counts[target]! < 2) counts[target]! += 1;
    }
  }
  return counts;
}

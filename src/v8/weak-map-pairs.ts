/**
 * Edges by which V8 writes an entry of a WeakMap: one from the table and one from the key, both
 * named `<n> / part of key (… @id) -> value (… @id) pair in WeakMap (table @id)`.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 * (ExtractEphemeronHashTableReferences)
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { eachNamedEdge } from '../graph/named-edges.js';
import { EDGE } from '../graph/schema.js';

/**
 * Three looks in place of one expression, which would take quadratic time for a name made to that
 * end.
 */
const BEGINNING = /^\d+(?= \/ part of key \()/;
const MIDDLE = / @\d+\) -> value \(/;
const END = / @\d+\) pair in WeakMap \(table @(\d+)\)$/;

/**
 * Whether an edge's name is that of a pair, by its beginning alone: V8 may have cut the rest. Which
 * pair it is `weakMapPairs` says.
 */
export function isPairName(name: string): boolean {
  return /^\d+ \/ part of key /.test(name);
}

function pairIn(name: string): WeakMapPair | undefined {
  const end = END.exec(name);
  const [number] = BEGINNING.exec(name) ?? [];
  if (!end || number === undefined || !MIDDLE.test(name.slice(0, end.index))) return undefined;
  return { pair: name.slice(number.length), table: Number(end[1]) };
}

export interface WeakMapPair {
  /** The same for the two edges of one pair. */
  readonly pair: string;
  /** V8's id of the table. */
  readonly table: number;
}

export interface WeakMapPairs {
  /** By string index: 1 for names of such edges. Undefined when there are none, which is common. */
  readonly isPair: Uint8Array | undefined;
  /** What an internal edge's name says; undefined for every other name. */
  of(name: number): WeakMapPair | undefined;
}

/** Cost: one look at the beginning of every string; a byte a string where there are pairs. */
export const weakMapPairs = memo((graph: Graph): WeakMapPairs => {
  const { strings } = graph;
  const pairs = new Map<number, WeakMapPair>();
  for (let name = 0; name < strings.length; name++) {
    if (!strings.startsLikePair(name)) continue;
    const pair = pairIn(strings.get(name));
    if (pair) pairs.set(name, pair);
  }
  if (pairs.size === 0) return { isPair: undefined, of: () => undefined };
  const isPair = new Uint8Array(strings.length);
  for (const name of pairs.keys()) isPair[name] = 1;
  return { isPair, of: (name) => (isPair[name] === 1 ? pairs.get(name) : undefined) };
}, 'WeakMap pairs');

/** An edge that stands for one half of a pair. */
export interface WeakMapPairEdge extends WeakMapPair {
  readonly edge: number;
  /** The node that the edge comes from: the table or the key. */
  readonly source: number;
}

/**
 * All internal edges that stand for pairs, in the order of the file.
 *
 * - Cost: where there are pairs, one pass over the edges.
 */
export const weakMapPairEdges = memo((graph: Graph): readonly WeakMapPairEdge[] => {
  const { isPair, of } = weakMapPairs(graph);
  if (isPair === undefined) return [];
  const { types, names } = edgesOf(graph);
  const found: WeakMapPairEdge[] = [];
  eachNamedEdge(graph, isPair, (source, edge) => {
    if (types[edge] === EDGE.internal) found.push({ ...of(names[edge]!)!, edge, source });
  });
  return found;
});

/**
 * Edges by which V8 writes an entry of a WeakMap: one from the table and one from the key, both named
 * `<n> / part of key (… @id) -> value (… @id) pair in WeakMap (table @id)`.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc (ExtractEphemeronHashTableReferences)
 */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';

const PAIR = /^\d+( \/ part of key \(.*? @\d+\) -> value \(.*? @\d+\) pair in WeakMap \(table @(\d+)\))$/;

export interface WeakMapPair {
  /** The same for the two edges of one pair. */
  readonly pair: string;
  /** V8's id of the table. */
  readonly table: number;
}

/** What a string index means as the name of an internal edge: a pair, or undefined. Each name is read once. */
export type PairLookup = (name: number) => WeakMapPair | undefined;

/** Memory: a byte a string. */
export const weakMapPairs = memo((graph: Graph): PairLookup => {
  const { strings } = graph;
  const checked = new Uint8Array(strings.length);
  const pairs = new Map<number, WeakMapPair>();
  return (name) => {
    if (checked[name] === 1) return pairs.size === 0 ? undefined : pairs.get(name);
    checked[name] = 1;
    if (!strings.startsLikePair(name)) return undefined;
    const match = PAIR.exec(strings.get(name));
    if (!match) return undefined;
    const pair = { pair: match[1]!, table: Number(match[2]) };
    pairs.set(name, pair);
    return pair;
  };
});

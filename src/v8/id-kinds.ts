/** What the ids of a snapshot say, which depends on the program that wrote it. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE, nodeTypeMarks } from '../graph/schema.js';

/**
 * - `numbered`: each object has a number for life, later ones have larger numbers (V8, Hermes).
 * - `hashes`: each object has a number for life, in no order; now and then two have the same one
 *   (Bun up to 1.3).
 * - `addresses`: the number is free for another object when its own is gone, and they are in no
 *   order (Julia).
 * - `renumbered`: numbers are given anew in each snapshot (Bun from 1.4 on).
 * - `rounded`: the numbers are beyond what is held exactly; they tell no two objects apart.
 */
export type IdKind = 'numbered' | 'hashes' | 'addresses' | 'renumbered' | 'rounded';

/** Objects that V8 gives odd ids: the even ones are of native code. */
const isOdd = nodeTypeMarks('string', 'symbol', 'closure', 'regexp', 'bigint');
const EVEN_SHARE = 0.1;
const RUNNING_SHARE = 0.5;

/**
 * The kind of a snapshot's ids, told by the ids: V8 numbers its objects by twos, so that all are
 * odd, and no id has more than 32 bits; Bun from 1.4 on numbers the nodes in the order of the file.
 *
 * - Cost: one pass over the nodes.
 */
export const idKind = memo((graph: Graph): IdKind => {
  const { nodeCount, nodeTypes, ids } = graph;
  if (!graph.idsAreExact) return 'rounded';
  if (ids instanceof Float64Array) return 'addresses';
  let looked = 0;
  let even = 0;
  let running = 0;
  for (let node = 0; node < nodeCount; node++) {
    const id = ids[node]!;
    if (node > 0 && id === ids[node - 1]! + 1) running++;
    if (isOdd[nodeTypes[node]!] === 0) continue;
    looked++;
    if (id % 2 === 0) even++;
  }
  if (even <= looked * EVEN_SHARE) return 'numbered';
  return running > nodeCount * RUNNING_SHARE ? 'renumbered' : 'hashes';
});

const KEPT = nodeTypeMarks('string', 'symbol', 'closure', 'regexp', 'bigint', 'code');

/**
 * By node type: 1 for those whose nodes keep their name for life. Of addresses no type changes: a
 * name is a class.
 */
export function typesThatKeepNames(kind: IdKind): Readonly<Uint8Array> {
  return kind === 'addresses' ? ALL : KEPT;
}

const ALL = new Uint8Array(256).fill(1);
ALL[NODE.synthetic] = 0;

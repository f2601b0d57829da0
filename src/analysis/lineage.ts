/** Whether two snapshots come from one process, and in which order: only then do equal ids mean the same object. */
import type { Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { NODE } from '../graph/schema.js';

/** What two snapshots have in common. */
export interface Lineage {
  /** Whether comparing objects by id makes sense. */
  readonly sameProcess: boolean;
  /** False when the snapshot given as the earlier one was taken later. */
  readonly inOrder: boolean;
  /** Every id of the one is an id of the other: the same snapshot twice, or a copy of it. */
  readonly identical: boolean;
  /** Objects of the smaller snapshot whose id both have. */
  readonly common: number;
  /** Of those, objects that are compared: strings, symbols, closures and others whose name never changes. */
  readonly compared: number;
  /** Of those, objects that are the same in both: type and name. */
  readonly agreeing: number;
}

/** At least this share of the compared objects has to agree. */
const AGREEING = 0.99;

/** At least this share of the smaller snapshot's objects has to be in the larger one: V8's own builtins outlive anything. */
const COMMON = 0.1;

/**
 * In a process V8 never gives an id twice, and gives later objects larger ids; a string or a function keeps type and name
 * for life. In another process the same ids go, after the first difference between the two heaps, to other objects.
 * Cost: a pass over the nodes of both; neither needs edges.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc (HeapObjectsMap)
 */
export function lineage(before: Graph, after: Graph): Lineage {
  const earlier = idIndex(before);
  const names = sameNames(before, after);
  let common = 0;
  let compared = 0;
  let agreeing = 0;
  let largestBefore = 0;
  for (let node = 0; node < before.nodeCount; node++) {
    // V8's own objects: what native code adds is numbered apart.
    if (KEEPS_NAME[before.nodeTypes[node]!] && before.ids[node]! > largestBefore)
      largestBefore = before.ids[node]!;
  }
  let newer = 0;
  let older = 0;
  for (let node = 0; node < after.nodeCount; node++) {
    const id = after.ids[node]!;
    const known = earlier.nodeOf(id);
    const type = after.nodeTypes[node]!;
    if (known < 0) {
      if (!KEEPS_NAME[type]) continue;
      if (id > largestBefore) newer++;
      else older++;
      continue;
    }
    common++;
    if (!KEEPS_NAME[type] && !KEEPS_NAME[before.nodeTypes[known]!]) continue;
    compared++;
    if (before.nodeTypes[known] === type && names(before.nodeNames[known]!, after.nodeNames[node]!))
      agreeing++;
  }
  const smaller = Math.min(before.nodeCount, after.nodeCount);
  const sameProcess =
    smaller === 0 || (common >= smaller * COMMON && compared > 0 && agreeing >= compared * AGREEING);
  return {
    sameProcess,
    inOrder: !sameProcess || older <= newer,
    identical: common === before.nodeCount && common === after.nodeCount && agreeing === compared,
    common,
    compared,
    agreeing,
  };
}

const KEEPS_NAME: readonly boolean[] = (() => {
  const keeps: boolean[] = [];
  for (const type of ['string', 'symbol', 'closure', 'regexp', 'bigint', 'code'] as const)
    keeps[NODE[type]] = true;
  return keeps;
})();

/** Whether a name of the one snapshot is a name of the other. Each pair of string indexes is compared once at most. */
function sameNames(before: Graph, after: Graph): (name: number, other: number) => boolean {
  const known = new Int32Array(before.strings.length).fill(-1);
  return (name, other) => {
    if (known[name] === other) return true;
    if (before.strings.get(name) !== after.strings.get(other)) return false;
    known[name] = other;
    return true;
  };
}

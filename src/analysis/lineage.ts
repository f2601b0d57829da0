/** Whether two snapshots come from one process, and in which order: only then do equal ids mean the same object. */
import type { Graph } from '../graph/graph.js';
import { NODE } from '../graph/schema.js';

/** What two snapshots have in common, told from a sample of their objects. */
export interface Lineage {
  /** Whether comparing objects by id makes sense. */
  readonly sameProcess: boolean;
  /** False when the snapshot given as the earlier one was taken later. */
  readonly inOrder: boolean;
  /** All that was looked at is the same, and there are equally many objects: the same snapshot twice, or a copy of it. */
  readonly identical: boolean;
  /** Share of the objects of the one that the other knows by their id, of the larger of both shares. */
  readonly common: number;
  /** Objects that both know by their id and whose name never changes (strings, symbols, closures and others): how many were compared. */
  readonly compared: number;
  /** Of those, objects that are the same in both: type and name. */
  readonly agreeing: number;
}

/** At least this share of the compared objects has to agree. */
const AGREEING = 0.99;

/** At least this share of the smaller snapshot's objects has to be in the larger one: V8's own builtins outlive anything. */
const COMMON = 0.1;

/** Objects of each snapshot that are looked at, at most: spread over it evenly. */
const SAMPLE = 1 << 14;

/**
 * In a process V8 never gives an id twice, and gives later objects larger ids; a string or a function keeps type and name
 * for life. In another process the same ids go, after the first difference between the two heaps, to other objects. An
 * empty snapshot is of every process.
 * Cost: a pass over the ids of both; neither needs edges.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc (HeapObjectsMap)
 */
export function lineage(before: Graph, after: Graph): Lineage {
  const old = sampleOf(before);
  const now = sampleOf(after);
  const oldInNow = found(old, before, after);
  const nowInOld = found(now, after, before);
  let largestBefore = 0;
  for (let node = 0; node < before.nodeCount; node++) {
    // V8's own objects: what native code adds is numbered apart.
    if (KEEPS_NAME[before.nodeTypes[node]!] && before.ids[node]! > largestBefore)
      largestBefore = before.ids[node]!;
  }
  let compared = 0;
  let agreeing = 0;
  let newer = 0;
  let older = 0;
  now.forEach((node, i) => {
    const known = nowInOld[i]!;
    const type = after.nodeTypes[node]!;
    if (known < 0) {
      if (!KEEPS_NAME[type]) return;
      if (after.ids[node]! > largestBefore) newer++;
      else older++;
      return;
    }
    if (!KEEPS_NAME[type] && !KEEPS_NAME[before.nodeTypes[known]!]) return;
    compared++;
    if (before.nodeTypes[known] !== type) return;
    if (before.strings.get(before.nodeNames[known]!) === after.strings.get(after.nodeNames[node]!))
      agreeing++;
  });
  const common = Math.max(shareFound(oldInNow), shareFound(nowInOld));
  const empty = old.length === 0 || now.length === 0;
  const sameProcess = empty || (common >= COMMON && compared > 0 && agreeing >= compared * AGREEING);
  const all = shareFound(oldInNow) === 1 && shareFound(nowInOld) === 1;
  return {
    sameProcess,
    inOrder: !sameProcess || older <= newer,
    identical: before.nodeCount === after.nodeCount && (empty || (all && agreeing === compared)),
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

/** Every so many nodes, all of them in a small snapshot. */
function sampleOf({ nodeCount }: Graph): Uint32Array {
  const step = Math.max(1, Math.ceil(nodeCount / SAMPLE));
  return Uint32Array.from({ length: Math.ceil(nodeCount / step) }, (_, i) => i * step);
}

/** For each node of a sample the node of the other graph with its id, or -1. */
function found(sample: Uint32Array, graph: Graph, other: Graph): Int32Array {
  const at = new Map(Array.from(sample, (node, i) => [graph.ids[node]!, i]));
  const filter = new Uint8Array(1 << 16); // most ids are not in the sample: a byte tells it sooner than the map does
  for (const id of at.keys()) filter[(id >>> 1) & 0xffff] = 1;
  const nodes = new Int32Array(sample.length).fill(-1);
  for (let node = 0; node < other.nodeCount; node++) {
    const id = other.ids[node]!;
    if (filter[(id >>> 1) & 0xffff] === 0) continue;
    const i = at.get(id);
    if (i !== undefined) nodes[i] = node;
  }
  return nodes;
}

function shareFound(nodes: Int32Array): number {
  return nodes.length === 0 ? 0 : nodes.filter((node) => node >= 0).length / nodes.length;
}

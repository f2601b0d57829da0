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
  /** Ranges of ids (1,024 wide) in which most strings and functions are others: in one process none, or few by chance. */
  readonly differingRanges: number;
}

/** At least this share of the compared objects has to agree. */
const AGREEING = 0.99;

/** More ranges of ids in which most differ than this are no chance. */
const DIFFERING_RANGES = 2;
const RANGE_BITS = 10;
/** Ranges with fewer compared objects say nothing. */
const ENOUGH = 20;

/** At least this share of the smaller snapshot's objects has to be in the larger one: V8's own builtins outlive anything. */
const COMMON = 0.1;

/**
 * In a process V8 never gives an id twice, and gives later objects larger ids; a string or a function keeps type and name
 * for life. In another process the same ids go, after the first difference between the two heaps, to other objects; a
 * program that does the same each time has most of them in the same places, but never all: whole ranges of ids differ.
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
  let largestId = 0;
  for (let node = 0; node < before.nodeCount; node++) {
    // V8's own objects: what native code adds is numbered apart.
    if (KEEPS_NAME[before.nodeTypes[node]!] && before.ids[node]! > largestBefore)
      largestBefore = before.ids[node]!;
    if (before.ids[node]! > largestId) largestId = before.ids[node]!;
  }
  const rangeCount = (largestId >>> RANGE_BITS) + 1;
  const comparedIn = new Uint32Array(rangeCount);
  const agreeingIn = new Uint32Array(rangeCount);
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
    const typeBefore = before.nodeTypes[known]!;
    if (!KEEPS_NAME[type] && !KEEPS_NAME[typeBefore]) continue;
    const [nameBefore, name] = [before.nodeNames[known]!, after.nodeNames[node]!];
    // Names that a salvaged file has lost.
    if (nameBefore >= before.strings.length || name >= after.strings.length) continue;
    const agrees = typeBefore === type && names(nameBefore, name);
    compared++;
    if (agrees) agreeing++;
    if (type === NODE.code || typeBefore === NODE.code) continue; // may change together, when functions get hot
    comparedIn[id >>> RANGE_BITS]! += 1;
    if (agrees) agreeingIn[id >>> RANGE_BITS]! += 1;
  }
  let differingRanges = 0;
  for (let range = 0; range < rangeCount; range++) {
    if (comparedIn[range]! >= ENOUGH && agreeingIn[range]! * 2 < comparedIn[range]!) differingRanges++;
  }
  const smaller = Math.min(before.nodeCount, after.nodeCount);
  const sameProcess =
    smaller === 0 ||
    (common >= smaller * COMMON &&
      compared > 0 &&
      agreeing >= compared * AGREEING &&
      differingRanges <= DIFFERING_RANGES);
  return {
    sameProcess,
    inOrder: !sameProcess || older <= newer,
    identical: common === before.nodeCount && common === after.nodeCount && agreeing === compared,
    common,
    compared,
    agreeing,
    differingRanges,
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

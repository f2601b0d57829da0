/**
 * Whether two snapshots come from one process, and in which order: only then do equal ids mean the
 * same object.
 */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { type IdKind, idKind, typesThatKeepNames } from '../../v8/id-kinds.js';

/**
 * What two snapshots have in common: in large ones, of a sample of the objects, the same ids in
 * both.
 */
export interface Lineage {
  /**
   * What the ids say; of two snapshots of different kinds, that of the one that is not `numbered`.
   */
  readonly ids: IdKind;
  /** Whether comparing objects by id makes sense. */
  readonly sameProcess: boolean;
  /**
   * False when the snapshot given as the earlier one was taken later. Only ids that are `numbered`
   * tell.
   */
  readonly inOrder: boolean;
  /** The same ids, names and number of objects: the same snapshot twice, or a copy of it. */
  readonly identical: boolean;
  /** Objects of the smaller snapshot whose id both have. */
  readonly common: number;
  /**
   * Of those, objects that are compared: strings, symbols, closures and others whose name never
   * changes.
   */
  readonly compared: number;
  /** Of those, objects that are the same in both: type and name. */
  readonly agreeing: number;
  /**
   * Ranges of ids (1,024 wide) in which most strings and functions are others: in one process none,
   * or few by chance.
   */
  readonly differingRanges: number;
}

/** At least this share of the compared objects has to agree; addresses are given again. */
const AGREEING = 0.99;
const AGREEING_ADDRESSES = 0.9;

/** More ranges of ids in which most differ than this are no chance. */
const DIFFERING_RANGES = 2;
const RANGE_BITS = 10;
/** Ranges with fewer compared objects say nothing. */
const ENOUGH = 20;

/**
 * So many ranges of ids, spread evenly over all, are looked at: all of them in a snapshot of some
 * 60,000 objects.
 */
const RANGES = 128;
/** Of ids without an order, about so many are looked at. */
const SAMPLE = 60_000;

/**
 * At least this share of the smaller snapshot's objects has to be in the larger one: V8's own
 * builtins outlive anything.
 */
const COMMON = 0.1;

/**
 * Whether two snapshots are of one process, and in order.
 *
 * 1. In a process V8 never gives an id twice, and gives later objects larger ids. A string or a
 *    function keeps type and name for life.
 * 2. In another process the same ids go, after the first difference between the two heaps, to
 *    other objects. A program that does the same each time has most of them in the same places,
 *    but never all: whole ranges of ids differ.
 *
 * - In: two graphs; neither needs edges.
 * - Cost: a pass over the ids of both, once for a pair.
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 *   (HeapObjectsMap)
 */
export function lineage(before: Graph, after: Graph): Lineage {
  let known = lineages.get(before);
  if (known === undefined) {
    known = new WeakMap();
    lineages.set(before, known);
  }
  let found = known.get(after);
  if (found === undefined) {
    found = compared(before, after);
    known.set(after, found);
  }
  return found;
}

/** What was found of pairs: notes, orders and comparisons ask for it one after another. */
const lineages = new WeakMap<Graph, WeakMap<Graph, Lineage>>();

function compared(before: Graph, after: Graph): Lineage {
  const kinds = [idKind(before), idKind(after)] as const;
  const ids = kinds[0] === 'numbered' ? kinds[1] : kinds[0];
  const keepsName = typesThatKeepNames(ids);
  // V8's own objects: what native code adds is numbered apart.
  const largestBefore = largestId(before, keepsName);
  const isSampled =
    ids === 'numbered'
      ? everyRange(Math.max(1, Math.ceil((largestBefore >>> RANGE_BITS) / RANGES)))
      : everyId(Math.max(1, Math.ceil(before.nodeCount / SAMPLE)));
  const old = sampleOf(before, isSampled);
  const now = sampleOf(after, isSampled);
  let common = 0;
  let compared = 0;
  let agreeing = 0;
  let newer = 0;
  let older = 0;
  const ranges = new Map<number, { compared: number; agreeing: number }>();
  for (const [id, node] of now) {
    const known = old.get(id);
    const type = after.nodeTypes[node]!;
    if (known === undefined) {
      if (keepsName[type] === 0) continue;
      if (id > largestBefore) newer++;
      else older++;
      continue;
    }
    common++;
    const typeBefore = before.nodeTypes[known]!;
    if (keepsName[type] === 0 && keepsName[typeBefore] === 0) continue;
    const [nameBefore, name] = [before.nodeNames[known]!, after.nodeNames[node]!];
    // Names that a salvaged file has lost.
    if (nameBefore >= before.strings.length || name >= after.strings.length) continue;
    const agrees =
      before.nodeTypeNames[typeBefore] === after.nodeTypeNames[type] &&
      before.strings.get(nameBefore) === after.strings.get(name);
    // Bytecode of functions that were not called for long is dropped, of many at once.
    if (!agrees && type === NODE.code && typeBefore === NODE.code) continue;
    compared++;
    if (agrees) agreeing++;
    if (ids !== 'numbered') continue; // ranges are those of the time
    if (type === NODE.code || typeBefore === NODE.code) continue; // may change together, when functions get hot
    const range = ranges.get(id >>> RANGE_BITS) ?? { compared: 0, agreeing: 0 };
    range.compared++;
    if (agrees) range.agreeing++;
    ranges.set(id >>> RANGE_BITS, range);
  }
  let differingRanges = 0;
  for (const range of ranges.values())
    if (range.compared >= ENOUGH && range.agreeing * 2 < range.compared) differingRanges++;
  const smaller = Math.min(old.size, now.size);
  const identical =
    ids !== 'rounded' &&
    before.nodeCount === after.nodeCount &&
    common === old.size &&
    common === now.size &&
    agreeing === compared;
  const isTold = ids === kinds[0] && ids === kinds[1] && ids !== 'renumbered' && ids !== 'rounded';
  const least = ids === 'addresses' ? AGREEING_ADDRESSES : AGREEING;
  const sameProcess =
    smaller === 0 ||
    identical ||
    (isTold &&
      common >= smaller * COMMON &&
      compared > 0 &&
      agreeing >= compared * least &&
      differingRanges <= DIFFERING_RANGES);
  return {
    ids,
    sameProcess,
    // An object that is made between two snapshots has a larger id than all that the first one has.
    inOrder:
      !sameProcess ||
      ids !== 'numbered' ||
      (older <= newer && (newer > 0 || largestBefore <= largestId(after, keepsName))),
    identical,
    common,
    compared,
    agreeing,
    differingRanges,
  };
}

/** Of nodes whose type says that they keep their names. */
function largestId({ ids, nodeCount, nodeTypes }: Graph, keepsName: ArrayLike<number>): number {
  let largest = 0;
  for (let node = 0; node < nodeCount; node++)
    if (ids[node]! > largest && keepsName[nodeTypes[node]!] === 1) largest = ids[node]!;
  return largest;
}

/**
 * Whether an id is looked at: those of every `step`-th range, so that whole ranges can be compared.
 */
function everyRange(step: number): (id: number) => boolean {
  return (id) => step === 1 || (id >>> RANGE_BITS) % step === 0;
}

/** One of `step` ids, the same ones in both snapshots. */
function everyId(step: number): (id: number) => boolean {
  return (id) => step === 1 || Math.floor(id / 16) % step === 0;
}

/** The first node of each id that is looked at. */
function sampleOf({ ids, nodeCount }: Graph, isSampled: (id: number) => boolean): Map<number, number> {
  const sample = new Map<number, number>();
  for (let node = 0; node < nodeCount; node++) {
    const id = ids[node]!;
    if (isSampled(id) && !sample.has(id)) sample.set(id, node);
  }
  return sample;
}

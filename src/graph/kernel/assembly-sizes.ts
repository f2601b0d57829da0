/** Shallow sizes, distances, what a page owns. */

import {
  at,
  byteAt,
  edgeCount,
  edgeTargets,
  edgeTypes,
  firstEdge,
  placeOf,
  PREFETCH,
  put,
  root,
  sinkInto,
  weak,
} from './assembly-graph';

// Shallow sizes: owners flow to the nodes that are marked as ownable.

const UNOWNED: u32 = 0xffffffff;
const SHARED: u32 = 0xfffffffe;

/** `owners` of these nodes, before anything flows. */
export function startOwners(from: u32, to: u32, ownable: usize, owners: usize): void {
  for (let node = from; node < to; node++) put(owners, node, byteAt(ownable, node) == 1 ? UNOWNED : node);
}

/** Lets these nodes hand on themselves as owners. `work` has room for 2 * nodeCount + 1. */
export function flowOwners(from: u32, to: u32, ownable: usize, owners: usize, work: usize): void {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const weakType = weak;
  for (let start = from; start < to; start++) {
    if (byteAt(ownable, start) == 1) continue;
    put(work, 0, start);
    let waiting: u32 = 1;
    while (waiting > 0) {
      const node = at(work, --waiting);
      const owner = at(owners, node);
      for (let edge = at(first, node), end = at(first, node + 1); edge < end; edge++) {
        const target = at(targets, edge);
        if (byteAt(ownable, target) == 0 || byteAt(types, edge) == weakType) continue;
        const current = at(owners, target);
        if (current == owner || current == SHARED) continue;
        put(owners, target, current == UNOWNED ? owner : SHARED);
        put(work, waiting++, target);
      }
    }
  }
}

/** Moves the sizes of these nodes to their owners. */
export function moveSizes(
  from: u32,
  to: u32,
  owners: usize,
  nodeTypes: usize,
  synthetic: u32,
  sizes: usize,
): void {
  for (let node = from; node < to; node++) {
    const owner = at(owners, node);
    if (owner == node || owner >= SHARED || owner == root || byteAt(nodeTypes, owner) == synthetic) continue;
    const own = sizes + (<usize>node << 3);
    const sum = sizes + (<usize>owner << 3);
    store<f64>(sum, load<f64>(sum) + load<f64>(own));
    store<f64>(own, 0);
  }
}

// Distances. `marks` by node: met; has edges whose number decides; has edges that are listed.

const MET: u32 = 1;
const NUMBERED: u32 = 2;
const LISTED: u32 = 4;

const ELEMENT_ALWAYS: u32 = 2;

// Rules of a listed edge; every other number is that of a pair.
const NEVER: u32 = 0xffffffff;
const ALWAYS: u32 = 0xfffffffe;

let found: usize = 0;
let marks: usize = 0;
let queue: usize = 0;
let names: usize = 0;
let element: u32 = 0;
let hidden: u32 = 0;
let listed: usize = 0;
let rules: usize = 0;
let listedCount: u32 = 0;
let pending: usize = 0;
let withheld: usize = 0;
let starts: usize = 0;

// The search so far.
let head: u32 = 0;
let tail: u32 = 0;
let levelEnd: u32 = 0;
let distance: u32 = 0;
/** Entries in `withheld`. */
export let withheldCount: u32 = 0;

/**
 * Begins a search. `queue` has room for nodeCount + 2; `listed` has edges, ascending, and `rules`
 * one for each; `pending` a byte a pair; `withheld` room for every node that is marked, and one
 * more; `starts` 256 bytes of scratch.
 */
export function startDistances(
  foundColumn: usize,
  marksColumn: usize,
  queueColumn: usize,
  namesColumn: usize,
  elementType: u32,
  hiddenType: u32,
  listedColumn: usize,
  rulesColumn: usize,
  listedLength: u32,
  pendingColumn: usize,
  withheldColumn: usize,
  scratch: usize,
): void {
  found = foundColumn;
  marks = marksColumn;
  queue = queueColumn;
  names = namesColumn;
  element = elementType;
  hidden = hiddenType;
  listed = listedColumn;
  rules = rulesColumn;
  listedCount = listedLength;
  pending = pendingColumn;
  withheld = withheldColumn;
  starts = scratch;
  head = 0;
  tail = 0;
  levelEnd = 0;
  withheldCount = 0;
}

/** Puts a node into the queue. */
export function meet(node: u32): void {
  const mark = marks + <usize>node;
  store<u8>(mark, load<u8>(mark) | <u8>MET);
  put(queue, tail++, node);
}

/** What `noteMet` saw: 1 when the node had been met. */
export let wasMet: u32 = 0;

export function noteMet(node: u32): void {
  wasMet = byteAt(marks, node) & MET;
}

/** The next level has this distance. */
export function startLevel(first: u32): void {
  distance = first;
  levelEnd = tail;
}

/** Whether an edge of a marked node is followed to a node that was not met yet. */
function follows(mark: u32, edge: u32): bool {
  if (mark & LISTED) {
    const place = placeOf(listed, listedCount, edge);
    if (place < listedCount) {
      const rule = at(rules, place);
      if (rule == NEVER) return false;
      if (rule == ALWAYS) return true;
      const waits = pending + <usize>rule;
      const isSecond = load<u8>(waits) == 1;
      store<u8>(waits, isSecond ? 0 : 1);
      return isSecond;
    }
  }
  if ((mark & NUMBERED) == 0) return true;
  const type = byteAt(edgeTypes, edge);
  if (type != element && type != hidden) return true;
  const index = at(names, edge);
  return index < ELEMENT_ALWAYS || index % 3 != 1;
}

/** Goes on with the search for so many batches of nodes; true when it has come to its end. */
export function searchDistances(batches: u32): bool {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const weakType = weak;
  const lastEdge = edgeCount - 1;
  const metBy = marks;
  const waiting = queue;
  const stops = starts + (PREFETCH << 2);
  let next = head;
  let end = tail;
  let level = levelEnd;
  let touched: u32 = 0;
  for (let count: u32 = 0; count < batches && next < end; count++) {
    if (next == level) {
      level = end;
      distance++;
    }
    const batch = min(PREFETCH, level - next);
    for (let i: u32 = 0; i < batch; i++) {
      const node = at(waiting, next + i);
      put(found, node, distance);
      const edge = at(first, node);
      put(starts, i, edge);
      put(stops, i, at(first, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(types, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < batch; i++) {
      const node = at(waiting, next++);
      const mark = byteAt(metBy, node);
      for (let edge = at(starts, i), stop = at(stops, i); edge < stop; edge++) {
        const target = at(targets, edge);
        const targetMark = byteAt(metBy, target);
        if ((targetMark & MET) != 0 || byteAt(types, edge) == weakType) continue;
        if (mark > MET && !follows(mark, edge)) {
          if (withheldCount == 0 || at(withheld, withheldCount - 1) != node) put(withheld, withheldCount++, node);
          continue;
        }
        store<u8>(metBy + <usize>target, <u8>(targetMark | MET));
        put(waiting, end++, target);
      }
    }
  }
  sinkInto(touched);
  head = next;
  tail = end;
  levelEnd = level;
  return next == end;
}

// What a page owns.

let owned: usize = 0;
let pageWork: usize = 0;
let pageWaiting: u32 = 0;

/** Begins with the nodes that stand in `work` and are marked as owned. `work` has room for all. */
export function startPage(ownedColumn: usize, work: usize, waiting: u32): void {
  owned = ownedColumn;
  pageWork = work;
  pageWaiting = waiting;
}

/** Takes so many nodes; true when none is left. */
export function searchPage(steps: u32): bool {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const weakType = weak;
  const ownedBy = owned;
  const work = pageWork;
  let waiting = pageWaiting;
  for (let step: u32 = 0; step < steps && waiting > 0; step++) {
    const node = at(work, --waiting);
    for (let edge = at(first, node), end = at(first, node + 1); edge < end; edge++) {
      const target = at(targets, edge);
      if (byteAt(ownedBy, target) == 1 || byteAt(types, edge) == weakType) continue;
      store<u8>(ownedBy + <usize>target, 1);
      put(work, waiting++, target);
    }
  }
  pageWaiting = waiting;
  return waiting == 0;
}

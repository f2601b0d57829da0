/** The dominator tree. */

import {
  at,
  byteAt,
  edgeCount,
  edgeTargets,
  edgeTypes,
  firstEdge,
  nodeCount,
  placeOf,
  PREFETCH,
  put,
  root,
  shortcut,
  sinkInto,
  weak,
} from './assembly-graph';

// Dominators. `holds` by node: 1 a page owns it, 2 some of its edges are in the list `lost`.

const OWNED: u32 = 1;
const LOSES: u32 = 2;

let holds: usize = 0;
let lost: usize = 0;
let lostCount: u32 = 0;
let slots: usize = 0;
let vertices: usize = 0;
let parents: usize = 0;
let least: usize = 0;
let stack: usize = 0;
let nextEdges: usize = 0;
let depth: i32 = -1;
/** Nodes that have a number. */
export let last: u32 = 0;
/** Edges from a node to one before it. */
export let laterCount: u32 = 0;
/** Nodes that the root reaches. */
export let reached: u32 = 0;
/** Nodes that were searched: those and what hangs from them. */
export let searched: u32 = 0;
export let behindSearched: u32 = 0;

/**
 * Begins a depth-first numbering. By node: `slots` has two zeros; by number: `vertices`, `parents`,
 * `least` have one more than there are nodes; by depth: `stack`, `nextEdges`.
 */
export function startNumbers(
  holdsColumn: usize,
  lostList: usize,
  lostLength: u32,
  slotsColumn: usize,
  verticesColumn: usize,
  parentsColumn: usize,
  leastColumn: usize,
  stackColumn: usize,
  nextColumn: usize,
): void {
  holds = holdsColumn;
  lost = lostList;
  lostCount = lostLength;
  slots = slotsColumn;
  vertices = verticesColumn;
  parents = parentsColumn;
  least = leastColumn;
  stack = stackColumn;
  nextEdges = nextColumn;
  depth = -1;
  last = 0;
  laterCount = 0;
}

/** Types of edges that keep nothing alive, a bit each, by the node that they come from. */
// @ts-expect-error: decorator
@inline
function idleTypes(node: u32): u32 {
  return node == root ? 1 << weak : (1 << weak) | (1 << shortcut);
}

/**
 * Whether edges to what a page owns are not essential either, and whether some edges are listed:
 * `holds` of the node, without its first bit when that does not matter.
 */
// @ts-expect-error: decorator
@inline
function limitsOf(node: u32): u32 {
  const state = byteAt(holds, node);
  return node == root ? state & LOSES : (state & LOSES) | ((state & OWNED) ^ OWNED);
}

/** Whether an edge of a node with limits, and of a type that holds, is essential. */
function passes(limits: u32, edge: u32, target: u32): bool {
  if ((limits & OWNED) != 0 && (byteAt(holds, target) & OWNED) != 0) return false;
  return (limits & LOSES) == 0 || placeOf(lost, lostCount, edge) == lostCount;
}

/** Numbers a node from which the search begins. */
export function enter(node: u32, parent: u32): void {
  last++;
  store<u32>(slots + (<usize>node << 3), last);
  put(vertices, last, node);
  put(parents, last, parent);
  put(least, last, parent);
  depth = 0;
  put(stack, 0, last);
  put(nextEdges, 0, at(firstEdge, node));
}

/** Goes on numbering for so many turns; true when there is no more to do. */
export function number(turns: u32): bool {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const known = slots;
  const below = least;
  const way = stack;
  const nexts = nextEdges;
  let level = depth;
  let count = last;
  let later = laterCount;
  for (let turn: u32 = 0; turn < turns && level >= 0; turn++) {
    const own = at(way, level);
    const node = at(vertices, own);
    const end = at(first, node + 1);
    const idle = idleTypes(node);
    const limits = limitsOf(node);
    let edge = at(nexts, level);
    let pushed = false;
    while (edge < end) {
      const type = byteAt(types, edge);
      const target = at(targets, edge);
      edge++;
      if (((idle >>> type) & 1) != 0) continue;
      if (limits != 0 && !passes(limits, edge - 1, target)) continue;
      const slot = known + (<usize>target << 3);
      const number = load<u32>(slot);
      if (number != 0) {
        if (number < own) {
          store<u32>(slot, load<u32>(slot, 4) + 1, 4);
          later++;
        } else if (own < at(below, number)) put(below, number, own);
        continue;
      }
      count++;
      store<u32>(slot, count);
      put(vertices, count, target);
      put(parents, count, own);
      put(below, count, own);
      const begin = at(first, target);
      if (begin == at(first, target + 1)) continue; // a leaf
      put(nexts, level, edge);
      level++;
      put(way, level, count);
      put(nexts, level, begin);
      pushed = true;
      break;
    }
    if (!pushed) level--;
  }
  depth = level;
  last = count;
  laterCount = later;
  return level < 0;
}

let held: usize = 0;
let nextLoose: u32 = 0;

/** Begins with the nodes that the root does not reach. `held` has a zero by node. */
export function startLoose(heldColumn: usize): void {
  reached = last;
  held = heldColumn;
  nextLoose = 0;
}

/** Marks what nodes of this range that have no number lead to: others of them. */
export function markHeld(from: u32, to: u32): void {
  if (last == nodeCount) return;
  for (let node = from; node < to; node++) {
    if (load<u32>(slots + (<usize>node << 3)) != 0) continue;
    const idle = idleTypes(node);
    const limits = limitsOf(node);
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      if (((idle >>> byteAt(edgeTypes, edge)) & 1) != 0) continue;
      const target = at(edgeTargets, edge);
      if (target == node) continue; // elsewhere an edge to the node itself changes nothing
      if (limits == 0 || passes(limits, edge, target)) store<u8>(held + <usize>target, 1);
    }
  }
}

/** Numbers nodes that are not held, and what they lead to, for so many turns; true at the end. */
export function numberLoose(turns: u32): bool {
  if (depth >= 0) {
    number(turns);
    return false;
  }
  let node = last == nodeCount ? nodeCount : nextLoose;
  while (node < nodeCount && (load<u32>(slots + (<usize>node << 3)) != 0 || byteAt(held, node) == 1)) node++;
  if (node == nodeCount) return true;
  nextLoose = node + 1;
  enter(node, 1);
  return false;
}

/** Numbers all nodes that are left, as children of the root. */
export function numberRest(): void {
  searched = last;
  behindSearched = last + 1;
  for (let node: u32 = 0; node < nodeCount && last < nodeCount; node++) {
    const slot = slots + (<usize>node << 3);
    if (load<u32>(slot) != 0) continue;
    last++;
    store<u32>(slot, last);
    put(vertices, last, node);
    put(parents, last, 1);
  }
}

let offset: u32 = 0;

/** Turns the counts of later sources into offsets; `ends` by number. Begins with 1. */
export function placeSources(from: u32, to: u32, ends: usize): void {
  if (from == 1) {
    offset = 0;
    put(ends, 0, 0);
  }
  for (let i = from; i < to; i++) {
    const slot = slots + (<usize>at(vertices, i) << 3);
    const later = load<u32>(slot, 4);
    store<u32>(slot, offset, 4);
    offset += later;
    put(ends, i, offset);
  }
}

/** Collects the sources with these numbers. `scratch` has 256 bytes. */
export function collectSources(from: u32, to: u32, sources: usize, scratch: usize): void {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const known = slots;
  const lastEdge = edgeCount - 1;
  const stops = scratch + (PREFETCH << 2);
  let touched: u32 = 0;
  for (let begin = from; begin < to; begin += PREFETCH) {
    const batch = min(PREFETCH, to - begin);
    for (let i: u32 = 0; i < batch; i++) {
      const node = at(vertices, begin + i);
      const edge = at(first, node);
      put(scratch, i, edge);
      put(stops, i, at(first, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(types, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < batch; i++) {
      const source = begin + i;
      const node = at(vertices, source);
      const idle = idleTypes(node);
      const limits = limitsOf(node);
      for (let edge = at(scratch, i), end = at(stops, i); edge < end; edge++) {
        if (((idle >>> byteAt(types, edge)) & 1) != 0) continue;
        const target = at(targets, edge);
        if (limits != 0 && !passes(limits, edge, target)) continue;
        const slot = known + (<usize>target << 3);
        if (load<u32>(slot) >= source) continue;
        const place = load<u32>(slot, 4);
        store<u32>(slot, place + 1, 4);
        put(sources, place, source);
      }
    }
  }
  sinkInto(touched);
}

/** Ancestor and label of each number, side by side. */
export function startLinks(from: u32, to: u32, links: usize): void {
  for (let i = from; i < to; i++) {
    const link = links + (<usize>i << 3);
    store<u32>(link, at(parents, i));
    store<u32>(link, i, 4);
  }
}

/** Semidominators of the numbers above `to`, from `from` down; `least` becomes `idoms`. */
export function findSemidominators(
  from: u32,
  to: u32,
  ends: usize,
  sources: usize,
  links: usize,
  path: usize,
): void {
  const idoms = least;
  for (let i = from; i > to; i--) {
    let semi = at(idoms, i);
    for (let k = at(ends, i - 1), end = at(ends, i); k < end && semi != 1; k++) {
      const source = at(sources, k);
      const sourceLink = links + (<usize>source << 3);
      let ancestor = load<u32>(sourceLink);
      let label = load<u32>(sourceLink, 4);
      if (ancestor > i) {
        let length: u32 = 0;
        let link = sourceLink;
        let node = source;
        do {
          put(path, length++, node);
          node = ancestor;
          link = links + (<usize>node << 3);
          ancestor = load<u32>(link);
        } while (ancestor > i);
        label = load<u32>(link, 4);
        while (length > 0) {
          const below = links + (<usize>at(path, --length) << 3);
          store<u32>(below, ancestor);
          const own = load<u32>(below, 4);
          if (label < own) store<u32>(below, label, 4);
          else label = own;
        }
      }
      if (label < semi) semi = label;
    }
    store<u32>(links + (<usize>i << 3), semi, 4);
    put(idoms, i, semi);
  }
}

/** Immediate dominators of these numbers, ascending. */
export function findDominators(from: u32, to: u32): void {
  const idoms = least;
  for (let i = from; i < to; i++) {
    let dominator = at(parents, i);
    const semi = at(idoms, i);
    while (dominator > semi) dominator = at(idoms, dominator);
    put(idoms, i, dominator);
  }
}

/** The same by node; numbers above `searched` hang from the root. */
export function nameDominators(from: u32, to: u32, searched: u32, dominators: usize): void {
  for (let i = from; i < to; i++) {
    put(
      dominators,
      at(vertices, i),
      i <= searched && i > 1 ? at(vertices, at(least, i)) : root,
    );
  }
}

/** The depth-first numbering that dominators follow from, and what a page owns. */

import {
  at,
  byteAt,
  edgeTargets,
  edgeTypes,
  firstEdge,
  nodeCount,
  placeOf,
  put,
  root,
  shortcut,
  weak,
} from './assembly-graph';

// `numbers` by node: its number from 1 up, or one of these while it has none.

/** No number yet, and edges that are followed. */
const INNER: u32 = 0;
/** No number yet, and some of its edges are in the list `lost`. */
const LOSER: u32 = 0xfffffffe;
/** No number yet, and no edges. */
const LEAF: u32 = 0xffffffff;

// Bits of `holds`, by node.

/** A page owns it, though the search from the page's roots did not number it. */
const OWNED: u32 = 1;
/** Some of its edges are in the list `lost`. */
const LOSES: u32 = 2;
/** The page begins here. */
const STARTS: u32 = 4;

// A frame of the search: the number of a node, its next edge, where its edges end, and its limits.

const OWN: usize = 0;
const EDGE: usize = 4;
const END: usize = 8;
const LIMITS: usize = 12;
const FRAME: u8 = 4;

// Limits of a node: LOSES, and this.

/** Its edges to what a page owns are not essential. */
const OUTSIDE: u32 = 1;

export let numbers: usize = 0;
let holds: usize = 0;
let lost: usize = 0;
let losers: usize = 0;
let lostCount: u32 = 0;
export let vertices: usize = 0;
export let parents: usize = 0;
export let least: usize = 0;
let frames: usize = 0;
export let counts: usize = 0;
let depth: i32 = -1;
let rootEdge: u32 = 0;
let isPageSearch: bool = false;
/** What a page owns leads to the root. */
let isRootMet: bool = false;
/** Shortcuts of what a page owns, not essential: their targets stand last in `vertices`. */
let shortcutCount: u32 = 0;
/** There are more than there is room for. */
let hasOtherShortcuts: bool = false;
/** Whether `holds` says of some nodes that a page owns them. */
export let hasOwned: u32 = 0;
/** The last number that the search from the page's roots gave; 1, the root's, without a page. */
export let pageLast: u32 = 1;
export let behindPage: u32 = 2;
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
 * Begins a depth-first numbering. By number: `vertices`, `parents`, `least` have one more than
 * there are nodes, and so has `counts`, of zeros; by depth: `frames` has four. `losers` has the
 * sources of the edges in `lost`.
 */
export function startNumbers(
  numbersColumn: usize,
  holdsColumn: usize,
  lostList: usize,
  loserList: usize,
  lostLength: u32,
  verticesColumn: usize,
  parentsColumn: usize,
  leastColumn: usize,
  framesColumn: usize,
  countsColumn: usize,
): void {
  numbers = numbersColumn;
  holds = holdsColumn;
  lost = lostList;
  losers = loserList;
  lostCount = lostLength;
  vertices = verticesColumn;
  parents = parentsColumn;
  least = leastColumn;
  frames = framesColumn;
  counts = countsColumn;
  depth = -1;
  last = 0;
  laterCount = 0;
  isRootMet = false;
  shortcutCount = 0;
  hasOtherShortcuts = false;
  hasOwned = 0;
  pageLast = 1;
}

/** Writes which of these nodes have no edges. */
export function findLeaves(from: u32, to: u32): void {
  let begin = at(firstEdge, from);
  for (let node = from; node < to; node++) {
    const end = at(firstEdge, node + 1);
    put(numbers, node, begin == end ? LEAF : INNER);
    begin = end;
  }
}

/** Marks the nodes with edges that are listed. */
export function markLosers(): void {
  for (let i: u32 = 0; i < lostCount; i++) put(numbers, at(losers, i), LOSER);
}

// @ts-expect-error: decorator
@inline
function hasNumber(number: u32): bool {
  return number - 1 < LOSER - 1;
}

/** Types of edges of all nodes but the root that keep nothing alive, a bit each. */
// @ts-expect-error: decorator
@inline
export function idleTypes(): u32 {
  return (1 << weak) | (1 << shortcut);
}

/** Whether a page owns a node. In: what `numbers` has of it. */
// @ts-expect-error: decorator
@inline
function isOwned(node: u32, number: u32): bool {
  return number - 2 < pageLast - 1 || (hasOwned != 0 && (byteAt(holds, node) & OWNED) != 0);
}

/** What limits the edges of a node. In: what `numbers` had of it before it had a number. */
// @ts-expect-error: decorator
@inline
function limitsOf(node: u32, code: u32): u32 {
  return (
    (code == LOSER ? LOSES : 0) |
    (pageLast + hasOwned == 1 || isOwned(node, 0) ? 0 : OUTSIDE)
  );
}

/** Whether an edge of a node with limits, and of a type that holds, is essential. */
export function passes(limits: u32, edge: u32, target: u32, number: u32): bool {
  if ((limits & OUTSIDE) != 0 && isOwned(target, number)) return false;
  return (limits & LOSES) == 0 || placeOf(lost, lostCount, edge) == lostCount;
}

/** Gives the next number to a node, and prepares to follow its edges. */
// @ts-expect-error: decorator
@inline
function enterAt(frame: usize, node: u32, code: u32, number: u32): void {
  store<u32>(frame, number, OWN);
  store<u32>(frame, at(firstEdge, node), EDGE);
  store<u32>(frame, at(firstEdge, node + 1), END);
  store<u32>(frame, limitsOf(node, code), LIMITS);
}

/** Numbers a node from which the search begins, as a child of the root. */
function enter(node: u32): void {
  const code = at(numbers, node);
  last++;
  put(numbers, node, last);
  put(vertices, last, node);
  put(parents, last, 1);
  put(least, last, 1);
  if (code == LEAF) return;
  depth = 0;
  enterAt(frames, node, code, last);
}

/** Numbers the root, and begins with its edges to where the page begins. */
export function enterRoot(): void {
  last = 1;
  put(vertices, 1, root);
  put(parents, 1, 0);
  put(least, 1, 0);
  rootEdge = at(firstEdge, root);
  // Whether edges of the root are listed is looked up for each.
  put(numbers, root, 1);
  isPageSearch = true;
}

/** Goes on with the other edges of the root. */
export function startRest(): void {
  isPageSearch = false;
  rootEdge = at(firstEdge, root);
}

/** Follows edges of the root up to the next that leads further; false when there is none. */
function takeRootEdge(): bool {
  const end = at(firstEdge, root + 1);
  while (rootEdge < end) {
    const edge = rootEdge++;
    const target = at(edgeTargets, edge);
    if (byteAt(edgeTypes, edge) == weak) continue;
    if (((byteAt(holds, target) & STARTS) != 0) != isPageSearch) continue;
    if (lostCount > 0 && placeOf(lost, lostCount, edge) < lostCount) continue;
    const number = at(numbers, target);
    if (hasNumber(number)) {
      if (number > 1) put(least, number, 1);
      continue;
    }
    enter(target);
    if (depth >= 0) return true;
  }
  return false;
}

/** Keeps the target of a shortcut in mind. In: the last number that was given. */
function noteShortcut(target: u32, count: u32): void {
  if (target != root && hasNumber(at(numbers, target))) return;
  if (count + shortcutCount < nodeCount) put(vertices, nodeCount - shortcutCount++, target);
  else hasOtherShortcuts = true;
}

/** Goes on numbering for so many turns; true when there is no more to do. */
export function number(turns: u32): bool {
  const first = firstEdge;
  const types = edgeTypes;
  const targets = edgeTargets;
  const known = numbers;
  const below = least;
  const laterBy = counts;
  const shortcutType = shortcut;
  const idle = idleTypes();
  let turn: u32 = 0;
  while (turn < turns) {
    if (depth < 0 && !takeRootEdge()) return true;
    let level = depth;
    let frame = frames + ((<usize>level) << FRAME);
    let count = last;
    let later = laterCount;
    for (; turn < turns && level >= 0; turn++) {
      const own = load<u32>(frame, OWN);
      const end = load<u32>(frame, END);
      const limits = load<u32>(frame, LIMITS);
      let edge = load<u32>(frame, EDGE);
      let pushed = false;
      while (edge < end) {
        const type = byteAt(types, edge);
        const target = at(targets, edge);
        edge++;
        if (((idle >>> type) & 1) != 0) {
          if (type == shortcutType && isPageSearch) noteShortcut(target, count);
          continue;
        }
        const code = at(known, target);
        if (limits != 0 && !passes(limits, edge - 1, target, code)) continue;
        if (hasNumber(code)) {
          if (code < own) {
            if (code == 1 && isPageSearch) isRootMet = true;
            put(laterBy, code, at(laterBy, code) + 1);
            later++;
          } else if (own < at(below, code)) put(below, code, own);
          continue;
        }
        count++;
        put(known, target, count);
        put(vertices, count, target);
        put(parents, count, own);
        put(below, count, own);
        if (code == LEAF) continue;
        store<u32>(frame, edge, EDGE);
        level++;
        frame += 1 << FRAME;
        enterAt(frame, target, code, count);
        pushed = true;
        break;
      }
      if (!pushed) {
        level--;
        frame -= 1 << FRAME;
      }
    }
    depth = level;
    last = count;
    laterCount = later;
  }
  return false;
}

let waiting: u32 = 0;

/** Marks a node that a page owns and whose edges are to be followed. */
function keepOwned(node: u32): void {
  const place = holds + <usize>node;
  store<u8>(place, load<u8>(place) | <u8>OWNED);
  put(frames, waiting++, node);
  hasOwned = 1;
}

/**
 * Ends the search from the page's roots: what has a number is the page's. So is what its edges lead
 * to that are not essential and not weak: the search for that begins.
 */
export function endPage(): void {
  waiting = 0;
  pageLast = last;
  behindPage = last + 1;
  if (isRootMet || (byteAt(holds, root) & STARTS) != 0) keepOwned(root);
  for (let i: u32 = 0; i < lostCount; i++) {
    const edge = at(lost, i);
    const loser = at(losers, i);
    const target = at(edgeTargets, edge);
    if (byteAt(edgeTypes, edge) == weak || !isOwned(loser, at(numbers, loser))) continue;
    if (!isOwned(target, at(numbers, target))) keepOwned(target);
  }
  if (last + shortcutCount > nodeCount) hasOtherShortcuts = true; // numbers took their places
  for (let i: u32 = 0; i < shortcutCount && !hasOtherShortcuts; i++) {
    const target = at(vertices, nodeCount - i);
    if (!isOwned(target, at(numbers, target))) keepOwned(target);
  }
}

/** Looks for nodes that are owned among those that numbered nodes of this range lead to. */
export function ownBeyond(from: u32, to: u32): void {
  if (!hasOtherShortcuts) return;
  for (let i = from; i < to; i++) {
    const node = at(vertices, i);
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      const target = at(edgeTargets, edge);
      if (byteAt(edgeTypes, edge) != weak && !isOwned(target, at(numbers, target))) keepOwned(target);
    }
  }
}

/** Takes so many nodes that are owned; true when none is left. */
export function searchOwned(steps: u32): bool {
  for (let step: u32 = 0; step < steps && waiting > 0; step++) {
    const node = at(frames, --waiting);
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      const target = at(edgeTargets, edge);
      if (byteAt(edgeTypes, edge) != weak && !isOwned(target, at(numbers, target))) keepOwned(target);
    }
  }
  return waiting == 0;
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
  const idle = idleTypes();
  for (let node = from; node < to; node++) {
    const code = at(numbers, node);
    if (hasNumber(code)) continue;
    const limits = limitsOf(node, code);
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      if (((idle >>> byteAt(edgeTypes, edge)) & 1) != 0) continue;
      const target = at(edgeTargets, edge);
      if (target == node) continue; // elsewhere an edge to the node itself changes nothing
      if (limits == 0 || passes(limits, edge, target, at(numbers, target))) store<u8>(held + <usize>target, 1);
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
  while (node < nodeCount && (hasNumber(at(numbers, node)) || byteAt(held, node) == 1)) node++;
  if (node == nodeCount) return true;
  nextLoose = node + 1;
  enter(node);
  return false;
}

/** Numbers all nodes that are left, as children of the root. */
export function numberRest(): void {
  searched = last;
  behindSearched = last + 1;
  for (let node: u32 = 0; node < nodeCount && last < nodeCount; node++) {
    if (hasNumber(at(numbers, node))) continue;
    last++;
    put(numbers, node, last);
    put(vertices, last, node);
    put(parents, last, 1);
  }
}

/** What a thread has to know that did not number the nodes. */
export function goOnAfter(page: u32, isOwnedBeyond: u32, behind: u32): void {
  pageLast = page;
  hasOwned = isOwnedBeyond;
  behindSearched = behind;
}

/** What limits the edges of a node that has this number. */
// @ts-expect-error: decorator
@inline
export function limitsAgain(number: u32): u32 {
  if (lostCount == 0 && number <= pageLast) return 0;
  const node = at(vertices, number);
  const bits = byteAt(holds, node);
  return (
    (bits & LOSES) |
    (pageLast + hasOwned == 1 || number <= pageLast || (bits & OWNED) != 0 ? 0 : OUTSIDE)
  );
}

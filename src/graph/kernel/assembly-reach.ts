/** Essential edges, and what is reached over them around sets of nodes. */

import { at, byteAt, edgeCount, edgeTargets, edgeTypes, firstEdge, PREFETCH, put, root, shortcut, sinkInto, weak } from './assembly-graph';

/** Writes 1 for the essential edges of these nodes, and for those of tables, which are no such. */
export function findEssential(from: u32, to: u32, owned: usize, essential: usize): void {
  const types = edgeTypes;
  const targets = edgeTargets;
  for (let node = from; node < to; node++) {
    const isRoot = node == root;
    const idle: u32 = isRoot ? 1 << weak : (1 << weak) | (1 << shortcut);
    const intoPages = isRoot || byteAt(owned, node) == 1;
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      const target = at(targets, edge);
      const holds =
        ((idle >>> byteAt(types, edge)) & 1) == 0 && target != node && (intoPages || byteAt(owned, target) == 0);
      store<u8>(essential + <usize>edge, holds ? 1 : 0);
    }
  }
}

// Around sets. `states` by node has four bytes: the sets around which the node may be passed, those
// around which it was found, whether it waits.

const OPEN: u32 = 0xff;
const FOUND: u32 = 8;
const WAITS: u32 = 1 << 16;

let essential: usize = 0;
let states: usize = 0;
let stack: usize = 0;
let batch: usize = 0;
let waiting: u32 = 0;

/** Begins a search. `stack` has room for all nodes, `scratch` for 96 numbers. */
export function startAround(essentialColumn: usize, statesColumn: usize, stackColumn: usize, scratch: usize): void {
  essential = essentialColumn;
  states = statesColumn;
  stack = stackColumn;
  batch = scratch;
  waiting = 0;
}

/** Finds the nodes at these places of a list around these sets, if they are in none of them. */
export function findAround(from: u32, to: u32, list: usize, ways: u32): void {
  for (let i = from; i < to; i++) {
    const node = at(list, i);
    const state = at(states, node);
    const more = state & ways & ~(state >>> FOUND) & OPEN;
    if (more == 0) continue;
    put(states, node, state | (more << FOUND) | WAITS);
    if ((state & WAITS) == 0) put(stack, waiting++, node);
  }
}

/** Finds the nodes at these places of a list, and nothing behind them. */
export function findAlone(from: u32, to: u32, list: usize, ways: u32): void {
  for (let i = from; i < to; i++) {
    const node = at(list, i);
    const state = at(states, node);
    put(states, node, state | ((state & ways & OPEN) << FOUND));
  }
}

/** Goes on for so many batches of nodes; true at the end. */
export function searchAround(batches: u32): bool {
  const holds = essential;
  const targets = edgeTargets;
  const known = states;
  const work = stack;
  const starts = batch;
  const stops = starts + (PREFETCH << 2);
  const sets = stops + (PREFETCH << 2);
  const lastEdge = edgeCount - 1;
  let top = waiting;
  let touched: u32 = 0;
  for (let count: u32 = 0; count < batches && top > 0; count++) {
    const size = min(PREFETCH, top);
    top -= size;
    for (let i: u32 = 0; i < size; i++) {
      const node = at(work, top + i);
      const edge = at(firstEdge, node);
      put(starts, i, edge);
      put(stops, i, at(firstEdge, node + 1));
      const state = at(known, node);
      put(sets, i, (state >>> FOUND) & OPEN);
      put(known, node, state & ~WAITS);
      if (edge <= lastEdge) touched ^= byteAt(holds, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < size; i++) {
      const ways = at(sets, i);
      for (let edge = at(starts, i), stop = at(stops, i); edge < stop; edge++) {
        if (byteAt(holds, edge) == 0) continue;
        const target = at(targets, edge);
        const state = at(known, target);
        const more = state & ways & ~(state >>> FOUND);
        if (more == 0) continue;
        put(known, target, state | (more << FOUND) | WAITS);
        if ((state & WAITS) == 0) put(work, top++, target);
      }
    }
  }
  sinkInto(touched);
  waiting = top;
  return top == 0;
}

/** Leaves in `states` of these nodes the sets, of `all`, around which each was not found. */
export function nameFreed(from: u32, to: u32, all: u32): void {
  for (let node = from; node < to; node++) put(states, node, ~(at(states, node) >>> FOUND) & all);
}

// Over edges of some kinds.

const REACHED: u32 = 1;
const CLOSED: u32 = 2;
const ENDS: u32 = 4;
const MET: u32 = 8;

let kinds: usize = 0;
let highest: u32 = 0;

/**
 * Begins a search over edges of the kinds from 1 to `most`, from the first `count` nodes of
 * `stackColumn`, which has room for all. `marksColumn` has 1 for those, 2 for nodes that are not
 * gone to, 4 for those that are not gone on from. It gets 1 for what is reached, and 8 for what
 * would be but for its 2. `scratch` has room for 64 numbers.
 */
export function startReach(
  kindsColumn: usize,
  most: u32,
  marksColumn: usize,
  stackColumn: usize,
  scratch: usize,
  count: u32,
): void {
  kinds = kindsColumn;
  highest = most;
  states = marksColumn;
  stack = stackColumn;
  batch = scratch;
  waiting = count;
}

/** Goes on for so many batches of nodes; true at the end. */
export function searchReach(batches: u32): bool {
  const kindOf = kinds;
  const most = highest;
  const targets = edgeTargets;
  const known = states;
  const work = stack;
  const starts = batch;
  const stops = starts + (PREFETCH << 2);
  const lastEdge = edgeCount - 1;
  let top = waiting;
  let touched: u32 = 0;
  for (let count: u32 = 0; count < batches && top > 0; count++) {
    const size = min(PREFETCH, top);
    top -= size;
    for (let i: u32 = 0; i < size; i++) {
      const node = at(work, top + i);
      const edge = at(firstEdge, node);
      put(starts, i, edge);
      put(stops, i, (byteAt(known, node) & ENDS) != 0 ? edge : at(firstEdge, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(kindOf, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < size; i++) {
      for (let edge = at(starts, i), stop = at(stops, i); edge < stop; edge++) {
        const kind = byteAt(kindOf, edge);
        if (kind == 0 || kind > most) continue;
        const target = at(targets, edge);
        const mark = byteAt(known, target);
        if ((mark & REACHED) != 0) continue;
        if ((mark & CLOSED) != 0) {
          store<u8>(known + <usize>target, mark | MET);
          continue;
        }
        store<u8>(known + <usize>target, mark | REACHED);
        put(work, top++, target);
      }
    }
  }
  sinkInto(touched);
  waiting = top;
  return top == 0;
}

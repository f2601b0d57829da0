/** From where ways over some edges lead to nodes: those edges the other way round, and a search. */

import { at, byteAt, edgeTargets, firstEdge, put } from './assembly-graph';

/** Counts those of these edges that have a mark by the node that they lead to. */
export function countMarked(from: u32, to: u32, marks: usize, counts: usize): void {
  const targets = edgeTargets;
  for (let edge = from; edge < to; edge++) {
    if (byteAt(marks, edge) == 0) continue;
    const target = at(targets, edge);
    put(counts, target, at(counts, target) + 1);
  }
}

/**
 * Writes the sources of the marked edges of the nodes below `from`, down to `to`. Ends become
 * starts.
 */
export function fillMarked(from: u32, to: u32, marks: usize, ends: usize, sources: usize): void {
  const targets = edgeTargets;
  for (let i = from; i > to; i--) {
    const node = i - 1;
    for (let edge = at(firstEdge, i), start = at(firstEdge, node); edge > start; edge--) {
      if (byteAt(marks, edge - 1) == 0) continue;
      const target = at(targets, edge - 1);
      const place = at(ends, target) - 1;
      put(ends, target, place);
      put(sources, place, node);
    }
  }
}

/** Nodes of a turn: enough that asking for the next one costs nothing. */
const TURN: u32 = 32;

let firsts: usize = 0;
let allSources: usize = 0;
let states: usize = 0;
let stack: usize = 0;
let waiting: u32 = 0;

/**
 * Goes on from the first `count` nodes of `stackColumn`, which has room for all. `statesColumn` has
 * 1 for those, and gets 1 where a way leads to them.
 */
export function startLeading(
  first: usize,
  sources: usize,
  statesColumn: usize,
  stackColumn: usize,
  count: u32,
): void {
  firsts = first;
  allSources = sources;
  states = statesColumn;
  stack = stackColumn;
  waiting = count;
}

/** Goes on for so many turns; true at the end. */
export function searchLeading(turns: u32): bool {
  const first = firsts;
  const sources = allSources;
  const known = states;
  const work = stack;
  let top = waiting;
  for (let count = turns * TURN; count > 0 && top > 0; count--) {
    const node = at(work, --top);
    for (let i = at(first, node), end = at(first, node + 1); i < end; i++) {
      const source = at(sources, i);
      if (byteAt(known, source) != 0) continue;
      store<u8>(known + <usize>source, 1);
      put(work, top++, source);
    }
  }
  waiting = top;
  return top == 0;
}

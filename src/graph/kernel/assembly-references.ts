/** What edges are to a program, and what each of a few edges leads to alone. */

import { at, byteAt, edgeCount, edgeTargets, edgeTypes, firstEdge, PREFETCH, put, sinkInto } from './assembly-graph';

/** Writes 1 for the nodes that essential edges without a mark lead to. */
export function markHeldOtherwise(from: u32, to: u32, essential: usize, marks: usize, held: usize): void {
  const targets = edgeTargets;
  for (let edge = from; edge < to; edge++)
    if (byteAt(essential, edge) > byteAt(marks, edge)) store<u8>(held + <usize>at(targets, edge), 1);
}

/**
 * Writes for the edges of these nodes what `table` says by the row of the node and their own type:
 * 256 bytes a row. 0 for those that are not essential, or have a mark.
 */
export function tellKinds(
  from: u32,
  to: u32,
  rows: usize,
  table: usize,
  essential: usize,
  marks: usize,
  kinds: usize,
): void {
  const types = edgeTypes;
  for (let node = from; node < to; node++) {
    const row = table + <usize>(byteAt(rows, node) << 8);
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      const kind = byteAt(row, byteAt(types, edge));
      // Without a branch for each edge, as the processor guesses wrong too often.
      store<u8>(kinds + <usize>edge, kind * u32(byteAt(essential, edge) > byteAt(marks, edge)));
    }
  }
}

/** Writes 1 for the edges of these nodes that are of a kind and lead to no `fixed` node. */
export function markArcs(from: u32, to: u32, around: usize, fixed: usize, kinds: usize, arcs: usize): void {
  const targets = edgeTargets;
  for (let node = from; node < to; node++) {
    if (byteAt(around, node) == 0) continue;
    for (let edge = at(firstEdge, node), end = at(firstEdge, node + 1); edge < end; edge++) {
      const isArc = u32(byteAt(kinds, edge) != 0) & u32(byteAt(fixed, at(targets, edge)) == 0);
      store<u8>(arcs + <usize>edge, isArc);
    }
  }
}

// Labels: by node the only label that leads to it, or that there are several.

const ENDS: u32 = 0x80000000;
const SEVERAL: u32 = 0x7fffffff;

let kinds: usize = 0;
let labels: usize = 0;
let stack: usize = 0;
let batch: usize = 0;
let waiting: u32 = 0;

/**
 * Goes on from the first `count` nodes of `stackColumn`, which has room for two of each node.
 * `labelColumn` has their labels, SEVERAL for nodes that are not gone to, and ENDS beside the label
 * for those that are not gone on from. `scratch` has room for 64 numbers.
 */
export function startLabels(
  kindsColumn: usize,
  labelColumn: usize,
  stackColumn: usize,
  scratch: usize,
  count: u32,
): void {
  kinds = kindsColumn;
  labels = labelColumn;
  stack = stackColumn;
  batch = scratch;
  waiting = count;
}

/** Goes on for so many batches of nodes; true at the end. */
export function spreadLabels(batches: u32): bool {
  const kindOf = kinds;
  const targets = edgeTargets;
  const known = labels;
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
      put(starts, i, node);
      put(stops, i, (at(known, node) & ENDS) != 0 ? edge : at(firstEdge, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(kindOf, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < size; i++) {
      const node = at(starts, i);
      const label = at(known, node) & SEVERAL;
      for (let edge = at(firstEdge, node), stop = at(stops, i); edge < stop; edge++) {
        if (byteAt(kindOf, edge) == 0) continue;
        const target = at(targets, edge);
        const state = at(known, target);
        const before = state & SEVERAL;
        if (before == label || before == SEVERAL) continue;
        put(known, target, (state & ENDS) | (before == 0 ? label : SEVERAL));
        put(work, top++, target);
      }
    }
  }
  sinkInto(touched);
  waiting = top;
  return top == 0;
}

/** Few edges among all: those between nodes that are marked alike, and those with marked names. */

import { at, byteAt, edgeTargets, edgeTypes, firstEdge, put } from './assembly-graph';

/** How many pairs the last call has found. */
export let alikeCount: u32 = 0;

/**
 * Writes source and edge, for these nodes, of each edge of a type between two nodes with the same
 * byte in `marks` that is not zero. `found` has room for two numbers for each of their edges.
 */
export function findAlike(from: u32, to: u32, marks: usize, type: u32, found: usize): void {
  const targets = edgeTargets;
  const types = edgeTypes;
  let count: u32 = 0;
  let edge = at(firstEdge, from);
  for (let node = from; node < to; node++) {
    const end = at(firstEdge, node + 1);
    const mark = byteAt(marks, node);
    if (mark == 0) {
      edge = end;
      continue;
    }
    // Without a branch for each edge, as the processor guesses wrong too often.
    for (; edge < end; edge++) {
      put(found, count << 1, node);
      put(found, (count << 1) + 1, edge);
      const isAlike = u32(byteAt(marks, at(targets, edge)) == mark);
      count += isAlike & u32(byteAt(types, edge) == type);
    }
  }
  alikeCount = count;
}

/** How many edges the last call has found. */
export let markedCount: u32 = 0;

/**
 * Writes down each of these edges whose name is marked: `marks` has a byte for each name from `low`
 * to `low + span`. `found` has room for one more than the edges.
 */
export function findMarkedNames(
  from: u32,
  to: u32,
  names: usize,
  marks: usize,
  low: u32,
  span: u32,
  found: usize,
): void {
  const lows = i32x4.splat(low);
  const spans = i32x4.splat(span);
  let count: u32 = 0;
  for (let edge = from; edge < to; ) {
    // Most names are outside of the range.
    while (edge + 4 <= to) {
      const four = i32x4.sub(v128.load(names + (<usize>edge << 2)), lows);
      if (v128.any_true(i32x4.le_u(four, spans))) break;
      edge += 4;
    }
    for (const end = min(to, edge + 4); edge < end; edge++) {
      const name = at(names, edge) - low;
      put(found, count, edge);
      count += u32(name <= span && byteAt(marks, min(name, span)) != 0);
    }
  }
  markedCount = count;
}

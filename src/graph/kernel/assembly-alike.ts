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
 * Writes down each of these edges whose name is marked: `marks` has a byte for each of `length`
 * names, and a zero behind them. `found` has room for one more than the edges.
 */
export function findMarkedNames(
  from: u32,
  to: u32,
  names: usize,
  marks: usize,
  length: u32,
  found: usize,
): void {
  let count: u32 = 0;
  for (let edge = from; edge < to; edge++) {
    put(found, count, edge);
    count += u32(byteAt(marks, min(at(names, edge), length)) != 0);
  }
  markedCount = count;
}

/** The search from all roots behind `holderChains`. */

import { at, byteAt, edgeCount, edgeTargets, firstEdge, PREFETCH, put, sinkInto } from './assembly-graph';

// Marks of nodes.
const FOUND: u32 = 1;
const ASIDE: u32 = 2;

let essential: usize = 0;
let marks: usize = 0;
let parents: usize = 0;
let edges: usize = 0;
let depths: usize = 0;
let queue: usize = 0;
let aside: usize = 0;
let state: usize = 0;

/**
 * Begins a search. `queue` and `aside` have room for all nodes. `stateColumn` has the places of
 * the next node and of the end of the queue, how many were put aside, the marks of nodes to stop
 * at, and room for 64 numbers.
 */
export function startHolders(
  essentialColumn: usize,
  marksColumn: usize,
  parentsColumn: usize,
  edgesColumn: usize,
  depthsColumn: usize,
  queueColumn: usize,
  asideColumn: usize,
  stateColumn: usize,
): void {
  essential = essentialColumn;
  marks = marksColumn;
  parents = parentsColumn;
  edges = edgesColumn;
  depths = depthsColumn;
  queue = queueColumn;
  aside = asideColumn;
  state = stateColumn;
}

/**
 * Goes on for so many batches of nodes, up to the first one to stop at; true there, and at the end.
 * What is found and marked with ASIDE is put there, all else into the queue.
 */
export function searchHolders(batches: u32): bool {
  const holds = essential;
  const targets = edgeTargets;
  const known = marks;
  const work = queue;
  const starts = state + 16;
  const stops = starts + (PREFETCH << 2);
  const lastEdge = edgeCount - 1;
  const halts = at(state, 3);
  let head = at(state, 0);
  let tail = at(state, 1);
  let besides = at(state, 2);
  let touched: u32 = 0;
  let isDone = head == tail;
  for (let count: u32 = 0; count < batches && !isDone; count++) {
    const most = min(PREFETCH, tail - head);
    let size: u32 = 0;
    for (; size < most; size++) {
      const node = at(work, head + size);
      if ((byteAt(known, node) & halts) != 0) break;
      const edge = at(firstEdge, node);
      put(starts, size, edge);
      put(stops, size, at(firstEdge, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(holds, edge) ^ at(targets, edge);
    }
    for (let i: u32 = 0; i < size; i++) {
      const node = at(work, head + i);
      const depth = at(depths, node) + 1;
      for (let edge = at(starts, i), stop = at(stops, i); edge < stop; edge++) {
        if (byteAt(holds, edge) == 0) continue;
        const target = at(targets, edge);
        const mark = byteAt(known, target);
        if ((mark & FOUND) != 0) continue;
        store<u8>(known + <usize>target, mark | FOUND);
        put(parents, target, node);
        put(edges, target, edge);
        put(depths, target, depth);
        if ((mark & ASIDE) != 0) put(aside, besides++, target);
        else put(work, tail++, target);
      }
    }
    head += size;
    isDone = size < most || head == tail;
  }
  sinkInto(touched);
  put(state, 0, head);
  put(state, 1, tail);
  put(state, 2, besides);
  return isDone;
}

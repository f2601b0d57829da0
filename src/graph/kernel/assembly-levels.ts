/** Breadth-first levels over arcs: marked edges. */

import { at, byteAt, edgeCount, edgeTargets, firstEdge, PREFETCH, put, sinkInto } from './assembly-graph';

/** The search ends with the level of the first such node that it meets. */
const GOAL: u32 = 1;
/** The search stops in front of such a node. */
const STOP: u32 = 2;

let arcs: usize = 0;
let levels: usize = 0;
let flags: usize = 0;
let queue: usize = 0;
let batch: usize = 0;

/** The next node of the queue, and behind the last one. */
export let levelHead: u32 = 0;
export let levelTail: u32 = 0;
/** The level of the goals that were met; 0: none was. */
export let goalLevel: u32 = 0;

/**
 * `levelColumn` has 0 for all nodes but those of the queue, which has room for all; `scratch` has
 * room for 64 numbers.
 */
export function startLevels(
  arcColumn: usize,
  levelColumn: usize,
  flagColumn: usize,
  queueColumn: usize,
  scratch: usize,
): void {
  arcs = arcColumn;
  levels = levelColumn;
  flags = flagColumn;
  queue = queueColumn;
  batch = scratch;
}

/** Goes on in such a queue, also when its first node is one to stop at. */
export function goOnLevels(head: u32, tail: u32, goal: u32): void {
  levelHead = head;
  levelTail = tail;
  goalLevel = goal;
  isFirst = true;
}

let isFirst: bool = false;

/** Goes on for so many batches of nodes; true where it stops. */
export function searchLevels(batches: u32): bool {
  const isArc = arcs;
  const targets = edgeTargets;
  const known = levels;
  const flag = flags;
  const work = queue;
  const starts = batch;
  const stops = starts + (PREFETCH << 2);
  const lastEdge = edgeCount - 1;
  let head = levelHead;
  let tail = levelTail;
  let touched: u32 = 0;
  let isDone = false;
  for (let count: u32 = 0; count < batches && !isDone; count++) {
    let size: u32 = 0;
    let level: u32 = 0;
    // Nodes of one level.
    while (size < PREFETCH && head + size < tail) {
      const node = at(work, head + size);
      const own = at(known, node);
      if (size == 0) level = own;
      if (own != level || own == goalLevel || ((byteAt(flag, node) & STOP) != 0 && !isFirst)) break;
      isFirst = false;
      const edge = at(firstEdge, node);
      put(starts, size, edge);
      put(stops, size, at(firstEdge, node + 1));
      if (edge <= lastEdge) touched ^= byteAt(isArc, edge) ^ at(targets, edge);
      size++;
    }
    if (size == 0) {
      isDone = true;
      break;
    }
    head += size;
    for (let i: u32 = 0; i < size; i++) {
      for (let edge = at(starts, i), stop = at(stops, i); edge < stop; edge++) {
        if (byteAt(isArc, edge) == 0) continue;
        const target = at(targets, edge);
        if (at(known, target) != 0) continue;
        put(known, target, level + 1);
        put(work, tail++, target);
        if ((byteAt(flag, target) & GOAL) != 0) goalLevel = level + 1;
      }
    }
  }
  sinkInto(touched);
  levelHead = head;
  levelTail = tail;
  return isDone;
}

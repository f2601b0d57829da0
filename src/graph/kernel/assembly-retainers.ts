/** Edges the other way round, in two halves that different threads may do. */

import { at, edgeTargets, firstEdge, nodeCount, put } from './assembly-graph';

/** Counts these edges by the node that they lead to. */
export function countTargets(from: u32, to: u32, counts: usize): void {
  const targets = edgeTargets;
  for (let edge = from; edge < to; edge++) {
    const target = at(targets, edge);
    put(counts, target, at(counts, target) + 1);
  }
}

let offset: u32 = 0;

/** Turns the counts of both halves into the ends of their parts; `upper` 0: there is one half. */
export function placeRetainers(from: u32, to: u32, lower: usize, upper: usize): void {
  if (from == 0) offset = 0;
  let end = offset;
  for (let node = from; node < to; node++) {
    end += at(lower, node);
    put(lower, node, end);
    if (upper == 0) continue;
    end += at(upper, node);
    put(upper, node, end);
  }
  offset = end;
  if (to == nodeCount) put(lower, nodeCount, end);
}

/** Writes the sources of the edges of the nodes below `from`, down to `to`. Ends become starts. */
export function fillRetainers(from: u32, to: u32, ends: usize, sources: usize): void {
  const first = firstEdge;
  const targets = edgeTargets;
  for (let i = from; i > to; i--) {
    const node = i - 1;
    for (let edge = at(first, i), start = at(first, node); edge > start; edge--) {
      const target = at(targets, edge - 1);
      const place = at(ends, target) - 1;
      put(ends, target, place);
      put(sources, place, node);
    }
  }
}

/** Writes each of these edges behind those that lead to the same node. Starts become ends. */
export function fillRetainingEdges(from: u32, to: u32, starts: usize, edges: usize): void {
  const targets = edgeTargets;
  for (let edge = from; edge < to; edge++) {
    const target = at(targets, edge);
    const place = at(starts, target);
    put(starts, target, place + 1);
    put(edges, place, edge);
  }
}

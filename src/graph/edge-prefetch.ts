/** Software prefetch for searches through nodes in an order that the memory does not have. */
import { edgesOf, type Graph } from './graph.js';

/** Nodes whose edges are touched before the first of them is worked on. */
const BATCH = 32;

/** The next nodes of a queue, with the edges that each has. */
export interface EdgePrefetch {
  /** By place in the batch: the first edge of the node. */
  readonly starts: Uint32Array;
  /** By place in the batch: the edge behind its last one. */
  readonly stops: Uint32Array;
  /**
   * Looks up the edges of `queue[head]` and of those behind it, and touches the first edge of each:
   * the loads of a batch overlap, and its cache lines are there when the work begins.
   *
   * - Out: how many nodes the batch has: 32, or all up to `tail`.
   */
  readonly touch: (queue: Uint32Array, head: number, tail: number) => number;
}

/**
 * - In: a graph with edges; a column by edge that the search reads beside the targets.
 * - Cost: constant memory.
 */
export function edgePrefetch(graph: Graph, column: Uint8Array): EdgePrefetch {
  const { firstEdge } = graph;
  const { targets, count } = edgesOf(graph);
  const starts = new Uint32Array(BATCH);
  const stops = new Uint32Array(BATCH);
  const sink = new Uint32Array(BATCH); // keeps the loads alive; never read
  const touch = (queue: Uint32Array, head: number, tail: number): number => {
    const batch = Math.min(BATCH, tail - head);
    for (let i = 0; i < batch; i++) {
      const node = queue[head + i]!;
      starts[i] = firstEdge[node]!;
      stops[i] = firstEdge[node + 1]!;
    }
    for (let i = 0; i < batch; i++) {
      const edge = Math.min(starts[i]!, count - 1);
      sink[i] = column[edge]! ^ targets[edge]!;
    }
    return batch;
  };
  return { starts, stops, touch };
}

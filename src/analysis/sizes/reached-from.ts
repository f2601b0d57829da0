/** What the root reaches over some of the references. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import type { EdgeTest } from './essential-edges.js';

/**
 * By node 1 where the root reaches it, without going into nodes that are `barred`.
 *
 * - Cost: linear in nodes and edges; 5 bytes a node while it runs.
 */
export function reachedFrom(graph: Graph, follows: EdgeTest, barred?: Uint8Array): Uint8Array {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const seen = new Uint8Array(nodeCount);
  if (nodeCount === 0 || barred?.[root] === 1) return seen;
  const work = new Uint32Array(nodeCount);
  let waiting = 1;
  work[0] = root;
  seen[root] = 1;
  while (waiting > 0) {
    const node = work[--waiting]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (seen[target] === 1 || barred?.[target] === 1 || !follows(edge, node)) continue;
      seen[target] = 1;
      work[waiting++] = target;
    }
  }
  return seen;
}

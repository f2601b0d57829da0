/** What is done to the columns of a file that ended early or is damaged. */
import type { EdgeReader } from './edges.js';
import type { NodeReader } from './nodes.js';

/** Drops edges that did not arrive, or that lead to nodes that did not; closes the gaps. */
export function dropLostEdges(nodes: NodeReader, edges: EdgeReader): void {
  const nodeCount = nodes.count;
  const { firstEdge } = nodes.columns;
  const { edgeTypes, edgeNames, edgeTargets } = edges.columns;
  let kept = 0;
  for (let node = 0; node < nodeCount; node++) {
    const from = firstEdge[node]!;
    const to = Math.min(firstEdge[node + 1]!, edges.count);
    firstEdge[node] = kept;
    for (let edge = from; edge < to; edge++) {
      if (edgeTargets[edge]! >= nodeCount) continue;
      edgeTypes[kept] = edgeTypes[edge]!;
      edgeNames[kept] = edgeNames[edge]!;
      edgeTargets[kept] = edgeTargets[edge]!;
      kept++;
    }
  }
  firstEdge[nodeCount] = kept;
  edges.count = kept;
}

/**
 * Which nodes are called `Detached …`: native (embedder) nodes that say so themselves, and native
 * nodes that only such nodes lead to.
 * DevTools: HeapSnapshot.ts, propagateDOMState.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { ATTACHED, DETACHED, EDGE, hasDetachedNative, NODE } from '../graph/schema.js';

/**
 * One byte a node, 1 where the name gets the prefix; undefined when no node does, which costs one
 * pass over a column and needs no edges.
 *
 * Nodes with a state of their own seed two work lists. The state spreads to native nodes that have
 * none yet, each node taking the first that comes; attached is spread first. Edges of the types
 * hidden and weak are not followed.
 *
 * - Cost: linear in nodes and edges; 2 bytes a node.
 */
export const detachedNodes = memo((graph: Graph): Uint8Array | undefined => {
  const { nodeCount, nodeTypes, detachedness } = graph;
  if (!detachedness || !hasDetachedNative(nodeTypes, detachedness)) return undefined;
  const { types, targets } = edgesOf(graph);
  const { firstEdge } = graph;
  const visited = new Uint8Array(nodeCount);
  const detached = new Uint8Array(nodeCount);
  const lists: Record<number, number[]> = { [ATTACHED]: [], [DETACHED]: [] };

  const visit = (node: number, state: number): void => {
    if (visited[node] !== 0) return;
    visited[node] = 1;
    if (nodeTypes[node] !== NODE.native) return;
    if (state === DETACHED) detached[node] = 1;
    lists[state]?.push(node);
  };
  for (let node = 0; node < nodeCount; node++) {
    if (detachedness[node] !== 0) visit(node, detachedness[node]!);
  }
  for (const state of [ATTACHED, DETACHED]) {
    const list = lists[state]!;
    for (let node = list.pop(); node !== undefined; node = list.pop()) {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (types[edge] !== EDGE.hidden && types[edge] !== EDGE.weak) visit(targets[edge]!, state);
      }
    }
  }
  return detached;
}, 'detached nodes');

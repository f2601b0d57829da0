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
 * - Cost: that of `nodeStates`, and a pass over the nodes.
 */
export const detachedNodes = memo((graph: Graph): Uint8Array | undefined => {
  const { nodeCount, nodeTypes, detachedness } = graph;
  if (!hasDetachedNative(nodeTypes, detachedness)) return undefined;
  const states = nodeStates(graph);
  for (let node = 0; node < nodeCount; node++)
    states[node] = states[node] === DETACHED && nodeTypes[node] === NODE.native ? 1 : 0;
  return states;
}, 'detached nodes');

/**
 * The states of nodes, with those that others give them. In: a graph with `detachedness`.
 *
 * Nodes with a state of their own seed two work lists. The state spreads to native nodes that have
 * none yet, each node taking the first that comes; attached is spread first. Edges of the types
 * hidden and weak are not followed.
 *
 * - Out: one byte a node, the caller's own.
 * - Cost: linear in nodes and edges.
 */
export function nodeStates(graph: Graph): Uint8Array {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const states = graph.detachedness!.slice();
  const lists: Record<number, number[]> = { [ATTACHED]: [], [DETACHED]: [] };
  for (let node = 0; node < nodeCount; node++)
    if (states[node] !== 0 && nodeTypes[node] === NODE.native) lists[states[node]!]?.push(node);
  for (const state of [ATTACHED, DETACHED]) {
    const list = lists[state]!;
    for (let node = list.pop(); node !== undefined; node = list.pop()) {
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (types[edge] === EDGE.hidden || types[edge] === EDGE.weak) continue;
        if (states[target] !== 0 || nodeTypes[target] !== NODE.native) continue;
        states[target] = state;
        list.push(target);
      }
    }
  }
  return states;
}

/** The dominator tree downwards: what each node dominates immediately. */
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { dominatorTree } from './dominators.js';
import { retainedSizes } from './retained-sizes.js';

/** Children of a node are `children[firstChild[node]] … children[firstChild[node + 1] - 1]`, in the order of the file. */
const childIndex = memo((graph: Graph): { firstChild: Uint32Array; children: Uint32Array } => {
  const { nodeCount, root } = graph;
  const { dominators } = dominatorTree(graph);
  const firstChild = new Uint32Array(nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) if (node !== root) firstChild[dominators[node]! + 1]! += 1;
  for (let node = 0; node < nodeCount; node++) firstChild[node + 1]! += firstChild[node]!;
  const next = firstChild.slice(0, nodeCount);
  const children = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (node !== root) children[next[dominators[node]!]!++] = node;
  return { firstChild, children };
});

/**
 * Ordinals of the nodes that a node dominates immediately, the largest retained size first, ties by id; none for a node
 * that holds nothing alone. Needs edges. Cost: dominators and retained sizes, and 8 bytes a node, once a graph; then what
 * is sorted.
 */
export function dominatedNodes(graph: Graph, node: number): number[] {
  const retained = retainedSizes(graph);
  const found = Array.from(childrenOf(graph, node));
  return found.sort((a, b) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!);
}

/** The same in the order of the file; part of a column that is not to be changed. Cost: dominators, and 8 bytes a node, once. */
export function childrenOf(graph: Graph, node: number): Uint32Array {
  const { firstChild, children } = childIndex(graph);
  return children.subarray(firstChild[node]!, firstChild[node + 1]!);
}

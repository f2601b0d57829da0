/** The dominator tree downwards: what each node dominates immediately. */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { columnBeside, releaseBeside } from '../../graph/accelerated.js';
import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import type { Partitioner } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { tallyByClass } from './class-tally.js';
import { dominatorTree } from './dominators.js';
import { retainedSizes } from './retained-sizes.js';

/**
 * Children of a node are `children[firstChild[node]] … children[firstChild[node + 1] - 1]`, in the
 * order of the file.
 */
export const childIndex = memo((graph: Graph): { firstChild: Uint32Array; children: Uint32Array } => {
  const { nodeCount, root } = graph;
  const { dominators } = dominatorTree(graph);
  const firstChild = columnBeside(graph, Uint32Array, nodeCount + 1);
  for (let node = 0; node < nodeCount; node++) if (node !== root) firstChild[dominators[node]! + 1]! += 1;
  for (let node = 0; node < nodeCount; node++) firstChild[node + 1]! += firstChild[node]!;
  const next = columnBeside(graph, Uint32Array, nodeCount, true);
  next.set(firstChild.subarray(0, nodeCount));
  const children = columnBeside(graph, Uint32Array, nodeCount);
  for (let node = 0; node < nodeCount; node++) if (node !== root) children[next[dominators[node]!]!++] = node;
  releaseBeside(graph, next);
  return { firstChild, children };
}, 'dominated nodes');

/**
 * Ordinals of the nodes that a node dominates immediately, the largest retained size first, ties by
 * id; none for a node that holds nothing alone. Needs edges. Cost: dominators and retained sizes,
 * and 8 bytes a node, once a graph; then what is sorted.
 */
export function dominatedNodes(graph: Graph, node: number): number[] {
  const retained = retainedSizes(graph);
  const found = Array.from(childrenOf(graph, node));
  return found.sort((a, b) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!);
}

/**
 * The same in the order of the file; part of a column that is not to be changed. Cost: dominators,
 * and 8 bytes a node, once.
 */
export function childrenOf(graph: Graph, node: number): Uint32Array {
  const { firstChild, children } = childIndex(graph);
  return children.subarray(firstChild[node]!, firstChild[node + 1]!);
}

/**
 * Of some nodes those that no other of them dominates: together they keep what all of them keep.
 *
 * - In: by node 1 for those.
 * - Order: the largest retained size first, ties by id.
 * - Cost: dominators and retained sizes; one pass over the nodes.
 */
export function topmost(graph: Graph, mask: Uint8Array): number[] {
  const { dominators, order } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const isBelow = new Uint8Array(graph.nodeCount);
  const found: number[] = [];
  // Every node stands after its dominator.
  for (const node of order) {
    const above = dominators[node]!;
    if (above !== node) isBelow[node] = mask[above]! | isBelow[above]!;
    if (mask[node] === 1 && isBelow[node] === 0) found.push(node);
  }
  return found.sort((a, b) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!);
}

/** A node in a part of the dominator tree. */
export interface TreeNode {
  /** Ordinal. */
  readonly node: number;
  /** Levels below the first one, which has 0. */
  readonly depth: number;
}

/** How much of the dominator tree is wanted. */
export interface TreeOptions {
  /** Levels below the roots. */
  readonly levels: number;
  /** Children of each node, the largest first. */
  readonly limit: number;
}

/** A part of the dominator tree. */
export interface TreePart {
  /** Each node before those below it. */
  readonly nodes: readonly TreeNode[];
  /** Children of the roots that the limit left out. */
  readonly omitted: number;
}

/**
 * The dominator tree below some nodes.
 *
 * - In: ordinals, each the root of a tree of its own.
 * - Order: depth first; children as `dominatedNodes` has them.
 * - Cost: that of `dominatedNodes` for each node above the last level. A list of a million elements
 *   is a branch of a million levels: no recursion.
 */
export function dominatorTreeBelow(
  graph: Graph,
  roots: readonly number[],
  { levels, limit }: TreeOptions,
): TreePart {
  const nodes: TreeNode[] = [];
  let omitted = 0;
  const waiting = roots.map((node): TreeNode => ({ node, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    nodes.push(next);
    if (depth >= levels) continue;
    const children = dominatedNodes(graph, node);
    for (let i = Math.min(limit, children.length) - 1; i >= 0; i--)
      waiting.push({ node: children[i]!, depth: depth + 1 });
    if (depth === 0) omitted += Math.max(0, children.length - limit);
  }
  return { nodes, omitted };
}

/** The objects of one class that some nodes dominate immediately. */
export interface DominatedClass {
  readonly type: string;
  readonly count: number;
  /** Bytes that these objects keep. */
  readonly retainedSize: number;
}

/**
 * What some nodes dominate immediately, class by class.
 *
 * - Order: the most retained bytes first, ties by name.
 * - Empty: nodes that hold nothing alone have no classes.
 * - Cost: that of `dominatedNodes`, and of the partition.
 */
export function dominatedClasses(
  graph: Graph,
  roots: readonly number[],
  partition: Partitioner = classIndex,
): DominatedClass[] {
  const retained = retainedSizes(graph);
  const children = roots.flatMap((node) => Array.from(childrenOf(graph, node)));
  return tallyByClass(partition(graph), children, (node) => retained[node]!)
    .map(({ type, count, size }): DominatedClass => ({ type, count, retainedSize: size }))
    .sort(
      inOrder<DominatedClass>(
        byDescending((row) => row.retainedSize),
        byType,
      ),
    );
}

/** The shortest chains from the roots to objects, merged, as stacks. */
import type { Graph } from '../../graph/graph.js';
import { mergedPaths } from '../patterns/merged-paths.js';
import type { PatternNode } from '../patterns/pattern-node.js';
import { SMALLER, type StackNode, type StackOptions } from './stack-tree.js';

/**
 * - In: a graph with edges; the nodes.
 * - Out: preorder. A size is the bytes of the nodes themselves, on all chains through a frame.
 * - Order: that of `mergedPaths`.
 * - Empty: no nodes, nothing.
 * - Cost: that of `mergedPaths`.
 */
export function* mergedChains(
  graph: Graph,
  nodes: ArrayLike<number>,
  { depth: deepest, least }: StackOptions,
): Generator<StackNode> {
  const waiting: {
    readonly depth: number;
    readonly nodes: readonly PatternNode[];
    readonly isRest: boolean;
  }[] = [];
  const enter = (found: readonly PatternNode[], depth: number): void => {
    const rest = found.filter(({ size }) => size < least);
    if (rest.length > 0) waiting.push({ depth, nodes: rest, isRest: true });
    for (const node of found.filter(({ size }) => size >= least).reverse())
      waiting.push({ depth, nodes: [node], isRest: false });
  };
  enter(mergedPaths(graph, nodes), 0);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { depth, isRest } = next;
    const { size, count } = total(next.nodes);
    if (isRest) {
      yield { name: SMALLER, count, size, ownSize: size, ownCount: count, depth };
      continue;
    }
    const [{ type, via, children }] = next.nodes as [PatternNode];
    const below = depth < deepest ? total(children) : { size: 0, count: 0 };
    const name = via === undefined ? type : `${via} ${type}`;
    yield { name, count, size, ownSize: size - below.size, ownCount: count - below.count, depth };
    if (depth < deepest) enter(children, depth + 1);
  }
}

function total(nodes: readonly PatternNode[]): { readonly size: number; readonly count: number } {
  let size = 0;
  let count = 0;
  for (const node of nodes) {
    size += node.size;
    count += node.count;
  }
  return { size, count };
}

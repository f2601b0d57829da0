/**
 * Which of many pairs of nodes are joined by references: a held value and its target, a value and
 * its key.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import type { Chain } from '../holders/chains.js';
import type { EdgeTest } from '../sizes/essential-edges.js';

/** A start, and what is looked for from there. */
export interface ReachPair {
  readonly from: number;
  readonly to: number;
}

/** What the searches found. */
export interface OwnReach {
  /** By pair 1 where its start leads to its end. */
  readonly joined: Uint8Array;
  /** Pairs that were not looked at, because the searches before them took too many steps. */
  readonly unknown: number;
}

/** All searches together may look at so many edges for each edge of the graph, and no more. */
const MOST_STEPS = 8;

/** The bound on small graphs. */
const LEAST_STEPS = 10_000_000;

/**
 * Whether the start of each pair leads to its end.
 *
 * - In: by node 1 where a way may pass; which edges it may take.
 * - Order: that of the pairs. Pairs with the same start share a search where one follows the other.
 * - Cost: linear in nodes and edges, by a bound on all searches together; 8 bytes a node.
 */
export function ownReach(
  graph: Graph,
  pairs: readonly ReachPair[],
  isPassable: (node: number) => boolean,
  follows: EdgeTest,
): OwnReach {
  const { nodeCount, firstEdge } = graph;
  const { targets, count } = edgesOf(graph);
  const joined = new Uint8Array(pairs.length);
  const seen = new Uint32Array(nodeCount);
  const work = new Uint32Array(nodeCount);
  const most = Math.max(LEAST_STEPS, MOST_STEPS * count);
  let steps = 0;
  let unknown = 0;
  let last = -1;
  let finished = false;
  pairs.forEach(({ from, to }, i) => {
    const search = last >= 0 && pairs[last]!.from === from ? last + 1 : i + 1;
    if (seen[to] === search || (search <= i && finished)) {
      joined[i] = seen[to] === search ? 1 : 0;
      return;
    }
    if (steps > most) {
      unknown++;
      return;
    }
    last = i;
    finished = false;
    let waiting = 1;
    work[0] = from;
    seen[from] = i + 1;
    while (waiting > 0 && seen[to] !== i + 1) {
      const node = work[--waiting]!;
      const end = firstEdge[node + 1]!;
      steps += end - firstEdge[node]! + 1;
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        const next = targets[edge]!;
        if (seen[next] === i + 1 || !isPassable(next) || !follows(edge, node)) continue;
        seen[next] = i + 1;
        work[waiting++] = next;
      }
    }
    finished = waiting === 0 && seen[to] !== i + 1;
    joined[i] = seen[to] === i + 1 ? 1 : 0;
  });
  return { joined, unknown };
}

/** The shortest chain from the start of a pair to its end; undefined where there is none. */
export function shortestWay(
  graph: Graph,
  { from, to }: ReachPair,
  isPassable: (node: number) => boolean,
  follows: EdgeTest,
): Chain | undefined {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  if (from === to) return { nodes: [from], edges: [] };
  const before = new Map<number, { readonly node: number; readonly edge: number }>();
  const queue = [from];
  for (const node of queue) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const next = targets[edge]!;
      if (next === from || before.has(next) || !isPassable(next) || !follows(edge, node)) continue;
      before.set(next, { node, edge });
      if (next !== to) {
        queue.push(next);
        continue;
      }
      const nodes = [to];
      const edges: number[] = [];
      for (let at = to; at !== from; ) {
        const step = before.get(at)!;
        nodes.push(step.node);
        edges.push(step.edge);
        at = step.node;
      }
      return { nodes: nodes.reverse(), edges: edges.reverse() };
    }
  }
  return undefined;
}

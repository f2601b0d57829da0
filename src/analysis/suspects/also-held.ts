/** Who else holds what the runtime holds: the program's own reference to a timer, a store. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { rootOf } from '../../v8/roots.js';
import type { Chain } from '../holders/chains.js';
import { ownerOf } from '../holders/container-owner.js';
import { holderChain, holderChains } from '../holders/holder-chains.js';
import { essentialEdges } from '../sizes/essential-edges.js';

/** Holders of a node that are looked at. */
const MOST_HOLDERS = 20;

/**
 * Chains to a node by other holders than the one that its own chain has, where these are the
 * program's.
 *
 * - Order: the shortest first.
 * - Cost: that of `retainersOf`, and the chains of 20 holders.
 */
export function alsoHeld(graph: Graph, node: number): Chain[] {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const { parents } = holderChains(graph);
  const essential = essentialEdges(graph);
  const found: Chain[] = [];
  const first = firstRetainer[node]!;
  const last = Math.min(firstRetainer[node + 1]!, first + MOST_HOLDERS);
  for (let at = first; at < last; at++) {
    const source = sources[at]!;
    if (source === parents[node] || source === node) continue;
    const chain = holderChain(graph, source);
    const root = rootOf(graph, chain.nodes[0]!);
    if (chain.nodes.includes(node) || root === undefined) continue;
    if (root.kind === 'timer' || ownerOf(graph, source, root) !== 'program') continue;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      if (targets[edge] !== node || essential[edge] === 0) continue;
      found.push({ nodes: [...chain.nodes, node], edges: [...chain.edges, edge] });
      break;
    }
  }
  return found.sort((a, b) => a.nodes.length - b.nodes.length);
}

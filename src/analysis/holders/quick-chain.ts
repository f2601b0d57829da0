/** A chain for someone who waits for it: the shortest from a root, or one that is found at once. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { distances } from '../sizes/distances.js';
import { holds } from '../sizes/essential-edges.js';
import { type Chain, type ChainOptions, searchBackrefs } from './chains.js';

/** A chain, and how it was found. */
export interface QuickChain {
  readonly chain: Chain;
  /** Whether it begins at the nearest goal; else at what V8's distances begin at. */
  readonly isNearest: boolean;
}

class TooMany extends Error {}

/**
 * A chain that ends at `start`: from the nearest goal where a search finds it after `looks`
 * references, else along decreasing distances, as Chrome DevTools sorts retainers.
 *
 * - Empty: undefined where nothing holds it.
 * - Cost: bounded by `looks`, and by the retainers of the nodes on the chain; distances, once.
 */
export function quickChain(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  { looks, ...options }: Omit<ChainOptions, 'ignoreNode'> & { readonly looks: number },
): QuickChain | undefined {
  let left = looks;
  const ignoreNode = (): boolean => {
    if (--left < 0) throw new TooMany();
    return false;
  };
  try {
    const [chain] = searchBackrefs(graph, start, isGoal, { ...options, ignoreNode }).chains;
    return chain && { chain, isNearest: true };
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
  }
  return { chain: chainByDistance(graph, start), isNearest: false };
}

/** From each node to the first of those that hold it and are nearer. */
function chainByDistance(graph: Graph, start: number): Chain {
  const far = distances(graph);
  const isHeld = holds(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const nodes = [start];
  const edges: number[] = [];
  for (let node = start; node !== graph.root; ) {
    let nearest = -1;
    let edge = -1;
    const own = far[node]!;
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const source = sources[at]!;
      if (far[source] !== own - 1 || own <= 0) continue;
      edge = edgeBetween(graph, source, node, isHeld);
      if (edge < 0) continue;
      nearest = source;
      break;
    }
    if (nearest < 0) break;
    nodes.unshift(nearest);
    edges.unshift(edge);
    node = nearest;
  }
  return { nodes, edges };
}

/** The first edge that keeps its target; -1 for none. */
function edgeBetween(
  graph: Graph,
  source: number,
  target: number,
  isHeld: (edge: number, source: number) => boolean,
): number {
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[source]!, end = graph.firstEdge[source + 1]!; edge < end; edge++)
    if (targets[edge] === target && isHeld(edge, source)) return edge;
  return -1;
}

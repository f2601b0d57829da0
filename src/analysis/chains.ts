/**
 * Shortest chains of references: from a holder down to an object, or from an object down to what it holds.
 * objgraph's find_backref_chain and find_ref_chain: breadth first, the start is tested too, the first match wins.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE } from '../graph/schema.js';
import { pageOwnedNodes } from './essential-edges.js';
import { weakMapPairs } from './weak-map-pairs.js';

/**
 * References from `nodes[0]` on: `edges[i]` leads from `nodes[i]` to `nodes[i + 1]`. Ordinals. A chain of one node has
 * no edges.
 */
export interface Chain {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

export interface ChainOptions {
  /** Edges from the start at most. Default 20. */
  readonly maxDepth?: number;
  /** Distinct chains wanted, different last holders (the neighbours of the start) first. Default 1. */
  readonly paths?: number;
  /** Nodes that no chain may pass. */
  readonly ignoreNode?: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
  /** Follow edges that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
}

/** Chains that end at `start` and begin at the nearest node that `isGoal` accepts; none found: an empty list. */
export function backrefChains(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): Chain[] {
  const { firstRetainer, sources } = retainersOf(graph);
  return search(graph, start, isGoal, options, 'back', (node, visit) => {
    let before = -1;
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const source = sources[at]!;
      if (source === before) continue; // several edges of one source stand together
      before = source;
      const { targets } = edgesOf(graph);
      for (let edge = graph.firstEdge[source]!, last = graph.firstEdge[source + 1]!; edge < last; edge++) {
        if (targets[edge] === node) visit(edge, source);
      }
    }
  });
}

/** Chains that begin at `start` and end at the nearest node that `isGoal` accepts; none found: an empty list. */
export function refChains(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): Chain[] {
  const { targets } = edgesOf(graph);
  return search(graph, start, isGoal, options, 'forward', (node, visit) => {
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
      visit(edge, targets[edge]!);
    }
  });
}

/**
 * Whether an edge keeps its target alive: the rule of `essentialEdges`, for the few edges that a search looks at.
 */
export function holds(graph: Graph): (edge: number, source: number) => boolean {
  const { types, names, targets } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const pairOf = weakMapPairs(graph);
  return (edge, source) => {
    const type = types[edge];
    const target = targets[edge]!;
    if (type === EDGE.weak || target === source) return false;
    if (source !== graph.root && (type === EDGE.shortcut || (owned[source] === 0 && owned[target] === 1)))
      return false;
    return !(type === EDGE.internal && pairOf(names[edge]!)?.table === graph.ids[source]);
  };
}

type Neighbours = (node: number, visit: (edge: number, neighbour: number) => void) => void;

function search(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions,
  direction: 'back' | 'forward',
  neighbours: Neighbours,
): Chain[] {
  const { maxDepth = 20, paths = 1, ignoreNode, ignoreEdge, weak = false } = options;
  const keeps = weak ? undefined : holds(graph);
  const chains: Chain[] = [];
  const usedHolders = new Set<number>();
  const avoided = new Set<number>();

  const searchOnce = (): Chain | undefined => {
    const cameBy = new Map<number, { edge: number; from: number }>();
    let level = [start];
    const seen = new Set(level);
    for (let depth = 0; ; depth++) {
      for (const node of level) {
        if (isGoal(node) && !(chains.length > 0 && node === start)) return unwind(node);
      }
      if (depth >= maxDepth) return undefined;
      const next: number[] = [];
      for (const node of level) {
        neighbours(node, (edge, neighbour) => {
          if (seen.has(neighbour) || ignoreNode?.(neighbour) || ignoreEdge?.(edge)) return;
          if (keeps && !keeps(edge, direction === 'back' ? neighbour : node)) return;
          if (node === start ? usedHolders.has(neighbour) : avoided.has(neighbour)) return;
          seen.add(neighbour);
          cameBy.set(neighbour, { edge, from: node });
          next.push(neighbour);
        });
      }
      if (next.length === 0) return undefined;
      level = next;
    }

    function unwind(goal: number): Chain {
      const nodes = [goal];
      const edges: number[] = [];
      for (let node = goal; node !== start; ) {
        const { edge, from } = cameBy.get(node)!;
        edges.push(edge);
        nodes.push(from);
        node = from;
      }
      return direction === 'back' ? { nodes, edges } : { nodes: nodes.reverse(), edges: edges.reverse() };
    }
  };

  while (chains.length < paths) {
    const chain = searchOnce();
    if (!chain) break;
    chains.push(chain);
    const holder = direction === 'back' ? chain.nodes.at(-2) : chain.nodes[1];
    if (holder === undefined) break;
    usedHolders.add(holder);
  }
  return chains;
}

/**
 * Shortest chains of references: from a holder down to an object, or from an object down to what it
 * holds. objgraph's find_backref_chain and find_ref_chain: breadth first, the start is tested too,
 * the first match wins.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { perGraph } from '../../graph/memo.js';
import { retainersOf, retainingEdges } from '../../graph/retainers.js';
import { backwardRules, forwardRules } from './chain-rules.js';
import { search } from './chain-search.js';

/**
 * References from `nodes[0]` on: `edges[i]` leads from `nodes[i]` to `nodes[i + 1]`. Ordinals. A
 * chain of one node has no edges.
 */
export interface Chain {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** What a search for chains follows, and how far. */
export interface ChainOptions {
  /** Edges from the start at most. Default: any number. */
  readonly maxDepth?: number;
  /**
   * Chains wanted, all different. Default 1. They differ as close to the start as possible: first
   * in the last holder, then in the one before it, and so on.
   */
  readonly paths?: number;
  /**
   * Goals that count only where there is no other, and that no chain to another one passes: the
   * stack, which is empty a moment later.
   */
  readonly isLastResort?: ((node: number) => boolean) | undefined;
  /** Nodes that no chain may pass. */
  readonly ignoreNode?: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
  /** Follow edges that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
}

/** Chains, and what a search for them has seen. */
export interface ChainSearch {
  readonly chains: readonly Chain[];
  /** Whether there are nodes beyond `maxDepth` that were not looked at. */
  readonly tooDeep: boolean;
  /**
   * Nodes that the search that found nothing has looked at, the start among them; 0 where something
   * was found.
   */
  readonly seen: number;
  /**
   * False when fewer chains than wanted were found and the search for more was given up: it had
   * taken long.
   */
  readonly complete: boolean;
}

/**
 * Chains that end at `start` and begin at the nearest node that `isGoal` accepts.
 *
 * - In: an ordinal; one that is a goal itself is a chain of one node. Needs edges.
 * - Out: followed are essential edges (`holds`) and, where these lead to no goal, all that keep
 *   their target alive.
 * - Ties: of several nearest goals, the first in the order of the file.
 * - Empty: no goal is found.
 * - Cost: linear in nodes and edges at worst; 4 bytes a node while it runs, and 4 bytes an edge
 *   kept for the graph, after a long search, or many short ones, 8.
 */
export function backrefChains(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): Chain[] {
  return [...searchBackrefs(graph, start, isGoal, options).chains];
}

/**
 * The same, with what the search has seen: whether nothing holds an object or `maxDepth` was too
 * small.
 */
export function searchBackrefs(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): ChainSearch {
  const { firstRetainer, sources } = retainersOf(graph);
  const { targets, count } = edgesOf(graph);
  const { firstEdge } = graph;
  // A short search looks for the edges where they come from; a long one, or many, are better off
  // with an index of them.
  const work = edgesRead(graph);
  const rules = backwardRules(graph, start, isGoal, options);
  return search(graph, start, rules, options, 'back', (node, visit, foundBy) => {
    const index = work.read > count ? retainingEdges(graph) : undefined;
    let before = -1;
    for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
      const source = sources[at]!;
      if (index !== undefined) visit(index[at]!, source);
      else if (source !== before && foundBy[source] === 0) {
        const last = firstEdge[source + 1]!;
        work.read += last - firstEdge[source]!;
        for (let edge = firstEdge[source]!; edge < last; edge++)
          if (targets[edge] === node) visit(edge, source);
      }
      before = source; // several edges of one source stand together
    }
  });
}

/**
 * Chains that begin at `start` and end at the nearest node that `isGoal` accepts; none found: an
 * empty list.
 */
export function refChains(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): Chain[] {
  return [...searchRefs(graph, start, isGoal, options).chains];
}

/** The same, with what the search has seen. */
export function searchRefs(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): ChainSearch {
  const { targets } = edgesOf(graph);
  return search(graph, start, forwardRules(graph, isGoal, options), options, 'forward', (node, visit) => {
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
      visit(edge, targets[edge]!);
    }
  });
}

/** For who will search many times: an index of edges is made now. Cost: 4 bytes an edge, kept. */
export function expectSearches(graph: Graph): void {
  retainingEdges(graph);
  edgesRead(graph).read = Number.POSITIVE_INFINITY;
}

/** Edges that all searches of a graph have read in place of the index. */
const edgesRead = perGraph((_: Graph) => ({ read: 0 }));

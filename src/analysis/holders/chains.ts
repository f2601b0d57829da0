/**
 * Shortest chains of references: from a holder down to an object, or from an object down to what it
 * holds. objgraph's find_backref_chain and find_ref_chain: breadth first, the start is tested too,
 * the first match wins.
 */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { memo, perGraph } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import type { StringIndexes } from '../../graph/strings.js';
import { isImport } from '../../v8/modules.js';
import { isModuleRecord } from '../../v8/names.js';
import { backwardRules, forwardRules, type Rules } from './chain-rules.js';

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
 * Chains that end at `start` and begin at the nearest node that `isGoal` accepts; none found: an
 * empty list. Of several nearest ones, the first in the order of the file. A start that is a goal
 * is a chain of one node. Followed are essential edges (`holds`) and, where these lead to no goal,
 * all that keep their target alive.
 * Cost: linear in nodes and edges at worst; 4 bytes a node while it runs, and 4 bytes an edge kept
 * for the graph, after a long search, or many short ones, 8.
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

/**
 * The edges behind `retainersOf(graph).sources`, in its order: 4 bytes an edge. Without them, each
 * holder's edges would be read once for every object it holds.
 */
const retainingEdges = memo((graph: Graph): Uint32Array => {
  const { targets, count } = edgesOf(graph);
  const next = retainersOf(graph).firstRetainer.slice();
  const edges = new Uint32Array(count);
  for (let edge = 0; edge < count; edge++) edges[next[targets[edge]!]!++] = edge;
  return edges;
});

/**
 * The arrays in which V8 keeps an object's items and properties: they refer to what the object
 * itself refers to.
 */
function storesOf(graph: Graph, owner: number): number[] {
  const { types, names, targets } = edgesOf(graph);
  const called = storeNames(graph);
  const found: number[] = [];
  for (let edge = graph.firstEdge[owner]!, end = graph.firstEdge[owner + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.internal && called.has(names[edge]!)) found.push(targets[edge]!);
  return found;
}

const storeNames = memo((graph: Graph): StringIndexes => graph.strings.indexesOf('elements', 'properties'));

/** Edges that all searches of a graph have read in place of the index. */
const edgesRead = perGraph((_: Graph) => ({ read: 0 }));

const START = 0xffffffff;

/**
 * Tells `visit` the edges of a node; those to nodes that are found already, not 0 in `foundBy`, may
 * be left out.
 */
type Neighbours = (
  node: number,
  visit: (edge: number, neighbour: number) => void,
  foundBy: Uint32Array,
) => void;

/**
 * Nodes that searches without a result look at before a call gives up the search for second, third
 * … chains: at least so many, and so many times all nodes of the graph.
 */
const MOST_LOOKS = 10_000_000;
const MOST_ROUNDS = 20;

function search(
  graph: Graph,
  start: number,
  stages: readonly Rules[],
  options: ChainOptions,
  direction: 'back' | 'forward',
  neighbours: Neighbours,
): ChainSearch {
  const { maxDepth = Number.POSITIVE_INFINITY, paths = 1, ignoreNode, ignoreEdge } = options;
  const { targets } = edgesOf(graph);
  const chains: Chain[] = [];
  /**
   * Nodes that earlier chains use `place` references away from the start: later chains avoid them
   * there.
   */
  let place = 1;
  let used = new Set<number>();
  // By node: the edge it was found by, plus one; 0 for nodes not found. A Set would end at 2^24
  // nodes.
  const foundBy = new Uint32Array(graph.nodeCount);
  const { nodeTypes } = graph;
  const isModule = isModuleRecord(graph);
  const isArray = (node: number): boolean => nodeTypes[node] === NODE.array;
  let searches = 0;
  let looks = 0;
  let seen = 0;
  let tooDeep = false;

  const searchOnce = ({ isEnd, keeps, passes }: Rules): Chain | undefined => {
    if (searches++ > 0) foundBy.fill(0);
    foundBy[start] = START;
    seen = 1;
    let level = [start];
    let next: number[] = [];
    let node = start;
    const visit = (edge: number, neighbour: number): void => {
      if (foundBy[neighbour] !== 0 || ignoreNode?.(neighbour) || ignoreEdge?.(edge)) return;
      if (keeps && !keeps(edge, direction === 'back' ? neighbour : node)) return;
      if ((place > 1 || node === start) && used.has(neighbour)) return;
      if (mayBeCells && isOfImporter(neighbour)) return;
      if (passes && !passes(neighbour)) return;
      foundBy[neighbour] = edge + 1;
      next.push(neighbour);
    };
    // What an ES module imports is held by the one that exports it: `node` is the array of the
    // cells of either.
    let mayBeCells = false;
    const isOfImporter = (module: number): boolean =>
      isModule(module) && isImport(graph, module, targets[foundBy[node]! - 1]!);
    for (let depth = 0; ; depth++) {
      for (const found of level) {
        if (isEnd(found) && !(chains.length > 0 && found === start)) return unwind(found);
      }
      next = [];
      for (node of level) {
        mayBeCells = direction === 'back' && node !== start && isArray(node);
        neighbours(node, visit, foundBy);
      }
      if (next.length === 0) return undefined;
      if (depth >= maxDepth) {
        tooDeep = true;
        return undefined;
      }
      seen += next.length;
      level = next;
    }
  };

  const unwind = (goal: number): Chain => {
    const nodes = [goal];
    const edges: number[] = [];
    for (let node = goal; node !== start; ) {
      const edge = foundBy[node]! - 1;
      node = direction === 'back' ? targets[edge]! : sourceOf(graph, edge);
      edges.push(edge);
      nodes.push(node);
    }
    return direction === 'back' ? { nodes, edges } : { nodes: nodes.reverse(), edges: edges.reverse() };
  };

  /**
   * What a chain passes so far away; an array with its items is one holder, and so is an object
   * with its properties.
   */
  const passed = ({ nodes }: Chain, far: number): number[] => {
    const at = direction === 'back' ? nodes.length - 1 - far : far;
    const found = nodes[at];
    if (found === undefined) return [];
    if (far > 1 || direction === 'forward') return [found];
    const owner = isArray(found) ? nodes[at - 1] : found;
    return owner === undefined ? [found] : [found, owner, ...storesOf(graph, owner)];
  };

  const usedAt = (far: number): Set<number> => {
    // A shorter one is known by its end.
    const all = new Set(chains.flatMap((found) => passed(found, Math.min(far, found.edges.length))));
    all.delete(start);
    return all;
  };

  for (const stage of stages) {
    place = 1;
    used = usedAt(1);
    while (chains.length < paths) {
      const chain = searchOnce(stage);
      if (chain) {
        chains.push(chain);
        if (chain.edges.length === 0) return { chains, tooDeep: false, seen: 0, complete: true };
        for (const node of passed(chain, place)) used.add(node);
        continue;
      }
      place++;
      if (!chains.some(({ edges }) => edges.length >= place)) break;
      looks += seen + graph.nodeCount / 64;
      if (looks > Math.max(MOST_LOOKS, MOST_ROUNDS * graph.nodeCount))
        return { chains, tooDeep, seen: 0, complete: false };
      used = usedAt(place);
    }
  }
  return { chains, tooDeep, seen: chains.length === 0 ? seen : 0, complete: true };
}

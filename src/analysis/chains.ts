/**
 * Shortest chains of references: from a holder down to an object, or from an object down to what it holds.
 * objgraph's find_backref_chain and find_ref_chain: breadth first, the start is tested too, the first match
 * wins.
 */
import { edgesOf, type Graph, sourceOf } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { retainersOf } from '../graph/retainers.js';
import { EDGE, NODE } from '../graph/schema.js';
import type { StringIndexes } from '../graph/strings.js';
import { hasPage, isPageOwned, pageOwnedNodes } from './essential-edges.js';
import { isImport } from './expression-modules.js';
import { isModuleRecord } from './v8-nodes.js';
import { weakMapPairs } from './weak-map-pairs.js';

/**
 * References from `nodes[0]` on: `edges[i]` leads from `nodes[i]` to `nodes[i + 1]`. Ordinals. A chain of one
 * node has no edges.
 */
export interface Chain {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
}

/** What a search for chains follows, and how far. */
export interface ChainOptions {
  /** Edges from the start at most. Default 20. */
  readonly maxDepth?: number;
  /**
   * Chains wanted, all different. Default 1. First those through another neighbour of the start (another last holder), then
   * those through another neighbour of that, and so on: none passes the nodes that all before it have in that place.
   */
  readonly paths?: number;
  /** Nodes that no chain may pass. */
  readonly ignoreNode?: (node: number) => boolean;
  readonly ignoreEdge?: (edge: number) => boolean;
  /** Follow edges that keep nothing alive, too. Default false. */
  readonly weak?: boolean;
}

/**
 * Chains that end at `start` and begin at the nearest node that `isGoal` accepts; none found: an empty list.
 * Of several nearest ones, the first in the order of the file. A start that is a goal is a chain of one node.
 * Cost: linear in nodes and edges at worst; 4 bytes a node while it runs, and 4 bytes an edge kept for the graph, after a
 * long search, or many short ones, 8.
 */
export function backrefChains(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions = {},
): Chain[] {
  const { firstRetainer, sources } = retainersOf(graph);
  const { targets, count } = edgesOf(graph);
  const { firstEdge } = graph;
  // A short search looks for the edges where they come from; a long one, or many, are better off with an index of them.
  const work = edgesRead(graph);
  return search(graph, start, isGoal, options, 'back', (node, visit, foundBy) => {
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
 * Chains that begin at `start` and end at the nearest node that `isGoal` accepts; none found: an empty list.
 */
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
 * Whether an edge keeps its target alive: the rule of `essentialEdges`, for the few edges that a search looks
 * at.
 */
export function holds(graph: Graph): EdgeTest {
  const { targets } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const mayHold = holdsBesidePages(graph);
  return (edge, source) =>
    (source === graph.root || owned[source] === 1 || owned[targets[edge]!] === 0) && mayHold(edge, source);
}

/** The same without the rule that a page's nodes are held by the page only. */
export function holdsBesidePages(graph: Graph): EdgeTest {
  const { types, names, targets } = edgesOf(graph);
  const pairOf = weakMapPairs(graph).of;
  return (edge, source) => {
    const type = types[edge];
    if (type === EDGE.weak || targets[edge] === source) return false;
    if (type === EDGE.shortcut && source !== graph.root) return false;
    return !(type === EDGE.internal && pairOf(names[edge]!)?.table === graph.ids[source]);
  };
}

type EdgeTest = (edge: number, source: number) => boolean;

/**
 * The edges behind `retainersOf(graph).sources`, in its order: 4 bytes an edge. Without them, each holder's
 * edges would be read once for every object it holds.
 */
const retainingEdges = memo((graph: Graph): Uint32Array => {
  const { targets, count } = edgesOf(graph);
  const next = retainersOf(graph).firstRetainer.slice();
  const edges = new Uint32Array(count);
  for (let edge = 0; edge < count; edge++) edges[next[targets[edge]!]!++] = edge;
  return edges;
});

/** The arrays in which V8 keeps an object's items and properties: they refer to what the object itself refers to. */
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
const edgesRead = memo((_: Graph) => ({ read: 0 }));

const START = 0xffffffff;

/** Tells `visit` the edges of a node; those to nodes that are found already, not 0 in `foundBy`, may be left out. */
type Neighbours = (
  node: number,
  visit: (edge: number, neighbour: number) => void,
  foundBy: Uint32Array,
) => void;

/** Where a search ends, and which edges it follows: all of them, or those that keep their target alive. */
interface Rules {
  readonly isEnd: (node: number) => boolean;
  readonly keeps: EdgeTest | undefined;
  /** Asked when the search has found nothing: the rules of another one, if that could. */
  readonly otherwise?: () => Rules | undefined;
}

/**
 * The rules of a search backwards from `start`.
 *
 * `pageOwnedNodes` is a search through the whole graph, and not needed: what a page's node leads to is the page's. So
 * from a node that is not the page's the rule of pages leaves out nothing, and from one that is it leaves out all that is
 * not, except the root. Nodes that are not the page's are never led to by nodes that are: to meet them as well does not
 * change the order in which the others are met, as long as they are no end and do not lead to the root. A snapshot whose
 * root is held, which V8 does not write, is searched by the rule.
 */
function backwards(graph: Graph, start: number, isGoal: (node: number) => boolean): Rules {
  const keeps = holdsBesidePages(graph);
  const anywhere: Rules = { isEnd: isGoal, keeps };
  if (!hasPage(graph)) return anywhere;
  const isOfPage = isPageOwned(graph);
  if (pageOwnedNodes.known(graph) && !isOfPage(start)) return anywhere;
  const { root } = graph;
  const { targets } = edgesOf(graph);
  const { firstRetainer } = retainersOf(graph);
  if (firstRetainer[root] !== firstRetainer[root + 1]) return { isEnd: isGoal, keeps: holds(graph) };
  return {
    isEnd: (node) => isGoal(node) && (node === start || node === root || isOfPage(node)),
    keeps: (edge, source) => keeps(edge, source) && (source !== root || isOfPage(targets[edge]!)),
    otherwise: () => (isOfPage(start) ? undefined : anywhere),
  };
}

function search(
  graph: Graph,
  start: number,
  isGoal: (node: number) => boolean,
  options: ChainOptions,
  direction: 'back' | 'forward',
  neighbours: Neighbours,
): Chain[] {
  const { maxDepth = 20, paths = 1, ignoreNode, ignoreEdge, weak = false } = options;
  const { targets } = edgesOf(graph);
  const chains: Chain[] = [];
  // What the chains so far have so many references away from the start, and the next ones may not pass there.
  let place = 1;
  let used = new Set<number>();
  // By node: the edge it was found by, plus one; 0 for nodes not found. A Set would end at 2^24 nodes.
  const foundBy = new Uint32Array(graph.nodeCount);
  const { nodeTypes } = graph;
  const isModule = isModuleRecord(graph);
  const isArray = (node: number): boolean => nodeTypes[node] === NODE.array;
  let searches = 0;

  const searchOnce = ({ isEnd, keeps }: Rules): Chain | undefined => {
    if (searches++ > 0) foundBy.fill(0);
    foundBy[start] = START;
    let level = [start];
    let next: number[] = [];
    let node = start;
    const visit = (edge: number, neighbour: number): void => {
      if (foundBy[neighbour] !== 0 || ignoreNode?.(neighbour) || ignoreEdge?.(edge)) return;
      if (keeps && !keeps(edge, direction === 'back' ? neighbour : node)) return;
      if ((place > 1 || node === start) && used.has(neighbour)) return;
      if (mayBeCells && isOfImporter(neighbour)) return;
      foundBy[neighbour] = edge + 1;
      next.push(neighbour);
    };
    // What an ES module imports is held by the one that exports it: `node` is the array of the cells of either.
    let mayBeCells = false;
    const isOfImporter = (module: number): boolean =>
      isModule(module) && isImport(graph, module, targets[foundBy[node]! - 1]!);
    for (let depth = 0; ; depth++) {
      for (const found of level) {
        if (isEnd(found) && !(chains.length > 0 && found === start)) return unwind(found);
      }
      if (depth >= maxDepth) return undefined;
      next = [];
      for (node of level) {
        mayBeCells = direction === 'back' && node !== start && isArray(node);
        neighbours(node, visit, foundBy);
      }
      if (next.length === 0) return undefined;
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

  /** What a chain passes so far away; an array with its items is one holder, and so is an object with its properties. */
  const passed = ({ nodes }: Chain, far: number): number[] => {
    const at = direction === 'back' ? nodes.length - 1 - far : far;
    const found = nodes[at];
    if (found === undefined) return [];
    if (far > 1 || direction === 'forward') return [found];
    const owner = isArray(found) ? nodes[at - 1] : found;
    return owner === undefined ? [found] : [found, owner, ...storesOf(graph, owner)];
  };

  let rules: Rules =
    direction === 'forward' || weak
      ? { isEnd: isGoal, keeps: weak ? undefined : holds(graph) }
      : backwards(graph, start, isGoal);
  while (chains.length < paths) {
    let chain = searchOnce(rules);
    const others = chain ? undefined : rules.otherwise?.();
    if (others) {
      rules = others;
      chain = searchOnce(rules);
    }
    if (chain) {
      chains.push(chain);
      if (chain.edges.length === 0) break;
      for (const node of passed(chain, place)) used.add(node);
    } else {
      place++;
      if (!chains.some(({ edges }) => edges.length >= place)) break;
      // A shorter one is known by its end.
      used = new Set(chains.flatMap((found) => passed(found, Math.min(place, found.edges.length))));
      used.delete(start);
    }
  }
  return chains;
}

/**
 * A chain of references to every object at once: one search from all roots, and each node knows the
 * edge it was found by. `backrefChains` answers for one object; this answers for a million.
 *
 * The room `holders`, who keeps an object alive:
 *
 *   chains ← chain-search chain-rules   the shortest chains from a root, found for few nodes
 *   holder-chains                       one chain for every node
 *   holder-paths ← path-table           the same as texts that are equal for objects held alike
 *   endings container-owner             what a chain begins at, and whose that is
 *   examples leaking-objects            one for many; objects that nothing should hold
 */
import { edgePrefetch } from '../../graph/edge-prefetch.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { isMachinery } from '../../v8/helpers.js';
import { isImport } from '../../v8/modules.js';
import { isContext, isModuleRecord } from '../../v8/names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { isProgramScope, isRoot, rootOf } from '../../v8/roots.js';
import { userRoots } from '../../v8/user-roots.js';
import { weakMapPairs } from '../../v8/weak-map-pairs.js';
import {
  type EdgeTest,
  essentialEdges,
  hasPage,
  holds,
  keepsAlive,
  pageOwnedNodes,
} from '../sizes/essential-edges.js';
import { ASIDE, FOUND, holderColumns, STOPS, STOPS_FIRST } from './accelerated-holders.js';
import type { Chain } from './chains.js';
import { preferVariables } from './variable-holders.js';

/** In place of a parent: no root reaches the node. A root is its own parent. */
export const UNHELD = 0xffffffff;

/** The forest of a search from all roots. Ordinals. */
export interface HolderChains {
  /** By node: the node before it in its chain. */
  readonly parents: Uint32Array;
  /** By node: the edge that leads to it from there; 0 for roots and nodes without a chain. */
  readonly edges: Uint32Array;
  /** By node: references from its root; 0 for roots and nodes without a chain. */
  readonly depths: Uint32Array;
}

/** The place of handles among the groups of roots. */
const HANDLES = 2;

/**
 * Breadth first over essential edges (`holds`), in the order of the file. A chain never passes a
 * root. Each of these finds the shortest chains to what those before it have left:
 *
 * 1. from the program's own places: globals, modules, the require cache, timers; from the scope of
 *    a module over all edges that keep something alive, as what DevTools calls the page's may be in
 *    a variable of a scope that is not
 * 2. from the runtime's modules, also from the scopes of their functions (which a program has
 *    references to), and from built-in objects
 * 3. from handles and other synthetic roots; where a variable of the program holds an object as
 *    well, through that variable (`preferVariables`)
 * 4. from the stack
 * 5. through compiled code and shapes
 * 6. over edges that are not essential and keep something alive nevertheless (`keepsAlive`)
 *
 * Needs edges. Cost: linear in nodes and edges; 22 bytes a node while it runs, 12 afterwards.
 */
export const holderChains = memo((graph: Graph): HolderChains => searchHolders(graph), 'holder chains');

/** What a search from all roots goes around. */
export interface HolderSearch {
  /** Nodes that it reaches and does not go on from. */
  readonly isLeaf?: (node: number) => boolean;
  /** Edges that it does not take, beside those that keep nothing alive. */
  readonly skips?: EdgeTest;
  /** Nodes with edges that it may not take. */
  readonly maySkip?: (node: number) => boolean;
  /** Nodes that it goes on from when nothing else is left to go on from. */
  readonly isLast?: (node: number) => boolean;
  /** Roots that are none to it, such as the global object of a window that was closed. */
  readonly isNoRoot?: (node: number) => boolean;
}

/**
 * The same with nodes that are gone to and no further: a chain has one of them at its end at most.
 * The caller keeps it.
 *
 * - Cost: that of `holderChains`.
 */
export function searchHolders(
  graph: Graph,
  { isLeaf, skips, maySkip = () => skips !== undefined, isLast, isNoRoot }: HolderSearch = {},
): HolderChains {
  const { nodeCount, nodeTypes, firstEdge, ids } = graph;
  const { targets, types, names } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const pairs = weakMapPairs(graph);
  const { isPair } = pairs;
  const columns = holderColumns(graph);
  const { parents, edges, depths, marks, queue, aside: postponed, kernel } = columns;
  parents.fill(UNHELD);
  let tail = 0;
  let waiting = 0;
  const postpones = isMachinery(graph);

  const isScope = isContext(graph);
  const ownedByNode = isOfRuntime(graph);
  const leaves: number[] = [];
  const lastOnes: number[] = [];
  const inner: number[] = []; // scopes of Node.js's functions, until its own turn comes
  const importers = new Set<number>(); // arrays of modules with cells that another one exports
  const { weak, shortcut, internal } = EDGE;
  const { closure, array, object } = NODE;
  let program = true;
  let pagesRule = true; // `holds`, else `keepsAlive`

  // Most edges lead to what is found already, so one byte says that. `holds` is written out here,
  // as a call for each of the others takes half of the time; where all essential edges are known,
  // a byte of each says the same.
  const essential = essentialEdges.known(graph);
  const { starts, stops, touch } = edgePrefetch(graph, essential ?? types);
  let head = 0;
  const search = (): void => {
    while (head < tail) {
      if (kernel !== undefined && pagesRule) {
        const before = waiting;
        ({ head, tail, waiting } = kernel({ head, tail, waiting }, program ? STOPS | STOPS_FIRST : STOPS));
        sortAside(before);
        if (head === tail) return;
        const node = queue[head++]!;
        expand(node, firstEdge[node]!, firstEdge[node + 1]!);
        continue;
      }
      const batch = touch(queue, head, tail);
      for (let i = 0; i < batch; i++) expand(queue[head++]!, starts[i]!, stops[i]!);
    }
  };
  /** What the kernel put aside is what `expand` tells apart one by one. */
  const sortAside = (from: number): void => {
    if (isLeaf === undefined && isLast === undefined) return;
    const to = waiting;
    waiting = from;
    for (let i = from; i < to; i++) {
      const node = postponed[i]!;
      if (isLeaf?.(node)) leaves.push(node);
      else if (isLast?.(node)) lastOnes.push(node);
      else postponed[waiting++] = node;
    }
  };
  const expand = (node: number, first: number, end: number): void => {
    const type = nodeTypes[node]!;
    const hasScope = program && type === closure && ownedByNode(node);
    const isRootNode = node === graph.root;
    const intoPages = !pagesRule || isRootNode || owned[node] === 1;
    const depth = depths[node]! + 1;
    const ofModule = (marks[node]! & STOPS) !== 0;
    for (let edge = first; edge < end; edge++) {
      const target = targets[edge]!;
      if ((marks[target]! & FOUND) !== 0) continue;
      if (essential !== undefined && pagesRule) {
        if (essential[edge] === 0) continue;
      } else {
        const edgeType = types[edge]!;
        if (edgeType === weak || (edgeType === shortcut && !isRootNode)) continue;
        if (!intoPages && owned[target] === 1) continue;
        if (
          isPair !== undefined &&
          edgeType === internal &&
          isPair[names[edge]!] === 1 &&
          pairs.of(names[edge]!)?.table === ids[node]
        )
          continue;
      }
      if (skips?.(edge, node)) continue;
      if (type === array && isImport(graph, parents[node]!, target)) {
        importers.add(node);
        continue;
      }
      // The arrays of a module have a rule of their own: `isImport`.
      marks[target] = marks[target]! | (ofModule && nodeTypes[target] === array ? FOUND | STOPS : FOUND);
      parents[target] = node;
      edges[target] = edge;
      depths[target] = depth;
      if (isLeaf?.(target)) leaves.push(target);
      else if (isLast?.(target)) lastOnes.push(target);
      else if (postpones(target)) postponed[waiting++] = target;
      else if (hasScope && isScope(target)) inner.push(target);
      else queue[tail++] = target;
    }
  };

  const groups: number[][] = [[], [], [], []];
  const isScopeOfProgram = isProgramScope(graph);
  const root = isRoot(graph);
  const users = new Set(userRoots(graph));
  const isModule = isModuleRecord(graph);
  for (let node = 0; node < nodeCount; node++) {
    if (kernel !== undefined) {
      const type = nodeTypes[node]!;
      let mark = type === closure ? STOPS_FIRST : 0;
      // An object is neither, and most nodes are objects.
      if (type !== object && type !== closure) {
        if (postpones(node)) mark |= ASIDE;
        if (isModule(node)) mark |= STOPS;
      }
      if (isLeaf?.(node) || isLast?.(node)) mark |= ASIDE;
      if (maySkip(node)) mark |= STOPS;
      marks[node] = mark;
    }
    if (!root(node) || isNoRoot?.(node)) continue;
    parents[node] = node;
    marks[node] = marks[node]! | FOUND;
    const synthetic = nodeTypes[node] === NODE.synthetic && !users.has(node);
    const { kind } = rootOf(graph, node)!;
    const place = synthetic || node === graph.root ? (kind === 'stack' ? 3 : 2) : kind === 'internal' ? 1 : 0;
    groups[place]!.push(node);
  }
  for (const [place, group] of groups.entries()) {
    const [from, besides] = [tail, waiting];
    const firstLeaf = leaves.length;
    const firstLast = lastOnes.length;
    for (const node of group) queue[tail++] = node;
    for (const node of inner.splice(0)) queue[tail++] = node;
    pagesRule = false;
    for (const node of group)
      if (owned[node] === 0 && isScopeOfProgram(node)) expand(node, firstEdge[node]!, firstEdge[node + 1]!);
    pagesRule = true;
    search();
    if (place === HANDLES)
      preferVariables(
        graph,
        { parents, edges, depths },
        joined(queue.subarray(from, tail), leaves.slice(firstLeaf)),
        joined(postponed.subarray(besides, waiting), lastOnes.slice(firstLast)),
        holds(graph),
      );
    program = false;
  }
  // What machinery leads to may lead to more of it: every round takes what the one before has
  // found; and at the end of each what comes last.
  let taken = 0;
  const searchRest = (): void => {
    while (taken < waiting || lastOnes.length > 0) {
      if (taken < waiting) while (taken < waiting) queue[tail++] = postponed[taken++]!;
      else for (const node of lastOnes.splice(0)) queue[tail++] = node;
      search();
    }
  };
  searchRest();
  if (mayHoldBesidePages(graph, parents, importers)) {
    pagesRule = false;
    const keeps = keepsAlive(graph);
    const mayLead: EdgeTest = (edge, source) =>
      keeps(edge, source) && !isLeaf?.(source) && !skips?.(edge, source);
    for (const { node, edge, source } of heldBesidePages(graph, { parents, depths }, importers, mayLead)) {
      marks[node] = marks[node]! | FOUND;
      parents[node] = source;
      edges[node] = edge;
      depths[node] = depths[source]! + 1;
      if (isLeaf?.(node)) continue;
      if (isLast?.(node)) lastOnes.push(node);
      else if (postpones(node)) postponed[waiting++] = node;
      else queue[tail++] = node;
    }
    search();
    searchRest();
  }
  columns.release();
  return { parents, edges, depths };
}

/**
 * Whether `heldBesidePages` may find any: edges that keep alive and are not essential lead to nodes
 * of a page only. Cost: five bytes of each node.
 */
function mayHoldBesidePages(graph: Graph, parents: Uint32Array, importers: ReadonlySet<number>): boolean {
  if (!hasPage(graph)) return false;
  if (importers.size > 0) return true;
  const owned = pageOwnedNodes(graph);
  for (let node = 0; node < graph.nodeCount; node++)
    if (owned[node] === 1 && parents[node] === UNHELD) return true;
  return false;
}

/** The first nodes and, behind them, the others. */
function joined(first: Uint32Array, others: readonly number[]): Uint32Array {
  if (others.length === 0) return first;
  const all = new Uint32Array(first.length + others.length);
  all.set(first);
  all.set(others, first.length);
  return all;
}

/**
 * Nodes without a chain that a node with one keeps alive, by the edge from the one nearest to its
 * root; the nearest first.
 */
function heldBesidePages(
  graph: Graph,
  { parents, depths }: Pick<HolderChains, 'parents' | 'depths'>,
  importers: ReadonlySet<number>,
  keeps: EdgeTest,
): { readonly node: number; readonly edge: number; readonly source: number }[] {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const found = new Map<number, { node: number; edge: number; source: number }>();
  for (let source = 0; source < nodeCount; source++) {
    if (parents[source] === UNHELD) continue;
    // A page's own node holds all that it keeps alive: those edges were taken.
    if (owned[source] === 1 && !importers.has(source)) continue;
    for (let edge = firstEdge[source]!, end = firstEdge[source + 1]!; edge < end; edge++) {
      const node = targets[edge]!;
      if (parents[node] !== UNHELD || !keeps(edge, source)) continue;
      const known = found.get(node);
      if (known === undefined || depths[source]! < depths[known.source]!)
        found.set(node, { node, edge, source });
    }
  }
  return [...found.values()].sort((a, b) => depths[a.source]! - depths[b.source]! || a.node - b.node);
}

/**
 * The chain of a node, from its root on. Of a node that no root reaches: the node alone. Cost:
 * linear in the chain.
 */
export function holderChain(graph: Graph, node: number, { parents, edges } = holderChains(graph)): Chain {
  const chain = { nodes: [node], edges: [] as number[] };
  for (let at = node; parents[at] !== at && parents[at] !== UNHELD; at = parents[at]!) {
    chain.edges.push(edges[at]!);
    chain.nodes.push(parents[at]!);
  }
  return { nodes: chain.nodes.reverse(), edges: chain.edges.reverse() };
}

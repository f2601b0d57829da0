/**
 * Which edges keep their target alive, for dominators and retained sizes.
 * DevTools: HeapSnapshot.ts, computeIsEssentialEdge and markPageOwnedNodes.
 */

import { type Accelerated, complete, type Stage, withKernel } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE } from '../../graph/schema.js';
import { StrongEdges } from '../../graph/strong-edges.js';
import { V8_NAME } from '../../v8/system-names.js';
import { userRoots } from '../../v8/user-roots.js';
import { type WeakMapPairEdge, weakMapPairEdges, weakMapPairs } from '../../v8/weak-map-pairs.js';
import { essentialStage } from './accelerated-essential.js';
import { pageStage } from './accelerated-page.js';
import { distanceSearch, SYSTEM_DISTANCE } from './distances.js';

/**
 * Where the page begins: what the root's shortcut edges, and its element edges to `(Document DOM
 * trees)`, lead to.
 */
export const pageRoots = memo((graph: Graph): ReadonlySet<number> => {
  const { nodeCount, firstEdge, nodeNames, root, strings } = graph;
  const { types, targets } = edgesOf(graph);
  const found = new Set<number>();
  if (nodeCount === 0) return found;
  for (let edge = firstEdge[root]!, end = firstEdge[root + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    const type = types[edge];
    const isTree = type === EDGE.element && strings.equals(nodeNames[target]!, V8_NAME.documentTrees);
    if (type === EDGE.shortcut || isTree) found.add(target);
  }
  return found;
});

/**
 * Nodes that a page owns: what `pageRoots` lead to over edges that are not weak.
 *
 * - Out: one byte a node. The same whether or not distances are known.
 * - Cost: linear in nodes and edges. Where `distances` went the same way already, only the edges
 *   that it withheld are followed. It is not asked to: a depth-first search of its own takes less
 *   than half the time. `distancesAndDominators` is for who wants both.
 */
export const pageOwnedNodes = memo((graph: Graph): Uint8Array => {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const owned = new Uint8Array(nodeCount);
  const work = new Uint32Array(nodeCount);
  let waiting = 0;
  for (const node of pageRoots(graph)) {
    owned[node] = 1;
    work[waiting++] = node;
  }
  const search = distanceSearch.known(graph);
  const starts = userRoots(graph);
  if (
    search &&
    !search.meetsRoot &&
    waiting > 0 &&
    starts.length === waiting &&
    starts.every((node) => owned[node] === 1)
  ) {
    // The search for distances went the same way, but for the edges it withheld: go on with those.
    const { found, withheld } = search;
    for (let node = 0; node < nodeCount; node++) {
      if (found[node]! > 0 && found[node]! < SYSTEM_DISTANCE) owned[node] = 1;
    }
    waiting = 0;
    for (const node of withheld) if (owned[node] === 1) work[waiting++] = node;
  }
  const marked = withKernel(graph, (accelerated) =>
    complete(accelerated, pageStage(accelerated, owned, work.subarray(0, waiting))),
  );
  if (marked) return marked;
  while (waiting > 0) {
    const node = work[--waiting]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (owned[target] === 1 || types[edge] === EDGE.weak) continue;
      owned[target] = 1;
      work[waiting++] = target;
    }
  }
  return owned;
}, 'nodes of the page');

/** The search from `pageRoots` by a kernel. */
export function pageStageOf(graph: Graph, accelerated: Accelerated): Stage<Uint8Array> {
  const owned = new Uint8Array(graph.nodeCount);
  const waiting = Uint32Array.from(pageRoots(graph));
  for (const node of waiting) owned[node] = 1;
  return pageStage(accelerated, owned, waiting);
}

/**
 * Edges that the tests of `isPageOwned` read together before they ask for all nodes: what takes a
 * few milliseconds.
 */
const QUICK = 1 << 20;

/**
 * The same for few nodes, by looking for what holds each. Cost: that of `retainersOf`, and that of
 * `pageOwnedNodes` as soon as all that was looked at together is much.
 */
export const isPageOwned = memo((graph: Graph): ((node: number) => boolean) => {
  const { firstRetainer, sources } = retainersOf(graph);
  const starts = pageRoots(graph);
  const edges = new StrongEdges(graph);
  let all: Uint8Array | undefined;
  return (node) => {
    all ??= pageOwnedNodes.known(graph);
    const found = new Set([node]);
    for (const target of found) {
      if (all) return all[node] === 1;
      if (starts.has(target)) return true;
      for (let at = firstRetainer[target]!, last = firstRetainer[target + 1]!; at < last; at++) {
        const source = sources[at]!;
        if (!found.has(source) && edges.lead(source, target)) found.add(source);
      }
      if (edges.read > QUICK) all = pageOwnedNodes(graph);
    }
    return false;
  };
});

/** Whether there is a page at all: without one no node is owned by it. */
export function hasPage(graph: Graph): boolean {
  return pageRoots(graph).size > 0;
}

/**
 * One byte an edge, 1 where the edge is essential. Not essential are, in this order: the edge of a
 * WeakMap's table to a value (the key owns it); weak edges; edges to the node itself; and, except
 * from the root, shortcuts and edges from a node that no page owns to one that a page does.
 * Cost: linear in edges; a byte an edge.
 */
export const essentialEdges = memo((graph: Graph): Uint8Array => {
  const quick = withKernel(graph, (accelerated) =>
    complete(accelerated, essentialStageOf(graph, accelerated)),
  );
  return quick ?? withoutTables(graph, essentialByType(graph, pageOwnedNodes(graph)));
}, 'essential edges');

/** The same by a kernel. Waits for `pageOwnedNodes`. */
export function essentialStageOf(graph: Graph, accelerated: Accelerated): Stage<Uint8Array> {
  const stage = essentialStage(graph, accelerated, pageOwnedNodes(graph));
  return { ...stage, finish: (values) => withoutTables(graph, stage.finish(values)) };
}

function withoutTables(graph: Graph, essential: Uint8Array): Uint8Array {
  for (const { edge } of tableEdges(graph)) essential[edge] = 0;
  return essential;
}

/** The same without regard to tables. */
function essentialByType(graph: Graph, owned: Uint8Array): Uint8Array {
  const { nodeCount, firstEdge, root } = graph;
  const { types, targets, count } = edgesOf(graph);
  const essential = new Uint8Array(count);
  const { weak, shortcut } = EDGE;
  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1]!;
    if (node === root) {
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        if (types[edge] !== weak && targets[edge] !== node) essential[edge] = 1;
      }
    } else if (owned[node] === 1) {
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        const type = types[edge];
        if (type !== weak && type !== shortcut && targets[edge] !== node) essential[edge] = 1;
      }
    } else {
      for (let edge = firstEdge[node]!; edge < end; edge++) {
        const type = types[edge];
        if (type === weak || type === shortcut) continue;
        const target = targets[edge]!;
        if (target !== node && owned[target] === 0) essential[edge] = 1;
      }
    }
  }
  return essential;
}

/** Edges that `essentialEdges` leaves out for a WeakMap's table, in the order of the file. */
export function tableEdges(graph: Graph): WeakMapPairEdge[] {
  return weakMapPairEdges(graph).filter(({ source, table }) => graph.ids[source] === table);
}

/** Whether an edge of this source is followed. */
export type EdgeTest = (edge: number, source: number) => boolean;

/**
 * Whether an edge is essential: `essentialEdges`, for the few edges that a search looks at.
 * Cost: that of `pageOwnedNodes` at the first call for a graph, then constant.
 */
export function holds(graph: Graph): EdgeTest {
  const { targets } = edgesOf(graph);
  const owned = pageOwnedNodes(graph);
  const keeps = keepsAlive(graph);
  return (edge, source) =>
    (source === graph.root || owned[source] === 1 || owned[targets[edge]!] === 0) && keeps(edge, source);
}

/**
 * Whether the garbage collector keeps the target of an edge alive for its source. The same as
 * `holds` without the rule of pages, which is about whose memory an object is: where a table of a
 * WeakMap is the page's and the key is not, that rule leaves the value, which the page owns by the
 * table's edge, without any holder.
 */
export function keepsAlive(graph: Graph): EdgeTest {
  const { types, names, targets } = edgesOf(graph);
  const pairOf = weakMapPairs(graph).of;
  return (edge, source) => {
    const type = types[edge];
    if (type === EDGE.weak || targets[edge] === source) return false;
    if (type === EDGE.shortcut && source !== graph.root) return false;
    return !(type === EDGE.internal && pairOf(names[edge]!)?.table === graph.ids[source]);
  };
}

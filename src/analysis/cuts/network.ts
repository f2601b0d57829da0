/** The part of a heap in which a cut is looked for, as a network. */
import { columnBeside, withKernel } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { dominatorTree } from '../sizes/dominators.js';
import type { Network } from './flow.js';
import { leadingTo } from './leading.js';
import { ENTRY, entryOf, FIXED, NONE, referencesOf } from './references.js';

/** A network of references. */
export interface ReferenceNetwork extends Network {
  /** By arc the edge that it stands for. Of an entry with several edges the first. */
  readonly edges: Uint32Array;
  /** Gives the columns back. They are not used any more. */
  readonly release: () => void;
}

const SOURCE = 0;
const SINK = 1;

/**
 * The network between what cannot be freed and the objects that shall be.
 *
 * - In: by node 1 where the root reaches it; where it does over fixed references alone, which is
 *   the source; the objects, which are the sink. Those that are fixed are no part of it.
 * - Left out: what leads to none of the objects, and edges to what dominates their source: no way
 *   without a circle goes along them.
 * - An entry of a Map or Set is one arc, also where its key and its value both lead to the objects.
 * - Cost: linear in nodes and edges; while it is made 14 bytes a node and 5 an edge, then 9 bytes
 *   for each edge on a way to the objects.
 */
export function referenceNetwork(
  graph: Graph,
  reached: Uint8Array,
  fixed: Uint8Array,
  objects: Uint8Array,
): ReferenceNetwork {
  const isArc = arcsOf(graph, reached, fixed, objects);
  try {
    return networkOf(graph, isArc, fixed, objects);
  } finally {
    giveBack(graph, isArc);
  }
}

function giveBack(graph: Graph, ...columns: readonly (Uint8Array | Uint32Array)[]): void {
  withKernel(graph, ({ arena }) => {
    for (const each of columns) if (arena.addressOf(each) !== undefined) arena.release(each);
  });
}

function networkOf(
  graph: Graph,
  isArc: Uint8Array,
  fixed: Uint8Array,
  objects: Uint8Array,
): ReferenceNetwork {
  const { nodeCount } = graph;
  const { targets: edgeTargets } = edgesOf(graph);
  const leading = leadingTo(graph, isArc, fixed, objects);
  // By node its number in the network: those that the source or the sink stand for share one.
  const numbers = new Uint32Array(nodeCount);
  let last = SINK;
  for (let node = 0; node < nodeCount; node++)
    if (leading[node] === 1) numbers[node] = fixed[node] === 1 ? SOURCE : objects[node] === 1 ? SINK : ++last;
  const referencesFrom = references(graph, isArc, leading);
  let arcs = 0;
  let entries = 0;
  let entryArcs = 0;
  for (let node = 0; node < nodeCount; node++)
    if (leading[node] === 1)
      referencesFrom(node, (_, count) => {
        arcs++;
        if (count === 1) return;
        entries++;
        entryArcs += count;
      });
  const all = last + 1 + entries;
  const firstArc = new Uint32Array(all + 1);
  const targets = columnBeside(graph, Uint32Array, arcs + entryArcs);
  const unbounded = columnBeside(graph, Uint8Array, arcs + entryArcs);
  const edges = columnBeside(graph, Uint32Array, arcs + entryArcs);
  const release = (): void => giveBack(graph, targets, unbounded, edges);
  let filled = 0;
  // Entries with several edges are nodes of their own, behind all others: their arcs come last.
  let entry = 0;
  let entryFilled = arcs;
  const addReference: VisitReference = (of, count, isFixed) => {
    edges[filled] = of[0]!;
    unbounded[filled] = isFixed ? 1 : 0;
    targets[filled++] = count === 1 ? numbers[edgeTargets[of[0]!]!]! : last + 1 + entry;
    if (count === 1) return;
    for (let i = 0; i < count; i++) {
      unbounded[entryFilled] = 1;
      edges[entryFilled] = of[i]!;
      targets[entryFilled++] = numbers[edgeTargets[of[i]!]!]!;
    }
    firstArc[last + 2 + entry++] = entryFilled;
  };
  for (let node = 0; node < nodeCount; node++)
    if (leading[node] === 1 && fixed[node] === 1) referencesFrom(node, addReference);
  firstArc[SINK] = filled;
  firstArc[SINK + 1] = filled;
  for (let node = 0; node < nodeCount; node++) {
    if (leading[node] !== 1 || fixed[node] === 1 || objects[node] === 1) continue;
    referencesFrom(node, addReference);
    firstArc[numbers[node]! + 1] = filled;
  }
  return { nodeCount: all, firstArc, targets, unbounded, source: SOURCE, sink: SINK, edges, release };
}

/** By edge 1 where it can lie on a way from the source to the sink, as far as its ends say. */
function arcsOf(graph: Graph, reached: Uint8Array, fixed: Uint8Array, objects: Uint8Array): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { targets, count } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const dominates = dominance(graph);
  const isArc = columnBeside(graph, Uint8Array, count);
  for (let node = 0; node < nodeCount; node++) {
    if (reached[node] === 0 || (objects[node] === 1 && fixed[node] === 0) || onStack(node)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (kinds[edge] === NONE) continue;
      const target = targets[edge]!;
      if (fixed[target] === 0 && !dominates(target, node)) isArc[edge] = 1;
    }
  }
  return isArc;
}

/** Whether a node dominates another. Cost: that of the tree; 8 bytes a node; then constant. */
function dominance(graph: Graph): (above: number, below: number) => boolean {
  const { nodeCount } = graph;
  const { dominators, order } = dominatorTree(graph);
  const sizes = new Uint32Array(nodeCount).fill(1);
  for (let i = nodeCount - 1; i > 0; i--) sizes[dominators[order[i]!]!]! += sizes[order[i]!]!;
  // Preorder: a node takes the next free number of its dominator, which moves on by its size.
  const numbers = new Uint32Array(nodeCount);
  const next = new Uint32Array(nodeCount);
  for (let i = 0; i < nodeCount; i++) {
    const node = order[i]!;
    if (i > 0) {
      const above = dominators[node]!;
      numbers[node] = next[above]!;
      next[above]! += sizes[node]!;
    }
    next[node] = numbers[node]! + 1;
  }
  return (above, below) =>
    numbers[above]! <= numbers[below]! && numbers[below]! < numbers[above]! + sizes[above]!;
}

/** Slots of an entry, at most. */
const MOST_SLOTS = 3;

/** Is told the edges of a reference, which stand first in `edges`, and whether it is fixed. */
type VisitReference = (edges: Uint32Array, count: number, isFixed: boolean) => void;

/**
 * The references of nodes that lead on: of the table of a Map or Set one for each entry. V8 writes
 * the edges of an entry next to each other.
 */
function references(
  graph: Graph,
  isArc: Uint8Array,
  leading: Uint8Array,
): (node: number, visit: VisitReference) => void {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds, entrySizes } = referencesOf(graph);
  const open = new Uint32Array(MOST_SLOTS);
  const one = new Uint32Array(1);
  return (node, visit) => {
    let filled = 0;
    let entry = -1;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (isArc[edge] === 0 || leading[targets[edge]!] === 0) continue;
      if (kinds[edge] !== ENTRY) {
        one[0] = edge;
        visit(one, 1, kinds[edge] === FIXED);
        continue;
      }
      const of = entryOf(graph, node, edge, entrySizes[node]!);
      if ((of !== entry || filled === MOST_SLOTS) && filled > 0) {
        visit(open, filled, false);
        filled = 0;
      }
      entry = of;
      open[filled++] = edge;
    }
    if (filled > 0) visit(open, filled, false);
  };
}

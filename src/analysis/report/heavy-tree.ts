/** The upper part of the dominator tree: what is large enough to be looked at. */

import { byDescending, byText, inOrder } from '../../base/order.js';
import type { PageFolded, PageTree, PageTreeNode } from '../../base/page-report.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { NodeView } from '../classes/nodes.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';

/** How much of it. */
export interface HeavyTreeOptions {
  /** Of all bytes: nodes that keep less are folded. */
  readonly leastShare: number;
  /** Nodes at most: those that keep most. */
  readonly most: number;
  /** Levels below the root at most: a list of a million elements is a branch of a million. */
  readonly levels: number;
  /** Classes that are named of what a node has folded; the others are one. */
  readonly foldedClasses: number;
}

/** A tree for reading, and the ordinals of its nodes. */
export interface HeavyTree extends PageTree {
  readonly ordinals: readonly number[];
}

/**
 * The nodes that keep most, each after its dominator, and what is left out below each of them,
 * class by class.
 *
 * - Order: that of the dominator tree; ties in size are decided by it, too.
 * - Empty: a graph without nodes has none.
 * - Cost: dominators and retained sizes; two passes over the nodes, a byte a node.
 */
export function heavyTree(graph: Graph, options: HeavyTreeOptions): HeavyTree {
  if (graph.nodeCount === 0) return { nodes: [], leastSize: 0, ordinals: [] };
  const { dominators } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const found = candidates(graph, options);
  const isCut = found.length > options.most;
  // A dominator keeps no less than what it dominates, and stands before it.
  const chosen = found
    .map((node, place) => ({ node, place }))
    .sort((a, b) => retained[b.node]! - retained[a.node]! || a.place - b.place)
    .slice(0, options.most)
    .sort((a, b) => a.place - b.place)
    .map(({ node }) => node);
  const placeOf = new Map(chosen.map((node, place) => [node, place]));
  const folded = foldedBelow(graph, placeOf, options.foldedClasses);
  const nodes = chosen.map((node, place): PageTreeNode => {
    const { id, type, name, shallowSize, retainedSize } = new NodeView(graph, node);
    const parent = node === graph.root ? -1 : placeOf.get(dominators[node]!)!;
    return { id, class: type, name, parent, shallowSize, retainedSize, folded: folded[place]! };
  });
  const smallest = chosen.reduce((least, node) => Math.min(least, retained[node]!), Number.POSITIVE_INFINITY);
  return { nodes, leastSize: isCut ? smallest : leastOf(graph, options), ordinals: chosen };
}

function leastOf(graph: Graph, { leastShare }: HeavyTreeOptions): number {
  return retainedSizes(graph)[graph.root]! * leastShare;
}

/** Nodes that keep enough and are near enough to the root; at most 1 / leastShare a level. */
function candidates(graph: Graph, options: HeavyTreeOptions): readonly number[] {
  const { dominators, order } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const least = leastOf(graph, options);
  const depths = new Map<number, number>([[graph.root, 0]]);
  for (let i = 1; i < order.length; i++) {
    const node = order[i]!;
    if (retained[node]! < least || retained[node] === 0) continue;
    const above = depths.get(dominators[node]!);
    if (above !== undefined && above < options.levels) depths.set(node, above + 1);
  }
  return [...depths.keys()];
}

/** By place of the node: what it dominates that has no place. */
function foldedBelow(
  graph: Graph,
  placeOf: ReadonlyMap<number, number>,
  most: number,
): readonly (readonly PageFolded[])[] {
  const { nodeCount, root } = graph;
  const { dominators } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  const { labels, of } = classIndex(graph);
  const isPlaced = new Uint8Array(nodeCount);
  for (const node of placeOf.keys()) isPlaced[node] = 1;
  const groups = new Map<number, { count: number; size: number }>();
  for (let node = 0; node < nodeCount; node++) {
    const above = dominators[node]!;
    if (isPlaced[above] === 0 || isPlaced[node] === 1 || node === root || retained[node] === 0) continue;
    const key = placeOf.get(above)! * labels.length + of[node]!;
    const group = groups.get(key);
    if (group) {
      group.count++;
      group.size += retained[node]!;
    } else groups.set(key, { count: 1, size: retained[node]! });
  }
  const lists = Array.from({ length: placeOf.size }, (): PageFolded[] => []);
  for (const [key, { count, size }] of groups) {
    const type = key % labels.length;
    lists[(key - type) / labels.length]!.push({ class: labels[type]!, count, size });
  }
  return lists.map((list) => {
    list.sort(bySize);
    const rest = list.slice(most);
    if (rest.length <= 1) return list;
    const sum = (of: 'count' | 'size'): number => rest.reduce((all, one) => all + one[of], 0);
    return [...list.slice(0, most), { class: null, count: sum('count'), size: sum('size') }];
  });
}

const bySize = inOrder<PageFolded>(
  byDescending(({ size }) => size),
  byText((one) => one.class ?? ''),
);

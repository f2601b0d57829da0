/**
 * The dominator tree over essential edges: a node's immediate dominator is the last node that every
 * path from the root to it passes, so what would be freed with it.
 *
 * Semi-NCA (L. Georgiadis, R. E. Tarjan, R. F. Werneck: Finding Dominators in Practice, JGAA 10(1),
 * 2006): semidominators as Lengauer and Tarjan (1979) compute them, with path compression, then
 * each node's dominator is its nearest common ancestor, in the tree built so far, with its
 * semidominator. Nodes are numbered in depth-first preorder and everything works on these numbers:
 * neighbours in the graph are neighbours in memory.
 *
 * Layout: numbers 1…reached are nodes in preorder, 1 is the root. First come the nodes that the
 * root reaches, those before others to which its edges to where a page begins lead; then, with what
 * they reach, nodes that no essential edge leads to (they hang from the root), last, one by one,
 * nodes in cycles that nobody holds (they hang from the root as well, and their own edges count for
 * nothing).
 *
 * As what a page owns comes first, a number says whether a page owns a node: the kernel needs no
 * search for that.
 * DevTools, whose tree this is: HeapSnapshot.ts, calculateDominatorsAndRetainedSizes.
 */
import { type Accelerated, type Stage, withKernel } from '../../graph/accelerated.js';
import { edgePrefetch } from '../../graph/edge-prefetch.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import {
  acceleratedDominators,
  dominatorStage,
  type Limits,
  type NumberedTree,
} from './accelerated-dominators.js';
import { distances } from './distances.js';
import { essentialEdges, pageOwnedNodes, pageRoots, tableEdges } from './essential-edges.js';

/** Who dominates whom. */
export interface DominatorTree {
  /** Immediate dominators by node; the root is its own. */
  readonly dominators: Uint32Array;
  /** All nodes, each after its dominator. */
  readonly order: Uint32Array;
  /** How many of the first in `order` the root reaches over essential edges. */
  readonly reached: number;
  /**
   * How many of the first in `order` it reaches when nodes that no essential edge leads to hang
   * from it.
   */
  readonly searched: number;
}

/**
 * Needs edges. Cost: nearly linear in nodes and edges; 40 bytes a node and 5 an edge while it runs,
 * 8 a node afterwards.
 */
export const dominatorTree = memo((graph: Graph): DominatorTree => {
  const { nodeCount } = graph;
  if (nodeCount === 0)
    return { dominators: new Uint32Array(0), order: new Uint32Array(0), reached: 0, searched: 0 };
  const numbered = withKernel(graph, (accelerated) =>
    acceleratedDominators(graph, accelerated, limitsOf(graph)),
  );
  return numbered ? treeOf(graph, numbered) : computedTree(graph);
}, 'dominators');

/** What computes the tree by a kernel. In: a graph with nodes. */
export function dominatorStageOf(graph: Graph, accelerated: Accelerated): Stage<DominatorTree> {
  const { steps, reads, finish } = dominatorStage(graph, accelerated, limitsOf(graph));
  return { steps, reads, finish: (values) => treeOf(graph, finish(values)) };
}

function limitsOf(graph: Graph): Limits {
  const lost = tableEdges(graph);
  return {
    pageRoots: pageRoots(graph),
    lost: lost.map(({ edge }) => edge),
    losers: lost.map(({ source }) => source),
  };
}

/** The tree. What a page owns is known with it, and needs no search of its own. */
function treeOf(graph: Graph, { tree, pageOwned }: NumberedTree): DominatorTree {
  if (!pageOwnedNodes.has(graph)) pageOwnedNodes.give(graph, pageOwned);
  return tree;
}

function computedTree(graph: Graph): DominatorTree {
  const { nodeCount } = graph;
  const numbering = number(graph, essentialEdges(graph));
  const { vertices, reached, searched } = numbering;
  const idoms = semiNca(numbering);
  const order = vertices.subarray(1);
  const dominators = new Uint32Array(nodeCount);
  for (let i = 1; i <= nodeCount; i++) {
    dominators[vertices[i]!] = i <= searched && i > 1 ? vertices[idoms[i]!]! : graph.root;
  }
  return { dominators, order, reached, searched };
}

/**
 * Distances and dominators, for who wants both.
 *
 * - Cost: that of `distances` and `dominatorTree`, less a search through what a page owns, which
 *   the search for distances has done already.
 */
export function distancesAndDominators(graph: Graph): {
  readonly distances: Int32Array;
  readonly tree: DominatorTree;
} {
  return { distances: distances(graph), tree: dominatorTree(graph) };
}

interface Numbering {
  /** Node by number. */
  readonly vertices: Uint32Array;
  /** Number of the parent in the depth-first tree, by number. */
  readonly parents: Uint32Array;
  /**
   * The least number of the nodes that lead to a node and come before it, by number: its parent or
   * one above.
   */
  readonly least: Uint32Array;
  /**
   * Predecessors that come after their target, by number: those of `i` are
   * `laterSources[ends[i - 1]] … laterSources[ends[i] - 1]`.
   */
  readonly ends: Uint32Array;
  readonly laterSources: Uint32Array;
  /** Two numbers, and one, for each node and one more, which are used no more. */
  readonly pairs: Uint32Array;
  readonly numbers: Uint32Array;
  /** Nodes that the root reaches. */
  readonly reached: number;
  /** Nodes that were searched: those and what hangs from them. */
  readonly searched: number;
}

/**
 * A depth-first search, which also counts predecessors, and a pass that collects them. Of those
 * that come before a node only the least counts for its semidominator, so that is all that is kept
 * of them.
 */
function number(graph: Graph, essential: Uint8Array): Numbering {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  // By node its number and how many later sources it has, then where the next of them goes: side by
  // side, as every edge asks for both.
  const slots = new Uint32Array(2 * nodeCount + 2);
  const vertices = new Uint32Array(nodeCount + 1);
  const parents = new Uint32Array(nodeCount + 1);
  const least = new Uint32Array(nodeCount + 1);
  const stack = new Uint32Array(nodeCount + 1); // numbers
  const next = new Uint32Array(nodeCount); // by depth: the edge to go on with
  let last = 0;
  let laterCount = 0;

  const enter = (node: number, parent: number): void => {
    slots[2 * node] = ++last;
    vertices[last] = node;
    parents[last] = parent;
    least[last] = parent;
  };
  const search = (from: number): void => {
    enter(from, 1);
    stack[0] = last;
    next[0] = firstEdge[from]!;
    let depth = 0;
    while (depth >= 0) {
      const own = stack[depth]!;
      const end = firstEdge[vertices[own]! + 1]!;
      let edge = next[depth]!;
      let pushed = false;
      while (edge < end) {
        if (essential[edge++] === 0) continue;
        const target = targets[edge - 1]!;
        const known = slots[2 * target]!;
        if (known !== 0) {
          if (known < own) {
            slots[2 * target + 1]!++;
            laterCount++;
          } else if (own < least[known]!) least[known] = own;
          continue;
        }
        slots[2 * target] = ++last;
        vertices[last] = target;
        parents[last] = own;
        least[last] = own;
        const first = firstEdge[target]!;
        if (first === firstEdge[target + 1]) continue; // a leaf
        next[depth] = edge;
        stack[++depth] = last;
        next[depth] = first;
        pushed = true;
        break;
      }
      if (!pushed) depth--;
    }
  };

  enter(root, 0);
  const starts = pageRoots(graph);
  for (const isPage of [true, false]) {
    for (let edge = firstEdge[root]!, end = firstEdge[root + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (essential[edge] === 0 || starts.has(target) !== isPage) continue;
      const known = slots[2 * target]!;
      if (known === 0) search(target);
      else least[known] = 1;
    }
  }
  const reached = last;
  if (last < nodeCount) {
    const held = heldNodes(graph, essential);
    for (let node = 0; node < nodeCount; node++) {
      if (slots[2 * node] === 0 && held[node] === 0) search(node);
    }
  }
  const searched = last;
  for (let node = 0; node < nodeCount && last < nodeCount; node++) {
    if (slots[2 * node] !== 0) continue;
    slots[2 * node] = ++last;
    vertices[last] = node;
    parents[last] = 1;
  }
  const ends = new Uint32Array(searched + 1);
  const laterSources = new Uint32Array(laterCount);
  let offset = 0;
  for (let i = 1; i <= searched; i++) {
    const slot = 2 * vertices[i]! + 1;
    const later = slots[slot]!;
    slots[slot] = offset;
    offset += later;
    ends[i] = offset;
  }
  const prefetch = edgePrefetch(graph, essential);
  for (let first = 1; first <= searched; ) {
    const batch = prefetch.touch(vertices, first, searched + 1);
    for (let i = 0; i < batch; i++) {
      const source = first++;
      for (let edge = prefetch.starts[i]!, end = prefetch.stops[i]!; edge < end; edge++) {
        if (essential[edge] === 0) continue;
        const slot = 2 * targets[edge]!;
        if (slots[slot]! < source) laterSources[slots[slot + 1]!++] = source;
      }
    }
  }
  return { vertices, parents, least, ends, laterSources, pairs: slots, numbers: stack, reached, searched };
}

/** 1 for every node that an essential edge leads to. Cost: one pass over the edges. */
export function heldNodes(graph: Graph, essential: Uint8Array): Uint8Array {
  const { targets, count } = edgesOf(graph);
  const held = new Uint8Array(graph.nodeCount);
  for (let edge = 0; edge < count; edge++) if (essential[edge] === 1) held[targets[edge]!] = 1;
  return held;
}

/** Immediate dominators by number. */
function semiNca(numbering: Numbering): Uint32Array {
  const { searched, parents, least, ends, laterSources } = numbering;
  // Ancestor and label of a node stand side by side: compression reads both. Labels are
  // semidominators, not nodes.
  const links = numbering.pairs;
  const idoms = least; // a semidominator takes the place of the number that it starts from
  const path = numbering.numbers;
  for (let i = 0; i <= searched; i++) {
    links[2 * i] = parents[i]!;
    links[2 * i + 1] = i;
  }
  for (let i = searched; i >= 2; i--) {
    let semi = least[i]!;
    for (let k = ends[i - 1]!, end = ends[i]!; k < end && semi !== 1; k++) {
      const source = laterSources[k]!;
      let ancestor = links[2 * source]!;
      let label = links[2 * source + 1]!;
      if (ancestor > i) {
        let depth = 0;
        let at = source;
        do {
          path[depth++] = at;
          at = ancestor;
          ancestor = links[2 * at]!;
        } while (ancestor > i);
        label = links[2 * at + 1]!;
        while (depth > 0) {
          const node = path[--depth]!;
          links[2 * node] = ancestor;
          const own = links[2 * node + 1]!;
          if (label < own) links[2 * node + 1] = label;
          else label = own;
        }
      }
      if (label < semi) semi = label;
    }
    links[2 * i + 1] = semi;
    idoms[i] = semi;
  }
  for (let i = 2; i <= searched; i++) {
    let dominator = parents[i]!;
    const semi = idoms[i]!;
    while (dominator > semi) dominator = idoms[dominator]!;
    idoms[i] = dominator;
  }
  return idoms;
}

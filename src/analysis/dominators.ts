/**
 * The dominator tree over essential edges: a node's immediate dominator is the last node that every path from the root
 * to it passes, so what would be freed with it.
 *
 * Semi-NCA (L. Georgiadis, R. E. Tarjan, R. F. Werneck: Finding Dominators in Practice, JGAA 10(1), 2006): semidominators
 * as Lengauer and Tarjan (1979) compute them, with path compression, then each node's dominator is its nearest common
 * ancestor, in the tree built so far, with its semidominator. Nodes are numbered in depth-first preorder and
 * everything works on these numbers: neighbours in the graph are neighbours in memory.
 *
 * Layout: numbers 1…reached are nodes in preorder, 1 is the root. First come the nodes that the root reaches, then, with
 * what they reach, nodes that no essential edge leads to (they hang from the root), last, one by one, nodes in cycles
 * that nobody holds (they hang from the root as well, and their own edges count for nothing).
 * DevTools, whose tree this is: HeapSnapshot.ts, calculateDominatorsAndRetainedSizes.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { essentialEdges } from './essential-edges.js';

/** Who dominates whom. */
export interface DominatorTree {
  /** Immediate dominators by node; the root is its own. */
  readonly dominators: Uint32Array;
  /** All nodes, each after its dominator. */
  readonly order: Uint32Array;
  /** How many of the first in `order` the root reaches over essential edges. */
  readonly reached: number;
  /** How many of the first in `order` it reaches when nodes that no essential edge leads to hang from it. */
  readonly searched: number;
}

/** Needs edges. Cost: nearly linear in nodes and edges; 28 bytes a node and 5 an edge while it runs, 8 a node afterwards. */
export const dominatorTree = memo((graph: Graph): DominatorTree => {
  const { nodeCount } = graph;
  if (nodeCount === 0)
    return { dominators: new Uint32Array(0), order: new Uint32Array(0), reached: 0, searched: 0 };
  const essential = essentialEdges(graph);
  const { numbers, vertices, parents, reached, searched } = number(graph, essential);
  const { ends, sources } = predecessors(graph, essential, numbers, vertices, searched);
  const idoms = semiNca(searched, parents, ends, sources);
  const order = vertices.subarray(1);
  const dominators = new Uint32Array(nodeCount);
  for (let i = 1; i <= nodeCount; i++) {
    dominators[vertices[i]!] = i <= searched && i > 1 ? vertices[idoms[i]!]! : graph.root;
  }
  return { dominators, order, reached, searched };
});

interface Numbering {
  /** Number by node. */
  readonly numbers: Uint32Array;
  /** Node by number. */
  readonly vertices: Uint32Array;
  /** Number of the parent in the depth-first tree, by number. */
  readonly parents: Uint32Array;
  /** Nodes that the root reaches. */
  readonly reached: number;
  /** Nodes that were searched: those and what hangs from them. */
  readonly searched: number;
}

function number(graph: Graph, essential: Uint8Array): Numbering {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const numbers = new Uint32Array(nodeCount);
  const vertices = new Uint32Array(nodeCount + 1);
  const parents = new Uint32Array(nodeCount + 1);
  const stack = new Uint32Array(nodeCount);
  const next = new Uint32Array(nodeCount); // by depth: the edge to go on with
  let last = 0;

  const search = (from: number, parent: number): void => {
    numbers[from] = ++last;
    vertices[last] = from;
    parents[last] = parent;
    stack[0] = from;
    next[0] = firstEdge[from]!;
    let depth = 0;
    while (depth >= 0) {
      const node = stack[depth]!;
      const end = firstEdge[node + 1]!;
      let edge = next[depth]!;
      let child = -1;
      for (; edge < end; edge++) {
        if (essential[edge] === 0) continue;
        const target = targets[edge]!;
        if (numbers[target] !== 0) continue;
        child = target;
        edge++;
        break;
      }
      if (child < 0) {
        depth--;
        continue;
      }
      next[depth] = edge;
      numbers[child] = ++last;
      vertices[last] = child;
      parents[last] = numbers[node]!;
      const first = firstEdge[child]!;
      if (first === firstEdge[child + 1]) continue; // a leaf
      stack[++depth] = child;
      next[depth] = first;
    }
  };

  search(root, 0);
  const reached = last;
  if (last < nodeCount) {
    const held = heldNodes(graph, essential);
    for (let node = 0; node < nodeCount; node++) {
      if (numbers[node] === 0 && held[node] === 0) search(node, 1);
    }
  }
  const searched = last;
  for (let node = 0; node < nodeCount && last < nodeCount; node++) {
    if (numbers[node] !== 0) continue;
    numbers[node] = ++last;
    vertices[last] = node;
    parents[last] = 1;
  }
  return { numbers, vertices, parents, reached, searched };
}

/** 1 for every node that an essential edge leads to. Cost: one pass over the edges. */
export function heldNodes(graph: Graph, essential: Uint8Array): Uint8Array {
  const { targets, count } = edgesOf(graph);
  const held = new Uint8Array(graph.nodeCount);
  for (let edge = 0; edge < count; edge++) if (essential[edge] === 1) held[targets[edge]!] = 1;
  return held;
}

/** Predecessors over essential edges, by number: those of `i` are `sources[ends[i - 1]] … sources[ends[i] - 1]`. */
function predecessors(
  graph: Graph,
  essential: Uint8Array,
  numbers: Uint32Array,
  vertices: Uint32Array,
  searched: number,
): { ends: Uint32Array; sources: Uint32Array } {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const ends = new Uint32Array(graph.nodeCount + 1);
  let total = 0;
  for (let i = 1; i <= searched; i++) {
    const node = vertices[i]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      ends[numbers[targets[edge]!]!]!++;
      total++;
    }
  }
  let offset = 0;
  for (let i = 0; i < ends.length; i++) {
    const count = ends[i]!;
    ends[i] = offset; // the beginning for now: filling moves it to the end
    offset += count;
  }
  const sources = new Uint32Array(total);
  for (let i = 1; i <= searched; i++) {
    const node = vertices[i]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if (essential[edge] === 0) continue;
      const target = numbers[targets[edge]!]!;
      sources[ends[target]!++] = i;
    }
  }
  return { ends, sources };
}

/** Immediate dominators by number. */
function semiNca(count: number, parents: Uint32Array, ends: Uint32Array, sources: Uint32Array): Uint32Array {
  // Ancestor and label of a node stand side by side: compression reads both. Labels are semidominators, not nodes.
  const links = new Uint32Array(2 * count + 2);
  const idoms = new Uint32Array(count + 1);
  const path = new Uint32Array(count + 1);
  for (let i = 0; i <= count; i++) {
    links[2 * i] = parents[i]!;
    links[2 * i + 1] = i;
  }
  for (let i = count; i >= 2; i--) {
    let semi = parents[i]!;
    for (let k = ends[i - 1]!, end = ends[i]!; k < end && semi !== 1; k++) {
      const source = sources[k]!;
      if (source <= i) {
        if (source < semi) semi = source;
        continue;
      }
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
  for (let i = 2; i <= count; i++) {
    let dominator = parents[i]!;
    const semi = idoms[i]!;
    while (dominator > semi) dominator = idoms[dominator]!;
    idoms[i] = dominator;
  }
  return idoms;
}

/**
 * Strongly connected components: sets of nodes in which references lead from each to each other.
 *
 * Tarjan's algorithm (R. E. Tarjan: Depth-First Search and Linear Graph Algorithms, SIAM J. Comput.
 * 1(2), 1972) with a stack of its own in place of recursion.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';

/** Components of more than one node, or of one that refers to itself. */
export interface Components {
  /** By node the number of its component plus one; 0 where it is in no cycle. */
  readonly of: Uint32Array;
  readonly count: number;
  /** The nodes of component `i` are `members[first[i]] … members[first[i + 1] - 1]`. */
  readonly first: Uint32Array;
  readonly members: Uint32Array;
}

/** A node that takes no part, or whose component is found. */
const DONE = 0xffffffff;

/**
 * The components of the graph that `isIn` and `isFollowed` leave.
 *
 * - In: by node 1 where it takes part; whether an edge does, of which both ends take part.
 * - Order: as Tarjan's algorithm finds them: a component comes before those that lead to it.
 * - Cost: linear in nodes and edges; 20 bytes a node while it runs. Most edges need one number of
 *   their target: what is left out, done or further down the stack is told by that.
 */
export function stronglyConnected(
  graph: Graph,
  isIn: Uint8Array,
  isFollowed: (edge: number, source: number) => boolean,
): Components {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  /** By node: 0 unseen, `DONE`, else the least number that it is known to lead to. */
  const lowest = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (isIn[node] === 0) lowest[node] = DONE;
  const refersToItself = new Uint8Array(nodeCount);
  const stack = new Uint32Array(nodeCount);
  /** By depth: a node, its depth-first number from 1 on, the edge that comes next. */
  const path = new Uint32Array(nodeCount);
  const numbers = new Uint32Array(nodeCount);
  const nextEdge = new Uint32Array(nodeCount);
  const of = new Uint32Array(nodeCount);
  const firsts: number[] = [0];
  const members = new Uint32Array(nodeCount);
  let filled = 0;
  let stacked = 0;
  let number = 0;
  let depth = 0;
  const enter = (node: number): void => {
    number++;
    lowest[node] = number;
    stack[stacked++] = node;
    path[depth] = node;
    numbers[depth] = number;
    nextEdge[depth] = firstEdge[node]!;
    depth++;
  };
  const leave = (node: number): void => {
    const from = stacked;
    let at: number;
    do {
      at = stack[--stacked]!;
      lowest[at] = DONE;
    } while (at !== node);
    if (from - stacked === 1 && refersToItself[node] === 0) return;
    for (let i = stacked; i < from; i++) {
      members[filled++] = stack[i]!;
      of[stack[i]!] = firsts.length;
    }
    firsts.push(filled);
  };
  for (let start = 0; start < nodeCount; start++) {
    if (lowest[start] !== 0) continue;
    enter(start);
    while (depth > 0) {
      const node = path[depth - 1]!;
      const end = firstEdge[node + 1]!;
      let edge = nextEdge[depth - 1]!;
      let least = lowest[node]!;
      let next = -1;
      for (; edge < end; edge++) {
        const target = targets[edge]!;
        const seen = lowest[target]!;
        if (seen >= least && target !== node) continue;
        if (!isFollowed(edge, node)) continue;
        if (target === node) refersToItself[node] = 1;
        else if (seen === 0) {
          next = target;
          break;
        } else least = seen;
      }
      lowest[node] = least;
      if (next !== -1) {
        nextEdge[depth - 1] = edge + 1;
        enter(next);
        continue;
      }
      depth--;
      if (least === numbers[depth]) leave(node);
      else if (least < lowest[path[depth - 1]!]!) lowest[path[depth - 1]!] = least;
    }
  }
  return { of, count: firsts.length - 1, first: Uint32Array.from(firsts), members: members.slice(0, filled) };
}

/** What would be freed if a set of objects went: exactly, for any set. */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { withKernel } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import type { Partitioner } from '../../graph/partition.js';
import { classIndex } from '../../v8/class-names.js';
import { acceleratedAround, KERNEL_SETS } from './accelerated-around.js';
import { tallyByClass } from './class-tally.js';
import { dominatorTree } from './dominators.js';
import { essentialEdges } from './essential-edges.js';
import { shallowSizes } from './shallow-sizes.js';

/** What goes with a set of objects. */
export interface RetainedSet {
  /** Ordinals, ascending: the set itself and everything that only it keeps alive. */
  readonly nodes: Uint32Array;
  /** Their shallow sizes together, in bytes. */
  readonly size: number;
}

/**
 * Searches from everything that the dominator tree hangs from the root, over essential edges,
 * around the set: what is not met goes with it. For one node that is the subtree it dominates. An
 * empty set retains nothing. The root as a member takes all with it.
 * Cost: linear in nodes and edges; 5 bytes a node beside the essential edges.
 */
export function retainedSet(graph: Graph, members: Iterable<number>): RetainedSet {
  // Read once: it may be a generator.
  const nodes = [...members];
  return quickSets(graph, [nodes])?.[0] ?? searchedSet(graph, nodes);
}

/**
 * The same of several sets: by a kernel eight in one search.
 *
 * - Order: as the sets.
 */
export function retainedSets(graph: Graph, sets: readonly (readonly number[])[]): RetainedSet[] {
  return quickSets(graph, sets) ?? sets.map((members) => searchedSet(graph, members));
}

/** How many sets `retainedSets` takes about as much time for as for one. */
export function setsAtOnce(graph: Graph): number {
  return withKernel(graph, () => KERNEL_SETS) ?? 1;
}

/** Undefined where no kernel can find them. */
function quickSets(graph: Graph, sets: readonly ArrayLike<number>[]): RetainedSet[] | undefined {
  return withFreed(graph, sets, (freed, count): RetainedSet[] => {
    const sizes = shallowSizes(graph);
    return Array.from({ length: count }, (_, set) => freedWith(freed, 1 << set, sizes));
  });
}

/** The nodes that have a bit. */
function freedWith(freed: Uint32Array, bit: number, sizes: ArrayLike<number>): RetainedSet {
  let count = 0;
  for (let node = 0; node < freed.length; node++) if ((freed[node]! & bit) !== 0) count++;
  const nodes = new Uint32Array(count);
  let size = 0;
  for (let node = 0, at = 0; at < count; node++) {
    if ((freed[node]! & bit) === 0) continue;
    nodes[at++] = node;
    size += sizes[node]!;
  }
  return { nodes, size };
}

/**
 * Calls a function with up to eight sets after another: by node the sets that it goes with, as
 * bits, and how many sets there are.
 *
 * - Out: what it says; undefined where no kernel can find them.
 */
function withFreed<T>(
  graph: Graph,
  sets: readonly ArrayLike<number>[],
  use: (freed: Uint32Array, count: number) => T[],
): T[] | undefined {
  if (graph.nodeCount === 0) return undefined;
  return withKernel(graph, (accelerated) => {
    const essential = essentialEdges(graph);
    const { order, searched } = dominatorTree(graph);
    const { root, nodeCount } = graph;
    const places = { essential, root, nodeCount, loose: looseNodes(graph), alone: order.subarray(searched) };
    const found: T[] = [];
    for (let first = 0; first < sets.length; first += KERNEL_SETS) {
      const some = sets.slice(first, first + KERNEL_SETS);
      found.push(...acceleratedAround(accelerated, { ...places, sets: some }, use));
    }
    return found;
  });
}

function searchedSet(graph: Graph, members: Iterable<number>): RetainedSet {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const { order, searched } = dominatorTree(graph);
  const sizes = shallowSizes(graph);
  const MEMBER = 1;
  const ALIVE = 2;
  const state = new Uint8Array(nodeCount);
  for (const node of members) state[node] = MEMBER;

  const stack = new Uint32Array(nodeCount);
  const search = (from: number): void => {
    if (state[from] !== 0) return;
    let waiting = 0;
    state[from] = ALIVE;
    stack[waiting++] = from;
    while (waiting > 0) {
      const node = stack[--waiting]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (essential[edge] === 0) continue;
        const target = targets[edge]!;
        if (state[target] !== 0) continue;
        state[target] = ALIVE;
        stack[waiting++] = target;
      }
    }
  };
  if (nodeCount > 0 && state[root] === 0) {
    search(root);
    // Nodes of cycles that nobody holds hang from the root one by one.
    for (const node of looseNodes(graph)) search(node);
    for (let i = searched; i < nodeCount; i++) if (state[order[i]!] === 0) state[order[i]!] = ALIVE;
  }
  let size = 0;
  let count = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (state[node] === ALIVE) continue;
    size += sizes[node]!;
    count++;
  }
  const nodes = new Uint32Array(count);
  let at = 0;
  for (let node = 0; node < nodeCount; node++) if (state[node] !== ALIVE) nodes[at++] = node;
  return { nodes, size };
}

/**
 * Nodes that no essential edge leads to: with what they lead to they hang from the root.
 *
 * - Cost: the edges of the nodes that the root does not reach.
 */
const looseNodes = memo((graph: Graph): Uint32Array => {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const { order, reached, searched } = dominatorTree(graph);
  if (searched === reached) return new Uint32Array(0);
  // Only nodes that the root does not reach lead to others of them.
  const held = new Uint8Array(nodeCount);
  for (let i = reached; i < nodeCount; i++) {
    const node = order[i]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (essential[edge] === 1) held[targets[edge]!] = 1;
  }
  return order.slice(reached, searched).filter((node) => held[node] === 0);
}, 'loose nodes');

/** Sets that one search takes: bits of a number. */
const SETS = 31;

/**
 * What each of several sets retains, in bytes, as `retainedSet` says of each by itself.
 *
 * - In: sets of ordinals; they may overlap.
 * - Order: as the sets.
 * - Cost: one search for each 31 sets, in which a node is looked at again when it is found around
 *   one more of them; 13 bytes a node while it runs.
 */
export function retainedSetSizes(graph: Graph, sets: readonly ArrayLike<number>[]): number[] {
  const quick = withFreed(graph, sets, (freed, count) => {
    const sizes = shallowSizes(graph);
    const sums = new Array<number>(count).fill(0);
    for (let node = 0; node < freed.length; node++) {
      if (freed[node] === 0) continue;
      for (let set = 0; set < count; set++) if ((freed[node]! & (1 << set)) !== 0) sums[set]! += sizes[node]!;
    }
    return sums;
  });
  if (quick) return quick;
  const found: number[] = [];
  for (let first = 0; first < sets.length; first += SETS)
    found.push(...sizesAround(graph, sets.slice(first, first + SETS)));
  return found;
}

function sizesAround(graph: Graph, sets: readonly ArrayLike<number>[]): number[] {
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const { order, searched } = dominatorTree(graph);
  const all = 2 ** sets.length - 1;
  /** By node the sets around which it may be passed: those that it is not in. */
  const open = new Int32Array(nodeCount).fill(all);
  sets.forEach((members, set) => {
    for (let i = 0; i < members.length; i++) open[members[i]!]! &= ~(1 << set);
  });
  /** By node the sets around which it was found. */
  const alive = new Int32Array(nodeCount);
  const isWaiting = new Uint8Array(nodeCount);
  const stack = new Uint32Array(nodeCount);
  const search = (from: number, ways: number): void => {
    if ((open[from]! & ways & ~alive[from]!) === 0) return;
    alive[from]! |= open[from]! & ways;
    let waiting = 0;
    stack[waiting++] = from;
    while (waiting > 0) {
      const node = stack[--waiting]!;
      isWaiting[node] = 0;
      const mask = alive[node]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (essential[edge] === 0) continue;
        const target = targets[edge]!;
        const more = mask & open[target]! & ~alive[target]!;
        if (more === 0) continue;
        alive[target]! |= more;
        if (isWaiting[target] === 1) continue;
        isWaiting[target] = 1;
        stack[waiting++] = target;
      }
    }
  };
  if (nodeCount > 0) {
    // The root as a member takes all with it.
    const ways = open[root]!;
    search(root, ways);
    for (const node of looseNodes(graph)) search(node, ways);
    for (let i = searched; i < nodeCount; i++) alive[order[i]!]! |= open[order[i]!]! & ways;
  }
  return sets.map((_, set) => sizeWithout(graph, alive, 1 << set));
}

function sizeWithout(graph: Graph, alive: Int32Array, bit: number): number {
  const sizes = shallowSizes(graph);
  let size = 0;
  for (let node = 0; node < alive.length; node++) if ((alive[node]! & bit) === 0) size += sizes[node]!;
  return size;
}

/** The objects of one class among those of a retained set. */
export interface RetainedClass {
  readonly type: string;
  readonly count: number;
  /** Bytes. */
  readonly shallowSize: number;
  /** Share of the set's bytes, from 0 to 1; 0 of a set without bytes. */
  readonly sizeShare: number;
}

/**
 * What is in a retained set, class by class.
 *
 * - In: what `retainedSet` answers, and what a class is.
 * - Order: the most bytes first, then the most objects, then by name.
 * - Empty: a set without nodes has no classes.
 * - Cost: that of the partition; then linear in the set.
 */
export function retainedClasses(
  graph: Graph,
  { nodes, size }: RetainedSet,
  partition: Partitioner = classIndex,
): RetainedClass[] {
  const sizes = shallowSizes(graph);
  return tallyByClass(partition(graph), nodes, (node) => sizes[node]!)
    .map(
      (row): RetainedClass => ({
        type: row.type,
        count: row.count,
        shallowSize: row.size,
        sizeShare: size === 0 ? 0 : row.size / size,
      }),
    )
    .sort(
      inOrder<RetainedClass>(
        byDescending((row) => row.shallowSize),
        byDescending((row) => row.count),
        byType,
      ),
    );
}

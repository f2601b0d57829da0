/** The smallest set of references to drop so that objects are freed. */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { nodeRoles } from '../classes/node-roles.js';
import type { Chain } from '../holders/chains.js';
import { beside } from '../sizes/ahead.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { minimumCut } from './flow.js';
import { referenceNetwork } from './network.js';
import { reachedFromRoot, reachedFromStack } from './reach.js';
import { edgesOfReference, NONE, referencesOf } from './references.js';

/** Nodes, and their bytes. */
export interface Freed {
  /** All nodes, V8's parts of objects among them. */
  readonly count: number;
  /** Shallow sizes together, in bytes. */
  readonly size: number;
}

/** One reference of a cut. */
export interface CutReference {
  /** From a root to what the reference leads to; the last edge is the reference. */
  readonly chain: Chain;
  /** Its edges: of an entry of a Map or Set those to the key and to the value. */
  readonly edges: readonly number[];
  /** The node that the edges come from: of an entry the table. */
  readonly holder: number;
  /** What is freed when it alone is dropped: nothing where others hold the same. */
  readonly alone: Freed;
  /** How many of the asked objects are among that. */
  readonly objectsAlone: number;
}

/** Which references to drop. */
export interface Cut {
  /**
   * Objects that the cut frees. The others are `fixed`, `onStack` or `unheld`.
   */
  readonly objects: number;
  /** Ordinals of those that V8 or native code holds by itself: nothing frees them. */
  readonly fixed: readonly number[];
  /** How many only the stack holds: they go when its functions have returned. */
  readonly onStack: number;
  /** How many nothing holds, or weak references alone. */
  readonly unheld: number;
  /** How many of `objects` the stack holds besides: they are freed when its functions return. */
  readonly alsoOnStack: number;
  /** Undefined where there are more than `limit`. */
  readonly references: readonly CutReference[] | undefined;
  /** How many references it takes; where there are more than `limit`, at least so many. */
  readonly size: number;
  /** What is freed with all of them dropped. */
  readonly freed: Freed;
  /** How much of that the objects themselves retain: the rest is what else goes. */
  readonly retained: Freed;
}

/** How a cut is looked for. */
export interface CutOptions {
  /** References at most. Default 100. */
  readonly limit?: number;
  /** Which of several smallest cuts. Default `objects`. */
  readonly nearest?: 'objects' | 'roots';
}

/**
 * The fewest references of the program that keep objects alive: a minimum cut between what only V8
 * and native code can let go, and the objects.
 *
 * - In: by node 1 for the objects.
 * - Ties: of several smallest cuts the nearest to the objects. It frees the least beside them:
 *   whatever it frees, each other smallest cut frees as well. `nearest: 'roots'` is the opposite.
 * - Order: the most bytes alone first, then the nearest in the file.
 * - The stack does not count: what it holds goes when its functions return.
 * - Empty: objects that nothing holds need no reference to be dropped.
 * - Cost: that of `dominatorTree`; a few passes over nodes and edges, and those of `minimumCut`.
 */
export function cutOf(graph: Graph, mask: Uint8Array, options: CutOptions = {}): Cut {
  if (!mask.includes(1)) return foundCut(graph, mask, options);
  return beside(graph, {
    retainers: false,
    meanwhile: () => void nodeRoles(graph),
    work: () => foundCut(graph, mask, options),
  });
}

function foundCut(graph: Graph, mask: Uint8Array, options: CutOptions): Cut {
  const { limit = 100, nearest = 'objects' } = options;
  const reached = reachedFromRoot(graph);
  const fixedNodes = reachedFromRoot(graph, { fixedOnly: true });
  const { objects, fixed, elsewhere } = sorted(mask, reached, fixedNodes);
  const withStack = elsewhere > 0 ? reachedFromStack(graph, reached) : undefined;
  const onStack = withStack ? countIn(mask, (node) => withStack[node] === 1) : 0;
  const facts = { fixed, onStack, unheld: elsewhere - onStack };
  const count = countIn(objects, () => true);
  if (count === 0)
    return {
      ...facts,
      objects: 0,
      alsoOnStack: 0,
      references: [],
      size: 0,
      freed: NOTHING,
      retained: NOTHING,
    };
  // Before the network: it asks for the dominators, which another thread may still be at.
  const besides = reachedFromRoot(graph, { around: objects });
  const network = referenceNetwork(graph, reached, fixedNodes, objects);
  const { value, arcs } = minimumCut(network, limit, nearest === 'objects' ? 'sink' : 'source');
  const dropped = arcs?.map((arc) => {
    const edge = network.edges[arc]!;
    const holder = sourceOf(graph, edge);
    return { holder, edges: edgesOfReference(graph, holder, edge) };
  });
  network.release();
  const retained = tally(graph, reached, besides);
  if (!dropped)
    return {
      ...facts,
      objects: count,
      alsoOnStack: 0,
      references: undefined,
      size: value,
      freed: NOTHING,
      retained,
    };
  const without = new Set(dropped.flatMap(({ edges }) => edges));
  const left = reachedFromRoot(graph, { without });
  const still = reachedFromStack(graph, left, without);
  const alone = freedAlone(graph, reached, left, objects, dropped);
  const chains = chainsTo(graph, dropped, without);
  const references = dropped.map(
    ({ holder, edges }, i): CutReference => ({ chain: chains[i]!, edges, holder, ...alone[i]! }),
  );
  return {
    ...facts,
    objects: count,
    alsoOnStack: countIn(objects, (node) => still[node] === 1),
    references: references.sort((a, b) => b.alone.size - a.alone.size || a.edges[0]! - b.edges[0]!),
    size: value,
    freed: tally(graph, reached, left),
    retained,
  };
}

const NOTHING: Freed = { count: 0, size: 0 };

/** The objects that can be freed, those that cannot, and how many the root does not reach. */
function sorted(
  mask: Uint8Array,
  reached: Uint8Array,
  fixedNodes: Uint8Array,
): { readonly objects: Uint8Array; readonly fixed: number[]; readonly elsewhere: number } {
  const objects = new Uint8Array(mask.length);
  const fixed: number[] = [];
  let elsewhere = 0;
  for (let node = 0; node < mask.length; node++) {
    if (mask[node] !== 1) continue;
    if (fixedNodes[node] === 1) fixed.push(node);
    else if (reached[node] === 1) objects[node] = 1;
    else elsewhere++;
  }
  return { objects, fixed, elsewhere };
}

function countIn(mask: Uint8Array, test: (node: number) => boolean): number {
  let count = 0;
  for (let node = 0; node < mask.length; node++) if (mask[node] === 1 && test(node)) count++;
  return count;
}

/** What was reached and is no longer. */
function tally(graph: Graph, before: Uint8Array, after: Uint8Array): Freed {
  const sizes = shallowSizes(graph);
  let count = 0;
  let size = 0;
  for (let node = 0; node < before.length; node++) {
    if (before[node] === 0 || after[node] === 1) continue;
    count++;
    size += sizes[node]!;
  }
  return { count, size };
}

/** Several references lead to a node. */
const SEVERAL = 0xffffffff;

/**
 * What each reference frees alone: of all that goes, what can be reached from it and from no other
 * one. A node is met at most twice: from the first reference, and once more from another.
 */
function freedAlone(
  graph: Graph,
  before: Uint8Array,
  after: Uint8Array,
  objects: Uint8Array,
  references: readonly { readonly edges: readonly number[] }[],
): { readonly alone: Freed; readonly objectsAlone: number }[] {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const sizes = shallowSizes(graph);
  /** By node the number of the reference, plus one. */
  const labels = new Uint32Array(nodeCount);
  const work = new Uint32Array(2 * nodeCount);
  for (const [i, { edges }] of references.entries()) {
    let waiting = 0;
    // The reference's own edges, then those of what was met.
    let list: ArrayLike<number> | undefined = edges;
    for (let node = -1; ; ) {
      const label: number = node < 0 ? i + 1 : labels[node]!;
      const end: number = list ? list.length : firstEdge[node + 1]!;
      for (let at = list ? 0 : firstEdge[node]!; at < end; at++) {
        const edge = list ? list[at]! : at;
        const target = targets[edge]!;
        if (before[target] === 0 || after[target] === 1 || (!list && kinds[edge] === NONE)) continue;
        const known = labels[target]!;
        if (known === label || known === SEVERAL) continue;
        labels[target] = known === 0 ? label : SEVERAL;
        work[waiting++] = target;
      }
      list = undefined;
      do node = waiting > 0 ? work[--waiting]! : -1;
      while (node >= 0 && onStack(node));
      if (node < 0) break;
    }
  }
  const found = references.map(() => ({ count: 0, size: 0, objects: 0 }));
  for (let node = 0; node < nodeCount; node++) {
    const label = labels[node]!;
    if (label === 0 || label === SEVERAL) continue;
    const each = found[label - 1]!;
    each.count++;
    each.size += sizes[node]!;
    each.objects += objects[node]!;
  }
  return found.map(({ count, size, objects: objectsAlone }) => ({ alone: { count, size }, objectsAlone }));
}

/**
 * The shortest chain from a root to each reference that passes none of those that are dropped: one
 * search, breadth first, from all roots but the stack.
 */
function chainsTo(
  graph: Graph,
  references: readonly { readonly holder: number; readonly edges: readonly number[] }[],
  without: ReadonlySet<number>,
): Chain[] {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const root = isRoot(graph);
  /** By node the edge that it was found by, plus two; 1 of roots, 0 of nodes not found. */
  const foundBy = new Uint32Array(nodeCount);
  const queue = new Uint32Array(nodeCount);
  let tail = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (!root(node) || onStack(node)) continue;
    foundBy[node] = 1;
    queue[tail++] = node;
  }
  const wanted = new Set(references.map(({ holder }) => holder).filter((node) => foundBy[node] === 0));
  for (let head = 0; head < tail && wanted.size > 0; head++) {
    const node = queue[head]!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (foundBy[target] !== 0 || kinds[edge] === NONE || without.has(edge) || onStack(target)) continue;
      foundBy[target] = edge + 2;
      queue[tail++] = target;
      wanted.delete(target);
    }
  }
  return references.map(({ holder, edges }) => {
    // An entry is named by its value, which comes after its key.
    const last = edges.at(-1)!;
    const found = { nodes: [targets[last]!, holder], edges: [last] };
    for (let node = holder; foundBy[node]! > 1; ) {
      const edge = foundBy[node]! - 2;
      node = sourceOf(graph, edge);
      found.edges.push(edge);
      found.nodes.push(node);
    }
    return { nodes: found.nodes.reverse(), edges: found.edges.reverse() };
  });
}

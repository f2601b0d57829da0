/** The smallest set of references to drop so that objects are freed. */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { nodeRoles } from '../classes/node-roles.js';
import type { Chain } from '../holders/chains.js';
import { Ahead } from '../sizes/ahead.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { arcsOf } from './arcs.js';
import { minimumCut } from './flow.js';
import { type Freed, type FreedAlone, freedAlone } from './freed-alone.js';
import { reachedAround, reachedFromRoot, reachedFromStack } from './reach.js';
import { edgesOfReference, NONE, referencesOf } from './references.js';

/** One reference of a cut. What it frees alone is nothing where others hold the same. */
export interface CutReference extends FreedAlone {
  /** From a root to what the reference leads to; the last edge is the reference. */
  readonly chain: Chain;
  /** Its edges: of an entry of a Map or Set those to the key and to the value. */
  readonly edges: readonly number[];
  /** The node that the edges come from: of an entry the table. */
  readonly holder: number;
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
 * - Cost: that of `referencesOf`, `shallowSizes` and `minimumCut`, and a few passes over nodes and
 *   edges. No dominators.
 */
export function cutOf(graph: Graph, mask: Uint8Array, options: CutOptions = {}): Cut {
  if (!mask.includes(1)) return { ...NOBODY, fixed: [], onStack: 0, unheld: 0 };
  const ahead = new Ahead(graph);
  try {
    ahead.page();
    nodeRoles(graph);
    // The page is found by then.
    ahead.essential();
    ahead.sizes();
    return foundCut(graph, mask, options);
  } finally {
    ahead.end();
  }
}

function foundCut(graph: Graph, mask: Uint8Array, options: CutOptions): Cut {
  const { limit = 100, nearest = 'objects' } = options;
  const { all: reached, fixed: fixedNodes, around } = reachedAround(graph, mask);
  const { objects, fixed, elsewhere } = sorted(mask, reached, fixedNodes);
  const withStack = elsewhere > 0 ? reachedFromStack(graph, reached) : undefined;
  const onStack = withStack ? countIn(mask, (node) => withStack[node] === 1) : 0;
  const facts = { fixed, onStack, unheld: elsewhere - onStack };
  const count = countIn(objects, () => true);
  if (count === 0) return { ...NOBODY, ...facts };
  const arcs = arcsOf(graph, around, fixedNodes);
  const { value, edges } = minimumCut(
    graph,
    arcs,
    { fixed: fixedNodes, objects },
    limit,
    nearest === 'objects' ? 'sink' : 'source',
  );
  arcs.release();
  const dropped = edges?.map((edge) => {
    const holder = sourceOf(graph, edge);
    return { holder, edges: edgesOfReference(graph, holder, edge) };
  });
  const retained = tally(graph, reached, around);
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
  const left = reachedFromRoot(graph, without);
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

/** Of no objects. */
const NOBODY = {
  objects: 0,
  alsoOnStack: 0,
  references: [],
  size: 0,
  freed: NOTHING,
  retained: NOTHING,
};

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

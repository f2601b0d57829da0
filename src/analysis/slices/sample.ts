/** A share of a heap: whole subtrees of the dominator tree, drawn by chance. */
import type { Graph } from '../../graph/graph.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { ownableNodes } from '../sizes/shallow-sizes.js';
import { addRoots, nearestHolders, sharers } from './nearest-holders.js';
import { Part } from './part.js';

export interface Sample {
  /** By node: 1 for those of the sample. */
  readonly kept: Uint8Array;
  readonly count: number;
  /**
   * By node how many it stands for: `weight` for those of a subtree that was drawn, 1 for those
   * above all subtrees, 0 for those that are there as the way to others.
   */
  readonly weights: Uint32Array;
  /** Subtrees that were drawn from. */
  readonly subtrees: number;
  readonly drawn: number;
  /** Whether the nodes above the subtrees are in it, all of them. */
  readonly isTopWhole: boolean;
}

/** The largest subtree that is drawn as one, and how many such a sample has at least. */
const LARGEST_SUBTREE = 10_000;
const LEAST_DRAWN = 50;
/** Share of the sample that the nodes above the subtrees may be, to be there as they are. */
const TOP_SHARE = 0.25;

/**
 * Draws one of `weight` subtrees. A subtree is what a node dominates, itself included: of at most
 * `LARGEST_SUBTREE` nodes and so many bytes, and below a node that dominates more. The nodes above
 * are all in the sample, or, where they are too many (a list of a million entries), are drawn one
 * by one.
 *
 * - In: a weight of at least 2, and a seed: the same seed draws the same ids.
 * - Out: each node of a drawn subtree retains in the sample what it retains in the whole, and what
 *   others hold as well, where these are left out. The expected sum of the weights of any class is
 *   its count.
 * - Cost: dominators, distances, an index of edges; 9 bytes a node while it runs.
 */
export function sampleOf(graph: Graph, weight: number, seed: number): Sample {
  const { nodeCount, root, ids } = graph;
  const { dominators, order } = dominatorTree(graph);
  const part = new Part(graph);
  addRoots(graph, part);
  const { kept } = part;
  const counts = new Uint32Array(nodeCount).fill(1);
  for (let i = nodeCount - 1; i > 0; i--) {
    const node = order[i]!;
    if (node !== root) counts[dominators[node]!]! += counts[node]!;
  }
  const most = Math.max(1, Math.min(LARGEST_SUBTREE, Math.floor(nodeCount / weight / LEAST_DRAWN)));
  const retained = retainedSizes(graph);
  const mostBytes = retained[root]! / weight / LEAST_DRAWN;
  const isAbove = (node: number): boolean => counts[node]! > most || retained[node]! > mostBytes;
  let top = 0;
  for (let node = 0; node < nodeCount; node++) if (isAbove(node)) top++;
  const isTopWhole = top <= (nodeCount / weight) * TOP_SHARE;
  const weights = new Uint32Array(nodeCount);
  let subtrees = 0;
  let drawn = 0;
  // Every node comes after its dominator.
  for (const node of order) {
    const above = dominators[node]!;
    const isTop = isAbove(node);
    if (!isTop && node !== root && !isAbove(above)) weights[node] = weights[above]!;
    else if (isTop && isTopWhole) weights[node] = 1;
    else {
      subtrees++;
      if (!isDrawn(ids[node]!, seed, weight)) continue;
      drawn++;
      weights[node] = weight;
    }
  }
  for (let node = 0; node < nodeCount; node++) if (weights[node] !== 0) kept[node] = 1;
  addWays(graph, kept);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) count += kept[node]!;
  return { kept, count, weights, subtrees, drawn, isTopWhole };
}

/** One of `weight` numbers, by chance (the mixing of MurmurHash3). */
function isDrawn(id: number, seed: number, weight: number): boolean {
  let hash = (id ^ Math.imul(Math.floor(id / 2 ** 32), 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % weight === 0;
}

/**
 * Adds to each node that is kept a shortest way from the roots, and to V8's own records that
 * several objects share two of these.
 */
function addWays(graph: Graph, kept: Uint8Array): void {
  const { nodeCount } = graph;
  const ownable = ownableNodes(graph);
  const waiting = new Uint32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) if (kept[node] === 1) waiting[count++] = node;
  const add = (node: number): void => {
    if (kept[node] === 1) return;
    kept[node] = 1;
    waiting[count++] = node;
  };
  const there = { has: (node: number): boolean => kept[node] === 1 };
  for (let at = 0; at < count; at++) {
    const node = waiting[at]!;
    for (const holder of nearestHolders(graph, node, there)) add(holder);
    if (ownable[node] === 1) for (const owner of sharers(graph, node)) add(owner);
  }
}

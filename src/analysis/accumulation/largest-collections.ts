/**
 * Collections of the program that keep the most memory: where a single snapshot leads when no
 * branch keeps half of it.
 */
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import { NODE } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { isProcess, isRoot, rootOf } from '../../v8/roots.js';
import { scriptOf } from '../../v8/scripts.js';
import { prototypeNodes } from '../classes/instances.js';
import { ownerOf } from '../holders/container-owner.js';
import { holderChain } from '../holders/holder-chains.js';
import { helperTest } from '../pictures/links.js';
import { childrenOf } from '../sizes/dominated-nodes.js';
import { retainedSizes } from '../sizes/retained-sizes.js';

/** An object that keeps many of one class. */
export interface Collection {
  /** Ordinal. */
  readonly node: number;
  /** Class of the members. */
  readonly type: string;
  readonly count: number;
  /** Bytes that the members keep. */
  readonly retainedSize: number;
}

/** Fewer objects of a class are no collection. */
const LEAST_MEMBERS = 8;
/** Candidates whose owner is looked for at most: a chain each. */
const MOST_LOOKED_AT = 1000;

/**
 * Objects that dominate at least 8 of one class, which together keep more than half of what the
 * object keeps. V8's helpers (backing arrays, tables) count for their owners. Roots, prototypes,
 * functions and native objects are no collections, nor is what the runtime's own modules hold, what
 * holds the runtime's functions, or a list of texts in `process`.
 *
 * - In: ordinal of the object to look below. Needs edges, locations to know the runtime's
 *   functions.
 * - Order: by what they keep, the most first. Ties: the smaller id.
 * - Cost: dominators, retained sizes, `holderChains`; 32 bytes a node while it runs; linear.
 */
export function largestCollections(
  graph: Graph,
  below: number,
  most: number,
  partition: Partitioner = classIndex,
): readonly Collection[] {
  const { ids, nodeTypes } = graph;
  const { labels, of } = partition(graph);
  const retained = retainedSizes(graph);
  const isRootNode = isRoot(graph);
  const isPrototype = prototypeNodes(graph);
  const canBe = (node: number): boolean =>
    !isRootNode(node) && nodeTypes[node] === NODE.object && isPrototype[node] === 0;
  const { majority, counts, sums, samples } = memberSums(graph, below, of);
  const found: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (counts[node]! >= LEAST_MEMBERS && 2 * sums[node]! > retained[node]! && canBe(node)) found.push(node);
  }
  found.sort((a, b) => retained[b]! - retained[a]! || ids[a]! - ids[b]!);
  const collections: Collection[] = [];
  for (const node of found.slice(0, MOST_LOOKED_AT)) {
    if (collections.length === most) break;
    if (isOfRuntimeItself(graph, node, samples[node]!)) continue;
    collections.push({
      node,
      type: labels[majority[node]!]!,
      count: counts[node]!,
      retainedSize: sums[node]!,
    });
  }
  return collections;
}

/** Whether a collection is a part of the runtime: by who holds it, or by what it holds. */
function isOfRuntimeItself(graph: Graph, node: number, member: number): boolean {
  const type = graph.nodeTypes[member]!;
  // Functions that no script has made are V8's and the runtime's: `console`, `Atomics`. Those that
  // settle a promise have no name, and a program may keep them.
  if (type === NODE.closure) {
    const isNamed = graph.strings.get(graph.nodeNames[member]!) !== '';
    if (isOfRuntime(graph)(member) || (isNamed && scriptOf(graph, member) === undefined)) return true;
  }
  const holder = holderChain(graph, node).nodes[0]!;
  // Lists of names in `process`: `process.moduleLoadList`. Its listeners are the program's.
  if (type !== NODE.closure && type !== NODE.object && isProcess(graph)(holder)) return true;
  return ownerOf(graph, node, rootOf(graph, holder)) === 'runtime';
}

interface MemberSums {
  /**
   * By owner: number of the class that keeps more than half of what all members keep, if one does.
   */
  readonly majority: Int32Array;
  readonly counts: Uint32Array;
  readonly sums: Float64Array;
  /** By owner: a member. */
  readonly samples: Uint32Array;
}

/**
 * What objects dominate immediately, helpers replaced by what they dominate: of each the class that
 * weighs the most.
 */
function memberSums(graph: Graph, below: number, of: ArrayLike<number>): MemberSums {
  const { nodeCount } = graph;
  const retained = retainedSizes(graph);
  const isHelper = helperTest(graph, { isRoot: isRoot(graph) });
  // Each after its owner; V8's helpers are among them, so that what they dominate is found.
  const order = new Uint32Array(nodeCount);
  const owners = new Uint32Array(nodeCount);
  let filled = 0;
  const takeChildren = (node: number, owner: number): void => {
    for (const child of childrenOf(graph, node)) {
      owners[child] = owner;
      order[filled++] = child;
    }
  };
  takeChildren(below, below);
  for (let at = 0; at < filled; at++) {
    const node = order[at]!;
    takeChildren(node, isHelper(node) ? owners[node]! : node);
  }
  const members = order.subarray(0, filled).filter((node) => !isHelper(node));

  // Weighted majority vote (R. S. Boyer, J. S. Moore: MJRTY, 1981): a class with more than half of
  // the bytes remains.
  const majority = new Int32Array(nodeCount).fill(-1);
  const lead = new Float64Array(nodeCount);
  for (const node of members) {
    const owner = owners[node]!;
    const size = retained[node]!;
    if (majority[owner] === of[node]) lead[owner]! += size;
    else if (lead[owner]! >= size) lead[owner]! -= size;
    else {
      majority[owner] = of[node]!;
      lead[owner] = size - lead[owner]!;
    }
  }
  const counts = new Uint32Array(nodeCount);
  const sums = lead.fill(0);
  const samples = new Uint32Array(nodeCount);
  for (const node of members) {
    const owner = owners[node]!;
    if (majority[owner] !== of[node]) continue;
    counts[owner]! += 1;
    sums[owner]! += retained[node]!;
    samples[owner] = node;
  }
  return { majority, counts, sums, samples };
}

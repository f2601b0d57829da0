/**
 * From an object down to the place that holds its memory: a collection, a cache, the beginning of a
 * list.
 *
 *   Server 90 MB ─► Store 89 MB ─► Map 88 MB ─► 10,000 × Session 9 kB
 *              └─► log 1 MB   └─► index 1 MB
 *
 * The path is Server, Store, Map. It ends there, as no single object below keeps most of the Map.
 */
import { byDescending, byType, inOrder } from '../../base/order.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import { isIndexed } from '../../graph/schema.js';
import { classIndex } from '../../v8/class-names.js';
import { isRoot } from '../../v8/roots.js';
import { helperTest } from '../pictures/links.js';
import { childrenOf } from '../sizes/dominated-nodes.js';
import { retainedSizes } from '../sizes/retained-sizes.js';

/** A part of what a place keeps: the objects of one class. */
export interface BranchPart {
  readonly type: string;
  readonly count: number;
  /** Bytes. */
  readonly retainedSize: number;
  /** Ordinal of the object with the largest retained size; ties: the smallest id. */
  readonly largest: number;
}

/** The place is the first of many objects that hold each other in a row. */
export interface BranchList {
  /** How many they are, all classes of the row together. */
  readonly count: number;
  /**
   * References from one to the next, until the classes repeat; null where there are helper objects
   * in between.
   */
  readonly via: readonly (string | number | null)[];
}

/** The way down to the place where memory spreads, and what is there. */
export interface HeaviestBranch {
  /**
   * Ordinals: the start, on each level the heaviest object below the one before, at last the place.
   */
  readonly path: readonly number[];
  readonly list: BranchList | undefined;
  /**
   * What the place keeps, the largest part first, ties by class name. Of an object: what it
   * dominates immediately; the rest is its own size. Of a list: its members, each with what it
   * keeps without the next one. Empty for what has nothing below.
   */
  readonly parts: readonly BranchPart[];
}

/** An object that keeps less than this share of what is above it does not continue the branch. */
const SHARE = 0.5;
/** Fewer objects in a row are no list. */
const LEAST_LIST = 8;
/** Classes that take turns in a list at most: `Promise`, `PromiseReaction`, `Promise`, … */
const LONGEST_PERIOD = 8;

/**
 * Goes from an object to the largest one that it dominates, and on, as long as that keeps at least
 * half of what the object above keeps. There the memory spreads. V8's helpers (backing arrays,
 * tables) are no levels: what they dominate counts for their owner. In a linked list each object
 * keeps nearly all that the one before keeps: where the same classes follow each other and the last
 * of them keeps less than half of the first, the first is the place.
 *
 * In: an ordinal, and for `parts` the classes. Needs edges, and what the partition needs.
 * Ties: of two children the one with the smaller id.
 * Cost: retained sizes and dominators; then linear in the length of the path and the children on
 * it.
 */
export function heaviestBranch(
  graph: Graph,
  from: number,
  partition: Partitioner = classIndex,
): HeaviestBranch {
  const retained = retainedSizes(graph);
  const below = ownedBy(graph);
  const path = [from];
  for (let node = from; ; ) {
    const heaviest = largestOf(graph, below(node));
    if (heaviest < 0 || retained[heaviest] === 0 || retained[heaviest]! < SHARE * retained[node]!) break;
    path.push(heaviest);
    node = heaviest;
  }
  const run = firstRun(graph, path);
  if (!run) return { path, list: undefined, parts: partsOf(graph, below(path.at(-1)!), partition) };
  const members = path.slice(run.at, run.at + run.count);
  const next = path[run.at + run.count];
  const via = members.slice(0, run.period).map((node, i) => linkName(graph, node, members[i + 1]!));
  const own = (i: number): number => {
    const following = i + 1 < members.length ? members[i + 1] : next;
    return retained[members[i]!]! - (following === undefined ? 0 : retained[following]!);
  };
  return {
    path: path.slice(0, run.at + 1),
    list: { count: members.length, via },
    parts: partsOf(graph, members, partition, own),
  };
}

/** What a node dominates immediately, with V8's helpers replaced by what they dominate. */
function ownedBy(graph: Graph): (node: number) => number[] {
  const isHelper = helperTest(graph, { isRoot: isRoot(graph) });
  return (node) => {
    const found: number[] = [];
    const work = [node];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      for (const child of childrenOf(graph, at)) {
        if (isHelper(child)) work.push(child);
        else found.push(child);
      }
    }
    return found;
  };
}

function largestOf(graph: Graph, nodes: readonly number[]): number {
  const retained = retainedSizes(graph);
  let best = -1;
  for (const node of nodes) if (best < 0 || isLarger(graph, retained, node, best)) best = node;
  return best;
}

function isLarger({ ids }: Graph, sizes: Float64Array, node: number, other: number): boolean {
  return (sizes[node]! - sizes[other]! || ids[other]! - ids[node]!) > 0;
}

/** The first part of a path that is a list, where there is one. */
function firstRun(
  graph: Graph,
  path: readonly number[],
): { readonly at: number; readonly count: number; readonly period: number } | undefined {
  const { of } = classIndex(graph);
  const retained = retainedSizes(graph);
  let first: { at: number; count: number; period: number } | undefined;
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    // From the end: how many nodes from here on are of the class of the node one period further.
    let same = 0;
    for (let at = path.length - 1 - period; at >= 0; at--) {
      same = of[path[at]!] === of[path[at + period]!] ? same + 1 : 0;
      const count = same + period;
      if (same === 0 || count < Math.max(LEAST_LIST, 3 * period)) continue;
      if (first && at >= first.at) continue;
      const spreads = retained[path[at + count - 1]!]! < SHARE * retained[path[at]!]!;
      if (spreads) first = { at, count, period };
    }
  }
  return first;
}

/** Name of the reference from one object to another; null when there is none. */
function linkName(graph: Graph, from: number, to: number): string | number | null {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[from]!, end = graph.firstEdge[from + 1]!; edge < end; edge++) {
    if (targets[edge] !== to) continue;
    return isIndexed(types[edge]!) ? names[edge]! : graph.strings.get(names[edge]!);
  }
  return null;
}

function partsOf(
  graph: Graph,
  nodes: readonly number[],
  partition: Partitioner,
  sizeAt?: (place: number) => number,
): BranchPart[] {
  const { labels, of } = partition(graph);
  const retained = retainedSizes(graph);
  const parts = new Map<number, { count: number; retainedSize: number; largest: number }>();
  nodes.forEach((node, i) => {
    const size = sizeAt ? sizeAt(i) : retained[node]!;
    const part = parts.get(of[node]!);
    if (!part) {
      parts.set(of[node]!, { count: 1, retainedSize: size, largest: node });
      return;
    }
    part.count++;
    part.retainedSize += size;
    if (isLarger(graph, retained, node, part.largest)) part.largest = node;
  });
  return [...parts]
    .map(([type, part]): BranchPart => ({ type: labels[type]!, ...part }))
    .sort(
      inOrder<BranchPart>(
        byDescending((part) => part.retainedSize),
        byType,
      ),
    );
}

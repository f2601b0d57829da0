/**
 * How many edges a node is from the program's own globals.
 * DevTools: HeapSnapshot.ts, calculateDistances.
 */

import { type Accelerated, complete, type Stage, withKernel } from '../../graph/accelerated.js';
import { nodesOfKinds } from '../../graph/accelerated-kinds.js';
import { edgePrefetch } from '../../graph/edge-prefetch.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, isIndexed, NODE } from '../../graph/schema.js';
import type { StringIndexes } from '../../graph/strings.js';
import { V8_NAME } from '../../v8/system-names.js';
import { userRoots } from '../../v8/user-roots.js';
import { weakMapPairEdges } from '../../v8/weak-map-pairs.js';
import { type DistanceRules, distanceStage, LISTED, NEVER, NUMBERED } from './accelerated-distances.js';

/** Distances from here on are counted from the root: only the system reaches the node. */
export const SYSTEM_DISTANCE = 100_000_000;

const MET = 1;
const SPECIAL = 2;

/** Of nodes that nothing reaches. */
export const NO_DISTANCE = -5;

/** What a search for distances finds out. */
export interface DistanceSearch {
  /** By node; see `distances`. */
  readonly found: Int32Array;
  /**
   * Nodes with an edge that a rule withheld (not because it is weak), in the order of the search.
   */
  readonly withheld: readonly number[];
  /** Whether a user root leads to the root itself, whose distance does not show it. */
  readonly meetsRoot: boolean;
}

/**
 * Distance by node: a breadth-first search over edges that are not weak. User roots are 1. Then the
 * root is SYSTEM_DISTANCE (0 if there are no user roots), and the search goes on for what is left.
 *
 * Not followed are `sloppy_function_map` of the hidden `system / NativeContext`; edges of an array
 * `(map descriptors)` whose number is 2 or more and leaves 1 when divided by 3; and that edge of a
 * WeakMap pair which the search meets first.
 *
 * - Out: NO_DISTANCE for nodes that nothing reaches.
 * - Cost: linear in nodes and edges; 9 bytes a node while it runs, 4 afterwards.
 */
export const distances = (graph: Graph): Int32Array => distanceSearch(graph).found;

/** The search behind `distances`. */
export const distanceSearch = memo(
  (graph: Graph): DistanceSearch =>
    withKernel(graph, (accelerated) => complete(accelerated, distanceStageOf(graph, accelerated))) ??
    searched(graph),
  'distances',
);

/** The search by a kernel. */
export function distanceStageOf(graph: Graph, accelerated: Accelerated): Stage<DistanceSearch> {
  const distancesOf = { none: NO_DISTANCE, system: SYSTEM_DISTANCE };
  return distanceStage(graph, accelerated, userRoots(graph), distancesOf, (marks) => listRules(graph, marks));
}

/** Whether the rules of their names allow to follow edges. Pairs have rules of their own. */
function nameRules(graph: Graph): {
  readonly descriptors: StringIndexes;
  readonly contexts: StringIndexes;
  readonly withholds: (node: number, edge: number) => boolean;
  /** Whether no other rule counts for a node. */
  readonly isDescriptors: (node: number) => boolean;
} {
  const { nodeTypes, nodeNames, strings } = graph;
  const { types, names } = edgesOf(graph);
  const descriptors = strings.indexesOf(V8_NAME.mapDescriptors);
  const contexts = strings.indexesOf(V8_NAME.nativeContext);
  const sloppyMaps = strings.indexesOf('sloppy_function_map');
  const { array, hidden } = NODE;
  const isDescriptors = (node: number): boolean =>
    nodeTypes[node] === array && descriptors.has(nodeNames[node]!);
  return {
    descriptors,
    contexts,
    isDescriptors,
    withholds: (node, edge) => {
      const name = names[edge]!;
      const indexed = isIndexed(types[edge]!);
      if (isDescriptors(node)) {
        const index = indexed ? name : Number.parseInt(strings.get(name), 10);
        return !(index < 2 || index % 3 !== 1);
      }
      return nodeTypes[node] === hidden && contexts.has(nodeNames[node]!) && !indexed && sloppyMaps.has(name);
    },
  };
}

/** Whether `distances` never follows an edge, because of its name and its source. */
export const isWithheld = memo(
  (graph: Graph): ((source: number, edge: number) => boolean) => nameRules(graph).withholds,
);

/** Calls `visit` for each node whose edges have rules of their names. */
function eachRuled(
  graph: Graph,
  { descriptors, contexts }: ReturnType<typeof nameRules>,
  visit: (node: number) => void,
): void {
  const { nodeCount, nodeTypes, nodeNames } = graph;
  const { array, hidden } = NODE;
  const found = nodesOfKinds(graph, {
    types: [
      [array, 1],
      [hidden, 2],
    ],
    names: [
      [descriptors.indexes, 1],
      [contexts.indexes, 2],
    ],
  });
  if (found) {
    for (const node of found) visit(node);
    return;
  }
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (type !== array && type !== hidden) continue;
    if ((type === array ? descriptors : contexts).has(nodeNames[node]!)) visit(node);
  }
}

/** The rules as a kernel takes them. */
function listRules(graph: Graph, marks: Uint8Array): Omit<DistanceRules, 'marks'> {
  const { firstEdge } = graph;
  const { types } = edgesOf(graph);
  const named = nameRules(graph);
  const rules = new Map<number, number>();
  let markedCount = 0;
  const mark = (node: number, bit: number): void => {
    if (marks[node] === 0) markedCount++;
    marks[node]! |= bit;
  };
  eachRuled(graph, named, (node) => {
    const isDescriptors = named.isDescriptors(node);
    if (isDescriptors) mark(node, NUMBERED);
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      // The kernel knows the rule of numbers.
      if ((isDescriptors && isIndexed(types[edge]!)) || !named.withholds(node, edge)) continue;
      rules.set(edge, NEVER);
      mark(node, LISTED);
    }
  });
  const pairs = new Map<string, number>();
  for (const { edge, source, pair } of weakMapPairEdges(graph)) {
    if (named.isDescriptors(source) || rules.has(edge)) continue;
    const number = pairs.get(pair) ?? pairs.size;
    pairs.set(pair, number);
    rules.set(edge, number);
    mark(source, LISTED);
  }
  const listed = Float64Array.from(rules.keys()).sort();
  return {
    listed,
    rules: Array.from(listed, (edge) => rules.get(edge)!),
    pairCount: pairs.size,
    markedCount,
  };
}

function searched(graph: Graph): DistanceSearch {
  const { nodeCount, root } = graph;
  const { types, targets } = edgesOf(graph);
  const withheld: number[] = [];
  const found = new Int32Array(nodeCount).fill(NO_DISTANCE);
  if (nodeCount === 0) return { found, withheld, meetsRoot: false };
  const { weak } = EDGE;
  /** By node: whether it was met, and whether its edges have rules of their own. */
  const marks = new Uint8Array(nodeCount);
  const named = nameRules(graph);
  eachRuled(graph, named, (node) => {
    marks[node] = SPECIAL;
  });
  const pairOf = new Map<number, string>();
  for (const { edge, source, pair } of weakMapPairEdges(graph)) {
    pairOf.set(edge, pair);
    marks[source] = SPECIAL;
  }
  const pending = new Set<string>();

  /** Whether an edge to a node that was not met yet is followed. */
  const follows = (node: number, edge: number): boolean => {
    if (named.withholds(node, edge)) return false;
    const pair = named.isDescriptors(node) ? undefined : pairOf.get(edge);
    if (pair === undefined || pending.delete(pair)) return true;
    pending.add(pair);
    return false;
  };

  // Two places more than there are nodes: the root may be in the queue twice, and a target is
  // written before it is known to be new.
  const queue = new Uint32Array(nodeCount + 2);
  const { starts, stops, touch } = edgePrefetch(graph, types);
  let tail = 0;

  /** Breadth first, level by level, from the queue's entries at `head` and behind. */
  const search = (head: number, first: number): void => {
    let distance = first;
    while (head < tail) {
      const levelEnd = tail;
      while (head < levelEnd) {
        const batch = touch(queue, head, levelEnd);
        for (let i = 0; i < batch; i++) {
          const node = queue[head++]!;
          found[node] = distance;
          const special = marks[node]! >= SPECIAL;
          for (let edge = starts[i]!, end = stops[i]!; edge < end; edge++) {
            const target = targets[edge]!;
            if ((marks[target]! & MET) !== 0 || types[edge] === weak) continue;
            if (special && !follows(node, edge)) {
              if (withheld.at(-1) !== node) withheld.push(node);
              continue;
            }
            marks[target]! |= MET;
            queue[tail++] = target;
          }
        }
      }
      distance++;
    }
  };

  for (const node of userRoots(graph)) {
    marks[node]! |= MET;
    queue[tail++] = node;
  }
  search(0, 1);
  const meetsRoot = (marks[root]! & MET) !== 0;
  marks[root]! |= MET;
  queue[tail++] = root;
  search(tail - 1, tail > 1 ? SYSTEM_DISTANCE : 0);
  return { found, withheld, meetsRoot };
}

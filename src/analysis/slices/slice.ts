/**
 * The part of a snapshot that shows some objects: what holds them, what they keep, what is beside
 * them.
 */
import { edgesOf, type Graph, sourceOf } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { NODE, nodeTypeMarks } from '../../graph/schema.js';
import { isInternal } from '../../v8/names.js';
import { isRoot, isStack } from '../../v8/roots.js';
import { expectSearches, searchBackrefs } from '../holders/chains.js';
import { childrenOf } from '../sizes/dominated-nodes.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { addRoots, addWithWay } from './nearest-holders.js';
import { Part } from './part.js';

export interface SliceOptions {
  /** References in both directions from the objects. */
  readonly depth: number;
  /** Whether what the objects retain is kept. */
  readonly retained: boolean;
  /** Bytes of the file, about. Roots, objects and chains are kept whatever they take. */
  readonly bytes: number;
}

export interface Slice {
  /** By node: 1 for those of the slice. */
  readonly kept: Uint8Array;
  readonly count: number;
  /** Objects that no root holds. */
  readonly unheld: number;
  /** Nodes that the objects retain, themselves among them. */
  readonly retainedNodes: number;
  /** How many of these are in the slice. */
  readonly retainedKept: number;
  /** Neighbours that were left out. */
  readonly neighboursLeft: number;
  /** Bytes of roots, objects and chains alone. */
  readonly chainBytes: number;
}

/** Share of the bytes that names, values and places of the objects may take before neighbours. */
const OWN_SHARE = 0.5;
/** Share that neighbours may take before what is retained. */
const NEIGHBOUR_SHARE = 0.75;
/** References of an object that are looked at for its neighbours, in each direction. */
const MOST_NEIGHBOURS = 200;
/** References of V8's own that lead to a name: map, constructor's function, code, script, text. */
const DEEPEST_FACT = 6;
const MOST_FACTS = 150;
/** Dominated nodes that an object adds at a time, so that each gets its share. */
const AT_A_TIME = 20;
/** Beyond this many, children are taken as they stand in the file. */
const MOST_SORTED = 100_000;

/**
 * Roots first, then the objects with their chains, what names them, what is beside them, and what
 * they retain, as long as there is room.
 *
 * - In: ordinals of the objects, the most important first. Needs edges.
 * - Out: of each object the chain that `searchBackrefs` finds is in the slice, and a shortest way
 *   to each of its nodes.
 * - Cost: a search for each object; distances, dominators and an index of edges, once.
 */
export function sliceOf(graph: Graph, objects: readonly number[], options: SliceOptions): Slice {
  const part = new Part(graph);
  expectSearches(graph);
  addRoots(graph, part);
  const chained = new Set<number>();
  const steps = new Set<number>();
  let unheld = 0;
  const goal = isRoot(graph);
  for (const object of objects) {
    const [chain] = searchBackrefs(graph, object, goal, { isLastResort: isStack(graph) }).chains;
    if (!chain) unheld++;
    for (const edge of chain?.edges ?? []) steps.add(edge);
    for (const node of chain?.nodes ?? [object]) {
      chained.add(node);
      addWithWay(graph, part, node);
    }
  }
  const chainBytes = part.bytes;
  const room = (share: number): boolean =>
    part.bytes < chainBytes + Math.max(options.bytes - chainBytes, 0) * share;
  for (const edge of steps) if (room(OWN_SHARE)) addBeside(graph, part, edge);
  for (const node of chained) addFacts(graph, part, node, () => room(OWN_SHARE));
  const neighboursLeft = addNeighbours(graph, part, objects, options.depth, () => room(NEIGHBOUR_SHARE));
  const retained = options.retained
    ? addRetained(graph, part, objects, () => room(1))
    : { retainedNodes: 0, retainedKept: 0 };
  return { kept: part.kept, count: part.count, unheld, ...retained, neighboursLeft, chainBytes };
}

/** Nodes that are values or V8's own records, and hold no object of the program. */
const OBJECTS = nodeTypeMarks('object', 'closure', 'native', 'synthetic', 'regexp');
const RECORDS = nodeTypeMarks('hidden', 'code', 'object shape');

/** References around one that are kept with it: the key of an entry, a setter. */
const BESIDE = 2;

/** What stands beside a reference of a chain. */
function addBeside(graph: Graph, part: Part, edge: number): void {
  const { targets } = edgesOf(graph);
  const source = sourceOf(graph, edge);
  const first = Math.max(graph.firstEdge[source]!, edge - BESIDE);
  const end = Math.min(graph.firstEdge[source + 1]!, edge + BESIDE + 1);
  for (let one = first; one < end; one++) addWithWay(graph, part, targets[one]!);
}

/** What a node's name, class, place and values are read from. */
function addFacts(graph: Graph, part: Part, start: number, room: () => boolean): void {
  const { nodeTypes, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const internal = isInternal(graph);
  const seen = new Set([start]);
  let level = [start];
  for (let depth = 0; depth < DEEPEST_FACT && level.length > 0 && room(); depth++) {
    const next: number[] = [];
    for (const node of level) {
      const end = Math.min(firstEdge[node + 1]!, firstEdge[node]! + MOST_FACTS);
      for (let edge = firstEdge[node]!; edge < end && room(); edge++) {
        const target = targets[edge]!;
        const type = nodeTypes[target]!;
        if (seen.has(target) || (OBJECTS[type] === 1 && !internal(target))) continue;
        seen.add(target);
        addWithWay(graph, part, target);
        if (RECORDS[type] === 1 || internal(target)) next.push(target);
      }
    }
    level = next;
  }
}

function addNeighbours(
  graph: Graph,
  part: Part,
  objects: readonly number[],
  depth: number,
  room: () => boolean,
): number {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const seen = new Set(objects);
  let left = 0;
  let level: readonly number[] = objects;
  for (let i = 0; i < depth; i++) {
    const next: number[] = [];
    const visit = (node: number): void => {
      if (seen.has(node)) return;
      seen.add(node);
      if (!part.has(node)) {
        if (!room()) {
          left++;
          return;
        }
        addWithWay(graph, part, node);
        addFacts(graph, part, node, room);
      }
      if (graph.nodeTypes[node] !== NODE.synthetic) next.push(node);
    };
    for (const node of level) {
      const ends = [firstEdge[node + 1]!, firstRetainer[node + 1]!] as const;
      const edgeEnd = Math.min(ends[0], firstEdge[node]! + MOST_NEIGHBOURS);
      const retainerEnd = Math.min(ends[1], firstRetainer[node]! + MOST_NEIGHBOURS);
      for (let at = firstRetainer[node]!; at < retainerEnd; at++) visit(sources[at]!);
      for (let edge = firstEdge[node]!; edge < edgeEnd; edge++) visit(targets[edge]!);
      left += ends[0] - edgeEnd + (ends[1] - retainerEnd);
    }
    level = next;
  }
  return left;
}

/** What the objects dominate: of each some, then of each some more, the largest first. */
function addRetained(
  graph: Graph,
  part: Part,
  objects: readonly number[],
  room: () => boolean,
): { readonly retainedNodes: number; readonly retainedKept: number } {
  const retained = retainedSizes(graph);
  let waiting = objects.map((node) => ({ node, children: undefined as Uint32Array | undefined, at: 0 }));
  while (waiting.length > 0 && room()) {
    const next: typeof waiting = [];
    for (const one of waiting) {
      if (!room()) break;
      one.children ??= inOrderOf(childrenOf(graph, one.node), retained);
      const end = Math.min(one.at + AT_A_TIME, one.children.length);
      for (; one.at < end && room(); one.at++) {
        const child = one.children[one.at]!;
        addWithWay(graph, part, child);
        next.push({ node: child, children: undefined, at: 0 });
      }
      if (one.at < one.children.length) next.push(one);
    }
    waiting = next;
  }
  return countRetained(graph, part, objects);
}

function inOrderOf(nodes: Uint32Array, sizes: ArrayLike<number>): Uint32Array {
  return nodes.length > MOST_SORTED ? nodes : nodes.slice().sort((a, b) => sizes[b]! - sizes[a]! || a - b);
}

function countRetained(
  graph: Graph,
  part: Part,
  objects: readonly number[],
): { readonly retainedNodes: number; readonly retainedKept: number } {
  const { dominators, order } = dominatorTree(graph);
  const isRetained = new Uint8Array(graph.nodeCount);
  for (const object of objects) isRetained[object] = 1;
  let retainedNodes = 0;
  let retainedKept = 0;
  // Every node comes after its dominator.
  for (const node of order) {
    if (isRetained[node] === 0 && isRetained[dominators[node]!] === 0) continue;
    isRetained[node] = 1;
    retainedNodes++;
    if (part.has(node)) retainedKept++;
  }
  return { retainedNodes, retainedKept };
}

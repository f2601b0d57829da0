/** Cycles of a program's objects. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { isContext } from '../../v8/names.js';
import { isOfRuntime } from '../../v8/origin.js';
import { isRoot } from '../../v8/roots.js';
import { rootScopeOf } from '../../v8/scopes.js';
import { nodeRoles, THING, WAY } from '../classes/node-roles.js';
import type { Chain } from '../holders/chains.js';
import { origins } from '../holders/origins.js';
import { beside } from '../sizes/ahead.js';
import { dominatorTree } from '../sizes/dominators.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import { retainedSetSizes } from '../sizes/retained-set.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { type Components, stronglyConnected } from './components.js';

/** Objects that refer to each other. */
export interface Cycle {
  /** Objects, functions and scopes in it; V8's own parts of them are not counted. */
  readonly count: number;
  /** Shallow sizes of all nodes of it, in bytes. */
  readonly size: number;
  /** What would be freed with it. */
  readonly retainedSize: number;
  /** The objects, ascending. */
  readonly nodes: readonly number[];
  /** A shortest cycle of it: the first and the last node are the same. */
  readonly chain: Chain;
}

/** Which cycles are looked for. */
export interface CyclesOptions {
  /**
   * Also those of the runtime's and V8's own objects, prototypes and built-in scopes. Default
   * false.
   */
  readonly all?: boolean;
  /** By node 1: a cycle counts when it has one of these. Default: all. */
  readonly mask?: Uint8Array;
  /** How many are described. Default 10. */
  readonly limit?: number;
}

/** Cycles of a heap. */
export interface Cycles {
  /** How many there are. */
  readonly total: number;
  readonly cycles: readonly Cycle[];
}

/** So many components more than are shown are tried for their exact retained sizes. */
const MORE_SIZED = 3;

/**
 * The strongly connected components of the program's objects over references that keep alive.
 *
 * Left out, unless `all`: what belongs to the runtime or to V8, roots, prototypes with their
 * constructors (each class has such a cycle), and the scopes of modules, which have the functions
 * that have them.
 *
 * - In: a graph with edges, and locations to know whose objects are.
 * - Order: the most retained bytes first, of those that the dominator tree says retain the most.
 *   Ties: the most bytes of their own.
 * - Cost: linear in nodes and edges to find them; one search more where one of those that may
 *   be described is entered at several nodes.
 */
export function cyclesOf(graph: Graph, options: CyclesOptions = {}): Cycles {
  return beside(graph, {
    holders: options.all !== true,
    meanwhile: () => void nodeRoles(graph),
    work: () => foundCycles(graph, options),
  });
}

function foundCycles(graph: Graph, options: CyclesOptions): Cycles {
  const { all = false, mask, limit = 10 } = options;
  const isIn = participants(graph, all);
  const keeps = keepsAlive(graph);
  const { types, targets } = edgesOf(graph);
  const prototypes = prototypeEdges(graph);
  const isFollowed = (edge: number, source: number): boolean =>
    types[edge] !== EDGE.weak &&
    (keeps(edge, source) || targets[edge] === source) &&
    (all || !prototypes(edge));
  const components = stronglyConnected(graph, isIn, isFollowed);
  const wanted = sized(graph, components, mask);
  const cycles = withRetained(graph, components, likeliest(graph, components, wanted, limit))
    .sort((a, b) => b.retainedSize - a.retainedSize || b.size - a.size || a.number - b.number)
    .slice(0, limit)
    .map(({ number, size, retainedSize }): Cycle => {
      const nodes = thingsOf(graph, components, number);
      return {
        count: nodes.length,
        size,
        retainedSize,
        nodes: Array.from(nodes),
        chain: shortestCycle(graph, components, nodes, isFollowed),
      };
    });
  return { total: wanted.length, cycles };
}

/** A component with what the dominator tree says of it. */
interface Weighed {
  readonly number: number;
  /** Shallow sizes of its members. */
  readonly size: number;
  /** Members whose immediate dominator is no member. */
  readonly tops: number;
  /** What its tops retain: what the component does when it has one, and never more. */
  readonly least: number;
}

/**
 * Those that may retain the most. A single top dominates every other member, so that what needs the
 * component needs the top.
 */
function likeliest(
  graph: Graph,
  components: Components,
  wanted: readonly { readonly number: number; readonly size: number }[],
  limit: number,
): readonly Weighed[] {
  const { dominators } = dominatorTree(graph);
  const retained = retainedSizes(graph);
  return wanted
    .map(({ number, size }): Weighed => {
      let tops = 0;
      let least = 0;
      for (const node of membersOf(components, number)) {
        if (components.of[dominators[node]!] === number + 1) continue;
        tops++;
        least += retained[node]!;
      }
      return { number, size, tops, least };
    })
    .sort((a, b) => b.least - a.least || b.size - a.size || a.number - b.number)
    .slice(0, limit + MORE_SIZED);
}

/** Exact retained sizes. */
function withRetained(
  graph: Graph,
  components: Components,
  weighed: readonly Weighed[],
): (Weighed & { readonly retainedSize: number })[] {
  const several = weighed.filter(({ tops }) => tops > 1);
  const sizes = retainedSetSizes(
    graph,
    several.map(({ number }) => membersOf(components, number)),
  );
  const exact = new Map(several.map(({ number }, i) => [number, sizes[i]!]));
  return weighed.map((one) => ({ ...one, retainedSize: exact.get(one.number) ?? one.least }));
}

function membersOf({ first, members }: Components, number: number): Uint32Array {
  return members.subarray(first[number]!, first[number + 1]!);
}

/** The objects, functions and scopes of a component, ascending. */
function thingsOf(graph: Graph, components: Components, number: number): Uint32Array {
  const roles = nodeRoles(graph);
  const members = membersOf(components, number);
  let count = 0;
  for (const node of members) if (roles[node] === THING) count++;
  const things = new Uint32Array(count);
  let filled = 0;
  for (const node of members) if (roles[node] === THING) things[filled++] = node;
  return things.sort();
}

/** Components with an object, and one of the mask, the largest first. */
function sized(
  graph: Graph,
  components: Components,
  mask: Uint8Array | undefined,
): { readonly number: number; readonly size: number }[] {
  const sizes = shallowSizes(graph);
  const roles = nodeRoles(graph);
  const found: { number: number; size: number }[] = [];
  for (let number = 0; number < components.count; number++) {
    let size = 0;
    let counts = false;
    let hasThing = false;
    for (const node of membersOf(components, number)) {
      size += sizes[node]!;
      hasThing ||= roles[node] === THING;
      counts ||= mask === undefined || mask[node] === 1;
    }
    if (hasThing && counts) found.push({ number, size });
  }
  return found.sort((a, b) => b.size - a.size || a.number - b.number);
}

const PROGRAM_ORIGIN = 0;

/** By node 1 where it can be in a cycle that is looked for. */
function participants(graph: Graph, all: boolean): Uint8Array {
  const { nodeCount, nodeTypes } = graph;
  const isIn = new Uint8Array(nodeCount);
  if (all) {
    for (let node = 0; node < nodeCount; node++) if (nodeTypes[node] !== NODE.synthetic) isIn[node] = 1;
    return isIn;
  }
  const roles = nodeRoles(graph);
  const { of } = origins(graph);
  const root = isRoot(graph);
  const isScope = isContext(graph);
  const ofRuntime = isOfRuntime(graph);
  for (let node = 0; node < nodeCount; node++) {
    const role = roles[node];
    if (role !== THING && role !== WAY) continue;
    const isOther = of[node] !== PROGRAM_ORIGIN;
    if (isOther && (role === THING || nodeTypes[node] === NODE.native)) continue;
    // Every module has a cycle: its scope has its functions, which have its scope.
    if (isScope(node) ? rootScopeOf(graph, node) !== undefined : root(node)) continue;
    if (nodeTypes[node] === NODE.closure && ofRuntime(node)) continue;
    isIn[node] = 1;
  }
  return isIn;
}

/** A prototype's `constructor` and a function's `prototype`: each class has that cycle. */
function prototypeEdges(graph: Graph): (edge: number) => boolean {
  const { types, names } = edgesOf(graph);
  const own = graph.strings.indexesOf('constructor', 'prototype', '__proto__', 'initial_map', 'map');
  return (edge) => (types[edge] === EDGE.property || types[edge] === EDGE.internal) && own.has(names[edge]!);
}

/** Components with more nodes are searched from fewer of them. */
const MOST_STARTS = 20;

/** A shortest cycle through one of the first nodes of a component. */
function shortestCycle(
  graph: Graph,
  components: Components,
  things: Uint32Array,
  isFollowed: (edge: number, source: number) => boolean,
): Chain {
  let best: Chain | undefined;
  for (const start of things.subarray(0, MOST_STARTS)) {
    const found = cycleThrough(graph, components, start, isFollowed, best?.edges.length);
    if (found) best = found;
  }
  return best!;
}

/** The shortest cycle through a node that is shorter than `limit`, breadth-first. */
function cycleThrough(
  graph: Graph,
  { of }: Components,
  start: number,
  isFollowed: (edge: number, source: number) => boolean,
  limit = Number.POSITIVE_INFINITY,
): Chain | undefined {
  const { firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const before = new Map<number, { readonly node: number; readonly edge: number; readonly depth: number }>();
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head]!;
    const depth = before.get(node)?.depth ?? 0;
    if (depth + 1 >= limit) return undefined;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (of[target] !== of[start] || !isFollowed(edge, node)) continue;
      if (target === start) {
        const chain = { nodes: [start, node], edges: [edge] };
        for (let at = node; at !== start; ) {
          const step = before.get(at)!;
          chain.nodes.push(step.node);
          chain.edges.push(step.edge);
          at = step.node;
        }
        if (node === start) return { nodes: [start, start], edges: [edge] };
        return { nodes: chain.nodes.reverse(), edges: chain.edges.reverse() };
      }
      if (before.has(target)) continue;
      before.set(target, { node, edge, depth: depth + 1 });
      queue.push(target);
    }
  }
  return undefined;
}

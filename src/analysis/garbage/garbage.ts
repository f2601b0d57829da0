/** What no ordinary reference keeps: nodes by the weakest way that reaches them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { debuggerEdges } from '../../v8/debugger-handles.js';
import { weakMapPairEdges, weakMapPairs } from '../../v8/weak-map-pairs.js';
import { type RegistryEntry, registryEntries } from '../../v8/weak-objects.js';
import type { Chain } from '../holders/chains.js';
import type { EdgeTest } from '../sizes/essential-edges.js';
import { reachedFrom } from '../sizes/reached-from.js';
import { ownReach, shortestWay } from './own-reach.js';

/** The way that reaches a node from the root: each goes on from those behind it. */
export const REACH = { nothing: 0, weak: 1, registry: 2, debugger: 3, strong: 4 } as const;

/** An entry of a FinalizationRegistry whose held value leads to its own target. */
export interface LastingEntry {
  readonly cell: number;
  readonly registry: number | undefined;
  readonly target: number;
  readonly held: number;
}

/** What no ordinary reference keeps. */
export interface Garbage {
  /** By node a value of `REACH`. */
  readonly reach: Uint8Array;
  /**
   * Ascending by cell. The held value leads to the target, by nodes that nothing but held values
   * and registered objects keep; the target may be in use besides.
   */
  readonly lasting: readonly LastingEntry[];
  /** Entries that were not looked at, because the searches before them took too many steps. */
  readonly unknown: number;
  /** The shortest chain from the held value of such an entry to its target. */
  readonly chainOf: (entry: LastingEntry) => Chain;
}

/**
 * Nodes by the way that reaches them: nothing, weak references, held values of
 * FinalizationRegistries, the debugger's and the console's handles, ordinary references. What
 * several of them reach counts for the last of these. The value of a WeakMap's entry is kept by its
 * key.
 *
 * - In: a graph with edges.
 * - Cost: linear in nodes and edges; the searches for lasting entries have a bound.
 */
export function garbageOf(graph: Graph): Garbage {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const reach = new Uint8Array(nodeCount);
  const isWeak = weakEdges(graph);
  const isOfDebugger = debuggerEdges(graph);
  const registered = registryEntries(graph);
  const heldEdges = new Set(registered.map(({ edge }) => edge));
  const cells = new Uint8Array(nodeCount);
  for (const { cell } of registered) cells[cell] = 1;
  const isHeld = (edge: number, source: number): boolean => cells[source] === 1 && heldEdges.has(edge);
  const work = new Uint32Array(nodeCount);

  // Each pass goes on from what the passes before it reached, over the next weaker references.
  const flood = (way: number, follows: EdgeTest): void => {
    let waiting = 0;
    if (reach[graph.root] === 0) {
      reach[graph.root] = way;
      work[waiting++] = graph.root;
    } else for (let node = 0; node < nodeCount; node++) if (reach[node] !== 0) work[waiting++] = node;
    while (waiting > 0) {
      const node = work[--waiting]!;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (reach[target] !== 0 || !follows(edge, node)) continue;
        reach[target] = way;
        work[waiting++] = target;
      }
    }
  };
  const isOrdinary: EdgeTest = (edge, source) => !isWeak(edge, source) && !isHeld(edge, source);
  if (nodeCount > 0) {
    flood(REACH.strong, (edge, source) => isOrdinary(edge, source) && !isOfDebugger.has(edge));
    if (isOfDebugger.size > 0) flood(REACH.debugger, isOrdinary);
    flood(REACH.registry, (edge, source) => !isWeak(edge, source));
    flood(REACH.weak, () => true);
  }

  // What lasts beside the registered objects may change by itself; a way through it proves nothing.
  const apart = reachedApart(graph, registered, isOrdinary);
  const isKept = (node: number): boolean => reach[node]! >= REACH.registry && apart[node] === 0;
  const entries = registered.filter(
    (entry): entry is RegistryEntry & LastingEntry =>
      entry.target !== undefined &&
      entry.held !== undefined &&
      reach[entry.cell]! >= REACH.registry &&
      isKept(entry.target) &&
      isKept(entry.held),
  );
  const pairs = entries.map(({ held, target }) => ({ from: held, to: target }));
  const { joined, unknown } = ownReach(graph, pairs, isKept, isOrdinary);
  return {
    reach,
    lasting: entries.filter((_, i) => joined[i] === 1),
    unknown,
    chainOf: ({ held, target }) => shortestWay(graph, { from: held, to: target }, isKept, isOrdinary)!,
  };
}

/**
 * By node 1 where ordinary references lead to it from the root without passing a registered object.
 * Registered objects themselves are never marked.
 */
export function reachedApart(
  graph: Graph,
  registered: readonly RegistryEntry[],
  follows: EdgeTest,
): Uint8Array {
  const isRegistered = new Uint8Array(graph.nodeCount);
  if (registered.length === 0) return isRegistered;
  for (const { target } of registered) if (target !== undefined) isRegistered[target] = 1;
  isRegistered[graph.root] = 0; // the search begins there whatever it is
  return reachedFrom(graph, follows, isRegistered);
}

/** Weak edges, and those from a WeakMap's table to a value, which its key keeps. */
export function weakEdges(graph: Graph): EdgeTest {
  const { types, names } = edgesOf(graph);
  const { isPair } = weakMapPairs(graph);
  if (isPair === undefined) return (edge) => types[edge] === EDGE.weak;
  const halves = new Set<number>();
  for (const { edge, source, table } of weakMapPairEdges(graph))
    if (graph.ids[source] === table) halves.add(edge);
  return (edge) =>
    types[edge] === EDGE.weak ||
    (types[edge] === EDGE.internal && isPair[names[edge]!] === 1 && halves.has(edge));
}

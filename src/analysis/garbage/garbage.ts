/** What no ordinary reference keeps: nodes by the weakest way that reaches them. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';
import { weakMapPairEdges, weakMapPairs } from '../../v8/weak-map-pairs.js';
import { type RegistryEntry, registryEntries } from '../../v8/weak-objects.js';

/** The weakest way that reaches a node from the root. */
export const REACH = { nothing: 0, weak: 1, registry: 2, strong: 3 } as const;

/** An entry of a FinalizationRegistry whose held value leads to its own target. */
export interface LastingEntry {
  readonly cell: number;
  readonly target: number;
  readonly held: number;
}

export interface Garbage {
  /** By node a value of `REACH`. */
  readonly reach: Uint8Array;
  /** Ascending by cell. Their targets are kept by held values alone. */
  readonly lasting: readonly LastingEntry[];
  /** Entries that were not looked at, because the searches before them took too many steps. */
  readonly unknown: number;
}

/** Searches from held values may look at this many nodes for each node of the graph. */
const MOST_STEPS = 8;

/**
 * Nodes by the weakest way that reaches them: nothing, weak references, held values of
 * FinalizationRegistries, ordinary references. The value of a WeakMap's entry is kept by its key.
 *
 * - In: a graph with edges.
 * - Cost: linear in nodes and edges; the searches for lasting entries have a bound.
 */
export function garbageOf(graph: Graph): Garbage {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const reach = new Uint8Array(nodeCount);
  if (nodeCount === 0) return { reach, lasting: [], unknown: 0 };
  const isWeak = weakEdges(graph);
  const entries = registryEntries(graph).filter(
    (entry): entry is Entry => entry.target !== undefined && entry.held !== undefined,
  );
  const heldEdges = new Set(registryEntries(graph).map(({ edge }) => edge));
  const cells = new Uint8Array(nodeCount);
  for (const { cell } of registryEntries(graph)) cells[cell] = 1;
  const isHeld = (edge: number, source: number): boolean => cells[source] === 1 && heldEdges.has(edge);
  const work = new Uint32Array(nodeCount);

  // Each pass goes on from what the passes before it reached, over the next weaker references.
  const flood = (way: number, follows: (edge: number, source: number) => boolean): void => {
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
  flood(REACH.strong, (edge, source) => !isWeak(edge, source) && !isHeld(edge, source));
  flood(REACH.registry, (edge, source) => !isWeak(edge, source));
  flood(REACH.weak, () => true);

  const lasting: LastingEntry[] = [];
  const seen = new Uint32Array(nodeCount);
  let steps = 0;
  let unknown = 0;
  let search = 0;
  for (const { cell, target, held } of entries) {
    if (reach[cell]! < REACH.registry || reach[target] !== REACH.registry) continue;
    if (reach[held] !== REACH.registry) continue;
    if (steps > MOST_STEPS * nodeCount) {
      unknown++;
      continue;
    }
    // Every node on a way to such a target is kept by held values alone, as the target is.
    search++;
    let waiting = 0;
    work[waiting++] = held;
    seen[held] = search;
    while (waiting > 0 && seen[target] !== search) {
      const node = work[--waiting]!;
      steps++;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const next = targets[edge]!;
        if (seen[next] === search || reach[next] !== REACH.registry) continue;
        if (types[edge] === EDGE.weak || isWeak(edge, node) || isHeld(edge, node)) continue;
        seen[next] = search;
        work[waiting++] = next;
      }
    }
    if (seen[target] === search) lasting.push({ cell, target, held });
  }
  return { reach, lasting, unknown };
}

type Entry = RegistryEntry & { readonly target: number; readonly held: number };

/** Weak edges, and those from a WeakMap's table to a value, which its key keeps. */
function weakEdges(graph: Graph): (edge: number, source: number) => boolean {
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

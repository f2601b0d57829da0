/** Looking at the edges of a node, one by one. */
import { edgesOf, type Graph } from './graph.js';
import { isIndexed } from './schema.js';
import type { StringIndexes } from './strings.js';

/** The name of an edge as text; a number for those that have one. */
export function edgeName(graph: Graph, edge: number): string {
  const { types, names } = edgesOf(graph);
  const name = names[edge]!;
  return isIndexed(types[edge]!) ? String(name) : graph.strings.get(name);
}

/**
 * Target of a node's first edge of a type with one of these names; undefined when there is none.
 *
 * - In: a type that has names (`property`, `internal`, `context`, `shortcut`, `weak`).
 * - Cost: the node's edges of that type, a comparison of texts for each. For many nodes see
 *   `edgeTargetIn`.
 */
export function edgeTarget(
  graph: Graph,
  node: number,
  type: number,
  called: readonly string[],
): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] !== type) continue;
    for (const text of called) if (graph.strings.equals(names[edge]!, text)) return targets[edge];
  }
  return undefined;
}

/** The same with names as numbers, which are looked up once for a graph: for millions of nodes. */
export function edgeTargetIn(
  graph: Graph,
  node: number,
  type: number,
  called: StringIndexes,
): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === type && called.has(names[edge]!)) return targets[edge];
  return undefined;
}

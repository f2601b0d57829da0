/** Looking at the edges of a node, one by one. */
import { edgesOf, type Graph } from './graph.js';
import { isIndexed } from './schema.js';

/** The name of an edge as text; a number for those that have one. */
export function edgeName(graph: Graph, edge: number): string {
  const { types, names } = edgesOf(graph);
  const name = names[edge]!;
  return isIndexed(types[edge]!) ? String(name) : graph.strings.get(name);
}

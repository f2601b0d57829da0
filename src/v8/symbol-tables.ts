/** Where V8 keeps the symbols that `Symbol.for` makes, which live as long as the process. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';

/**
 * By synthetic node, the edge from it to the table. Needs edges. Cost: a pass over the nodes, the
 * edges of synthetic ones.
 *
 * - Source: V8, src/roots/roots.h, `public_symbol_table`.
 */
export const symbolTables = memo((graph: Graph): ReadonlyMap<number, number> => {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names } = edgesOf(graph);
  const found = new Map<number, number>();
  const table = strings.indexesOf('public_symbol_table');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.synthetic) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && table.has(names[edge]!)) found.set(node, edge);
  }
  return found;
});

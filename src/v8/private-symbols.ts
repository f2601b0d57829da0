/** Symbols that the engine and the embedder keep to themselves: no script gets to see them. */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { stringText } from './values.js';

/**
 * How V8 (`error_stack_symbol`), Node.js (`node:arrowMessage`) and Blink
 * (`Window#DocumentCachedAccessor`) call those that stand in no table, or whose table is not in the
 * snapshot.
 */
const NAMES = /^(node:|[a-z]+_[a-z_]+symbol$|V8PrivateProperty::|[A-Z]\w*#[A-Z]\w*$)/;

/** Longer descriptions are cut in a snapshot. */
const LONGEST = 1024;

/**
 * Whether a symbol with this description may be a private one.
 *
 * - Cost: that of a pass over the nodes at the first call.
 */
export function mayBePrivate(graph: Graph, description: string): boolean {
  return NAMES.test(description) || tabledDescriptions(graph).has(description);
}

/**
 * Descriptions of the symbols in V8's table of private symbols of the embedder (`Private::ForApi`).
 */
const tabledDescriptions = memo((graph: Graph): ReadonlySet<string> => {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const edges = edgesOf(graph);
  const { types, names, targets } = edges;
  const called = strings.indexesOf('api_private_symbol_table');
  const found = new Set<string>();
  if (called.size === 0) return found;
  for (let root = 0; root < nodeCount; root++) {
    if (nodeTypes[root] !== NODE.synthetic) continue;
    for (let edge = firstEdge[root]!, end = firstEdge[root + 1]!; edge < end; edge++) {
      if (types[edge] !== EDGE.internal || !called.has(names[edge]!)) continue;
      const table = targets[edge]!;
      for (let entry = firstEdge[table]!; entry < firstEdge[table + 1]!; entry++) {
        const symbol = targets[entry]!;
        const text =
          nodeTypes[symbol] === NODE.symbol ? edgeTarget(graph, symbol, EDGE.internal, ['name']) : undefined;
        if (text !== undefined) found.add(stringText(graph, text, LONGEST).slice(0, LONGEST));
      }
    }
  }
  return found;
});

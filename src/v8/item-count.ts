/** How much is in an object: characters, items, entries. */
import type { Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { ENTRY_SIZE, tableEntries } from './tables.js';
import { arrayLength, stringText } from './values.js';

/** V8 writes no more characters of a string, unless it is told otherwise. */
const LONGEST = 1 << 20;

/**
 * Characters of a string, as far as the file has them; items of an array, or of one that holds only
 * numbers the room for them; entries of a Map or Set. Undefined for all other nodes.
 *
 * - Cost: the node's edges.
 */
export function itemCount(graph: Graph, node: number): number | undefined {
  switch (graph.nodeTypes[node]) {
    case NODE.string:
      return graph.strings.get(graph.nodeNames[node]!).length;
    case NODE['concatenated string']:
      return stringText(graph, node, LONGEST).length;
    case NODE.object:
      return collectionSize(graph, node);
    default:
      return undefined;
  }
}

function collectionSize(graph: Graph, node: number): number | undefined {
  const name = graph.strings.get(graph.nodeNames[node]!);
  if (name === 'Array') return arrayLength(graph, node).items;
  if (name !== 'Map' && name !== 'Set') return undefined;
  const table = edgeTarget(graph, node, EDGE.internal, ['table']);
  return table === undefined ? undefined : tableEntries(graph, table, ENTRY_SIZE[name]);
}

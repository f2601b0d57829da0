/** How much is in an object: characters, items, entries. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { follow } from './scripts.js';
import { ENTRY_SIZE } from './tables.js';
import { stringText, tableEntries } from './values.js';

/** V8 writes no more characters of a string, unless it is told otherwise. */
const LONGEST = 1 << 20;

/**
 * Characters of a string, as far as the file has them; items of an array, or of one that holds only numbers the room for
 * them; entries of a Map or Set. Undefined for all other nodes.
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
  const table = follow(graph, edgesOf(graph), node, ['table']);
  return table === undefined ? undefined : tableEntries(graph, table, ENTRY_SIZE[name]);
}

/**
 * One more than the highest index of an array that holds something other than a small integer. Without any it is not
 * `exact`: what there is room for.
 */
export function arrayLength(graph: Graph, node: number): { readonly items: number; readonly exact: boolean } {
  const edges = edgesOf(graph);
  let items = 0;
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (edges.types[edge] === EDGE.element && edges.names[edge]! >= items) items = edges.names[edge]! + 1;
  }
  const elements = follow(graph, edges, node, ['elements']);
  if (items > 0 || elements === undefined) return { items, exact: true };
  // An array object is four pointers (its map, properties, elements, length); its elements have a header of two.
  const pointer = graph.selfSizes[node] === 16 ? 4 : 8;
  const room = Math.max(0, Math.floor(graph.selfSizes[elements]! / pointer) - 2);
  return { items: room, exact: room === 0 };
}

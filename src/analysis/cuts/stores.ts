/** Tables of Maps and Sets, and what V8 writes twice. */
import { columnBeside, releaseBeside, runLoop } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { eachNamedEdge } from '../../graph/named-edges.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { cellNames } from '../../v8/names.js';
import { ENTRY_SIZE, firstEntrySlot } from '../../v8/tables.js';
import { essentialEdges } from '../sizes/essential-edges.js';

export interface Stores {
  /** By node the pointers of an entry, of the tables of Maps and Sets; 0 of all others. */
  readonly entrySizes: Uint8Array;
  /**
   * By edge 1 where it says again what an edge of an object says. It stands where the columns of
   * the graph do: `releaseBeside` gives it back.
   */
  readonly repeated: Uint8Array;
}

const REPEATED = 1;
/** While it is found out: leads to what is behind an object. */
const BEHIND = 2;

/**
 * Tables, and edges that say again what an edge of an object says.
 *
 * An array behind `elements` or `properties` that only objects hold in this way: its slots that
 * hold what a property or an item of the object leads to. Objects that share such an array (V8
 * copies it when one of them changes) have the same in it: the first decides.
 *
 * - Cost: that of `essentialEdges`; three passes over the edges, and those of objects with such
 *   arrays; 7 bytes a node and one an edge.
 */
export function storesOf(graph: Graph): Stores {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets, count } = edgesOf(graph);
  const behind = strings.indexesOf('elements', 'properties');
  const table = strings.indexesOf('table');
  const value = strings.indexesOf('value');
  const cells = cellNames(graph);
  const isOwner = (node: number): boolean =>
    nodeTypes[node] !== NODE.array && nodeTypes[node] !== NODE.synthetic;
  const repeated = columnBeside(graph, Uint8Array, count);
  const marks = new Uint8Array(strings.length);
  for (const index of behind.indexes) marks[index] = 1;
  eachNamedEdge(graph, marks, (node, edge) => {
    if (types[edge] === EDGE.internal && isOwner(node)) repeated[edge] = BEHIND;
  });
  const others = heldOtherwise(graph, essentialEdges(graph), repeated);
  const entrySizes = new Uint8Array(nodeCount);
  const done = new Uint8Array(nodeCount);
  /** By node the last object that was seen to refer to it by a property or an item, plus one. */
  const held = new Uint32Array(nodeCount);
  let stamped = -1;
  for (const index of table.indexes) marks[index] = 1;
  eachNamedEdge(graph, marks, (node, edge) => {
    if (repeated[edge] === BEHIND) repeated[edge] = 0;
    if (types[edge] !== EDGE.internal || !isOwner(node)) return;
    const store = targets[edge]!;
    if (table.has(names[edge]!) && nodeTypes[node] === NODE.object && entrySizes[store] === 0)
      entrySizes[store] = entrySizeOf(graph, store);
    if (!behind.has(names[edge]!) || others[store] === 1 || done[store] === 1) return;
    done[store] = 1;
    if (stamped !== node) {
      for (let at = firstEdge[node]!, end = firstEdge[node + 1]!; at < end; at++)
        if (types[at] === EDGE.property || types[at] === EDGE.element) held[targets[at]!] = node + 1;
      stamped = node;
    }
    for (let slot = firstEdge[store]!, last = firstEdge[store + 1]!; slot < last; slot++) {
      const item = targets[slot]!;
      if (held[item] === node + 1) repeated[slot] = REPEATED;
      else if (cells.has(nodeNames[item]!)) {
        for (let at = firstEdge[item]!, end = firstEdge[item + 1]!; at < end; at++)
          if (value.has(names[at]!) && types[at] === EDGE.internal && held[targets[at]!] === node + 1)
            repeated[at] = REPEATED;
      }
    }
  });
  releaseBeside(graph, others);
  return { entrySizes, repeated };
}

/** Pointers of an entry of an array that is the table of a Map or a Set; 0 of another node. */
function entrySizeOf(graph: Graph, array: number): number {
  if (graph.nodeTypes[array] !== NODE.array) return 0;
  const bytes = graph.selfSizes[array]!;
  if (firstEntrySlot(bytes, ENTRY_SIZE.Map) !== undefined) return ENTRY_SIZE.Map;
  return firstEntrySlot(bytes, ENTRY_SIZE.Set) === undefined ? 0 : ENTRY_SIZE.Set;
}

/**
 * By node 1 where an essential edge leads to it that has no mark: something else than `elements` or
 * `properties` of an object keeps it alive.
 */
function heldOtherwise(graph: Graph, essential: Uint8Array, marks: Uint8Array): Uint8Array {
  const { targets, count } = edgesOf(graph);
  const held = columnBeside(graph, Uint8Array, graph.nodeCount);
  if (runLoop(graph, 'markHeldOtherwise', count, [essential, marks], held)) return held;
  for (let edge = 0; edge < count; edge++)
    if (essential[edge] === 1 && marks[edge] === 0) held[targets[edge]!] = 1;
  return held;
}

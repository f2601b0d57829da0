/** How much is in an object: characters, items, entries. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import type { StringIndexes } from '../graph/strings.js';
import { edgeTarget } from '../graph/walk.js';
import { ENTRY_SIZE, tableEntries } from './tables.js';
import { arrayLength } from './values.js';

/**
 * Characters of a string, as far as the file has them; items of an array, or of one that holds only
 * numbers the room for them; entries of a Map or Set. Undefined for all other nodes.
 *
 * - Cost: the node's edges; of a string its bytes, which are not decoded. All concatenated strings
 *   together cost one pass over them, and 4 bytes a node of the graph.
 */
export function itemCount(graph: Graph, node: number): number | undefined {
  switch (graph.nodeTypes[node]) {
    case NODE.string:
      return graph.strings.lengthOf(graph.nodeNames[node]!);
    case NODE['concatenated string']:
      return concatenatedLength(graph, node);
    case NODE.object:
      return collectionSize(graph, node);
    default:
      return undefined;
  }
}

/** Lengths are below both. */
const UNKNOWN = 0xffffffff;
const BEGUN = 0xfffffffe;

/** By node the length of a concatenated string, as far as it is known. */
const concatenatedLengths = memo(({ nodeCount }: Graph) => new Uint32Array(nodeCount).fill(UNKNOWN));

/** The parts of a concatenated string may be concatenated, too, to any depth. */
function concatenatedLength(graph: Graph, whole: number): number {
  const lengths = concatenatedLengths(graph);
  const work = [whole];
  while (work.length > 0) {
    const node = work.at(-1)!;
    if (lengths[node]! < BEGUN) {
      work.pop();
      continue;
    }
    const isBegun = lengths[node] === BEGUN;
    lengths[node] = BEGUN;
    let length = 0;
    for (const name of ['first', 'second'] as const) {
      const part = edgeTarget(graph, node, EDGE.internal, [name]);
      if (part === undefined) continue;
      if (graph.nodeTypes[part] !== NODE['concatenated string']) {
        length += graph.strings.lengthOf(graph.nodeNames[part]!);
        continue;
      }
      const known = lengths[part]!;
      if (known < BEGUN) length += known;
      // A damaged file may have a string that holds itself: that part counts for nothing.
      else if (known === UNKNOWN && !isBegun) work.push(part);
    }
    if (work.at(-1) !== node) continue;
    lengths[node] = Math.min(length, BEGUN - 1);
    work.pop();
  }
  return lengths[whole]!;
}

interface CollectionNames {
  readonly array: StringIndexes;
  readonly map: StringIndexes;
  readonly set: StringIndexes;
}

const collectionNames = memo(
  ({ strings }: Graph): CollectionNames => ({
    array: strings.indexesOf('Array'),
    map: strings.indexesOf('Map'),
    set: strings.indexesOf('Set'),
  }),
);

function collectionSize(graph: Graph, node: number): number | undefined {
  const { array, map, set } = collectionNames(graph);
  const name = graph.nodeNames[node]!;
  if (array.has(name)) return arrayLength(graph, node).items;
  const isMap = map.has(name);
  if (!isMap && !set.has(name)) return undefined;
  const table = edgeTarget(graph, node, EDGE.internal, ['table']);
  return table === undefined ? undefined : tableEntries(graph, table, ENTRY_SIZE[isMap ? 'Map' : 'Set']);
}

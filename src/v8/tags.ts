/**
 * Objects that the program named itself, with `tag`. In a snapshot a tag is the value of a WeakMap
 * entry whose key is the named object: V8 writes an edge from the key to it. See live/tag.ts for
 * the other side.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { stringText } from './values.js';
import { weakMapPairEdges } from './weak-map-pairs.js';

/** The class of the tags: what they are found by. */
export const TAG_CLASS = 'HeapgraphTag';

/**
 * Each graph that `takeSnapshot` gives has this tag, so that later snapshots know their
 * predecessors.
 */
export const SNAPSHOT_TAG = 'heapgraph: a snapshot';

/** V8 writes at most so many characters of a string. */
const LONGEST = 1024;

/**
 * Ordinals of the objects that have this tag (exactly this text, of which the first 1,024
 * characters count), ascending. None when no living object had it, or the process never called
 * `tag`.
 *
 * - In: a graph with edges.
 * - Cost: a look at the beginning of every string and, where there are WeakMaps, one pass over the
 *   edges, at the first call for a graph.
 */
export function taggedNodes(graph: Graph, tag: string): readonly number[] {
  return tagsOf(graph).get(tag.slice(0, LONGEST)) ?? [];
}

/**
 * All tags of a graph, and the ordinals of the objects that have them, ascending.
 *
 * - Cost: as `taggedNodes`.
 */
export const tagsOf = memo((graph: Graph): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, Set<number>>();
  const { ids, nodeNames, nodeTypes, strings } = graph;
  if (graph.nodeCount === 0) return new Map();
  const { targets } = edgesOf(graph);
  const tagClass = strings.indexesOf(TAG_CLASS);
  if (tagClass.size === 0) return new Map();
  for (const { edge, source, table } of weakMapPairEdges(graph)) {
    if (ids[source] === table) continue; // the table's own half of the pair
    // An object with several tags has a list of them.
    for (let tag: number | undefined = targets[edge]!; tag !== undefined; ) {
      if (nodeTypes[tag] !== NODE.object || !tagClass.has(nodeNames[tag]!)) break;
      const text = propertyTarget(graph, tag, 'name');
      if (text !== undefined) {
        const name = stringText(graph, text, LONGEST).slice(0, LONGEST);
        const members = found.get(name) ?? new Set();
        if (members.has(source)) break; // a damaged file may have a list that goes in a circle
        found.set(name, members.add(source));
      }
      tag = propertyTarget(graph, tag, 'next');
    }
  }
  return new Map(Array.from(found, ([name, nodes]) => [name, [...nodes].sort((a, b) => a - b)]));
}, 'tags');

/** Target of the property edge with this name. */
export function propertyTarget(graph: Graph, node: number, name: string): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    if (types[edge] === EDGE.property && graph.strings.equals(names[edge]!, name)) return targets[edge];
  }
  return undefined;
}

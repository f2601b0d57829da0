/** What heapgraph itself has in a heap: earlier snapshots that the process holds, and its tags. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { propertyTarget, SNAPSHOT_TAG, TAG_CLASS, taggedNodes } from '../../v8/tags.js';
import { retainedSet } from '../sizes/retained-set.js';

/**
 * By node: 1 for what earlier snapshots that the process still holds take up in it (columns, names,
 * everything that was derived from them), for the tags, and for what Node.js makes when it hands
 * out its first snapshot (the class of the stream); undefined when nothing was ever tagged. Needs
 * edges.
 * Cost: as `taggedNodes`; where there are snapshots in the snapshot, that of `retainedSet`.
 */
export const heapgraphNodes = memo((graph: Graph): Uint8Array | undefined => {
  const tagClass = graph.strings.indexesOf(TAG_CLASS);
  if (tagClass.size === 0) return undefined;
  const own = new Uint8Array(graph.nodeCount);
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeTypes[node] === NODE.object && tagClass.has(graph.nodeNames[node]!)) own[node] = 1;
  markStreamClass(graph, own);
  const snapshots = taggedNodes(graph, SNAPSHOT_TAG);
  if (snapshots.length > 0) for (const node of retainedSet(graph, snapshots).nodes) own[node] = 1;
  return own;
}, 'objects of heapgraph');

/**
 * The native class of `v8.getHeapSnapshot()`: its function, its prototype, the methods of that, and
 * its objects.
 */
function markStreamClass(graph: Graph, own: Uint8Array): void {
  const { firstEdge, nodeNames, nodeTypes } = graph;
  const { types, targets } = edgesOf(graph);
  const streamClass = graph.strings.indexesOf('HeapSnapshotStream');
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!streamClass.has(nodeNames[node]!)) continue;
    if (nodeTypes[node] === NODE.object) own[node] = 1;
    if (nodeTypes[node] !== NODE.closure) continue;
    own[node] = 1;
    const prototype = propertyTarget(graph, node, 'prototype');
    if (prototype === undefined) continue;
    own[prototype] = 1;
    for (let edge = firstEdge[prototype]!, end = firstEdge[prototype + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.property && nodeTypes[targets[edge]!] === NODE.closure)
        own[targets[edge]!] = 1;
  }
}

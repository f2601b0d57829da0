/** Who holds the memory of ArrayBuffers. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTargetIn } from '../../graph/walk.js';
import { holderPaths } from './holder-paths.js';

/** ArrayBuffers that are held alike. */
export interface ArrayBufferHolder {
  /** The path to what holds them. */
  readonly holder: string;
  readonly count: number;
  /** Bytes outside of the heap. A buffer that several objects share counts once. */
  readonly size: number;
}

/**
 * - Order: the most bytes first. Ties: as in the file.
 * - Cost: a pass over the objects and their edges; `holderPaths`.
 */
export function arrayBufferHolders(graph: Graph): ArrayBufferHolder[] {
  const { nodeCount, nodeTypes, nodeNames, selfSizes, strings } = graph;
  edgesOf(graph);
  const called = strings.indexesOf('backing_store');
  const buffers = strings.indexesOf('ArrayBuffer', 'SharedArrayBuffer');
  const paths = holderPaths(graph);
  const seen = new Set<number>();
  const groups = new Map<number, { count: number; size: number }>();
  for (let node = 0; node < nodeCount && called.size > 0; node++) {
    if (nodeTypes[node] !== NODE.object || !buffers.has(nodeNames[node]!)) continue;
    const store = edgeTargetIn(graph, node, EDGE.internal, called);
    if (store === undefined || seen.has(store)) continue;
    seen.add(store);
    const path = paths.pathOf(node);
    const group = groups.get(path) ?? { count: 0, size: 0 };
    groups.set(path, group);
    group.count++;
    group.size += selfSizes[store]!;
  }
  return Array.from(groups, ([path, group]) => ({ holder: paths.text(path), ...group })).sort(
    (a, b) => b.size - a.size,
  );
}

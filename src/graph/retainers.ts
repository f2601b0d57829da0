/** Edges the other way round: who refers to a node. */
import { complete, withKernel } from './accelerated.js';
import { acceleratedRetainers, retainingEdgesStage } from './accelerated-retainers.js';
import { allocateColumn } from './columns.js';
import { edgesOf, type Graph } from './graph.js';
import { memo } from './memo.js';

/**
 * The edges that lead to `node` come from `sources[firstRetainer[node]] …
 * sources[firstRetainer[node + 1] - 1]`, one entry an edge, in the order of the edges in the file.
 */
export interface Retainers {
  readonly firstRetainer: Uint32Array;
  /** Ordinals of the nodes that the edges come from. */
  readonly sources: Uint32Array;
}

/** Needs edges. 4 bytes an edge and 4 a node. Cost: two passes over the edges. */
export const retainersOf = memo((graph: Graph): Retainers => {
  const made = withKernel(graph, (accelerated) => acceleratedRetainers(graph, accelerated));
  if (made) return made;
  const { nodeCount, firstEdge } = graph;
  const { targets, count } = edgesOf(graph);
  const firstRetainer = allocateColumn('firstRetainer', nodeCount);
  for (let edge = 0; edge < count; edge++) firstRetainer[targets[edge]!]!++;
  // Counts become ends; filling backwards turns the ends into beginnings.
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += firstRetainer[node]!;
    firstRetainer[node] = end;
  }
  firstRetainer[nodeCount] = end;
  const sources = allocateColumn('retainerSources', count);
  for (let node = nodeCount - 1; node >= 0; node--) {
    for (let edge = firstEdge[node + 1]! - 1, first = firstEdge[node]!; edge >= first; edge--) {
      const target = targets[edge]!;
      const at = firstRetainer[target]! - 1;
      firstRetainer[target] = at;
      sources[at] = node;
    }
  }
  return { firstRetainer, sources };
}, 'retainers');

/**
 * The edges behind `retainersOf(graph).sources`, in its order: without them each holder's edges
 * would be read once for every object that it holds.
 *
 * - Cost: that of `retainersOf`, and one pass over the edges; 4 bytes an edge.
 */
export const retainingEdges = memo((graph: Graph): Uint32Array => {
  const retainers = retainersOf(graph);
  const made = withKernel(graph, (accelerated) =>
    complete(accelerated, retainingEdgesStage(graph, accelerated, retainers)),
  );
  if (made) return made;
  const { targets, count } = edgesOf(graph);
  const next = retainers.firstRetainer.slice();
  const edges = new Uint32Array(count);
  for (let edge = 0; edge < count; edge++) edges[next[targets[edge]!]!++] = edge;
  return edges;
}, 'retaining edges');

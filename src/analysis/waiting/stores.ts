/** Stores of AsyncLocalStorage that timers, promises and other resources keep. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { eachPair, referenceIndex } from './reference-index.js';

/** A store. */
export interface Store {
  /** Ordinal: an object. Stores that are strings or numbers are not seen. */
  readonly node: number;
  /** Resources, or frames, that have it. */
  readonly count: number;
}

/**
 * Objects that `run` and `enterWith` were given, each once.
 *
 * - Order: as they are met.
 * - Cost: a pass over the nodes where the runtime has frames; the edges of frames.
 */
export const asyncStores = memo((graph: Graph): readonly Store[] => {
  const { store, frame } = referenceIndex(graph);
  const { labels, of } = classIndex(graph);
  const counts = new Map<number, number>();
  const add = (node: number): void => {
    if (graph.nodeTypes[node] === NODE.object) counts.set(node, (counts.get(node) ?? 0) + 1);
  };
  eachPair(store, (_, target) => add(target));
  const frames = labels.indexOf('AsyncContextFrame');
  const all = new Set<number>();
  eachPair(frame, (_, target) => all.add(target));
  if (frames >= 0) for (let node = 0; node < graph.nodeCount; node++) if (of[node] === frames) all.add(node);
  const { firstEdge } = graph;
  const { targets, types } = edgesOf(graph);
  for (const node of all) {
    const table = edgeTarget(graph, node, EDGE.internal, ['table']);
    if (table === undefined) continue;
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] !== EDGE.weak && labels[of[target]!] !== 'AsyncLocalStorage') add(target);
    }
  }
  return Array.from(counts, ([node, count]) => ({ node, count }));
}, 'stores of AsyncLocalStorage');

/** References that may lie on a way to objects: arcs between the nodes of the graph. */
import { columnBeside, releaseBeside, runLoop, withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { NONE, referencesOf } from './references.js';

/** Arcs, in both directions. Those of the graph's edges that are none of them cost a byte. */
export interface Arcs {
  /** By edge 1 for an arc. */
  readonly isArc: Uint8Array;
  /**
   * Where arcs come from: those to `node` from `sources[firstSource[node]] …
   * sources[firstSource[node + 1] - 1]`, ascending, a source as often as it has such arcs.
   */
  readonly firstSource: Uint32Array;
  readonly sources: Uint32Array;
  /** Gives the columns back, which are not used any more. */
  readonly release: () => void;
}

/**
 * The arcs between what cannot be freed, which is their source, and the objects.
 *
 * - In: by node 1 where the root reaches it without passing an object; where it does over fixed
 *   references alone.
 * - Left out: what leads to the source, and what is reached by way of an object alone.
 * - Cost: linear in nodes and edges; a byte an edge, 4 bytes an arc and 4 a node.
 */
export function arcsOf(graph: Graph, around: Uint8Array, fixed: Uint8Array): Arcs {
  const { nodeCount } = graph;
  const begins = new Uint8Array(nodeCount);
  const onStack = isStack(graph);
  for (let node = 0; node < nodeCount; node++) begins[node] = onStack(node) ? 0 : around[node]!;
  const isArc = columnBeside(graph, Uint8Array, edgesOf(graph).count);
  markArcs(graph, begins, fixed, isArc);
  const { firstSource, sources } = sourcesOf(graph, isArc);
  return {
    isArc,
    firstSource,
    sources,
    release: () => releaseBeside(graph, isArc, firstSource, sources),
  };
}

function markArcs(graph: Graph, begins: Uint8Array, fixed: Uint8Array, isArc: Uint8Array): void {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  if (runLoop(graph, 'markArcs', nodeCount, [begins, fixed, kinds], isArc)) return;
  for (let node = 0; node < nodeCount; node++) {
    if (begins[node] === 0) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (kinds[edge] !== NONE && fixed[targets[edge]!] === 0) isArc[edge] = 1;
  }
}

type Sources = Pick<Arcs, 'firstSource' | 'sources'>;

function sourcesOf(graph: Graph, isArc: Uint8Array): Sources {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const quick = withKernel(graph, ({ arena, run }): Sources => {
    const scratch = new Scratch(arena);
    try {
      const first = scratch.take(Uint32Array, nodeCount + 1);
      const [arcs, firsts] = [scratch.at(isArc), scratch.at(first)];
      run([
        { each: 'countMarked', from: 0, to: isArc.length, args: [arcs, firsts] },
        { each: 'placeRetainers', from: 0, to: nodeCount, args: [firsts, 0] },
      ]);
      // As long as `retainersOf` needs, which may stand here later; what is not used costs nothing.
      const sources = scratch.take(Uint32Array, isArc.length, true);
      run([{ each: 'fillMarked', from: nodeCount, to: 0, args: [arcs, firsts, scratch.at(sources)] }]);
      return { firstSource: scratch.keep(first), sources: scratch.keep(sources) };
    } finally {
      scratch.release();
    }
  });
  if (quick) return quick;
  const firstSource = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < isArc.length; edge++) if (isArc[edge] === 1) firstSource[targets[edge]!]!++;
  let end = 0;
  for (let node = 0; node <= nodeCount; node++) {
    end += firstSource[node]!;
    firstSource[node] = end;
  }
  const sources = new Uint32Array(end);
  for (let node = nodeCount - 1; node >= 0; node--)
    for (let edge = firstEdge[node + 1]! - 1, start = firstEdge[node]!; edge >= start; edge--)
      if (isArc[edge] === 1) sources[--firstSource[targets[edge]!]!] = node;
  return { firstSource, sources };
}

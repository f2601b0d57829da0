/** What the roots reach over references. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { FIXED, NONE, referencesOf } from './references.js';

/** Which references are gone along. */
export interface ReachOptions {
  /** Only those that a program cannot change. Default false. */
  readonly fixedOnly?: boolean;
  /** Also what the stack refers to. Default false: it is gone when its functions have returned. */
  readonly stack?: boolean;
  /** Edges that are dropped. */
  readonly without?: ReadonlySet<number>;
  /** By node 1: objects that are gone. */
  readonly around?: Uint8Array;
}

/**
 * By node 1 where the root reaches it. What only weak references reach is not.
 *
 * - Empty: a graph without nodes.
 * - Cost: linear in nodes and edges; 5 bytes a node.
 */
export function reachedFromRoot(graph: Graph, options: ReachOptions = {}): Uint8Array {
  const { fixedOnly = false, stack = false, without, around } = options;
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const highest = fixedOnly ? FIXED : 255;
  const dropped = without !== undefined && without.size > 0 ? without : undefined;
  const seen = new Uint8Array(nodeCount);
  if (nodeCount === 0 || around?.[root] === 1) return seen;
  const work = new Uint32Array(nodeCount);
  let waiting = 1;
  seen[root] = 1;
  work[0] = root;
  while (waiting > 0) {
    const node = work[--waiting]!;
    if (!stack && onStack(node)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const kind = kinds[edge]!;
      if (kind === NONE || kind > highest || dropped?.has(edge)) continue;
      const target = targets[edge]!;
      if (seen[target] === 1 || around?.[target] === 1) continue;
      seen[target] = 1;
      work[waiting++] = target;
    }
  }
  return seen;
}

/** What the roots reach over references. */
import { withKernel } from '../../graph/accelerated.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { isStack } from '../../v8/roots.js';
import { acceleratedReach, CLOSED, ENDS } from './accelerated-reach.js';
import { FIXED, NONE, referencesOf } from './references.js';

/** Which references are gone along. */
export interface ReachOptions {
  /** Only those that a program cannot change. Default false. */
  readonly fixedOnly?: boolean;
  /** Edges that are dropped. */
  readonly without?: ReadonlySet<number>;
  /** By node 1: objects that are gone. */
  readonly around?: Uint8Array;
}

/**
 * By node 1 where the root reaches it. What only weak references reach is not; nor is what only
 * the stack reaches, which is gone when its functions have returned.
 *
 * - Empty: a graph without nodes.
 * - Cost: linear in nodes and edges; 5 bytes a node.
 */
export function reachedFromRoot(graph: Graph, options: ReachOptions = {}): Uint8Array {
  const { fixedOnly = false, without, around } = options;
  const { nodeCount, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const highest = fixedOnly ? FIXED : 255;
  const dropped = without !== undefined && without.size > 0 ? without : undefined;
  if (nodeCount === 0 || around?.[root] === 1) return new Uint8Array(nodeCount);
  const quick = withKernel(graph, (accelerated) =>
    withoutEdges(kinds, dropped, () =>
      acceleratedReach(accelerated, nodeCount, kinds, highest, (marks) => {
        for (let node = 0; node < nodeCount; node++) {
          if (onStack(node)) marks[node] = ENDS;
          if (around?.[node] === 1) marks[node] = CLOSED;
        }
      }),
    ),
  );
  if (quick) return quick;
  const seen = new Uint8Array(nodeCount);
  const work = new Uint32Array(nodeCount);
  let waiting = 1;
  seen[root] = 1;
  work[0] = root;
  while (waiting > 0) {
    const node = work[--waiting]!;
    if (onStack(node)) continue;
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

/** Does work while some edges are of no kind. */
function withoutEdges<T>(kinds: Uint8Array, edges: ReadonlySet<number> | undefined, work: () => T): T {
  const known = Array.from(edges ?? [], (edge) => [edge, kinds[edge]!] as const);
  try {
    for (const [edge] of known) kinds[edge] = NONE;
    return work();
  } finally {
    for (const [edge, kind] of known) kinds[edge] = kind;
  }
}

/**
 * By node 1 where only the stack reaches it, of what is not `reached`.
 *
 * - In: by node 1 where the root reaches it otherwise; edges that are dropped.
 * - Cost: linear in the nodes, and in the edges of what it reaches.
 */
export function reachedFromStack(
  graph: Graph,
  reached: Uint8Array,
  without: ReadonlySet<number> = new Set(),
): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const onStack = isStack(graph);
  const seen = new Uint8Array(nodeCount);
  const work: number[] = [];
  for (let node = 0; node < nodeCount; node++) if (reached[node] === 1 && onStack(node)) work.push(node);
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (kinds[edge] === NONE || reached[target] === 1 || seen[target] === 1 || without.has(edge)) continue;
      seen[target] = 1;
      work.push(target);
    }
  }
  return seen;
}

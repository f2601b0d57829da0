/** The object whose functions many timers call. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { isContext } from '../../v8/names.js';

/** Functions that are compared. */
const MOST_COMPARED = 8;

/**
 * An object that the scopes of all of some functions have in a variable, or as their `this`.
 *
 * - In: closures of one place.
 * - Empty: undefined where there is none, or the functions have one scope, which says nothing.
 * - Cost: the scopes of eight functions.
 */
export function sharedObject(graph: Graph, functions: readonly number[]): number | undefined {
  const { firstEdge, nodeTypes } = graph;
  const { types, targets } = edgesOf(graph);
  const isScope = isContext(graph);
  const scopes = new Set(
    functions
      .slice(0, MOST_COMPARED)
      .flatMap((fn) => edgeTarget(graph, fn, EDGE.internal, ['context']) ?? []),
  );
  if (scopes.size < 2) return undefined;
  const counts = new Map<number, number>();
  for (const scope of scopes) {
    const found = new Set<number>();
    for (let edge = firstEdge[scope]!, end = firstEdge[scope + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.context && nodeTypes[targets[edge]!] === NODE.object)
        found.add(targets[edge]!);
    for (const node of found) if (!isScope(node)) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  for (const [node, count] of counts) if (count === scopes.size) return node;
  return undefined;
}

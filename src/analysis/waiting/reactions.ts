/** What a promise calls when it is settled. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { isContext } from '../../v8/names.js';
import { isMadeByCode } from '../../v8/origin.js';
import { isReactionName } from '../../v8/system-names.js';

/** Whether a node is a promise by its class: of a subclass it is told by its references only. */
export function isPromise(graph: Graph, node: number): boolean {
  return graph.nodeTypes[node] === NODE.object && graph.strings.equals(graph.nodeNames[node]!, 'Promise');
}

export function isReaction(graph: Graph, node: number): boolean {
  const type = graph.nodeTypes[node];
  return (
    (type === NODE.hidden || type === NODE.native || type === NODE.object || type === NODE.code) &&
    isReactionName(graph.strings.get(graph.nodeNames[node]!))
  );
}

/** A reaction and those that it leads to: all of one promise. */
export function reactionsFrom(graph: Graph, first: number): number[] {
  const found = new Set<number>();
  let node: number | undefined = first;
  while (node !== undefined && isReaction(graph, node) && !found.has(node)) {
    found.add(node);
    node = targetWhere(graph, node, (target) => isReaction(graph, target));
  }
  return [...found];
}

/**
 * The function of the program that a reaction calls, or that goes on: a callback of `then`, or a
 * function that is suspended at its `await`.
 *
 * - Empty: undefined for V8's own, such as those of `Promise.all`.
 */
export function reactionFunction(graph: Graph, reaction: number): number | undefined {
  return handlerOf(graph, reaction) ?? awaitingFunction(graph, reaction);
}

/** The callback of a reaction that the program wrote. */
export function handlerOf(graph: Graph, reaction: number): number | undefined {
  return targetWhere(
    graph,
    reaction,
    (target) => graph.nodeTypes[target] === NODE.closure && isMadeByCode(graph, target),
  );
}

/** The promise that `then` gave back. */
export function derivedPromise(graph: Graph, reaction: number): number | undefined {
  return targetWhere(graph, reaction, (target) => isPromise(graph, target));
}

/** V8's callback of an `await` has the call in a scope that it shares with nobody. */
function awaitingFunction(graph: Graph, reaction: number): number | undefined {
  const callback = targetWhere(graph, reaction, (target) => graph.nodeTypes[target] === NODE.closure);
  const scope = callback === undefined ? undefined : edgeTarget(graph, callback, EDGE.internal, ['context']);
  if (scope === undefined || !isContext(graph)(scope)) return undefined;
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[scope]!, end = graph.firstEdge[scope + 1]!; edge < end; edge++) {
    const call = targets[edge]!;
    if (edgeTarget(graph, call, EDGE.internal, ['parameters_and_registers']) === undefined) continue;
    const fn = edgeTarget(graph, call, EDGE.internal, ['function']);
    if (fn !== undefined && graph.nodeTypes[fn] === NODE.closure) return fn;
  }
  return undefined;
}

function targetWhere(graph: Graph, node: number, accepts: (target: number) => boolean): number | undefined {
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (accepts(targets[edge]!)) return targets[edge]!;
  return undefined;
}

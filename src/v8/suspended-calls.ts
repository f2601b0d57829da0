/** What V8 keeps of a call that goes on later: of a generator, of an async function. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';

/**
 * The closure that a generator or an async function runs, also when the call is over; undefined for
 * every other node.
 */
export function suspendedFunction(graph: Graph, node: number): number | undefined {
  if (graph.nodeTypes[node] !== NODE.object || registersOf(graph, node) === undefined) return undefined;
  const closure = edgeTarget(graph, node, EDGE.internal, ['function']);
  return closure !== undefined && graph.nodeTypes[closure] === NODE.closure ? closure : undefined;
}

/**
 * Whether a call is suspended: neither running nor over. V8 writes over the registers of one that
 * runs or is over; those of one that is suspended hold the call itself.
 *
 * - In: V8's object for the call, and its registers where they are known.
 * - Empty: false for every other node, and for calls of functions with `eval` in them, whose own
 *   reference is in their scope.
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/interpreter/bytecode-generator.cc
 *   (BuildSuspendPoint), runtime's stale_register
 */
export function isSuspended(graph: Graph, node: number, registers = registersOf(graph, node)): boolean {
  if (registers === undefined) return false;
  const { types, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[registers]!, end = graph.firstEdge[registers + 1]!; edge < end; edge++)
    if (targets[edge] === node && types[edge] !== EDGE.weak) return true;
  return false;
}

function registersOf(graph: Graph, node: number): number | undefined {
  return edgeTarget(graph, node, EDGE.internal, ['parameters_and_registers']);
}

/** Async functions and generators that are suspended. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { isContext, oddballOf } from '../../v8/names.js';
import { isSuspended } from '../../v8/suspended-calls.js';
import { isPromise } from './reactions.js';
import { eachPair, referenceIndex } from './reference-index.js';

export type SuspendedKind = 'async function' | 'generator' | 'async generator';

/** A call that goes on later, or never. */
export interface Suspended {
  readonly kind: SuspendedKind;
  /** Ordinal of V8's object for the call. */
  readonly node: number;
  /** Ordinal of the function. */
  readonly fn: number;
  /** Ordinal of the promise that an async function gave back. */
  readonly promise: number | undefined;
  /** Parameters and local variables: what its registers hold, and the variables of its scope. */
  readonly locals: readonly Local[];
}

/** A value that a suspended call keeps. */
export interface Local {
  /** Of a variable that an inner function uses, too; the others have no names in a snapshot. */
  readonly name: string | undefined;
  /** Ordinal of the value: an object, or a string. */
  readonly node: number;
}

export interface SuspendedCalls {
  readonly calls: readonly Suspended[];
  /** Those that run right now, or are over and still held. */
  readonly others: number;
}

/**
 * All of them, as `isSuspended` tells them.
 *
 * - Order: as in the file.
 * - Not seen: calls of functions with `eval` in them, whose own reference is in their scope; they
 *   are among the others.
 * - Cost: the edges of these objects, of their registers and scopes.
 */
export const suspendedCalls = memo((graph: Graph): SuspendedCalls => {
  const { firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const calls: Suspended[] = [];
  let others = 0;
  eachPair(referenceIndex(graph).registers, (node, registers) => {
    const fn = edgeTarget(graph, node, EDGE.internal, ['function']);
    if (fn === undefined || graph.nodeTypes[fn] !== NODE.closure) return;
    if (!isSuspended(graph, node, registers)) {
      others++;
      return;
    }
    const values = new Set<number>();
    for (let edge = firstEdge[registers]!, end = firstEdge[registers + 1]!; edge < end; edge++)
      if (types[edge] !== EDGE.weak && targets[edge] !== node && isLocal(graph, targets[edge]!, fn))
        values.add(targets[edge]!);
    const promise = promiseOf(graph, node);
    const isAsync = promise !== undefined && !hasPrototype(graph, node);
    const kind = isAsync ? 'async function' : isAsyncGenerator(graph, node) ? 'async generator' : 'generator';
    const locals = [
      ...ownScope(graph, node, fn),
      ...Array.from(values, (value) => ({ name: undefined, node: value })),
    ];
    const seen = new Set<number>();
    calls.push({
      kind,
      node,
      fn,
      promise: isAsync ? promise : undefined,
      locals: locals.filter((local) => !seen.has(local.node) && seen.add(local.node)),
    });
  });
  return { calls, others };
}, 'suspended calls');

/** Whether a value may be a program's: no scope, nothing of V8's own, not the function itself. */
function isLocal(graph: Graph, node: number, fn: number): boolean {
  if (node === fn || isContext(graph)(node) || oddballOf(graph, node) !== undefined) return false;
  const type = graph.nodeTypes[node];
  if (type === NODE.object) return !/^global\b/.test(graph.strings.get(graph.nodeNames[node]!));
  return type === NODE.closure || type === NODE.string || type === NODE['concatenated string'];
}

/** Variables of the call's own scope, where it is not that of the function around it. */
function ownScope(graph: Graph, node: number, fn: number): Local[] {
  const scope = edgeTarget(graph, node, EDGE.internal, ['context']);
  const outer = edgeTarget(graph, fn, EDGE.internal, ['context']);
  if (scope === undefined || scope === outer || !isContext(graph)(scope)) return [];
  const { types, names, targets } = edgesOf(graph);
  const found: Local[] = [];
  for (let edge = graph.firstEdge[scope]!, end = graph.firstEdge[scope + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.context && isLocal(graph, targets[edge]!, fn))
      found.push({ name: graph.strings.get(names[edge]!), node: targets[edge]! });
  return found;
}

/** Of V8's fields without names the last promise: before it stands what was passed in. */
function promiseOf(graph: Graph, node: number): number | undefined {
  const { types, targets } = edgesOf(graph);
  let found: number | undefined;
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.hidden && isPromise(graph, targets[edge]!)) found = targets[edge]!;
  return found;
}

/** Generators have one; V8's objects for async functions have null in its place. */
function hasPrototype(graph: Graph, node: number): boolean {
  const prototype = edgeTarget(graph, node, EDGE.property, ['__proto__']);
  return prototype !== undefined && oddballOf(graph, prototype) === undefined;
}

/** Prototypes that are looked at: that of the function, and that of all such functions. */
const MOST_PROTOTYPES = 4;

function isAsyncGenerator(graph: Graph, node: number): boolean {
  for (let at = node, steps = 0; steps < MOST_PROTOTYPES; steps++) {
    const prototype = edgeTarget(graph, at, EDGE.property, ['__proto__']);
    if (prototype === undefined || graph.nodeTypes[prototype] !== NODE.object) return false;
    const tag = edgeTarget(graph, prototype, EDGE.property, ['<symbol Symbol.toStringTag>']);
    if (tag !== undefined) return graph.strings.get(graph.nodeNames[tag]!) === 'AsyncGenerator';
    at = prototype;
  }
  return false;
}

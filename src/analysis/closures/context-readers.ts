/** Which functions may still read a context. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { retainersOf } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { suspendedFunction } from '../../v8/suspended-calls.js';
import { closureIndex, NO_CONTEXT, rangesBy } from './closure-index.js';

/** Of a function: everything may be read by it. */
export const ANY_CODE = 0xffffffff;

export interface ContextReaders {
  /** By context 1 where code that is not known may read all of it. */
  readonly all: Uint8Array;
  /** The literals of the functions that may read a context, each once. */
  of(context: number): Uint32Array;
}

/**
 * The readers of contexts: the functions of all closures that run in them or in a context inside,
 * and what else holds them. A suspended function (a generator, an async function) reads all of its
 * own contexts, and so does what runs, or anything unknown that holds one.
 *
 * - In: by function its literal, ANY_CODE where that is not known; of a context the literal of the
 *   function that made it, ANY_CODE where it is not known.
 * - Cost: the retainers of contexts; 12 bytes a context, 4 bytes a pair of a context and a reader.
 */
export function contextReaders(
  graph: Graph,
  literalOf: Uint32Array,
  makerOf: (context: number) => number,
  literalCount: number,
): ContextReaders {
  const { contexts, outer, contextOf, functionOf } = closureIndex(graph);
  const all = new Uint8Array(contexts.length);
  const unknown = markHeld(graph, all);
  const closures = rangesBy(contextOf, contexts.length);
  const inner = rangesBy(outer, contexts.length);
  const waiting = new Uint32Array(contexts.length);
  for (const around of outer) if (around !== NO_CONTEXT) waiting[around]! += 1;
  const start = new Uint32Array(contexts.length);
  const length = new Uint32Array(contexts.length);
  const stamps = new Uint32Array(literalCount);
  // By context 1 where code of which nothing is known runs in it, or in one inside.
  const any = new Uint8Array(contexts.length);
  let pool = new Uint32Array(1 << 12);
  let end = 0;
  const add = (context: number, literal: number): void => {
    if (literal === ANY_CODE) any[context] = 1;
    else if (stamps[literal] !== context + 1) {
      stamps[literal] = context + 1;
      if (end === pool.length) {
        const larger = new Uint32Array(pool.length * 2);
        larger.set(pool);
        pool = larger;
      }
      pool[end++] = literal;
    }
  };
  // From the inside outwards; what a damaged file has in a circle is never reached.
  const done = new Uint8Array(contexts.length);
  const ready: number[] = [];
  for (let context = 0; context < contexts.length; context++) if (waiting[context] === 0) ready.push(context);
  for (let context = ready.pop(); context !== undefined; context = ready.pop()) {
    done[context] = 1;
    start[context] = end;
    for (let i = closures.first[context]!; i < closures.first[context + 1]!; i++)
      add(context, literalOf[functionOf[closures.items[i]!]!]!);
    for (let i = inner.first[context]!; i < inner.first[context + 1]!; i++) {
      const inside = inner.items[i]!;
      for (let k = start[inside]!; k < start[inside]! + length[inside]!; k++) add(context, pool[k]!);
      if (any[inside] === 1) any[context] = 1;
      // What runs there may make more closures, which read what is around.
      if (unknown[inside] === 1) add(context, makerOf(inside));
    }
    if (any[context] === 1) all[context] = 1;
    length[context] = end - start[context]!;
    const around = outer[context]!;
    if (around !== NO_CONTEXT && --waiting[around]! === 0) ready.push(around);
  }
  for (let context = 0; context < contexts.length; context++) if (done[context] === 0) all[context] = 1;
  return { all, of: (context) => pool.subarray(start[context]!, start[context]! + length[context]!) };
}

/**
 * Marks the contexts that something else than closures and inner contexts holds: suspended
 * functions
 * hold their own, and what is unknown is marked in the result as well.
 */
export function markHeld(graph: Graph, all: Uint8Array): Uint8Array {
  const { contexts, outer, numberOf } = closureIndex(graph);
  const { nodeTypes } = graph;
  const { firstRetainer, sources } = retainersOf(graph);
  const unknown = new Uint8Array(contexts.length);
  for (let context = 0; context < contexts.length; context++) {
    const node = contexts[context]!;
    for (let i = firstRetainer[node]!; i < firstRetainer[node + 1]!; i++) {
      const holder = sources[i]!;
      if (nodeTypes[holder] === NODE.closure || nodeTypes[holder] === NODE.code) continue;
      if (numberOf[holder]! > 0 && outer[numberOf[holder]! - 1] === context) continue;
      if (!holdsStrongly(graph, holder, node)) continue;
      const suspended = suspendedHolders(graph, holder);
      for (const closure of suspended) markSuspended(graph, context, closure, all);
      if (suspended.length > 0) continue;
      all[context] = 1;
      unknown[context] = 1;
    }
  }
  return unknown;
}

/**
 * The closures of the suspended functions that a holder of a context is: one, or those whose
 * registers it has. None for everything else.
 */
function suspendedHolders(graph: Graph, holder: number): readonly number[] {
  const own = suspendedFunction(graph, holder);
  if (own !== undefined) return [own];
  if (graph.nodeTypes[holder] !== NODE.array) return [];
  const { firstRetainer, sources } = retainersOf(graph);
  const found: number[] = [];
  for (let i = firstRetainer[holder]!; i < firstRetainer[holder + 1]!; i++) {
    const closure = suspendedFunction(graph, sources[i]!);
    if (closure === undefined) return [];
    found.push(closure);
  }
  return found;
}

/** A suspended function may read its contexts, up to the one in which its closure was made. */
function markSuspended(graph: Graph, from: number, closure: number, all: Uint8Array): void {
  const { outer, numberOf } = closureIndex(graph);
  const made = edgeTarget(graph, closure, EDGE.internal, ['context']);
  const last = made === undefined ? NO_CONTEXT : (numberOf[made]! - 1) >>> 0;
  for (let at = from, left = outer.length; at !== NO_CONTEXT && at !== last && left > 0; left--) {
    all[at] = 1;
    at = outer[at]!;
  }
}

function holdsStrongly(graph: Graph, holder: number, node: number): boolean {
  const { types, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[holder]!, end = graph.firstEdge[holder + 1]!; edge < end; edge++)
    if (targets[edge] === node && types[edge] !== EDGE.weak) return true;
  return false;
}

/** Promises that are not settled. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex } from '../../v8/class-names.js';
import { V8_NAME } from '../../v8/system-names.js';
import { derivedPromise, isPromise, isReaction, reactionFunction, reactionsFrom } from './reactions.js';
import { eachPair, referenceIndex } from './reference-index.js';
import { suspendedCalls } from './suspended.js';

/** A promise that is pending for certain. */
export interface PendingPromise {
  /** Ordinal. */
  readonly node: number;
  /** How many callbacks and `await`s wait for it. */
  readonly reactions: number;
  /** Ordinals of the program's functions among them. */
  readonly functions: readonly number[];
}

export interface Promises {
  readonly pending: readonly PendingPromise[];
  /** Those that have a value or a reason. */
  readonly settled: number;
  /**
   * Those of which a snapshot does not say: nobody waits for them, and they are pending or were
   * settled with undefined, a boolean or a small integer.
   */
  readonly untold: number;
}

/**
 * All promises. Pending are those that somebody waits for, those that a `then` on one of them or a
 * suspended call has given back.
 *
 * - Order: of `pending`, as in the file.
 * - Not seen: promises of a subclass that nobody waits for.
 * - Cost: a pass over the nodes, the edges of promises and of their reactions.
 */
export const promises = memo((graph: Graph): Promises => {
  const { nodeCount, nodeTypes } = graph;
  const { labels, of } = classIndex(graph);
  const label = labels.indexOf('Promise');
  const found = new Map<number, PendingPromise>();
  let settled = 0;
  const isSettled = new Set<number>();
  const implied: number[] = [];
  eachPair(referenceIndex(graph).reactions, (node, first) => {
    if (nodeTypes[node] !== NODE.object || isReaction(graph, node)) return;
    if (!isReaction(graph, first)) {
      settled++;
      isSettled.add(node);
      return;
    }
    const reactions = reactionsFrom(graph, first);
    const functions = reactions.flatMap((reaction) => reactionFunction(graph, reaction) ?? []);
    found.set(node, { node, reactions: reactions.length, functions });
    for (const reaction of reactions) {
      const derived = derivedPromise(graph, reaction);
      if (derived !== undefined) implied.push(derived);
    }
  });
  for (const { node, kind, promise } of suspendedCalls(graph).calls) {
    if (promise !== undefined) implied.push(promise);
    if (kind === 'async generator') implied.push(...requested(graph, node));
  }
  for (const node of implied)
    if (!found.has(node) && !isSettled.has(node)) found.set(node, { node, reactions: 0, functions: [] });
  let untold = 0;
  for (let node = 0; node < nodeCount && label >= 0; node++) {
    if (of[node] !== label || nodeTypes[node] !== NODE.object || found.has(node)) continue;
    if (isSettled.has(node) || !isPromise(graph, node)) continue;
    if (edgeTarget(graph, node, EDGE.property, ['constructor']) === undefined) untold++;
  }
  const pending = [...found.values()].sort((a, b) => a.node - b.node);
  return { pending, settled, untold };
}, 'promises');

/** Requests that are followed; each `next()` that waits is one. */
const MOST_REQUESTS = 100_000;

/** Promises of the calls of `next()` that an async generator has not answered. */
function requested(graph: Graph, generator: number): number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const { targets } = edgesOf(graph);
  const requestOf = (node: number): number | undefined => {
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
      if (isRequest(graph, targets[edge]!) && !seen.has(targets[edge]!)) return targets[edge]!;
    return undefined;
  };
  for (
    let node = requestOf(generator);
    node !== undefined && seen.size < MOST_REQUESTS;
    node = requestOf(node)
  ) {
    seen.add(node);
    // What was passed to `next` stands before the promise that it gave back.
    let promise: number | undefined;
    for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
      if (isPromise(graph, targets[edge]!)) promise = targets[edge]!;
    if (promise !== undefined) found.push(promise);
  }
  return found;
}

function isRequest(graph: Graph, node: number): boolean {
  return graph.strings.get(graph.nodeNames[node]!) === V8_NAME.asyncGeneratorRequest;
}

/** Timers, intervals and immediates that wait. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { classIndex, className } from '../../v8/class-names.js';
import { oddballOf } from '../../v8/names.js';
import { numberText } from '../../v8/values.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { listenerFunction } from './listeners.js';
import { eachPair, referenceIndex } from './reference-index.js';

export const TIMER_KINDS = ['timeout', 'interval', 'immediate'] as const;

/** What `setTimeout`, `setInterval` or `setImmediate` made. */
export interface Timer {
  readonly kind: (typeof TIMER_KINDS)[number];
  /** Ordinal of the object. */
  readonly node: number;
  /** Ordinal of what is called; of a bound function what is bound. */
  readonly callback: number;
  /** Milliseconds; undefined for an immediate, and in a file without numbers. */
  readonly ms: number | undefined;
  /** Whether it keeps the process running; undefined where the file does not say. */
  readonly isRef: boolean | undefined;
}

/**
 * All that wait. What is over or was cleared is left out, and what no root reaches: the runtime
 * has forgotten it.
 *
 * - Order: timeouts and intervals before immediates, each as in the file.
 * - Cost: the edges of these objects; `holderChains`.
 */
export const timers = memo((graph: Graph): readonly Timer[] => {
  const { onTimeout, onImmediate } = referenceIndex(graph);
  const { parents } = holderChains(graph);
  const found: Timer[] = [];
  const isOne = (node: number, callback: number, name: string): boolean =>
    className(graph, node) === name &&
    graph.nodeTypes[callback] === NODE.closure &&
    parents[node] !== UNHELD &&
    stateOf(graph, node, '_destroyed') !== 'true';
  const isRef = (node: number): boolean | undefined => {
    const state = stateOf(graph, node, '<symbol refed>');
    return state === 'true' ? true : state === 'false' ? false : undefined;
  };
  eachPair(onTimeout, (node, callback) => {
    if (!isOne(node, callback, 'Timeout')) return;
    found.push({
      // A number has no edge in a file without numbers; null has one in every file.
      kind: stateOf(graph, node, '_repeat') === 'null' ? 'timeout' : 'interval',
      node,
      callback: listenerFunction(graph, callback) ?? callback,
      ms: millisecondsOf(graph, node),
      isRef: isRef(node),
    });
  });
  eachPair(onImmediate, (node, callback) => {
    if (!isOne(node, callback, 'Immediate')) return;
    const called = listenerFunction(graph, callback) ?? callback;
    found.push({ kind: 'immediate', node, callback: called, ms: undefined, isRef: isRef(node) });
  });
  return found;
}, 'timers');

function stateOf(graph: Graph, node: number, property: string): string | undefined {
  const value = edgeTarget(graph, node, EDGE.property, [property]);
  return value === undefined ? undefined : oddballOf(graph, value);
}

function millisecondsOf(graph: Graph, node: number): number | undefined {
  const value = edgeTarget(graph, node, EDGE.property, ['_idleTimeout']);
  const ms = value === undefined ? Number.NaN : Number(numberText(graph, value) ?? Number.NaN);
  return Number.isFinite(ms) ? ms : undefined;
}

/** A reference to a timer. */
export interface TimerOwner {
  /** Ordinal of what refers to it. */
  readonly node: number;
  /** The edge. */
  readonly edge: number;
}

/** What Node.js keeps timers in. */
const RUNTIME_CLASSES = /^(Timeout|Immediate|TimersList|ImmediateList|PriorityQueue)$/;

/**
 * By timer: what refers to it beside the runtime's own lists, such as the object that will clear
 * it. Of several the one that is nearest to a root.
 *
 * - Empty: undefined for one that nobody else refers to.
 * - Cost: one pass over the edges; a byte a node.
 */
export function timerOwners(graph: Graph, all: readonly Timer[]): ReadonlyMap<number, TimerOwner> {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const { parents, depths } = holderChains(graph);
  const { labels, of } = classIndex(graph);
  const isOwn = Uint8Array.from(labels, (label) => Number(RUNTIME_CLASSES.test(label)));
  const isTimer = new Uint8Array(nodeCount);
  for (const { node } of all) isTimer[node] = 1;
  const found = new Map<number, TimerOwner>();
  if (all.length === 0) return found;
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node];
    if (isOwn[of[node]!] === 1 || type === NODE.synthetic || parents[node] === UNHELD) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const timer = targets[edge]!;
      if (isTimer[timer] === 0 || !isReference(types[edge]!)) continue;
      const known = found.get(timer);
      if (known === undefined || depths[node]! < depths[known.node]!) found.set(timer, { node, edge });
    }
  }
  return found;
}

/** References that a program writes. */
function isReference(type: number): boolean {
  return type === EDGE.property || type === EDGE.element || type === EDGE.context || type === EDGE.internal;
}

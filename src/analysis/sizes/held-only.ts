/**
 * Nodes that are reachable only through something: the filters "Objects retained by …" of Chrome
 * DevTools' summary.
 * DevTools: HeapSnapshot.ts, createNamedFilter.
 */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { DETACHED, EDGE, isIndexed, NODE } from '../../graph/schema.js';
import { detachedNodes } from '../../v8/detachedness.js';
import { contextNames } from '../../v8/names.js';
import { distances, NO_DISTANCE } from './distances.js';
import type { EdgeTest } from './essential-edges.js';
import { reachedFrom } from './reached-from.js';

/** What may be the only one that holds an object. */
export const ONLY_HOLDERS = ['events', 'detached', 'contexts', 'console'] as const;

/** One of ONLY_HOLDERS. */
export type OnlyHolder = (typeof ONLY_HOLDERS)[number];

/**
 * By node 1 where every way from the root leads through one of these, 0 for what nothing reaches:
 *
 * - `contexts`: scopes of functions, blocks and modules; an object that only a closure's variables
 *   hold.
 * - `detached`: DOM nodes that no document has.
 * - `events`: functions that are listeners of events of a page. A listener is what a
 *   `V8EventListener` has as its edge `1`: that function, or the first function below that object.
 *   EventEmitters of Node.js have none, and those of detached nodes do not count.
 * - `console`: references that the console of DevTools keeps (`$0`, results, logged objects).
 *
 * All edges but weak ones are followed.
 *
 * - Cost: linear in nodes and edges; that of `distances`, and 6 bytes a node while it runs.
 */
export function heldOnlyBy(graph: Graph, holder: OnlyHolder): Uint8Array {
  const { nodeCount } = graph;
  const { types } = edgesOf(graph);
  const isConsole = holder === 'console' ? consoleEdge(graph) : undefined;
  const follows: EdgeTest = (edge, source) => types[edge] !== EDGE.weak && isConsole?.(edge, source) !== true;
  const seen = reachedFrom(graph, follows, barredBy(graph, holder));
  const far = distances(graph);
  const only = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++)
    if (seen[node] === 0 && far[node] !== NO_DISTANCE) only[node] = 1;
  return only;
}

/** By node 1 for what the search does not go into. The root is gone into, whatever it is. */
function barredBy(graph: Graph, holder: OnlyHolder): Uint8Array | undefined {
  if (holder === 'console') return undefined;
  const { nodeCount, nodeTypes, nodeNames, detachedness, root } = graph;
  const barred = new Uint8Array(nodeCount);
  if (holder === 'contexts') {
    const names = contextNames(graph);
    for (let node = 0; node < nodeCount; node++) if (names.has(nodeNames[node]!)) barred[node] = 1;
  } else if (holder === 'detached') {
    const natives = detachedNodes(graph);
    for (let node = 0; node < nodeCount; node++) {
      const isNative = nodeTypes[node] === NODE.native;
      if (isNative ? natives?.[node] === 1 : detachedness?.[node] === DETACHED) barred[node] = 1;
    }
  } else markListeners(graph, barred);
  barred[root] = 0;
  return barred;
}

/** A reference of the console: of a synthetic node, by its name. */
function consoleEdge(graph: Graph): EdgeTest {
  const { nodeTypes, strings } = graph;
  const { types, names } = edgesOf(graph);
  return (edge, source) => {
    const type = types[edge]!;
    if (nodeTypes[source] !== NODE.synthetic || isIndexed(type)) return false;
    const name = strings.get(names[edge]!);
    return name.endsWith(' / DevTools console') && !(type === EDGE.shortcut && /^\s*[+-]?\d/.test(name));
  };
}

function markListeners(graph: Graph, listeners: Uint8Array): void {
  const { nodeCount, nodeNames, firstEdge, strings } = graph;
  const { targets } = edgesOf(graph);
  const holders = strings.indexesOf('V8EventListener');
  if (holders.size === 0) return;
  const detached = detachedNodes(graph);
  for (let node = 0; node < nodeCount; node++) {
    // DevTools calls those of detached nodes `Detached V8EventListener`, and does not find them.
    if (!holders.has(nodeNames[node]!) || detached?.[node] === 1) continue;
    const callback = targetCalled(graph, node, '1');
    if (callback === undefined) continue;
    let listener = callback;
    if (targetCalled(graph, callback, 'code') === undefined) {
      for (let edge = firstEdge[callback]!, end = firstEdge[callback + 1]!; edge < end; edge++) {
        if (targetCalled(graph, targets[edge]!, 'code') === undefined) continue;
        listener = targets[edge]!;
        break;
      }
    }
    listeners[listener] = 1;
  }
}

/** Target of the first edge of this name, of whatever type. */
function targetCalled(graph: Graph, node: number, called: string): number | undefined {
  const { types, names, targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++) {
    const name = names[edge]!;
    const is = isIndexed(types[edge]!)
      ? String(name) === called
      : types[edge] === EDGE.shortcut
        ? shortcutName(graph.strings.get(name)) === called
        : graph.strings.equals(name, called);
    if (is) return targets[edge];
  }
  return undefined;
}

/** As DevTools reads the names of shortcuts: the number at their beginning, if there is one. */
function shortcutName(name: string): string {
  const number = Number.parseInt(name, 10);
  return Number.isNaN(number) ? name : String(number);
}

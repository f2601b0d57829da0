/** Names of the scripts that locations speak of by number. */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { shownPlace } from './place-map.js';
import { isSystemName, scriptText } from './system-names.js';

/** A place in the source code. */
export interface SourceLocation {
  /** Path or URL of the script; undefined when the snapshot does not say. */
  readonly script: string | undefined;
  readonly scriptId: number;
  /** From 1, as editors count. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/**
 * Script names by V8's script number, as far as the snapshot tells: a function's shared data leads
 * to its script, and its location names the script's number.
 *
 * - In: a graph with edges and locations.
 * - Empty: without locations.
 * - Cost: one pass over the nodes.
 */
export const scriptNames = memo((graph: Graph): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  for (const [script, closure] of scriptFunctions(graph)) {
    const name = scriptNameOf(graph, closure)!;
    if (name !== '') names.set(script, name);
  }
  return names;
}, 'scripts');

/** By V8's script number the first function that leads to a script. The rest as `scriptNames`. */
export const scriptFunctions = memo((graph: Graph): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  const { locations } = graph;
  if (!locations) return found;
  edgesOf(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== NODE.closure || locations.placeOf[node] === 0) continue;
    const { scriptId } = locations.of(node)!;
    if (!found.has(scriptId) && scriptNameOf(graph, node) !== undefined) found.set(scriptId, node);
  }
  return found;
});

/**
 * Where a node's code stands: a closure's function, an object's constructor. Undefined when the
 * snapshot does not say.
 */
export function sourceLocation(graph: Graph, node: number): SourceLocation | undefined {
  const location = graph.locations?.of(node);
  if (!location) return undefined;
  const { scriptId, line, column } = location;
  // A function leads to its script by itself: most often there is no need to know all scripts.
  const own = graph.nodeTypes[node] === NODE.closure ? scriptNameOf(graph, node) : undefined;
  const script = own === undefined || own === '' ? scriptNames(graph).get(scriptId) : own;
  return shownPlace(graph, { script, scriptId, line: line + 1, column: column + 1 });
}

function scriptNameOf(graph: Graph, closure: number): string | undefined {
  const shared = edgeTarget(graph, closure, EDGE.internal, ['shared']);
  const script =
    shared === undefined
      ? undefined
      : edgeTarget(graph, shared, EDGE.internal, ['script', 'script_or_debug_info']);
  if (script === undefined) return undefined;
  return scriptText(graph.strings.get(graph.nodeNames[script]!));
}

/** Path or URL of the script of a closure; undefined when the snapshot does not say. */
export function scriptOf(graph: Graph, closure: number): string | undefined {
  const shared = edgeTarget(graph, closure, EDGE.internal, ['shared']);
  return shared === undefined ? undefined : scriptOfShared(graph, shared);
}

/** The same by the data that all closures of one function share. */
export function scriptOfShared(graph: Graph, shared: number): string | undefined {
  const script = edgeTarget(graph, shared, EDGE.internal, ['script', 'script_or_debug_info']);
  if (script === undefined) return undefined;
  const name = scriptText(graph.strings.get(graph.nodeNames[script]!));
  return name === '' || isSystemName(name) ? undefined : name;
}

/** ` in FILE:LINE` of a function, as far as the snapshot says; otherwise nothing. */
export function placeOf(graph: Graph, closure: number): string {
  const place = sourceLocation(graph, closure);
  const file = place?.script ?? scriptOf(graph, closure);
  const line = place?.line;
  return file === undefined ? '' : ` in ${file}${line === undefined ? '' : `:${line}`}`;
}

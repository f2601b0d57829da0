/** What a part of a snapshot has to have so that its nodes are as far from the roots as before. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { retainersOf, retainingEdges } from '../../graph/retainers.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { landmarks } from '../../v8/landmarks.js';
import { globalsOf } from '../../v8/realms.js';
import { isProcess } from '../../v8/roots.js';
import { nativeContexts } from '../../v8/scopes.js';
import { userRoots } from '../../v8/user-roots.js';
import { weakMapPairEdges, weakMapPairs } from '../../v8/weak-map-pairs.js';
import { distances, isWithheld } from '../sizes/distances.js';
import { pageOwnedNodes } from '../sizes/essential-edges.js';
import { ownableNodes, shallowSizes } from '../sizes/shallow-sizes.js';
import type { Part } from './part.js';
import { witnesses } from './witnesses.js';

/** The root, the synthetic nodes below it, the program's own roots, and the realms. */
export function addRoots(graph: Graph, part: Part): void {
  const { nodeTypes, firstEdge, root } = graph;
  const { targets } = edgesOf(graph);
  const waiting = [root];
  part.add(root);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop())
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (nodeTypes[targets[edge]!] === NODE.synthetic && !part.has(targets[edge]!)) {
        addWithWay(graph, part, targets[edge]!);
        waiting.push(targets[edge]!);
      }
  for (const node of userRoots(graph)) addWithWay(graph, part, node);
  for (const context of nativeContexts(graph)) {
    addWithWay(graph, part, context);
    for (const node of globalsOf(graph, context)) addWithWay(graph, part, node);
  }
  addRuntime(graph, part);
}

/** What says which runtime wrote the snapshot, and its version. */
function addRuntime(graph: Graph, part: Part): void {
  const { runtimeNode } = landmarks(graph);
  if (runtimeNode !== undefined) addWithWay(graph, part, runtimeNode);
  const is = isProcess(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!is(node)) continue;
    addWithWay(graph, part, node);
    for (const name of PROCESS) {
      const value = edgeTarget(graph, node, EDGE.property, [name]);
      if (value !== undefined) addWithWay(graph, part, value);
    }
  }
}

const PROCESS = ['version', 'arch', 'platform'];

/**
 * Adds a node, a shortest way to it from the roots, as `distances` counts, and what their names are
 * read from.
 *
 * - Cost: the retainers of those that are new.
 */
export function addWithWay(graph: Graph, part: Part, start: number): void {
  if (part.has(start)) return;
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!part.add(node)) continue;
    waiting.push(...nearestHolders(graph, node, part), ...sharers(graph, node), ...witnesses(graph, node));
  }
}

/**
 * The node before this one on a shortest way, one of the part where there are several. With an
 * entry of a WeakMap both the table and the key.
 */
export function nearestHolders(graph: Graph, node: number, part: Pick<Part, 'has'>): readonly number[] {
  const far = distances(graph);
  const withheld = isWithheld(graph);
  const owned = pageOwnedNodes(graph);
  const { types, names } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const edges = retainingEdges(graph);
  const pairOf = weakMapPairs(graph).of;
  const own = far[node]!;
  let found: number | undefined;
  let pair: string | undefined;
  let isOwned = false;
  for (let at = firstRetainer[node]!, end = firstRetainer[node + 1]!; at < end; at++) {
    const source = sources[at]!;
    if (own <= 0 || far[source] !== own - 1 || types[edges[at]!] === EDGE.weak) continue;
    if (withheld(source, edges[at]!)) continue;
    // Of what a page owns, the way leads through what it owns, too.
    const better = owned[node] === 1 && owned[source] === 1;
    if (found !== undefined && !(better && !isOwned) && !(part.has(source) && better === isOwned)) continue;
    found = source;
    isOwned = better;
    pair = types[edges[at]!] === EDGE.internal ? pairOf(names[edges[at]!]!)?.pair : undefined;
    if (part.has(source) && (isOwned || owned[node] === 0)) break;
  }
  if (found === undefined) return [];
  return pair === undefined ? [found] : [found, ...(pairSources(graph).get(pair) ?? [])];
}

/** Holders of a node that are looked at for two owners. */
const MOST_OWNERS = 1000;

/**
 * Of V8's own record that several objects share two of these: with one of them alone the record
 * would count as a part of it (`shallowSizes`).
 */
export function sharers(graph: Graph, node: number): readonly number[] {
  const ownable = ownableNodes(graph);
  if (ownable[node] === 0 || graph.selfSizes[node] === 0 || shallowSizes(graph)[node] === 0) return [];
  const { types } = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const edges = retainingEdges(graph);
  const found: number[] = [];
  const end = Math.min(firstRetainer[node + 1]!, firstRetainer[node]! + MOST_OWNERS);
  for (let at = firstRetainer[node]!; at < end && found.length < 2; at++) {
    const source = sources[at]!;
    if (types[edges[at]!] === EDGE.weak || found.includes(source) || source === node) continue;
    // A record that is shared hands that on.
    if (ownable[source] === 1 && shallowSizes(graph)[source]! > 0) return [source];
    found.push(source);
  }
  return found;
}

/** By pair of a WeakMap, the table and the key. */
const pairSources = memo((graph: Graph): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, number[]>();
  for (const { pair, source } of weakMapPairEdges(graph)) {
    const sources = found.get(pair);
    if (sources) sources.push(source);
    else found.set(pair, [source]);
  }
  return found;
});

/** Emitters and event targets with many listeners for one event. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { className } from '../../v8/class-names.js';
import type { Finding } from './finding.js';
import { sumRetained } from './grouped.js';
import { eachPair, referenceIndex } from './reference-index.js';

/** Node.js warns of more than ten. */
const LEAST_LISTENERS = 11;
/** A list that is longer is damaged. */
const LONGEST = 10_000_000;

/**
 * Listeners of emitters (`_events`) and of event targets (`kEvents`), one finding for each event of
 * each object.
 *
 * - Cost: the edges of all lists of listeners.
 */
export function listenerFindings(graph: Graph): Finding[] {
  const { events, targetEvents } = referenceIndex(graph);
  const found: Finding[] = [];
  const add = (holder: number, members: readonly number[]): void => {
    if (members.length < LEAST_LISTENERS) return;
    const functions = members.flatMap((member) => listenerFunction(graph, member) ?? []);
    if (functions.length === 0) return;
    const estimate = sumRetained(graph, members);
    found.push({
      kind: 'listeners',
      verdict: 'suspect',
      word: 'listeners',
      places: 1,
      members,
      functions,
      holder,
      estimate,
    });
  };
  eachPair(events, (_, table) => {
    const { firstEdge, nodeTypes } = graph;
    const { types, targets } = edgesOf(graph);
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      const list = targets[edge]!;
      if (types[edge] !== EDGE.property || nodeTypes[list] !== NODE.object) continue;
      if (className(graph, list) === 'Array') add(list, elementsOf(graph, list, NODE.closure));
    }
  });
  eachPair(targetEvents, (_, map) => {
    const table = edgeTarget(graph, map, EDGE.internal, ['table']);
    if (table === undefined) return;
    const { firstEdge } = graph;
    const { targets } = edgesOf(graph);
    for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
      const root = targets[edge]!;
      if (graph.nodeTypes[root] !== NODE.object) continue;
      const members = listOf(graph, root, 'next');
      if (members.length > 0) add(root, members);
    }
  });
  return found;
}

/** Items of an array that are nodes of a type. */
function elementsOf(graph: Graph, array: number, type: number): number[] {
  const { types, targets } = edgesOf(graph);
  const found = new Set<number>();
  for (let edge = graph.firstEdge[array]!, end = graph.firstEdge[array + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.element && graph.nodeTypes[targets[edge]!] === type) found.add(targets[edge]!);
  return [...found];
}

/** What follows a node by a property, and what follows that. */
function listOf(graph: Graph, first: number, property: string): number[] {
  const found = new Set<number>();
  for (let node: number | undefined = first; found.size < LONGEST; ) {
    node = edgeTarget(graph, node, EDGE.property, [property]);
    if (node === undefined || node === first || found.has(node)) break;
    if (graph.nodeTypes[node] !== NODE.object) break;
    found.add(node);
  }
  return [...found];
}

/** What a listener calls: `once` and the like wrap it. */
function listenerFunction(graph: Graph, member: number): number | undefined {
  const isClosure = (node: number | undefined): boolean =>
    node !== undefined && graph.nodeTypes[node] === NODE.closure;
  const inner = edgeTarget(graph, member, EDGE.property, ['listener', 'callback']);
  if (isClosure(inner)) return inner;
  return isClosure(member) ? member : undefined;
}

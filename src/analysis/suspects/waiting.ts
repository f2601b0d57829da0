/** Functions that wait for something, and promises that many wait for. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isMadeByCode } from '../../v8/origin.js';
import { isReactionName } from '../../v8/system-names.js';
import { contentKeys, suspendedFunction } from '../leaks/group-contents.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups, sumRetained } from './grouped.js';
import { eachPair, referenceIndex } from './reference-index.js';

/** Async functions and generators of the program that are suspended, by function. */
export function pendingFindings(graph: Graph): Finding[] {
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  eachPair(referenceIndex(graph).registers, (node) => {
    const fn = suspendedFunction(graph, node);
    if (fn === undefined || !isMadeByCode(graph, fn)) return;
    groups.add(keyOf(node), node, fn);
  });
  return groups.findings({
    kind: 'pending',
    verdict: 'suspect',
    word: 'suspended calls',
    least: LEAST_MEMBERS,
  });
}

/** Promises with many reactions: each `await` and `then` of one that does not settle adds one. */
export function reactionFindings(graph: Graph): Finding[] {
  const found: Finding[] = [];
  eachPair(referenceIndex(graph).reactions, (promise, first) => {
    const members = reactionsFrom(graph, first);
    if (members.length < LEAST_MEMBERS) return;
    found.push({
      kind: 'reactions',
      verdict: 'suspect',
      word: 'callbacks of one promise',
      members,
      holder: promise,
      functions: members.flatMap((node) => handlerOf(graph, node) ?? []),
      places: 1,
      estimate: sumRetained(graph, members),
    });
  });
  return found;
}

function reactionsFrom(graph: Graph, first: number): number[] {
  const found = new Set<number>();
  let node: number | undefined = first;
  while (node !== undefined && isReaction(graph, node) && !found.has(node)) {
    found.add(node);
    node = targetWhere(graph, node, (target) => isReaction(graph, target));
  }
  return [...found];
}

function handlerOf(graph: Graph, reaction: number): number | undefined {
  return targetWhere(
    graph,
    reaction,
    (target) => graph.nodeTypes[target] === NODE.closure && isMadeByCode(graph, target),
  );
}

function isReaction(graph: Graph, node: number): boolean {
  const type = graph.nodeTypes[node];
  return (
    (type === NODE.hidden || type === NODE.native || type === NODE.object || type === NODE.code) &&
    isReactionName(graph.strings.get(graph.nodeNames[node]!))
  );
}

function targetWhere(graph: Graph, node: number, accepts: (target: number) => boolean): number | undefined {
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (accepts(targets[edge]!)) return targets[edge]!;
  return undefined;
}

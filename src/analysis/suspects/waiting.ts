/** Functions that wait for something, and promises that many wait for. */
import type { Graph } from '../../graph/graph.js';
import { isMadeByCode } from '../../v8/origin.js';
import { isSuspended, suspendedFunction } from '../../v8/suspended-calls.js';
import { contentKeys } from '../leaks/content-keys.js';
import { handlerOf, reactionsFrom } from '../waiting/reactions.js';
import { eachPair, referenceIndex } from '../waiting/reference-index.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups, sumRetained } from './grouped.js';

/** Async functions and generators of the program that are suspended, by function. */
export function pendingFindings(graph: Graph): Finding[] {
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  eachPair(referenceIndex(graph).registers, (node, registers) => {
    const fn = suspendedFunction(graph, node);
    if (fn === undefined || !isSuspended(graph, node, registers) || !isMadeByCode(graph, fn)) return;
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

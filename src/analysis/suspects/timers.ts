/** Timers that wait, by the function that they call. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { className } from '../../v8/class-names.js';
import { isMadeByCode } from '../../v8/origin.js';
import { contentKeys } from '../leaks/group-contents.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups } from './grouped.js';
import { eachPair, referenceIndex } from './reference-index.js';

/**
 * `Timeout` objects that are not over, where a function of the program's is called.
 *
 * - In: whether an object is over by its own state.
 */
export function timerFindings(graph: Graph, isDead: (node: number) => boolean): Finding[] {
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  eachPair(referenceIndex(graph).onTimeout, (timer, callback) => {
    if (className(graph, timer) !== 'Timeout' || isDead(timer)) return;
    if (graph.nodeTypes[callback] !== NODE.closure || !isMadeByCode(graph, callback)) return;
    groups.add(keyOf(callback), timer, callback);
  });
  return groups.findings({ kind: 'timers', verdict: 'suspect', word: 'timers', least: LEAST_MEMBERS });
}

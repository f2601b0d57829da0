/** Timers that wait, by the function that they call. */
import type { Graph } from '../../graph/graph.js';
import { isMadeByCode } from '../../v8/origin.js';
import { contentKeys } from '../leaks/content-keys.js';
import { timers } from '../waiting/timers.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups } from './grouped.js';

/**
 * `Timeout` objects that are not over, where a function of the program's is called.
 *
 * - In: whether an object is over by its own state.
 */
export function timerFindings(graph: Graph, isDead: (node: number) => boolean): Finding[] {
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  for (const { kind, node, callback } of timers(graph)) {
    if (kind === 'immediate' || isDead(node) || !isMadeByCode(graph, callback)) continue;
    groups.add(keyOf(callback), node, callback);
  }
  return groups.findings({ kind: 'timers', verdict: 'suspect', word: 'timers', least: LEAST_MEMBERS });
}

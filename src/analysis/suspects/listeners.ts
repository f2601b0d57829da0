/** Emitters and event targets with many listeners for one event. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { listenerFunction, listenerLists } from '../waiting/listeners.js';
import type { Finding } from './finding.js';
import { sumRetained } from './grouped.js';

/** Node.js warns of more than ten. */
const LEAST_LISTENERS = 11;

/**
 * Listeners of emitters (`_events`) and of event targets (`kEvents`), one finding for each event of
 * each object. What was added twice counts once.
 *
 * - Cost: that of `listenerLists`.
 */
export function listenerFindings(graph: Graph): Finding[] {
  const found: Finding[] = [];
  for (const { kind, list, members: all } of listenerLists(graph)) {
    if (all.length < LEAST_LISTENERS) continue;
    const own = kind === 'target' ? all : all.filter((node) => graph.nodeTypes[node] === NODE.closure);
    const members = [...new Set(own)];
    if (members.length < LEAST_LISTENERS) continue;
    const functions = members.flatMap((member) => listenerFunction(graph, member) ?? []);
    if (functions.length === 0) continue;
    found.push({
      kind: 'listeners',
      verdict: 'suspect',
      word: 'listeners',
      places: 1,
      members,
      functions,
      holder: list,
      estimate: sumRetained(graph, members),
    });
  }
  return found;
}

/** Objects that were printed on the console and are kept for DevTools. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { consoleHandlesOf } from '../leaks/bounded-buffers.js';
import { contentKeys } from '../leaks/content-keys.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups } from './grouped.js';

/** Messages that the console keeps. */
const KEPT = 1000;

/**
 * Logged objects by class. An inspector that has its Runtime domain on holds each a second time,
 * without a limit: only then there are more than 1,000 handles, or two for one object.
 *
 * - Cost: the handles of the console.
 */
export function loggedFindings(graph: Graph): Finding[] {
  const handles = consoleHandlesOf(graph);
  const { targets } = edgesOf(graph);
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  const seen = new Set<number>();
  let isUnlimited = handles.size > KEPT;
  for (const edge of handles) {
    const node = targets[edge]!;
    if (graph.nodeTypes[node] !== NODE.object) continue;
    if (seen.has(node)) isUnlimited = true;
    else groups.add(keyOf(node), node);
    seen.add(node);
  }
  return groups.findings({
    kind: 'handles',
    verdict: isUnlimited ? 'suspect' : 'large',
    word: LOGGED,
    least: LEAST_MEMBERS,
  });
}

/** Word of what the console keeps. */
export const LOGGED = 'logged objects';

/** Stores of AsyncLocalStorage that resources (timers, promises, handles) keep. */
import type { Graph } from '../../graph/graph.js';
import { contentKeys } from '../leaks/content-keys.js';
import { asyncStores } from '../waiting/stores.js';
import { type Finding, LEAST_MEMBERS } from './finding.js';
import { Groups } from './grouped.js';

/** Stores by their class: many that are different are one of each request that is still held. */
export function storeFindings(graph: Graph): Finding[] {
  const keyOf = contentKeys(graph);
  const groups = new Groups(graph);
  for (const { node } of asyncStores(graph)) groups.add(keyOf(node), node);
  return groups.findings({
    kind: 'stores',
    verdict: 'suspect',
    word: 'stores of AsyncLocalStorage',
    least: LEAST_MEMBERS,
  });
}

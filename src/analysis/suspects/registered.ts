/** Objects that their own FinalizationRegistry keeps. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { lastingEntries } from '../garbage/lasting-entries.js';
import type { Finding } from './finding.js';
import { Groups } from './grouped.js';

const LEAST = 3;

/** By registry and class: objects that the values registered with them lead to. */
export function registeredFindings(graph: Graph): Finding[] {
  const { of } = classIndex(graph);
  const groups = new Groups(graph);
  for (const { registry, target } of lastingEntries(graph)) groups.add(`${registry} ${of[target]}`, target);
  return groups.findings({
    kind: 'registered',
    verdict: 'leak',
    word: 'registered objects',
    least: LEAST,
  });
}

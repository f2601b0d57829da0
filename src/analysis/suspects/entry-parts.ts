/** What entries of all kinds are made of. */

import { shellWord } from '../../base/shell-word.js';
import type { SuspectEntry } from '../../base/suspect-report.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { scriptOrigin } from '../../v8/origin.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import type { SuspectKind } from './finding.js';
import { heapSize, type Suspect } from './ranking.js';

export const MOST_CONTENTS = 8;

export function shareOf(graph: Graph, size: number): number {
  const all = heapSize(graph);
  return all === 0 ? 0 : size / all;
}

/** The place of a leak or of a dead group: without its chain, which an entry has beside it. */
export function placeOf(container: SuspectEntry['container']): SuspectEntry['container'] {
  const { id, type, text, heldBy, path, root, owner, package: name } = container;
  return { id, type, text, heldBy, path, root, owner, package: name };
}

export function innerWords(
  graph: Graph,
  { kind, members, functions, word }: Suspect | Suspect['inner'][number],
): string {
  const place = functionPlace(graph, functions);
  const name =
    functions[0] === undefined ? '' : graph.strings.get(graph.nodeNames[functions[0]]!) || '(anonymous)';
  const code = place ? ` of ${name}() in ${place.script ?? `(script ${place.scriptId})`}:${place.line}` : '';
  return `Among what they keep: ${formatCount(members.length)} ${word === '' ? kind : word}${code}.`;
}

export function nextCommand(graph: Graph, kind: SuspectKind, container: number, member: number): string {
  const file = shellWord(graph.file);
  if (kind === 'gathering' || kind === 'listeners' || kind === 'list' || kind === 'variable')
    return `heapgraph dominators @${graph.ids[container]!} ${file}`;
  return `heapgraph find-backref-chain @${graph.ids[kind === 'realms' ? container : member]!} ${file}`;
}

export function functionPlace(graph: Graph, functions: readonly number[]): SourceLocation | undefined {
  for (const fn of functions) {
    const found = sourceLocation(graph, fn);
    if (found && scriptOrigin(found.script) === 'program') return found;
  }
  return undefined;
}

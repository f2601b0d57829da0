/** Dead groups as entries, and as evidence of other entries. */
import type { DeadEntry } from '../../base/result.js';
import type { SuspectContent, SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { MOST_CONTENTS, nextCommand, placeOf, shareOf } from './entry-parts.js';

/** Fewer dead objects may have finished a moment ago. */
export const LEAST_DEAD = 3;

/**
 * Whether dead objects are a leak. Where there are earlier snapshots, some of them have to be there
 * already. An emptied WeakRef keeps nothing, and who looks after it may be told of it later;
 * an element that is in no document may be put into one. A window that is gone does not come back.
 */
function isSureDead({ type }: DeadEntry, before: readonly number[]): boolean {
  if (before.length === 0)
    return type !== 'WeakRef' && (type === 'Detached Window' || !type.startsWith('Detached '));
  return before.some((count) => count >= LEAST_DEAD);
}

/** A place with dead objects among what it keeps: they make it a leak where they are many. */
export function withDead(entry: SuspectEntry, dead: SuspectEntry): SuspectEntry {
  const many = dead.verdict === 'leak' && 2 * dead.count >= entry.count;
  const verdict = many ? 'leak' : entry.verdict;
  const label = dead.contents[0]?.label ?? '';
  return {
    ...entry,
    verdict,
    leakBy:
      many && (entry.verdict !== 'leak' || entry.leakBy.length > 0)
        ? [...entry.leakBy, dead.fingerprint]
        : entry.leakBy,
    headline: entry.headline.replace(/^\w+/, verdict),
    evidence: [
      `${formatCount(dead.count)} ${label} that only these keep ${dead.kind === 'registered' ? 'are kept by their own entries of a FinalizationRegistry' : 'are finished by their own state'} (fingerprint ${dead.fingerprint}).`,
      ...entry.evidence,
    ],
  };
}

/** Objects that are dead by their own state, as a suspect. */
export function deadSuspect(
  graph: Graph,
  dead: DeadEntry,
  { before, selfHeld }: { readonly before: readonly number[]; readonly selfHeld: boolean },
): SuspectEntry {
  const { container, count, retainedSize, below } = dead;
  const place = container.text === '' ? container.heldBy : container.text;
  const verdict = selfHeld || isSureDead(dead, before) ? 'leak' : 'suspect';
  const what = dead.kind === dead.type ? dead.type : `${dead.type} (${dead.kind})`;
  return {
    verdict,
    kind: selfHeld ? 'registered' : 'dead',
    headline: `${verdict}: ${formatCount(count)} ${what}, each of which ${dead.why}, are still held by ${place}, and keep ${formatBytes(retainedSize)}`,
    count,
    counts: [count],
    stayed: before,
    retainedSize,
    share: shareOf(graph, retainedSize),
    fingerprint: dead.fingerprint,
    leakBy: [],
    known: null,
    packageLeak: null,
    container: placeOf(container),
    steps: dead.steps,
    chain: dead.chain,
    contents: [
      { label: what, count, size: 0, location: null, package: null, example: dead.examples[0]! },
      ...below.map(
        (row): SuspectContent => ({
          label: row.type,
          count: row.count,
          size: 0,
          location: null,
          package: null,
          example: dead.examples[0]!,
        }),
      ),
    ].slice(0, MOST_CONTENTS),
    location: container.location,
    package: container.package,
    evidence: [
      selfHeld
        ? 'The value that was registered with each leads back to it: it is never freed, and the callback never runs.'
        : `Its own state says that each ${dead.why}; it is not used again.`,
      ...(before.length > 0
        ? [`${before.map(formatCount).join(' and ')} of them were there in earlier snapshots already.`]
        : []),
      ...(verdict === 'leak' ? [] : ['They may have finished a moment ago.']),
    ],
    remedy: dead.remedy,
    next: nextCommand(graph, 'dead', 0, graph.ids.indexOf(dead.examples[0]!)),
    examples: dead.examples,
  };
}

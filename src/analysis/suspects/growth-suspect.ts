/** What grew, as entries. */
import type { LeakEntry } from '../../base/leak-report.js';
import { wayWords } from '../../base/leak-words.js';
import type { SuspectContent, SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { deadChain } from '../dead/dead-chain.js';
import type { ObjectStates } from '../dead/object-states.js';
import type { Leak } from '../leaks/leak.js';
import { behindWords, boundWords } from '../leaks/leak-entry.js';
import { innerWords, MOST_CONTENTS, nextCommand, placeOf, shareOf } from './entry-parts.js';
import type { Suspect } from './ranking.js';
import { REMEDIES } from './suspect-words.js';

export interface GrowthFacts {
  readonly states: ObjectStates;
  /** How many snapshots there are. */
  readonly snapshots: number;
  /** Fewer bytes, and few members, are no leak yet. */
  readonly minSize: number;
  /** Findings of the last snapshot that are about the same things. */
  readonly same: readonly Suspect['inner'][number][];
  /** Whether the first of them is about the members themselves. */
  readonly isKind: boolean;
}

/** Fewer new members that keep little may be what a program makes once. */
const MANY = 10;

/** Of what they lead to, this part makes it all theirs. */
const NEARLY_ALL = 0.9;

/** What other containers lead to as well is not kept by these members alone. */
function sizeWords({ size, aloneSize }: LeakEntry): string {
  return aloneSize >= NEARLY_ALL * size
    ? `keep ${formatBytes(size)} more`
    : `lead to ${formatBytes(size)} more, ${formatBytes(aloneSize)} of it by no other place`;
}

/** What grew, as a suspect. */
export function growthSuspect(
  graph: Graph,
  leak: Leak,
  entry: LeakEntry,
  { states, snapshots, same, isKind, minSize }: GrowthFacts,
): SuspectEntry {
  const { steps } = deadChain(graph, leak.chain, states);
  const { container, member, principal, memberCounts, sizes, size } = entry;
  const added = memberCounts.length > 0 ? memberCounts.at(-1)! - memberCounts[0]! : MANY;
  const isMuch = added >= MANY || size >= minSize;
  const isSure = snapshots > 2 && leak.verdict === 'leak' && isMuch;
  const kind = isKind ? same[0]!.kind : 'growth';
  const verdict = isSure ? 'leak' : 'suspect';
  const row = memberCounts.length > 0 ? memberCounts : sizes;
  const series =
    memberCounts.length > 0
      ? `${memberCounts.map(formatCount).join(' → ')} × ${entry.growth === 'behind' ? 'new ' : ''}${member.label}`
      : `${sizes.map(formatBytes).join(' → ')} of ${member.label}`;
  const place = container.text === '' ? container.heldBy : container.text;
  const places = container.count > 1 ? `${formatCount(container.count)} places such as ` : '';
  const by =
    principal.location === null || principal.label === member.label ? '' : `, with ${principal.label},`;
  return {
    verdict,
    kind,
    headline: `${verdict}: ${series} ${wayWords(entry)} ${places}${place}${behindWords(graph, leak)}${by} ${sizeWords(entry)}`,
    count: row.at(-1)!,
    counts: row,
    stayed: [],
    retainedSize: size,
    share: shareOf(graph, size),
    fingerprint: entry.fingerprint,
    leakBy: [],
    known: null,
    packageLeak: null,
    container: placeOf(container),
    steps: steps.map(({ node, ...step }) => ({ id: graph.ids[node]!, ...step })),
    chain: container.chain,
    contents: entry.contents.slice(0, MOST_CONTENTS).map(
      ({ label, count, size: bytes, location, package: name, example }): SuspectContent => ({
        label,
        count,
        size: bytes,
        location,
        package: name,
        example,
      }),
    ),
    location: principal.location,
    package: principal.location === null ? (principal.package ?? container.package) : principal.package,
    evidence: [
      isSure
        ? `It grew at each of ${snapshots - 1} steps, and things of each step are still there; a cache that is not full does the same.`
        : leak.verdict === 'limited'
          ? `It grew at each of ${snapshots - 1} steps${leak.oldestGo ? '' : ', as a cache does that is not full'}.${boundWords(leak)}`
          : `It grew ${snapshots > 2 && leak.verdict === 'leak' ? 'at every step, by few and little' : snapshots === 2 ? 'from one snapshot to the other: three snapshots tell growth from a start' : 'at every step, but not evenly'}.`,
      ...same.slice(0, 2).map((one) => innerWords(graph, one)),
    ],
    remedy:
      REMEDIES[leak.linkedBy !== undefined && kind === 'growth' ? 'list' : kind] ?? REMEDIES.growth ?? null,
    next: nextCommand(graph, 'gathering', graph.ids.indexOf(container.id), leak.container),
    examples: [member.example],
  };
}

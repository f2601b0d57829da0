/** A suspect as answers have it, in words. */

import type { LeakEntry } from '../../base/leak-report.js';
import type { Cell, DeadEntry } from '../../base/result.js';
import type { SuspectContent, SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { className } from '../../v8/class-names.js';
import { scriptOrigin } from '../../v8/origin.js';
import { isPackageCode } from '../../v8/packages.js';
import { rootOf } from '../../v8/roots.js';
import { type SourceLocation, sourceLocation } from '../../v8/scripts.js';
import { chainFingerprint, deadChain } from '../dead/dead-chain.js';
import type { ObjectStates } from '../dead/object-states.js';
import { chainResult } from '../expressions/chain-result.js';
import { containerWords } from '../expressions/container-words.js';
import { chainToContainer } from '../holders/chain-to-container.js';
import type { Chain } from '../holders/chains.js';
import { holderChain } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import type { ContentRow } from '../leaks/group-contents.js';
import type { Leak } from '../leaks/leak.js';
import { contentLabel } from '../leaks/leak-entry.js';
import { visibleBound } from '../leaks/visible-bound.js';
import { alsoHeld } from './also-held.js';
import { isTelling } from './contents.js';
import type { SuspectKind } from './finding.js';
import { heapSize, type Suspect } from './ranking.js';
import { sharedObject } from './shared-object.js';
import { evidenceOf, headline, REMEDIES, type SuspectFacts } from './suspect-words.js';

/** What is known beside the graph. */
export interface SuspectEntryOptions {
  readonly states: ObjectStates;
  readonly packageName: (script: string | undefined) => string | undefined;
  /** Members by snapshot. */
  readonly counts: readonly number[];
}

const MOST_CONTENTS = 8;
const MOST_EXAMPLES = 10;

function shareOf(graph: Graph, size: number): number {
  const all = heapSize(graph);
  return all === 0 ? 0 : size / all;
}

/** Of these the chain leads to a member, and words are about what holds it. */
const BY_MEMBER: ReadonlySet<SuspectKind> = new Set([
  'slices',
  'slabs',
  'stores',
  'timers',
  'pending',
  'errors',
  'external',
]);

/**
 * A suspect of one snapshot in words.
 *
 * - Cost: the edges of the chain, and the rules for its nodes.
 */
export function suspectEntry(
  graph: Graph,
  suspect: Suspect,
  { states, packageName, counts }: SuspectEntryOptions,
): SuspectEntry {
  const { verdict, kind, members, chain, size, contents } = suspect;
  const { steps } = deadChain(graph, chain, states);
  const toHolder = BY_MEMBER.has(kind) ? chainToContainer(graph, chain) : chain;
  const words = containerWords(graph, toHolder);
  const container = toHolder.nodes.at(-1)!;
  const principal = contents[0];
  const telling = principal !== undefined && isTelling(principal, members.length) ? principal : undefined;
  const ownClass = contents.find((row) => row.depth === 0 && row.kind === 'object');
  const location =
    functionPlace(graph, suspect.functions) ??
    (ownClass?.origin === 'program' && !isPackageCode(ownClass.script) ? ownClass.location : undefined) ??
    telling?.location ??
    (ownClass?.origin === 'program' ? ownClass.location : undefined) ??
    codeOf(graph, chain);
  const text = words.text === '' ? words.heldBy : words.text;
  const facts: SuspectFacts = {
    verdict,
    kind,
    count: members.length,
    size,
    member: memberLabel(graph, suspect),
    word: suspect.word,
    place: text,
    code: codeWords(graph, suspect, telling),
    places: suspect.places,
  };
  const script = location?.script ?? rootOf(graph, chain.nodes[0]!)?.file;
  return {
    verdict,
    kind,
    headline: headline(facts),
    count: members.length,
    counts,
    retainedSize: size,
    share: shareOf(graph, size),
    fingerprint: chainFingerprint(graph, chain),
    leakBy: [],
    known: null,
    packageLeak: null,
    container: {
      id: graph.ids[container]!,
      type: className(graph, container),
      text: words.text,
      heldBy: words.heldBy,
      path: holderPaths(graph).text(holderPaths(graph).pathOf(container)),
      root: rootOf(graph, chain.nodes[0]!)?.kind ?? null,
      owner: suspect.owner,
      package: packageName(rootOf(graph, chain.nodes[0]!)?.file) ?? null,
    },
    steps: steps.map(({ node, ...step }) => ({ id: graph.ids[node]!, ...step })),
    chain: chainResult(graph, chain, { found: true, rooted: true, sizes: true }),
    contents: contents.slice(0, MOST_CONTENTS).map(
      (row): SuspectContent => ({
        label: contentLabel(graph, row),
        count: row.counts[1]!,
        size: row.size,
        location: cellOf(row.location),
        package: packageName(row.script) ?? null,
        example: graph.ids[row.example]!,
      }),
    ),
    location: cellOf(location),
    package: packageName(script) ?? null,
    evidence: [
      boundWords(graph, suspect) ?? evidenceOf(facts),
      ...alsoWords(graph, suspect),
      ...suspect.inner.slice(0, 2).map((one) => innerWords(graph, one)),
    ],
    remedy: REMEDIES[suspect.inner[0]?.kind ?? kind] ?? REMEDIES[kind] ?? null,
    next: nextCommand(graph, kind, container, members[0]!),
    examples: members.slice(0, MOST_EXAMPLES).map((node) => graph.ids[node]!),
  };
}

function memberLabel(graph: Graph, { contents, members }: Suspect): string {
  const row = contents.find(({ depth }) => depth === 0);
  return row ? contentLabel(graph, row) : className(graph, members[0]!);
}

function functionPlace(graph: Graph, functions: readonly number[]): SourceLocation | undefined {
  for (const fn of functions) {
    const found = sourceLocation(graph, fn);
    if (found && scriptOrigin(found.script) === 'program') return found;
  }
  return undefined;
}

/** `onReload() in routes/flags.js:5`. */
function codeWords(
  graph: Graph,
  { kind, functions, contents, members }: Suspect,
  telling: ContentRow | undefined,
): string | undefined {
  for (const fn of functions) {
    const found = sourceLocation(graph, fn);
    if (!found || scriptOrigin(found.script) !== 'program') continue;
    const name = graph.strings.get(graph.nodeNames[fn]!);
    return `${name === '' ? '(anonymous)' : `${name}()`} in ${found.script ?? `(script ${found.scriptId})`}:${found.line}`;
  }
  const isOwn = contents.some((row) => row.depth === 0 && row === telling);
  const isAlone = members.length < 2 && kind !== 'variable';
  if (telling?.location === undefined || isOwn || isAlone) return undefined;
  const { script, scriptId, line } = telling.location;
  return `with ${members.length < 2 ? `${formatCount(telling.counts[1]!)} × ` : ''}${contentLabel(graph, telling)} in ${script ?? `(script ${scriptId})`}:${line}`;
}

/** `630 of at most 5,000: within its limit.` */
function boundWords(graph: Graph, { kind, holder }: Suspect): string | undefined {
  const bound = kind === 'gathering' ? visibleBound(graph, holder) : undefined;
  return (
    bound &&
    `${formatCount(bound.size)} of at most ${formatCount(bound.limit)}: it has a limit, and is within it.`
  );
}

/** `One of them is also in tenants.get("t0").timer.` */
function alsoWords(graph: Graph, { kind, holder, functions }: Suspect): string[] {
  if (kind !== 'timers' && kind !== 'stores' && kind !== 'pending') return [];
  const shared = kind === 'timers' ? sharedObject(graph, functions) : undefined;
  const owner = shared === undefined ? undefined : holderChain(graph, shared);
  if (owner && rootOf(graph, owner.nodes[0]!)?.kind !== 'timer')
    return [`All of them are of ${containerWords(graph, owner).text} (${className(graph, shared!)}).`];
  const [chain] = alsoHeld(graph, holder);
  return chain === undefined ? [] : [`One of them is also in ${containerWords(graph, chain).text}.`];
}

/** The nearest function or constructor of the program's own code on a chain. */
function codeOf(graph: Graph, { nodes }: Chain): SourceLocation | undefined {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const found = sourceLocation(graph, nodes[i]!);
    if (found && scriptOrigin(found.script) === 'program') return found;
  }
  return undefined;
}

function innerWords(
  graph: Graph,
  { kind, members, functions, word }: Suspect | Suspect['inner'][number],
): string {
  const place = functionPlace(graph, functions);
  const name =
    functions[0] === undefined ? '' : graph.strings.get(graph.nodeNames[functions[0]]!) || '(anonymous)';
  const code = place ? ` of ${name}() in ${place.script ?? `(script ${place.scriptId})`}:${place.line}` : '';
  return `Among what they keep: ${formatCount(members.length)} ${word === '' ? kind : word}${code}.`;
}

function cellOf(location: SourceLocation | undefined): Cell {
  return location === undefined ? null : ({ ...location, script: location.script ?? null } as Cell);
}

function nextCommand(graph: Graph, kind: SuspectKind, container: number, member: number): string {
  const file = /^[\w./:@%+-]+$/.test(graph.file) ? graph.file : `'${graph.file.replaceAll("'", "'\\''")}'`;
  if (kind === 'gathering' || kind === 'listeners' || kind === 'list' || kind === 'variable')
    return `heapgraph dominators @${graph.ids[container]!} ${file}`;
  return `heapgraph find-backref-chain @${graph.ids[member]!} ${file}`;
}

/** Fewer dead objects may have finished a moment ago. */
export const LEAST_DEAD = 3;

/**
 * Whether dead objects are a leak. Where there are earlier snapshots, some of them have to be there
 * already. An emptied WeakRef keeps nothing, and who looks after it may be told of it later;
 * an element that is in no document may be put into one.
 */
function isSureDead({ type }: DeadEntry, before: readonly number[]): boolean {
  if (before.length === 0) return type !== 'WeakRef' && !type.startsWith('Detached ');
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
      `${formatCount(dead.count)} ${label} that only these keep are finished by their own state (fingerprint ${dead.fingerprint}).`,
      ...entry.evidence,
    ],
  };
}

/** The place of a leak or of a dead group: without its chain, which an entry has beside it. */
function placeOf(container: SuspectEntry['container']): SuspectEntry['container'] {
  const { id, type, text, heldBy, path, root, owner, package: name } = container;
  return { id, type, text, heldBy, path, root, owner, package: name };
}

/** Objects that are dead by their own state, as a suspect. */
export function deadSuspect(graph: Graph, dead: DeadEntry, before: readonly number[]): SuspectEntry {
  const { container, count, retainedSize, below } = dead;
  const place = container.text === '' ? container.heldBy : container.text;
  const verdict = isSureDead(dead, before) ? 'leak' : 'suspect';
  const what = dead.kind === dead.type ? dead.type : `${dead.type} (${dead.kind})`;
  return {
    verdict,
    kind: 'dead',
    headline: `${verdict}: ${formatCount(count)} ${what}, each of which ${dead.why}, are still held by ${place}, and keep ${formatBytes(retainedSize)}`,
    count,
    counts: [...before, count],
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
      `Its own state says that each ${dead.why}; it is not used again.`,
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

export interface GrowthFacts {
  readonly states: ObjectStates;
  /** How many snapshots there are. */
  readonly snapshots: number;
  /** Fewer bytes, and few members, are no leak yet. */
  readonly minSize: number;
  /** Findings of the last snapshot that are about the same things. */
  readonly same: readonly Suspect['inner'][number][];
}

/** Fewer new members that keep little may be what a program makes once. */
const MANY = 10;

/** What grew, as a suspect. */
export function growthSuspect(
  graph: Graph,
  leak: Leak,
  entry: LeakEntry,
  { states, snapshots, same, minSize }: GrowthFacts,
): SuspectEntry {
  const { steps } = deadChain(graph, leak.chain, states);
  const { container, member, principal, memberCounts, sizes, size } = entry;
  const added = memberCounts.length > 0 ? memberCounts.at(-1)! - memberCounts[0]! : MANY;
  const isMuch = added >= MANY || size >= minSize;
  const isSure = snapshots > 2 && leak.verdict === 'leak' && isMuch;
  const kind = same[0]?.kind ?? 'growth';
  const verdict = isSure ? 'leak' : 'suspect';
  const row = memberCounts.length > 0 ? memberCounts : sizes;
  const series =
    memberCounts.length > 0
      ? `${memberCounts.map(formatCount).join(' → ')} × ${member.label}`
      : `${sizes.map(formatBytes).join(' → ')} of ${member.label}`;
  const place = container.text === '' ? container.heldBy : container.text;
  const by =
    principal.location === null || principal.label === member.label ? '' : `, with ${principal.label},`;
  return {
    verdict,
    kind,
    headline: `${verdict}: ${series} in ${place}${by} keep ${formatBytes(size)} more`,
    count: row.at(-1)!,
    counts: row,
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
    package: principal.package ?? container.package,
    evidence: [
      isSure
        ? `It grew at each of ${snapshots - 1} steps, and what each step added is still there; a cache that is not full does the same.`
        : `It grew ${snapshots > 2 && leak.verdict === 'leak' ? 'at every step, by few and little' : snapshots === 2 ? 'from one snapshot to the other: three snapshots tell growth from a start' : 'at every step, but not evenly'}.`,
      ...same.slice(0, 2).map((one) => innerWords(graph, one)),
    ],
    remedy: REMEDIES[kind] ?? REMEDIES.growth ?? null,
    next: nextCommand(graph, 'gathering', graph.ids.indexOf(container.id), leak.container),
    examples: [member.example],
  };
}

/** A suspect as answers have it, in words. */

import type { Cell } from '../../base/result.js';
import type { SuspectContent, SuspectEntry } from '../../base/suspect-report.js';
import { formatCount } from '../../base/units.js';
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
import { chainEnding } from '../holders/endings.js';
import { holderChain } from '../holders/holder-chains.js';
import { holderPaths } from '../holders/holder-paths.js';
import type { ContentRow } from '../leaks/group-contents.js';
import { contentLabel } from '../leaks/leak-entry.js';
import { visibleBound } from '../leaks/visible-bound.js';
import { alsoHeld } from './also-held.js';
import { isTelling } from './contents.js';
import { functionPlace, innerWords, MOST_CONTENTS, nextCommand, shareOf } from './entry-parts.js';
import type { SuspectKind } from './finding.js';
import type { Suspect } from './ranking.js';
import { sharedObject } from './shared-object.js';
import { evidenceOf, headline, REMEDIES, type SuspectFacts } from './suspect-words.js';

/** What is known beside the graph. */
export interface SuspectEntryOptions {
  readonly states: ObjectStates;
  readonly packageName: (script: string | undefined) => string | undefined;
  /** By earlier snapshot: how many of the members are there. */
  readonly stayed: readonly number[];
}

const MOST_EXAMPLES = 10;

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
  { states, packageName, stayed }: SuspectEntryOptions,
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
    stayed,
  };
  const script = location?.script ?? chainEnding(graph, chain).file ?? rootOf(graph, chain.nodes[0]!)?.file;
  return {
    verdict,
    kind,
    headline: headline(facts),
    count: members.length,
    counts: [members.length],
    stayed,
    retainedSize: size,
    share: shareOf(graph, size),
    fingerprint: chainFingerprint(graph, chain, suspect.functions[0] ?? telling?.example ?? members[0]),
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
    remedy: remedyOf(suspect),
    next: nextCommand(graph, kind, container, members[0]!),
    examples: members.slice(0, MOST_EXAMPLES).map((node) => graph.ids[node]!),
  };
}

function memberLabel(graph: Graph, { contents, members }: Suspect): string {
  const row = contents.find(({ depth }) => depth === 0);
  if (row === undefined) return className(graph, members[0]!);
  // The row counts what is inside of the members as well.
  return contentLabel(graph, row.type === 'Object' ? { ...row, example: members[0]! } : row);
}

/** Of what merely gathers what is inside says more. */
const OF_ANY_KIND: ReadonlySet<SuspectKind> = new Set(['gathering', 'variable', 'large', 'list', 'external']);

function remedyOf({ kind, inner }: Suspect): string | null {
  const told = OF_ANY_KIND.has(kind) ? (inner[0]?.kind ?? kind) : kind;
  return REMEDIES[told] ?? REMEDIES[kind] ?? null;
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

function cellOf(location: SourceLocation | undefined): Cell {
  return location === undefined ? null : ({ ...location, script: location.script ?? null } as Cell);
}

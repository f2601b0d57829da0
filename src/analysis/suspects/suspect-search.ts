/** The whole search for suspects: what is dead, what grew, where much gathers, in one list. */
import type { SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { packageOf, packageText } from '../../v8/packages.js';
import { deadEntry } from '../dead/dead-entry.js';
import { deadObjects } from '../dead/dead-objects.js';
import { EXPECTED_HOLDERS } from '../dead/node-rules.js';
import type { ObjectStates } from '../dead/object-states.js';
import type { Leak } from '../leaks/leak.js';
import { leakEntry } from '../leaks/leak-entry.js';
import { notableLeaks } from '../leaks/leak-search.js';
import type { Leaks } from '../leaks/leaks.js';
import { retainedSet } from '../sizes/retained-set.js';
import { deadSuspect, LEAST_DEAD, withDead } from './dead-suspect.js';
import type { Finding, SuspectVerdict } from './finding.js';
import { growthSuspect } from './growth-suspect.js';
import { keptBy } from './kept-by.js';
import { COVERED, inSorted, rankedSuspects, share } from './ranking.js';
import { suspectEntry } from './suspect-entry.js';
import { findingsOf } from './suspects.js';

/** Where nothing else is said, places that keep fewer bytes are left out. */
export const LEAST_BYTES = 20_000;

/** Growth is looked at from this part of the bytes on. */
export const GROWTH_SHARE = 1 / 5;

/** Dead groups of which it is known exactly what they keep, so that nothing is told twice. */
const MEASURED_DEAD = 3;
/** Growing places of which all is measured, the largest. */
const MEASURED_GROWN = 5;

/** What is known beside the graph. */
export interface SuspectSearchOptions {
  readonly states: ObjectStates;
  /** Earlier snapshots of the process; only their ids are looked at. */
  readonly earlier: readonly Graph[];
  /** What grew since, found with `GROWTH_SHARE` of the bytes; undefined for a single snapshot. */
  readonly grown: Leaks | undefined;
  readonly minSize: number;
  /**
   * The package that a script is in; undefined where it is in none. Default: what the path says.
   */
  readonly packageName?: (script: string | undefined) => string | undefined;
  /** Objects that are left out: the host's own, where a process looks at itself. */
  readonly isForeign?: (node: number) => boolean;
}

export interface SuspectSearch {
  readonly entries: readonly SuspectEntry[];
  /** Places that were looked at. */
  readonly findings: number;
  /** Places that were as full in the first of three snapshots. */
  readonly settled: number;
  /** The fingerprints of all entries, and of dead groups that are told with another entry. */
  readonly fingerprints: ReadonlySet<string>;
}

type Named = SuspectSearchOptions & Required<Pick<SuspectSearchOptions, 'packageName'>>;

/** An entry, and what it keeps. */
interface Place {
  entry: SuspectEntry;
  readonly keeps: (node: number) => boolean;
  /** What need not be told besides. Default: what it keeps. */
  readonly explains?: (node: number) => boolean;
}

/**
 * All entries of the last snapshot.
 *
 * - In: a graph with edges and locations.
 * - Order: leaks first, the most bytes first; then the others in their own order, dead ones last.
 * - Cost: that of `findingsOf` and `deadObjects`, and the edges of what the entries retain.
 */
export function suspectSearch(graph: Graph, options: SuspectSearchOptions): SuspectSearch {
  const { states, earlier, grown, minSize, packageName = nameByPath } = options;
  const dead = deadPlaces(graph, { ...options, packageName });
  const findings = findingsOf(graph, states).filter(
    ({ members }) => !options.isForeign || !members.every(options.isForeign),
  );
  const places = grown ? grownPlaces(graph, grown, findings, { ...options, packageName }) : [];
  const explained = [...dead, ...places].map(({ keeps, explains = keeps }) => explains);

  // Many in one place.
  const { suspects } = rankedSuspects(graph, findings, { minSize, explained });
  let settled = 0;
  for (const suspect of suspects) {
    const stayed = countsBefore(graph, earlier, suspect.members);
    if (isSettled(stayed, suspect)) {
      settled++;
      continue;
    }
    const facts = { states, packageName, stayed };
    places.push({ entry: suspectEntry(graph, suspect, facts), keeps: suspect.keeps });
  }

  // Dead objects that a place alone keeps are a part of it.
  const fingerprints = new Set(dead.map(({ entry }) => entry.fingerprint));
  const entries: SuspectEntry[] = [];
  for (const { members, entry } of dead) {
    const place = places.find(({ keeps }) => share(members, keeps) >= COVERED);
    if (place) place.entry = withDead(place.entry, entry);
    else entries.push(entry);
  }
  for (const { entry } of places) {
    entries.push(entry);
    fingerprints.add(entry.fingerprint);
  }
  return { entries: inOrder(alikeOnce(entries)), findings: findings.length, settled, fingerprints };
}

/** Of places with one fingerprint that are no leaks the first, which says how many there are. */
function alikeOnce(entries: readonly SuspectEntry[]): SuspectEntry[] {
  const groups = new Map<unknown, SuspectEntry[]>();
  for (const entry of entries) {
    const { verdict, kind, fingerprint } = entry;
    const key = verdict === 'leak' ? entry : `${verdict} ${kind} ${fingerprint}`;
    const known = groups.get(key);
    if (known) known.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].map(([first, ...others]) => {
    if (others.length === 0) return first!;
    const bytes = others.reduce((sum, { retainedSize }) => sum + retainedSize, 0);
    const places = others.length === 1 ? 'One more place' : `${formatCount(others.length)} more places`;
    const words = `${places} with this fingerprint ${others.length === 1 ? 'keeps' : 'keep'} ${formatBytes(bytes)}.`;
    return { ...first!, evidence: [...first!.evidence, words] };
  });
}

function nameByPath(script: string | undefined): string | undefined {
  const found = packageOf(script);
  return found && packageText(found);
}

/** Groups that are dead by their own state. */
function deadPlaces(
  graph: Graph,
  { states, earlier, minSize, packageName, isForeign = () => false }: Named,
): (Place & { readonly members: readonly number[] })[] {
  const found = deadObjects(graph, states, EXPECTED_HOLDERS);
  return found.groups
    .filter(
      ({ owner, members, retainedSize, selfHeld }) =>
        members.some((node) => states.stuck?.has(node)) ||
        (owner !== 'stack' &&
          members.length >= LEAST_DEAD &&
          !members.every(isForeign) &&
          (owner !== 'runtime' || selfHeld || retainedSize >= minSize)),
    )
    .map((group, i) => {
      const counts = countsBefore(graph, earlier, group.members);
      const entry = deadEntry(graph, group, found, states, { packageName });
      const members = new Set(group.members);
      const keeps =
        i < MEASURED_DEAD
          ? inSorted(retainedSet(graph, group.members).nodes)
          : (node: number) => members.has(node);
      return {
        members: group.members,
        keeps,
        entry: deadSuspect(graph, entry, { before: counts, selfHeld: group.selfHeld }),
      };
    });
}

/** What may be a leak; see `Leak.verdict`. */
const GROWING: ReadonlySet<string> = new Set(['leak', 'limited', 'uneven']);

/** What grew from snapshot to snapshot. */
function grownPlaces(
  graph: Graph,
  grown: Leaks,
  findings: readonly Finding[],
  { states, earlier, minSize, packageName, isForeign = () => false }: Named,
): Place[] {
  const snapshots = earlier.length + 1;
  const wanted = notableLeaks(grown, snapshots).leaks.filter(
    ({ verdict, container }) => (snapshots === 2 || GROWING.has(verdict)) && !isForeign(container),
  );
  const { groupOf } = grown.frontier;
  return wanted.map((leak: Leak, i): Place => {
    const claimed = new Set(leak.groups);
    const isNew = (node: number): boolean => claimed.has(groupOf[node]!) || leak.container === node;
    // What was in the container before is told with what came, though it may be more.
    const whole = findings.find(({ holder, members }) => holder === leak.container && members.some(isNew));
    const isInWhole = whole && i < MEASURED_GROWN ? inSorted(keptBy(graph, whole).nodes) : () => false;
    const explains = (node: number): boolean => isNew(node) || isInWhole(node);
    const isAbout = ({ holder, members }: Finding): boolean =>
      holder === leak.container || members.includes(leak.member.example);
    const same = findings.filter(
      (one) => one.verdict === 'suspect' && one.members.filter(isNew).length * 2 > one.members.length,
    );
    // What is about the members themselves says what kind of a leak it is; others are behind them.
    same.sort((a, b) => Number(isAbout(b)) - Number(isAbout(a)));
    const entry = leakEntry(graph, leak, { packageName });
    return {
      entry: growthSuspect(graph, leak, entry, {
        states,
        snapshots,
        same,
        isKind: same.some(isAbout),
        minSize,
      }),
      keeps: isNew,
      explains,
    };
  });
}

const RANK: Readonly<Record<string, number>> = { leak: 0, suspect: 1, large: 2 };

/** Whether an entry has this verdict or a surer one. */
export function isAtLeast({ verdict }: SuspectEntry, level: SuspectVerdict): boolean {
  return RANK[verdict]! <= RANK[level]!;
}

function inOrder(entries: readonly SuspectEntry[]): SuspectEntry[] {
  const leaks = entries.filter(({ verdict }) => verdict === 'leak');
  leaks.sort((a, b) => b.retainedSize - a.retainedSize);
  const others = entries.filter(({ verdict }) => verdict !== 'leak');
  const isDead = ({ kind }: SuspectEntry): boolean => kind === 'dead';
  return [...leaks, ...others.filter((one) => !isDead(one)), ...others.filter(isDead)];
}

/** By earlier snapshot: how many of these are there already. */
function countsBefore(graph: Graph, earlier: readonly Graph[], members: readonly number[]): number[] {
  return earlier.map((one) => {
    const index = idIndex(one);
    let count = 0;
    for (const node of members) if (index.nodeOf(graph.ids[node]!) >= 0) count++;
    return count;
  });
}

/** Whether nothing was added since the first of three snapshots and more. */
function isSettled(counts: readonly number[], { members }: Finding): boolean {
  return counts.length > 1 && counts[0]! >= members.length * 0.9;
}

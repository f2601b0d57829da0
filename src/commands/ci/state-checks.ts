/** Whether budgets on suspects and dead objects are kept, and what breaks them. */
import { deadBehind } from '../../analysis/dead/dead-behind.js';
import { type DeadEntryOptions, deadEntry } from '../../analysis/dead/dead-entry.js';
import { type DeadGroup, type DeadObjects, deadObjects } from '../../analysis/dead/dead-objects.js';
import { contradictions, withHandVerdicts } from '../../analysis/dead/hand-verdicts.js';
import { EXPECTED_HOLDERS } from '../../analysis/dead/node-rules.js';
import { isNotable, LEAST_IN_GROUP } from '../../analysis/dead/notable-groups.js';
import type { ObjectStates } from '../../analysis/dead/object-states.js';
import type { SuspectVerdict } from '../../analysis/suspects/finding.js';
import { isAtLeast, LEAST_BYTES } from '../../analysis/suspects/suspect-search.js';
import type { Check, CheckFinding } from '../../base/checks.js';
import type { NoteLike } from '../../base/notes.js';
import { byDescending, byType, inOrder } from '../../base/order.js';
import type { DeadEntry } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import type { OpenedSnapshot, Session } from '../../session/need.js';
import { classIndex } from '../../v8/class-names.js';
import type { Machine } from '../command.js';
import { handVerdicts } from '../shared/hand-verdicts.js';
import {
  absentPrintNotes,
  isNews,
  type KnownLeak,
  type KnownLeaks,
  knownLeaks,
  suspectFact,
} from '../shared/known-leaks.js';
import { packageNames } from '../shared/package-names.js';
import { type JudgeOptions, stateRuleNotes, statesOf } from '../shared/state-rules.js';
import { searchSuspects } from '../shared/suspect-search.js';
import { absentTypeNotes } from '../shared/target-notes.js';
import { type DeadLimit, levelOf, type StateBudgets } from './state-budgets.js';

export interface StateCheckOptions extends StateBudgets, JudgeOptions {
  readonly known: readonly KnownLeak[];
  readonly fingerprint: readonly string[];
}

export interface StateChecks {
  readonly checks: readonly Check[];
  readonly notes: readonly NoteLike[];
}

/** A check reads verdicts by hand, and gives none. */
const NOTHING_SAID = { expect: [], stuck: [], why: undefined, forget: [] } as const;

/** What all these budgets have in common: no class, no noise. */
const PLAIN = {
  pattern: null,
  unit: 'count',
  limit: 0,
  type: null,
  before: null,
  failing: [],
  container: null,
  where: null,
  noisy: 0,
  fingerprint: null,
} as const;

/**
 * The budgets of the options, one check each.
 *
 * - In: the snapshot, with edges and locations, last; before it an earlier one of the process, if
 *   there is one.
 */
export async function stateChecks(
  heaps: readonly OpenedSnapshot[],
  options: StateCheckOptions,
  machine: Machine,
  session: Session,
): Promise<StateChecks> {
  const { graph } = heaps.at(-1)!;
  const known = knownLeaks(options.known);
  const packages = packageNames(graph, machine);
  const checks: Check[] = [];
  const notes: NoteLike[] = [];
  // Those that dead and suspects keep beside the snapshot.
  const hand = handVerdicts(heaps.at(-1)!, NOTHING_SAID, machine);
  notes.push(...hand.notes);
  const prints = new Set<string>();
  const level = levelOf(options);
  if (level !== undefined) {
    const found = await searchSuspects(
      heaps,
      { ...options, minSize: LEAST_BYTES, packages, hand: hand.verdicts },
      machine,
      session,
    );
    for (const print of found.fingerprints) prints.add(print);
    notes.push(...found.notes);
    const findings = found.entries
      .filter((entry) => isAtLeast(entry, level) && isMeant(entry, options))
      .map((entry) => ({ entry, fact: suspectFact(known, entry) }));
    checks.push(
      checkOf(options.failIf === 'nothing' ? 'no-suspects' : `fail-if ${level}`, {
        kind: 'no-suspects',
        findings: findings.map(
          ({ entry, fact }): CheckFinding => ({
            verdict: entry.verdict as SuspectVerdict,
            text: entry.headline,
            count: 1,
            fingerprint: entry.fingerprint,
            known: fact,
          }),
        ),
        chain: findings.find(({ fact }) => isNews(fact))?.entry.chain ?? null,
      }),
    );
  }
  if (options.forbidDead || options.maxDead.length > 0) {
    const own = await statesOf(graph, options, machine);
    const states = withHandVerdicts(own, hand.verdicts);
    const found = deadObjects(graph, states, EXPECTED_HOLDERS);
    // The search for suspects has told those already.
    if (level === undefined) notes.push(...contradictions(graph, own, hand.verdicts, { states, found }));
    const all = deadGroups(graph, { found, states, known, packageName: packages.nameOf });
    for (const { entry } of all) prints.add(entry.fingerprint);
    const groups = all.filter(({ entry }) => isMeant(entry, options));
    if (options.forbidDead) {
      const notable = groups.filter(
        ({ group }) =>
          isNotable(group, { minCount: LEAST_IN_GROUP }) ||
          group.members.some((node) => states.stuck?.has(node)),
      );
      checks.push(deadCheck('forbid-dead', 'forbid-dead', notable));
    }
    for (const limit of options.maxDead) checks.push(limitCheck(graph, limit, { found, states, groups }));
  }
  return {
    checks,
    notes: [
      ...notes,
      ...packages.notes(),
      ...known.notes(prints, 'check'),
      ...absentPrintNotes(options.fingerprint, prints),
      ...(await stateRuleNotes(graph, options)),
      ...(await absentTypeNotes(
        [graph],
        options.maxDead.flatMap(({ classNames }) => classNames),
      )),
    ],
  };
}

function isMeant(
  { fingerprint }: { readonly fingerprint: string },
  { fingerprint: wanted }: StateCheckOptions,
): boolean {
  return wanted.length === 0 || wanted.includes(fingerprint);
}

function checkOf(
  budget: string,
  { kind, findings, chain }: Pick<Check, 'kind' | 'findings' | 'chain'>,
): Check {
  const news = findings.filter(({ known }) => isNews(known));
  const value = news.reduce((sum, { count }) => sum + count, 0);
  return { ...PLAIN, budget, kind, ok: value === 0, value, findings, chain };
}

interface Group {
  readonly group: DeadGroup;
  readonly entry: DeadEntry;
}

interface Dead extends Required<Pick<DeadEntryOptions, 'packageName'>> {
  readonly found: DeadObjects;
  readonly states: ObjectStates;
  readonly known: KnownLeaks;
}

function deadGroups(graph: Graph, { found, states, known, packageName }: Dead): Group[] {
  return found.groups
    .filter(({ owner }) => owner !== 'stack')
    .map((group) => {
      const entry = deadEntry(graph, group, found, states, { packageName });
      return { group, entry: { ...entry, known: known.factOf(entry.fingerprint) } };
    });
}

function findingOf({ entry }: Group): CheckFinding {
  return {
    verdict: 'dead',
    text: entry.sentence,
    count: entry.count,
    fingerprint: entry.fingerprint,
    known: entry.known,
  };
}

function deadCheck(budget: string, kind: string, groups: readonly Group[]): Check {
  const first = groups.find(({ entry }) => isNews(entry.known));
  return {
    ...checkOf(budget, { kind, findings: groups.map(findingOf), chain: first?.entry.chain ?? null }),
    type: groups.length === 1 ? groups[0]!.entry.type : null,
  };
}

/** Groups that are searched for what a query accepts, to name them. */
const MOST_SEARCHED = 20;

/**
 * Dead objects of a class: those of all groups, and those that only dead ones lead to. What only a
 * known group leads to does not count.
 */
function limitCheck(
  graph: Graph,
  { text, pattern, limit, matches, select }: DeadLimit,
  { found, states, groups }: { found: DeadObjects; states: ObjectStates; groups: readonly Group[] },
): Check {
  const { labels, of } = classIndex(graph);
  const mask = select?.(graph);
  const fits = mask ? undefined : labels.map(matches);
  const isAsked = (node: number): boolean => (mask ? mask[node] === 1 : fits![of[node]!]!);
  const counts = new Map<string, number>();
  const fresh = groups.filter(({ entry }) => isNews(entry.known)).map(({ group }) => group);
  for (const node of deadBehind(graph, fresh, found, states)) {
    if (!isAsked(node)) continue;
    const key = mask ? '' : labels[of[node]!]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = Array.from(counts, ([type, value]) => ({ type, value, limit, where: null })).sort(
    inOrder<{ type: string; value: number }>(
      byDescending(({ value }) => value),
      byType,
    ),
  );
  const failing = mask ? [] : rows.filter(({ value }) => value > limit);
  const value = rows[0]?.value ?? 0;
  const asked = groups.filter(
    ({ group }, i) =>
      group.members.some(isAsked) ||
      (mask
        ? i < MOST_SEARCHED && deadBehind(graph, [group], found, states).some(isAsked)
        : group.below.some(({ type }) => matches(type))),
  );
  const check = deadCheck(text, 'max-dead', asked);
  return {
    ...check,
    pattern,
    ok: value <= limit,
    value,
    limit,
    type: mask ? null : (rows[0]?.type ?? null),
    failing,
    chain: value <= limit ? null : check.chain,
  };
}

/** Where a leak may be: one ranked page for someone who has a heap and no idea. */

import { deadEntry } from '../../analysis/dead/dead-entry.js';
import { deadObjects } from '../../analysis/dead/dead-objects.js';
import { EXPECTED_HOLDERS } from '../../analysis/dead/node-rules.js';
import type { Leak } from '../../analysis/leaks/leak.js';
import { leakEntry } from '../../analysis/leaks/leak-entry.js';
import { notableLeaks } from '../../analysis/leaks/leak-search.js';
import type { Leaks } from '../../analysis/leaks/leaks.js';
import { retainedSet } from '../../analysis/sizes/retained-set.js';
import { type Finding, SUSPECT_KINDS } from '../../analysis/suspects/finding.js';
import { COVERED, inSorted, rankedSuspects, share } from '../../analysis/suspects/ranking.js';
import {
  deadSuspect,
  growthSuspect,
  LEAST_DEAD,
  suspectEntry,
  withDead,
} from '../../analysis/suspects/suspect-entry.js';
import { findingsOf } from '../../analysis/suspects/suspects.js';
import type { NoteLike } from '../../base/notes.js';
import type { Answer } from '../../base/result.js';
import type { SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import type { Query } from '../../query/query.js';
import type { Need } from '../../session/need.js';

import { defineCommand } from '../command.js';
import { orderOption, requireOneProcess } from '../shared/compare.js';
import { packageNames } from '../shared/package-names.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { stateOptions, statesOf } from '../shared/state-rules.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { searchLeaks } from './leak-search.js';

const NODES: Need = { kind: 'graph', edges: false, locations: false };

/** Dead groups of which it is known exactly what they keep, so that nothing is told twice. */
const MEASURED_DEAD = 3;

export const suspectsCommand = defineCommand({
  name: 'suspects',
  summary: 'where a leak may be: one ranked page, from one snapshot or several',
  description:
    'Its first word is the verdict. leak: finished by its own state and still held, or growing at every step of three snapshots. suspect: many listeners, timers, waiting calls, handles. large: a place where much gathers, be it a leak or a full table. More: docs/suspects.md.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  answers: 'suspects',
  options: {
    kind: {
      kind: 'choices',
      choices: SUSPECT_KINDS,
      help: 'only entries of these kinds; several are separated by commas',
    },
    minSize: {
      kind: 'bytes',
      default: 20_000,
      help: 'leave out what keeps less: bytes, or 64kB, 10MB; a fifth is enough for a suspect, anything for dead objects',
    },
    limit: { kind: 'integer', default: 10, help: 'entries to show' },
    all: allRows,
    failIf: {
      kind: 'choice',
      choices: ['nothing', 'leak', 'suspect', 'large'],
      default: 'nothing',
      help: 'exit with 1 when there is an entry with this verdict or a surer one',
    },
    failIfAny: { kind: 'flag', help: 'the same as --fail-if leak' },
    format: {
      kind: 'choice',
      choices: ['text', 'github', 'json', 'markdown'],
      default: 'text',
      help: 'github: annotations',
    },
    ...stateOptions,
    ...orderOption,
    byId: { kind: 'flag', help: 'go on even if the snapshots seem to be of several processes' },
  },
  examples: [
    { line: 'heapgraph suspects app.heapsnapshot', says: 'where to look first' },
    {
      line: 'heapgraph suspects 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --fail-if-any',
      says: 'with growth as evidence, in CI',
    },
    { line: 'heapgraph suspects --kind timers,listeners --min-size 1MB', says: 'of some kinds' },
  ],
  // What texts mean is read afterwards.
  configure: (options, { dead = [], expected = [] }) => ({
    ...options,
    rule: [...options.rule, ...dead],
    expect: [...options.expect, ...(expected as readonly unknown[] as readonly Query[])],
  }),
  needs: () => [NODES, NODES, WHOLE_GRAPH],
  order: (options) => options.order,
  async run({ options, snapshots: heaps, machine, session }): Promise<Answer> {
    const notes: NoteLike[] = [...requireOneProcess(heaps, options.byId, 'suspects')];
    let growth: { readonly leaks: readonly Leak[]; readonly found: Leaks } | undefined;
    if (heaps.length > 1) {
      const { found, notes: more } = await searchLeaks(heaps, options.minSize / 5, session);
      const wanted = notableLeaks(found, heaps.length).leaks.filter(
        ({ verdict }) => heaps.length === 2 || verdict === 'leak' || verdict === 'uneven',
      );
      growth = { leaks: wanted, found };
      notes.push(...more);
    }
    const { graph } = heaps.at(-1)!;
    const earlier = heaps.slice(0, -1).map((heap) => heap.graph);
    const packages = packageNames(graph, machine);
    const states = await statesOf(graph, options, machine);
    const explained: ((node: number) => boolean)[] = [];

    // Dead by its own state.
    const found = deadObjects(graph, states, EXPECTED_HOLDERS);
    const dead = found.groups
      .filter(
        ({ owner, members, retainedSize }) =>
          owner !== 'stack' &&
          members.length >= LEAST_DEAD &&
          (owner !== 'runtime' || retainedSize >= options.minSize),
      )
      .map((group, i) => {
        const counts = countsBefore(graph, earlier, group.members);
        const entry = deadEntry(graph, group, found, states, { packageName: packages.nameOf });
        const members = new Set(group.members);
        const keeps =
          i < MEASURED_DEAD
            ? inSorted(retainedSet(graph, group.members).nodes)
            : (node: number) => members.has(node);
        return { members: group.members, keeps, entry: deadSuspect(graph, entry, counts) };
      });
    for (const { keeps } of dead) explained.push(keeps);
    const places: { entry: SuspectEntry; readonly keeps: (node: number) => boolean }[] = [];

    // Growing.
    const findings = findingsOf(graph, states);
    if (growth) {
      const { groupOf } = growth.found.frontier;
      for (const leak of growth.leaks) {
        const claimed = new Set(leak.groups);
        const keeps = (node: number): boolean => claimed.has(groupOf[node]!) || leak.container === node;
        const same = findings.filter(
          (one) => one.verdict === 'suspect' && one.members.filter(keeps).length * 2 > one.members.length,
        );
        explained.push(keeps);
        const entry = leakEntry(graph, leak, { packageName: packages.nameOf });
        const facts = { states, snapshots: heaps.length, same, minSize: options.minSize };
        places.push({ entry: growthSuspect(graph, leak, entry, facts), keeps });
      }
    }

    // Many in one place.
    const { suspects } = rankedSuspects(graph, findings, { minSize: options.minSize, explained });
    let settled = 0;
    for (const suspect of suspects) {
      const counts = countsBefore(graph, earlier, suspect.members);
      if (isSettled(counts, suspect)) {
        settled++;
        continue;
      }
      const facts = {
        states,
        packageName: packages.nameOf,
        counts: [...counts, suspect.members.length],
      };
      places.push({ entry: suspectEntry(graph, suspect, facts), keeps: suspect.keeps });
    }

    // Dead objects that a place alone keeps are a part of it.
    const entries: SuspectEntry[] = [];
    for (const { members, entry } of dead) {
      const place = places.find(({ keeps }) => share(members, keeps) >= COVERED);
      if (place) place.entry = withDead(place.entry, entry);
      else entries.push(entry);
    }
    entries.push(...places.map(({ entry }) => entry));

    const wanted = inOrder(entries).filter(
      ({ kind }) => options.kind === undefined || (options.kind as readonly string[]).includes(kind),
    );
    const limit = limitOf(options);
    const shown = wanted.slice(0, limit);
    const omitted = wanted.length - shown.length;
    const failing = options.failIf === 'nothing' && options.failIfAny ? 'leak' : options.failIf;
    return {
      result: {
        kind: 'suspects',
        entries: shown,
        total: wanted.length,
        omitted,
        summary: summaryOf(wanted, {
          findings: findings.length,
          asked: states.asked,
          settled,
          heaps: heaps.length,
          minSize: options.minSize,
        }),
      },
      fields: { minSize: options.minSize, settled },
      notes: [...notes, ...packages.notes(), ...omittedNote(omitted, 'entry', 'entries')],
      found: !wanted.some(({ verdict }) => RANK[verdict]! <= RANK[failing]!),
    };
  },
});

const RANK: Readonly<Record<string, number>> = { nothing: -1, leak: 0, suspect: 1, large: 2 };

/** Leaks first, the most bytes first; then the others in their own order, dead ones at the end. */
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

interface Looked {
  readonly findings: number;
  readonly asked: number;
  readonly settled: number;
  readonly heaps: number;
  readonly minSize: number;
}

function summaryOf(
  entries: readonly SuspectEntry[],
  { findings, asked, settled, heaps, minSize }: Looked,
): string[] {
  const stay =
    settled === 0
      ? ''
      : ` ${formatCount(settled)} ${settled === 1 ? 'place that was' : 'places that were'} as full in the first snapshot ${settled === 1 ? 'is' : 'are'} left out.`;
  if (entries.length > 0) {
    const leaks = entries.filter(({ verdict }) => verdict === 'leak').length;
    const one =
      heaps === 1 && leaks === 0
        ? 'One snapshot cannot tell a full table from a leak: two more, taken later, can.'
        : '';
    const all = `${one}${stay}`.trim();
    return all === '' ? [] : [all];
  }
  return [
    `Nothing suspicious: ${formatCount(asked)} objects that say of themselves whether they are finished, ${formatCount(findings)} places with many of a kind (listeners, timers, waiting calls, stores, handles, slices, collections, lists) that keep ${formatBytes(minSize)} or more${heaps > 1 ? ', and what grew' : ''} were looked at.${stay}`,
  ];
}

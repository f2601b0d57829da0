/** Where a leak may be: one ranked page for someone who has a heap and no idea. */

import { stepToJudge } from '../../analysis/dead/hand-verdicts.js';
import { SUSPECT_KINDS, type SuspectKind } from '../../analysis/suspects/finding.js';
import { isAtLeast, LEAST_BYTES } from '../../analysis/suspects/suspect-search.js';
import { UsageError } from '../../base/errors.js';
import type { PackageLeakFact } from '../../base/leak-report.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import type { Answer } from '../../base/result.js';
import type { SuspectEntry } from '../../base/suspect-report.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { Query } from '../../query/query.js';
import type { Need } from '../../session/need.js';

import { defineCommand } from '../command.js';
import { checkOrder, orderOption, requireOneProcess } from '../shared/compare.js';
import { handOptions, handVerdicts, withoutIds } from '../shared/hand-verdicts.js';
import { absentPrintNotes, isNews, knownLeaks, knownOptions, suspectFact } from '../shared/known-leaks.js';
import { questionNote } from '../shared/next-question.js';
import { ownFirst, packageLeakName, packageLeaks } from '../shared/package-leaks.js';
import { packageNames } from '../shared/package-names.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { stateOptions, stateRuleNotes } from '../shared/state-rules.js';
import { searchSuspects } from '../shared/suspect-search.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { verdictPicture } from '../shared/verdict-picture.js';
import { requireWhole } from '../shared/whole-snapshots.js';

/** The kind that one snapshot has not. */
const GROWTH = 'growth' satisfies SuspectKind;

const NODES: Need = { kind: 'graph', edges: false, locations: false };

export const suspectsCommand = defineCommand({
  name: 'suspects',
  summary: 'where a leak may be: one ranked page, from one snapshot or several',
  description:
    'Its first word is the verdict. leak: finished by its own state and still held, or growing at every step of three snapshots. suspect: many listeners, timers, waiting calls, handles. large: a place where much gathers, be it a leak or a full table. More: docs/suspects.md.',
  snapshot: { names: ['snapshot'], least: 1, most: Number.POSITIVE_INFINITY },
  answers: 'suspects',
  draws: true,
  options: {
    kind: {
      kind: 'choices',
      choices: SUSPECT_KINDS,
      help: 'only entries of these kinds; several are separated by commas',
    },
    minSize: {
      kind: 'bytes',
      default: LEAST_BYTES,
      help: 'leave out what keeps less: bytes, or 64kB, 10MB; a fifth is enough for a suspect, anything for dead objects',
    },
    limit: { kind: 'integer', default: 10, help: 'entries to show' },
    all: allRows,
    failIf: {
      kind: 'choice',
      choices: ['nothing', 'leak', 'suspect', 'large'],
      default: 'nothing',
      help: 'exit with 1 when there is an entry with this verdict or a surer one that is not known',
    },
    failIfAny: { kind: 'flag', help: 'the same as --fail-if leak' },
    format: {
      kind: 'choice',
      choices: ['text', 'github', 'json', 'markdown'],
      default: 'text',
      help: 'github: annotations',
    },
    ...stateOptions,
    expect: {
      ...stateOptions.expect,
      help: 'objects that are in use whatever their state says; of one @id it is remembered beside the snapshot',
    },
    ...handOptions,
    ...knownOptions,
    ...orderOption,
    byId: { kind: 'flag', help: 'go on even if the snapshots seem to be of several processes' },
  },
  examples: [
    { line: 'heapgraph suspects app.heapsnapshot', says: 'where to look first' },
    {
      line: 'heapgraph suspects 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --fail-if-any',
      says: 'with growth as evidence, in CI',
    },
    { line: 'heapgraph suspects app.heapsnapshot -o suspects.svg', says: 'their chains as a picture' },
    { line: 'heapgraph suspects --kind timers,listeners --min-size 1MB', says: 'of some kinds' },
  ],
  // What texts mean is read afterwards.
  configure: (options, { dead = [], expected = [], known = [] }) => ({
    ...options,
    known: [...known, ...options.known],
    rule: [...options.rule, ...dead],
    expect: [...options.expect, ...(expected as readonly unknown[] as readonly Query[])],
  }),
  needs: () => [NODES, NODES, { ...WHOLE_GRAPH, work: 'all' }],
  order: (options) => options.order,
  async run({ options, snapshots: heaps, machine, session, config }): Promise<Answer> {
    const notes: NoteLike[] = [...requireOneProcess(heaps, options.byId, 'suspects')];
    if (options.failIf !== 'nothing' || options.failIfAny) {
      const asking = options.failIf === 'nothing' ? '--fail-if-any' : '--fail-if';
      requireWhole(
        heaps.map(({ graph }) => graph),
        asking,
      );
      checkOrder(heaps, notes, asking);
    }
    const kinds: readonly string[] = options.kind ?? [];
    if (heaps.length === 1 && kinds.includes(GROWTH)) {
      if (kinds.length === 1)
        throw new UsageError(
          parts`${option('kind')} growth is about what grows from snapshot to snapshot, and there is one`,
          'Name two or more of one process, the earliest first.',
        );
      notes.push(note('answer')`${option('kind')} growth finds nothing in one snapshot`);
    }
    const { graph } = heaps.at(-1)!;
    const packages = packageNames(graph, machine);
    const hand = handVerdicts(heaps.at(-1)!, options, machine);
    const asked = { ...options, expect: withoutIds(options.expect), packages, hand: hand.verdicts };
    const found = await searchSuspects(heaps, asked, machine, session);
    const known = knownLeaks(options.known);
    const prints = new Set(options.fingerprint);
    const leakOf = await packageLeaks(graph, packages, config?.packageLeaks);
    const entries = found.entries.map((entry): SuspectEntry => {
      const fact = suspectFact(known, entry);
      return withPackageLeak({ ...entry, known: fact }, leakOf(entry.chain));
    });
    const wanted = ownFirst(entries)
      .sort((a, b) => Number(b.verdict === 'leak') - Number(a.verdict === 'leak'))
      .filter(
        ({ kind, fingerprint }) =>
          (options.kind === undefined || (options.kind as readonly string[]).includes(kind)) &&
          (prints.size === 0 || prints.has(fingerprint)),
      );
    const limit = limitOf(options);
    const shown = wanted.slice(0, limit);
    const omitted = wanted.length - shown.length;
    const failing = options.failIf === 'nothing' && options.failIfAny ? 'leak' : options.failIf;
    const accepted = wanted.filter((entry) => !isNews(entry.known)).length;
    const isClean =
      failing === 'nothing' || !wanted.some((entry) => isAtLeast(entry, failing) && isNews(entry.known));
    const summary = summaryOf(wanted, {
      findings: found.findings,
      asked: found.asked,
      settled: found.settled,
      heaps: heaps.length,
      minSize: options.minSize,
      chosen: wanted.length < found.entries.length,
    });
    return {
      result: {
        kind: 'suspects',
        entries: shown,
        total: wanted.length,
        omitted,
        summary,
      },
      fields: { minSize: options.minSize, settled: found.settled, known: accepted },
      notes: [
        ...notes,
        ...hand.notes,
        ...found.notes,
        ...nextQuestion(shown, graph, hand.verdicts.length > 0),
        ...packages.notes(),
        ...known.notes(found.fingerprints, 'suspects'),
        ...absentPrintNotes(
          options.fingerprint,
          entries.map(({ fingerprint }) => fingerprint),
        ),
        ...(await stateRuleNotes(graph, options)),
        ...omittedNote(omitted, 'entry', 'entries'),
      ],
      found: isClean,
      picture: () => ({
        result: verdictPicture(
          graph,
          shown.map(({ steps, headline, fingerprint }) => ({
            steps,
            extra: `${headline}\nfingerprint ${fingerprint}`,
          })),
        ),
        notes: [
          ...(shown.length === 0 ? summary : []),
          ...notes,
          ...hand.notes,
          ...omittedNote(omitted, 'entry', 'entries'),
        ],
        found: isClean,
      }),
    };
  },
});

/**
 * What to say next of the first entry with a dead end of which more than one object between is
 * unknown; where verdicts were given by hand, one is enough.
 */
function nextQuestion(entries: readonly SuspectEntry[], graph: Graph, hasVerdicts: boolean): string[] {
  for (const { steps } of entries) {
    if (steps.at(-1)?.verdict !== 'dead') continue;
    const step = stepToJudge(steps);
    const open = steps.filter(({ suspect, reference }) => suspect && reference !== null).length;
    if (step !== undefined && (hasVerdicts || open > 2))
      return [questionNote(graph, step.id, { command: 'suspects' })];
  }
  return [];
}

/** With what is published of it as the first piece of evidence, and its fix in place of advice. */
function withPackageLeak(entry: SuspectEntry, fact: PackageLeakFact | null): SuspectEntry {
  if (fact === null) return entry;
  return {
    ...entry,
    packageLeak: fact,
    evidence: [packageLeakName(fact), ...entry.evidence],
    remedy: `${fact.fix} ${fact.link}`,
  };
}

interface Looked {
  readonly findings: number;
  readonly asked: number;
  readonly settled: number;
  readonly heaps: number;
  readonly minSize: number;
  /** Whether options left some out. */
  readonly chosen: boolean;
}

function summaryOf(
  entries: readonly SuspectEntry[],
  { findings, asked, settled, heaps, minSize, chosen }: Looked,
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
  if (chosen)
    return [`Nothing of what was asked for; without --kind and --fingerprint there is more.${stay}`];
  return [
    `Nothing suspicious: ${formatCount(asked)} objects that say of themselves whether they are finished, ${formatCount(findings)} places with many of a kind (listeners, timers, waiting calls, stores, handles, slices, collections, lists) that keep ${formatBytes(minSize)} or more${heaps > 1 ? ', and what grew' : ''} were looked at.${stay}`,
  ];
}

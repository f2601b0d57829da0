/** Questions about many snapshots of many machines. */
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Answer, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import { rowsOf } from '../../tables/duckdb.js';
import { type Fleet, type FleetOverview, openFleet } from '../../tables/fleet-database.js';
import {
  FLEET_QUESTIONS,
  LEAST_PEERS,
  QUESTION_NAMES,
  type QuestionName,
  VIEWS,
} from '../../tables/fleet-questions.js';
import { defineCommand } from '../command.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { FLEET_COLUMNS, TEXT_COLUMNS } from './fleet-columns.js';

export const fleetCommand = defineCommand({
  name: 'fleet',
  summary: 'which leaks are on how many hosts and in which releases; outliers; regressions',
  description:
    'Asks the dataset that census has written, by DuckDB (npm install @duckdb/node-api). leaks: by fingerprint, with hosts, releases, first and last seen, bytes a day. outliers: hosts far from the median. regressions: what grew between two releases. releases, hosts: sizes and growth. More: docs/fleet.md.',
  arguments: { name: 'dataset', help: 'the folder that census has written', least: 1, most: 1 },
  snapshot: false,
  options: {
    question: {
      kind: 'choice',
      choices: QUESTION_NAMES,
      default: 'leaks',
      help: 'what is asked',
    },
    from: {
      kind: 'text',
      value: 'release',
      help: 'of regressions: the earlier release (default: the last but one)',
    },
    to: { kind: 'text', value: 'release', help: 'of regressions: the later release (default: the last)' },
    service: { kind: 'text', value: 'name', help: 'only snapshots of this service' },
    printSql: {
      kind: 'flag',
      help: 'the question as SQL that DuckDB and Spark understand, in place of an answer',
    },
    limit: { kind: 'integer', default: 20, help: 'rows to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph fleet heaps', says: 'which leaks, on how many hosts, since when, how fast' },
    { line: 'heapgraph fleet heaps --question outliers', says: 'hosts that are unlike the others' },
    {
      line: 'heapgraph fleet heaps --question regressions --from 1.4.0 --to 1.5.0',
      says: 'what grew from one release to the next',
    },
    { line: 'heapgraph fleet heaps --question leaks --print-sql', says: 'the same on Spark, Athena, Trino' },
  ],
  needs(_, { question, from, to }) {
    if ((from !== undefined || to !== undefined) && question !== 'regressions')
      throw new UsageError(
        parts`${option('from')} and ${option('to')} are for regressions`,
        parts`Ask with ${option('question')} regressions.`,
      );
    return { kind: 'nothing' };
  },
  async run({ targets: [folder], options }): Promise<Answer> {
    const question = options.question as QuestionName;
    const { sql, tables } = FLEET_QUESTIONS[question];
    if (options.printSql)
      return {
        result: {
          kind: 'text',
          text: `${sql}\n`,
          fields: { question, sql, tables: [...tables], views: VIEWS },
        },
      };
    const fleet = await openFleet(folder!, { tables, service: options.service });
    try {
      const overview = await fleet.overview();
      const settings: Settings = question === 'regressions' ? await twoReleases(fleet, options) : {};
      const found = rowsOf(await fleet.ask(sql, settings));
      const limit = limitOf(options);
      const rows = found.slice(0, limit);
      const omitted = found.length - rows.length;
      return {
        result: {
          kind: 'table',
          columns: FLEET_COLUMNS[question],
          textColumns: TEXT_COLUMNS[question],
          rows,
          total: found.length,
          omitted,
          layout: 'grid',
          summary: [whatThereIs(overview, options.service), saidOf(question, found, overview, settings)],
        },
        fields: {
          question,
          dataset: folder!,
          fleet: { ...overview },
          from: settings.from ?? null,
          to: settings.to ?? null,
        },
        notes: [...omittedNote(omitted, 'row', 'rows'), ...doubts(question, overview)],
      };
    } finally {
      fleet.close();
    }
  },
});

/** Which releases are compared, where some are. */
type Settings = { readonly from?: string; readonly to?: string };

/** The releases that are compared. Throws UsageError for one that is not there. */
async function twoReleases(
  fleet: Fleet,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<{ readonly from: string; readonly to: string }> {
  const known = await fleet.releases();
  for (const release of [from, to])
    if (release !== undefined && !known.includes(release))
      throw new UsageError(
        `no snapshot is of release ${printable(release)}`,
        known.length === 0
          ? 'No snapshot has a release: census says it, by its option or a listing.'
          : `There are ${known
              .slice(-10)
              .map((name) => printable(name))
              .join(', ')}.`,
      );
  const later = to ?? known.filter((name) => name !== from).at(-1);
  const earlier =
    from ?? known.slice(0, known.indexOf(later ?? '')).at(-1) ?? known.find((name) => name !== later);
  if (later === undefined || earlier === undefined)
    throw new UsageError(
      `regressions are from one release to another, and the dataset has ${known.length === 0 ? 'none' : `one, ${printable(known[0]!)}`}`,
      parts`Take censuses with the release of the program: heapgraph census … ${option('release')} 1.5.0.`,
    );
  return { from: earlier, to: later };
}

function whatThereIs(overview: FleetOverview, service: string | undefined): string {
  const { snapshots, hosts, services, releases, firstTaken, lastTaken } = overview;
  const of = service === undefined ? '' : ` of ${printable(service)}`;
  if (snapshots === 0) return `no snapshot${of}`;
  const day = (time: string | null): string => (time ?? '').slice(0, 10);
  const counts = [
    counted(hosts, 'host'),
    ...(service === undefined ? [counted(services, 'service')] : []),
    counted(releases, 'release'),
  ];
  return `${counted(snapshots, 'snapshot')}${of}: ${counts.join(', ')}; ${day(firstTaken)} to ${day(lastTaken)}`;
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** The answer in one sentence; of nothing, what was looked at. */
function saidOf(
  question: QuestionName,
  rows: readonly Row[],
  overview: FleetOverview,
  { from = '', to = '' }: Settings,
): string {
  const many = (test: (row: Row) => boolean): number => rows.filter(test).length;
  switch (question) {
    case 'leaks': {
      const verdicts = (['leak', 'suspect', 'large'] as const).map((verdict) =>
        verdict === 'large'
          ? `${formatCount(many((row) => row.verdict === verdict))} large`
          : counted(
              many((row) => row.verdict === verdict),
              verdict,
            ),
      );
      return rows.length === 0
        ? 'no leak and no suspect in any of them'
        : `${verdicts.join(', ')}; one fingerprint is one cause, wherever it is`;
    }
    case 'outliers':
      return overview.hosts < LEAST_PEERS
        ? `hosts are compared from ${LEAST_PEERS} of one service on: the newest snapshot of each`
        : `${counted(new Set(rows.map(({ host, service }) => `${service}\0${host}`)).size, 'host')} with a total or a class far from the median of its service (a rule of thumb: more than 3.5 robust deviations, 10 % and 66 kB)`;
    case 'regressions':
      return `from ${printable(from)} to ${printable(to)}, means of a snapshot: leaks and suspects: ${formatCount(many((row) => row.what === 'leak' && row.snapshotsBefore === 0))} new, ${formatCount(many((row) => row.what === 'leak' && row.snapshotsBefore !== 0))} grown; classes: ${formatCount(many((row) => row.what === 'class'))} grown`;
    case 'releases':
      return 'in the order in which they were seen first';
    case 'hosts':
      return 'growth is from the first to the last snapshot of one release on one host';
  }
}

/** What the labels leave open. */
function doubts(
  question: QuestionName,
  { nameless, undated, snapshots }: FleetOverview,
): readonly NoteLike[] {
  const some = (count: number): string =>
    count === snapshots
      ? count === 1
        ? 'the snapshot'
        : `all ${formatCount(count)} snapshots`
      : `${formatCount(count)} of ${counted(snapshots, 'snapshot')}`;
  const times = question === 'leaks' || question === 'hosts' || question === 'releases';
  return [
    ...(nameless > 0
      ? [note('answer')`${some(nameless)} without a host: census ${option('host')} says it`]
      : []),
    ...(undated > 0 && times
      ? [
          note(
            'answer',
          )`${some(undated)} dated by the file, which a copy may have changed: census ${option('taken')} says it`,
        ]
      : []),
  ];
}

/** Snapshots into the dataset of a fleet, a census each. */
import { HeapgraphError, UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Session } from '../../session/need.js';
import { checkDataset, type Dataset, DatasetError, openDatasetToAdd } from '../../tables/dataset.js';
import { MOST_CLASSES } from '../../tables/dataset-schema.js';
import { type Listed, listedFiles } from '../../tables/listed-files.js';
import { type ListedFile, labelsInPath, parseTime, type SnapshotLabels } from '../../tables/listing.js';
import { type MergedFile, mergeCensuses } from '../../tables/merge-censuses.js';
import { isUnchanged, snapshotFile } from '../../tables/snapshot-file.js';
import { defineCommand, type Machine } from '../command.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { requireNoPart, requireWhole } from '../shared/whole-snapshots.js';
import { censusRows } from './census-rows.js';

/** Put in by build.mjs; a program that has heapgraph as a library may have none. */
declare const HEAPGRAPH_VERSION: string | undefined;

const STATES = ['failed', 'written', 'there already', 'merged'] as const;

type State = (typeof STATES)[number];

const COLUMNS: readonly Column[] = [
  { key: 'file', title: 'Snapshot', unit: 'text', role: 'name' },
  { key: 'state', title: 'Census', unit: 'text' },
  { key: 'classes', title: 'Classes', unit: 'count', role: 'count' },
  { key: 'groups', title: 'Leaks and suspects', unit: 'count', role: 'count' },
  { key: 'bytes', title: 'Written', unit: 'bytes', role: 'size' },
  { key: 'snapshot', title: 'Key', unit: 'text', role: 'dim' },
  { key: 'reason', title: 'Reason', unit: 'text' },
];

export const censusCommand = defineCommand({
  name: 'census',
  summary: 'what a fleet needs of each snapshot, into a dataset: classes, leaks, totals',
  description: `The dataset is a folder of Parquet files, for fleet, DuckDB, Spark and others (docs/fleet.md). A snapshot has the ${formatCount(MOST_CLASSES)} classes that retain most, its leaks and suspects. One that is there is not written again; any number of processes may write at once, and one that was killed is started again. A file that cannot be read does not stop the others: exit code 2.`,
  arguments: {
    name: 'snapshots',
    help: '.heapsnapshot files (.gz, .br, .zst), or folders of them',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  snapshot: false,
  options: {
    to: { kind: 'text', value: 'dataset', help: 'the folder of the dataset; made where there is none' },
    list: {
      kind: 'text',
      value: 'file',
      help: 'a listing: a path a line, or JSON with file, host, service, release, taken; - is standard input',
    },
    part: {
      kind: 'text',
      value: 'i/n',
      read: readPart,
      help: 'of the files only every n-th, from the i-th on: for n processes with one listing',
    },
    host: { kind: 'text', value: 'name', help: 'the machine, pod or container that the snapshots are of' },
    service: { kind: 'text', value: 'name', help: 'the program that they are of' },
    release: { kind: 'text', value: 'version', help: "the program's version" },
    taken: {
      kind: 'text',
      value: 'time',
      read: readTime,
      help: 'when they were taken, such as 2026-01-31T12:00:00Z (default: when the file was last changed)',
    },
    merge: {
      kind: 'flag',
      help: 'then merge the files of single censuses, 10,000 into one, by DuckDB; others may write and read meanwhile',
    },
    limit: { kind: 'integer', default: 20, help: 'files to show, failed ones first' },
    all: allRows,
  },
  examples: [
    {
      line: 'heapgraph census app.heapsnapshot --to heaps --host web-1 --release 1.4.0',
      says: 'one snapshot',
    },
    {
      line: 'heapgraph census heaps/*/*.heapsnapshot.gz --to heaps',
      says: 'many; folders like host=web-1 count',
    },
    {
      line: 'heapgraph census --list files.txt --part 2/4 --to heaps',
      says: 'the second of four processes',
    },
    { line: 'heapgraph census dumps --to heaps', says: 'all snapshots in a folder, and in folders below' },
    { line: 'heapgraph census --to heaps --merge', says: 'many small files become a few large ones' },
  ],
  needs(files, { to, list, merge }) {
    if (to === undefined)
      throw new UsageError('where is the dataset?', parts`Name its folder: ${option('to')} heaps.`);
    if (files.length === 0 && list === undefined && !merge)
      throw new UsageError(
        'missing snapshots: name at least one',
        parts`Name files, or a listing of them: ${option('list')} files.txt.`,
      );
    return { kind: 'nothing' };
  },
  async run({ targets, options, machine, session }) {
    if (targets.length === 0 && options.list === undefined) checkDataset(options.to!);
    const dataset = openDatasetToAdd(options.to!);
    const rows: Row[] = [];
    const labels = labelsOf(options);
    let index = 0;
    let hostless = 0;
    machine.onSignal?.(() => interruptedText(rows, options.to!));
    for await (const one of listedFiles(targets, options.list)) {
      if (options.part && index++ % options.part.of !== options.part.at) continue;
      const row = await taken(one, labels, options.list, dataset, machine, session);
      rows.push(row);
      if (row.state === 'written' && 'file' in one && labelled(one, labels).host === undefined) hostless++;
    }
    const taking = rows.length;
    const merged = options.merge ? await mergeCensuses(dataset.folder) : [];
    for (const { part, bytes } of merged) rows.push(rowOf(part, 'merged', { bytes }));
    const count = (state: State): number => rows.filter((row) => row.state === state).length;
    const failed = count('failed');
    const order = (row: Row): number => STATES.indexOf(row.state as State);
    const limit = limitOf(options);
    const shown = [...rows].sort((a, b) => order(a) - order(b)).slice(0, limit);
    const omitted = rows.length - shown.length;
    const bytes = rows.reduce((total, row) => total + Number(row.bytes ?? 0), 0);
    const said = ([`written`, `there already`, `failed`] as const).map(
      (state) => `${formatCount(count(state))} ${state}`,
    );
    return {
      result: {
        kind: 'table',
        columns: COLUMNS,
        textColumns: COLUMNS.map(({ key }) => key).filter(
          (key) => (key !== 'reason' || failed > 0) && key !== 'snapshot',
        ),
        rows: shown,
        total: rows.length,
        omitted,
        layout: 'grid',
        summary: [
          ...(taking > 0 || !options.merge
            ? [
                `${formatCount(taking)} ${taking === 1 ? 'snapshot' : 'snapshots'}: ${said.join(', ')}; ${formatBytes(bytes)} into ${options.to!}`,
              ]
            : []),
          ...(options.merge ? [mergeWords(merged)] : []),
        ],
      },
      fields: {
        dataset: options.to!,
        written: count('written'),
        there: count('there already'),
        failed,
        bytes,
      },
      notes: [
        ...omittedNote(omitted, 'file', 'files'),
        ...unlabelled(hostless),
        ...keptLabels(count('there already'), labels),
      ],
      wrong: failed > 0,
    };
  },
});

/** What Ctrl-C leaves, and how to go on. */
function interruptedText(rows: readonly Row[], folder: string): string {
  const said = (['written', 'there already', 'failed'] as const).map(
    (state) => `${formatCount(rows.filter((row) => row.state === state).length)} ${state}`,
  );
  return `interrupted after ${formatCount(rows.length)} ${rows.length === 1 ? 'snapshot' : 'snapshots'}: ${said.join(', ')}, in ${printable(folder)}; the same command goes on, and writes none twice`;
}

function mergeWords(merged: readonly MergedFile[]): string {
  const censuses = merged.reduce((sum, one) => sum + one.censuses, 0);
  return censuses === 0
    ? 'nothing to merge: fewer than two censuses stand in files of their own'
    : `${formatCount(censuses)} censuses merged into ${formatCount(merged.length)} ${merged.length === 1 ? 'file' : 'files'} a table`;
}

/** Every n-th file. */
interface Part {
  readonly at: number;
  readonly of: number;
}

function readPart(text: string): Part {
  const [, at, of] = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text) ?? [];
  if (at === undefined || Number(at) > Number(of))
    throw new UsageError(
      parts`${option('part')} is such as 2/4, and not "${printable(text)}"`,
      'The second of four: 1/4, 2/4, 3/4 and 4/4 are all files.',
    );
  return { at: Number(at) - 1, of: Number(of) };
}

function readTime(text: string): number {
  const time = parseTime(text);
  if (time === undefined)
    throw new UsageError(
      parts`${option('taken')} is a day or a time with its zone, and not "${printable(text)}"`,
      'Write it as 2026-01-31 or 2026-01-31T12:00:00Z.',
    );
  return time;
}

function labelsOf({
  host,
  service,
  release,
  taken,
}: { [key in keyof SnapshotLabels]?: unknown }): SnapshotLabels {
  const given = Object.entries({ host, service, release, taken });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** What is said of a file: by options, else by the listing, else by folders. */
function labelled({ file, ...ofListing }: ListedFile, labels: SnapshotLabels): SnapshotLabels {
  return { ...labelsInPath(file), ...ofListing, ...labels };
}

/**
 * Takes the census of a file, unless it is there.
 *
 * - Throws: DatasetError when nothing can be written.
 */
async function taken(
  one: Listed,
  labels: SnapshotLabels,
  listing: string | undefined,
  dataset: Dataset,
  machine: Machine,
  session: Session,
): Promise<Row> {
  if ('reason' in one) {
    const { reason } = one;
    return rowOf('folder' in one ? one.folder : `${listing}, line ${one.line}`, 'failed', { reason });
  }
  const { file } = one;
  const known = labelled(one, labels);
  let key: string | undefined;
  try {
    const facts = await snapshotFile(file, 'a census');
    key = facts.key;
    if (dataset.has(key)) return rowOf(file, 'there already', { snapshot: key });
    const heap = await session.open(file, { ...WHOLE_GRAPH, work: 'all' });
    requireWhole([heap.graph], 'a census');
    requireNoPart(heap.graph, 'a census');
    const columns = {
      file,
      file_bytes: facts.bytes,
      host: known.host ?? null,
      service: known.service ?? null,
      release: known.release ?? null,
      taken_at: new Date(known.taken ?? facts.changed).toISOString(),
      taken_ms: known.taken ?? facts.changed,
      taken_from: known.taken === undefined ? 'mtime' : 'given',
      heapgraph: typeof HEAPGRAPH_VERSION === 'string' ? HEAPGRAPH_VERSION : 'unknown',
    };
    const rows = await censusRows(heap, columns, machine, session);
    if (!isUnchanged(file, facts))
      throw new UsageError(`${printable(file)} was changed while it was read`, 'Take its census again.');
    const bytes = await dataset.add(key, rows);
    const { classes, groups } = rows.snapshot;
    return rowOf(file, 'written', { snapshot: key, classes: classes!, groups: groups!, bytes });
  } catch (error) {
    if (!(error instanceof HeapgraphError) || error instanceof DatasetError) throw error;
    return rowOf(file, 'failed', { ...(key === undefined ? {} : { snapshot: key }), reason: error.message });
  }
}

function rowOf(file: string, state: State, more: Row): Row {
  return { file, state, classes: null, groups: null, bytes: null, snapshot: null, reason: null, ...more };
}

/** Labels of what is there are not changed. */
function keptLabels(there: number, labels: SnapshotLabels): readonly NoteLike[] {
  if (there === 0 || Object.keys(labels).length === 0) return [];
  return [
    note(
      'answer',
    )`what is there already keeps its labels; to change them, remove its files (snapshots/KEY.parquet first) and take its census again`,
  ];
}

/** What fleet cannot tell apart. */
function unlabelled(hostless: number): readonly NoteLike[] {
  if (hostless === 0) return [];
  return [
    note(
      'answer',
    )`hosts and releases are what ${option('host')}, ${option('release')}, a listing or folders such as host=web-1 say; a snapshot does not say them`,
  ];
}

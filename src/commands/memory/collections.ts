/** collections: Maps, Sets, arrays, buffers and dictionaries: how many, how full, whose. */
import {
  COLLECTION_GROUPS,
  type CollectionRow,
  collections,
} from '../../analysis/collections/collections.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount, formatShare } from '../../base/units.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { hasNumbers } from '../../v8/collections.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const collectionsCommand = defineCommand({
  name: 'collections',
  summary: 'Maps, Sets, arrays, buffers, dictionaries: entries, room, empty ones, keys, and who holds them',
  description:
    'Small integers leave no trace in most snapshots: "Entries" is what the file shows, "Room" what there is memory for. Dictionaries are plain objects that V8 keeps as hash tables, or with more than 32 properties. More: docs/strings-and-collections.md.',
  snapshot: true,
  options: {
    by: {
      kind: 'choice',
      choices: COLLECTION_GROUPS,
      default: 'holder',
      help: 'those that are held alike in one row, those of a class, or those with as much room (powers of two)',
    },
    empty: {
      kind: 'flag',
      help: 'only those in which the file shows nothing, and with no more room than a new one',
    },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only collections that a query accepts' },
    limit: { kind: 'integer', default: 10, help: 'rows to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph collections app.heapsnapshot', says: 'who has the largest ones' },
    { line: 'heapgraph collections --empty app.heapsnapshot', says: 'who makes them and does not use them' },
    { line: 'heapgraph collections --by size', says: 'by their room, in powers of two' },
    { line: "heapgraph collections --where 'class = Map and origin = program'", says: "the program's Maps" },
  ],
  needs(_, { where }) {
    if (where?.compares !== undefined) throw comparesError(where.compares);
    return { ...WHOLE_GRAPH, work: 'holders' };
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const mask = options.where && (await maskOf(options.where, { graph, readIds }));
    const found = collections(graph, { by: options.by, mask, onlyEmpty: options.empty });
    const limit = limitOf(options);
    const shown = found.rows.slice(0, limit);
    const omitted = found.rows.length - shown.length;
    const isExact = hasNumbers(graph);
    return {
      result: {
        kind: 'table',
        columns: tableColumns(options.by),
        rows: shown.map((row) => rowOf(row, graph.ids[row.example]!)),
        total: found.rows.length,
        omitted,
        layout: 'grid',
        textColumns: [
          'size',
          'kind',
          'count',
          'empty',
          'entries',
          'capacity',
          'fill',
          'keys',
          ...(shown.some((row) => row.loneKeys > 0) ? ['loneKeys'] : []),
          'group',
        ],
        summary: [
          `${formatCount(found.count)} collections with ${formatCount(found.size)} bytes`,
          `empty: ${formatCount(found.empty)} with ${formatCount(found.emptySize)} bytes, ${formatShare(found.count === 0 ? 0 : found.empty / found.count)} of them`,
        ],
      },
      fields: {
        ...sizesField(true),
        by: options.by,
        collections: found.count,
        collectionsSize: found.size,
        empty: found.empty,
        emptySize: found.emptySize,
        hasNumbers: isExact,
      },
      notes: [
        ...(await absentClassNotes([graph], options.where)),
        ...(found.count === 0
          ? [`no collection${options.empty ? ' that is empty' : ''} in ${graph.file}`]
          : []),
        ...(isExact || found.count === 0
          ? []
          : [
              'the file has no small integers: entries of nothing but these are not seen, and an empty Map or Set may have up to 4 of them; capture writes them',
            ]),
        ...(shown.some(({ kind, entries, capacity }) => kind === 'Array' && entries === 0 && capacity > 0)
          ? ['no file shows the items of an Array that holds nothing but numbers']
          : []),
        ...omittedNote(omitted),
      ],
    };
  },
});

const GROUP_TITLES = { holder: 'Held by', class: 'Class', size: 'Room of each' } as const;

function tableColumns(by: keyof typeof GROUP_TITLES): readonly Column[] {
  return [
    { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
    { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
    columns.count,
    { key: 'empty', title: 'Empty', unit: 'count' },
    { key: 'entries', title: 'Entries', unit: 'count' },
    { key: 'capacity', title: 'Room', unit: 'count' },
    { key: 'fill', title: 'Fill', unit: 'share' },
    { key: 'keys', title: 'Keys', unit: 'text' },
    { key: 'loneKeys', title: 'Keys of no one else', unit: 'count' },
    { key: 'group', title: GROUP_TITLES[by], unit: 'text' },
    columns.id,
  ];
}

/** Of bytes there are no entries: a view does not say how long it is. */
const BYTES: ReadonlySet<string> = new Set(['typed array', 'Buffer', 'DataView', 'ArrayBuffer']);

function rowOf(row: CollectionRow, id: number): Row {
  const isBytes = BYTES.has(row.kind);
  const keys = Object.entries(row.keys).filter(([, count]) => count > 0);
  return {
    size: row.size,
    kind: row.kind,
    count: row.count,
    empty: row.empty,
    entries: isBytes ? null : row.entries,
    capacity: row.capacity,
    fill: isBytes || row.capacity === 0 ? null : row.entries / row.capacity,
    keys: keys.map(([kind, count]) => `${formatCount(count)} ${kind}`).join(', '),
    keyKinds: { ...row.keys },
    loneKeys: row.loneKeys,
    group: row.group,
    id,
  };
}

/** The two tables of classes: objgraph's show_most_common_types and typestats. */
import { type TypeStat, typeStats } from '../analysis/classes.js';
import { NODE_TYPES } from '../graph/schema.js';
import type { Answer } from '../result.js';
import { formatCount } from '../units.js';
import { defineCommand, type Heap } from './command.js';
import { allRows, columns, limitOf, rawSizes, SIZES } from './shared.js';

const tableOptions = {
  by: {
    kind: 'choice',
    choices: ['count', 'size'],
    default: 'count',
    help: 'what is ranked first; ties by name',
  },
  type: { kind: 'choices', choices: NODE_TYPES, help: "only these of V8's node types", value: 'node-type,…' },
  filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
  ...rawSizes,
} as const;

interface TableOptions {
  readonly by: 'count' | 'size';
  readonly type: readonly string[] | undefined;
  readonly filter: RegExp | undefined;
}

export const showMostCommonTypes = defineCommand({
  name: 'show-most-common-types',
  summary: 'the classes with the most objects, or with the most bytes',
  description:
    'Text shows name and count, as objgraph does; --sizes or --by size adds bytes and shares of the whole heap.',
  snapshot: true,
  options: {
    limit: { kind: 'integer', default: 10, help: 'rows to show' },
    all: allRows,
    sizes: { kind: 'flag', help: 'show shallow sizes and shares too' },
    ...tableOptions,
  },
  examples: [
    { line: 'heapgraph show-most-common-types', says: 'in the newest snapshot of this folder' },
    {
      line: 'heapgraph show-most-common-types app.heapsnapshot --by size --limit 20',
      says: 'what takes the most memory',
    },
    { line: 'heapgraph show-most-common-types --type object,closure', says: "without V8's own objects" },
  ],
  needs: (_, { filter }) => ({ kind: 'classes', types: (type) => filter?.test(type) ?? true }),
  run: (heap, _, options) => table(heap, options, limitOf(options), options.sizes || options.by === 'size'),
});

export const typestats = defineCommand({
  name: 'typestats',
  summary: 'every class with its count and size, for machines',
  snapshot: true,
  options: tableOptions,
  examples: [
    {
      line: "heapgraph typestats app.heapsnapshot --json | jq '.rows[] | select(.count > 1000)'",
      says: 'with jq',
    },
    { line: 'heapgraph typestats app.heapsnapshot --csv -o classes.csv', says: 'for a spreadsheet' },
  ],
  needs: (_, { filter }) => ({ kind: 'classes', types: (type) => filter?.test(type) ?? true }),
  run: (heap, _, options) => table(heap, options, Number.POSITIVE_INFINITY, true),
});

function table({ classes }: Heap, options: TableOptions, limit: number, sizes: boolean): Answer {
  const { by, type: nodeTypes, filter } = options;
  const rows = typeStats(classes, { by, nodeTypes, filter });
  const shown = rows.slice(0, limit);
  const omitted = rows.length - shown.length;
  const bytes = classes.rows.reduce((sum, row) => sum + row.shallowSize, 0);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    result: {
      kind: 'table',
      columns: [
        columns.type,
        columns.nodeType,
        columns.count,
        columns.countShare,
        columns.shallowSize,
        columns.sizeShare,
      ],
      rows: shown.map((row: TypeStat) => ({
        ...row,
        countShare: share(row.count, classes.nodeCount),
        sizeShare: share(row.shallowSize, bytes),
      })),
      total: rows.length,
      omitted,
      layout: sizes ? 'grid' : 'counts',
      textColumns: sizes ? ['type', 'count', 'countShare', 'shallowSize', 'sizeShare'] : ['type', 'count'],
    },
    fields: { ...SIZES, nodeCount: classes.nodeCount, totalSize: bytes },
    notes: omitted > 0 && sizes ? [`${formatCount(omitted)} more classes; --all shows them`] : [],
  };
}

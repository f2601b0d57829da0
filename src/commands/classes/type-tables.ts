/** The two tables of classes: objgraph's show_most_common_types and typestats. */
import { classesOf, type Measure, typeStats } from '../../analysis/classes/classes.js';
import type { Answer, Column } from '../../base/result.js';
import { NODE_TYPES } from '../../graph/schema.js';
import type { Need, OpenedSnapshot } from '../../session/need.js';
import { defineCommand } from '../command.js';
import {
  type PartitionValues,
  partitionOf,
  partitionOptions,
  placeFields,
  withPartition,
} from '../shared/partition.js';
import { allRows, columns, limitOf, omittedNote, rawSizes, sizesField } from '../shared/tables.js';

const tableOptions = {
  by: {
    kind: 'choice',
    choices: ['count', 'size', 'retained'],
    default: 'count',
    help: 'what is ranked first; ties by name',
  },
  retained: { kind: 'flag', help: 'show retained sizes and the smallest distance too' },
  ...partitionOptions,
  'node-type': {
    kind: 'choices',
    choices: NODE_TYPES,
    help: "only these of V8's node types",
    formerly: 'type',
  },
  filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
  ...rawSizes,
} as const;

interface TableOptions extends PartitionValues {
  readonly by: Measure;
  readonly retained: boolean;
  readonly 'node-type': readonly string[] | undefined;
  readonly filter: RegExp | undefined;
  readonly raw: boolean;
}

export const showMostCommonTypes = defineCommand({
  name: 'show-most-common-types',
  summary: 'the classes with the most objects, or with the most bytes',
  description:
    'Text shows name and count, as objgraph does; --sizes or --by size adds shallow bytes and shares of the whole heap, --retained or --by retained how much memory each class keeps alive.',
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
      line: 'heapgraph show-most-common-types app.heapsnapshot --by retained --limit 20',
      says: 'what keeps the most memory',
    },
    { line: 'heapgraph show-most-common-types --node-type object,closure', says: "without V8's own objects" },
    {
      line: 'heapgraph show-most-common-types --node-type closure --functions',
      says: 'which functions have most closures',
    },
  ],
  needs: (_, options, format) => need(options, showsSizes(options) || format === 'json' || format === 'csv'),
  run: (heap, _, options) => table(heap, options, limitOf(options), showsSizes(options)),
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
    { line: 'heapgraph typestats --raw huge.heapsnapshot', says: 'counts at once: the edges are not read' },
  ],
  needs: (_, options) => need(options, true),
  run: (heap, _, options) => table(heap, options, Number.POSITIVE_INFINITY, true),
});

function showsSizes(options: TableOptions & { sizes: boolean }): boolean {
  return options.sizes || options.by === 'size' || showsRetained(options);
}

function showsRetained(options: TableOptions): boolean {
  return options.retained || options.by === 'retained';
}

/** Names and counts need no edges, nor do V8's own sizes; all else follows from them. */
function need(options: TableOptions, sizes: boolean): Need {
  if (options.shapes || options.functions || showsRetained(options) || (sizes && !options.raw)) {
    return withPartition(options, { edges: true, locations: false });
  }
  return { kind: 'classes', types: (type) => options.filter?.test(type) ?? true };
}

function table(heap: OpenedSnapshot, options: TableOptions, limit: number, sizes: boolean): Answer {
  const { by, 'node-type': nodeTypes, filter, raw } = options;
  const retained = showsRetained(options);
  const source = heap.countable;
  const classes = classesOf(source, { raw });
  const rows = typeStats(source, { by, nodeTypes, filter, raw, retained, partition: partitionOf(options) });
  const shown = rows.slice(0, limit);
  const omitted = rows.length - shown.length;
  const bytes = classes.rows.reduce((sum, row) => sum + row.shallowSize, 0);
  const placeOf = placeFields(options, [source]);
  const share = (part: number | undefined, whole: number): number => (whole === 0 ? 0 : (part ?? 0) / whole);
  const counted: Column[] = [columns.type, columns.nodeType, columns.count, columns.countShare];
  const reach: Column[] = retained ? [columns.retainedSize, columns.retainedShare, columns.distance] : [];
  const sized: Column[] = [columns.shallowSize, columns.sizeShare, ...reach];
  return {
    result: {
      kind: 'table',
      columns: [...counted, ...sized],
      rows: shown.map((row) => ({
        ...row,
        countShare: share(row.count, classes.nodeCount),
        sizeShare: share(row.shallowSize, bytes),
        ...(retained ? { retainedShare: share(row.retainedSize, bytes) } : {}),
        ...placeOf(row.type),
      })),
      total: rows.length,
      omitted,
      layout: sizes ? 'grid' : 'counts',
      textColumns: sizes
        ? ['type', 'count', 'countShare', ...sized.map(({ key }) => key)]
        : ['type', 'count'],
    },
    fields: { ...sizesField(classes.sizes === 'raw'), nodeCount: classes.nodeCount, totalSize: bytes },
    notes: sizes ? omittedNote(omitted, 'class', 'classes') : [],
  };
}

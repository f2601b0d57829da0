/** The table of classes: objgraph's show_most_common_types and typestats. */

import { classesOf, typeStats } from '../../analysis/classes/classes.js';
import type { Answer, Column } from '../../base/result.js';
import { NODE_TYPES } from '../../graph/schema.js';
import type { Need, OpenedSnapshot } from '../../session/need.js';
import type { ValuesOf } from '../options.js';
import { columns } from './columns.js';
import { noneHeldNotes, OTHERS, onlyHolderOption, onlyHolderPartition } from './only-holder.js';
import { partitionOf, partitionOptions, placeFields, withPartition } from './partition.js';
import { omittedNote } from './row-limit.js';
import { rawSizes, sizesField } from './sizes.js';

export const classTableOptions = {
  by: {
    kind: 'choice',
    choices: ['count', 'size', 'retained'],
    default: 'count',
    help: 'what is ranked first; ties by name',
  },
  retained: { kind: 'flag', help: 'show retained sizes and the smallest distance too' },
  ...partitionOptions,
  nodeType: {
    kind: 'choices',
    choices: NODE_TYPES,
    help: "only these of V8's node types",
    formerly: 'type',
  },
  filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
  ...onlyHolderOption,
  ...rawSizes,
} as const;

export type ClassTableValues = ValuesOf<typeof classTableOptions>;

/** Whether it has retained sizes. */
export function showsRetained(options: ClassTableValues): boolean {
  return options.retained || options.by === 'retained';
}

/** Names and counts need no edges, nor do V8's own sizes; all else follows from them. */
export function classTableNeed(options: ClassTableValues, sizes: boolean): Need {
  const held = options.heldByOnly !== 'anything';
  if (held || options.shapes || options.functions || showsRetained(options) || (sizes && !options.raw)) {
    return withPartition(options, {
      edges: true,
      locations: false,
      work: showsRetained(options) ? 'retained' : 'sizes',
    });
  }
  return { kind: 'classes', types: (type) => options.filter?.test(type) ?? true };
}

/** Classes, those first that have most. */
export function classTable(
  heap: OpenedSnapshot,
  options: ClassTableValues,
  limit: number,
  sizes: boolean,
): Answer {
  const { by, nodeType: nodeTypes, filter, raw } = options;
  const retained = showsRetained(options);
  const source = heap.countable;
  const held = options.heldByOnly !== 'anything';
  const partition = held
    ? onlyHolderPartition(options.heldByOnly, partitionOf(options))
    : partitionOf(options);
  const classes = classesOf(source, { raw, retained, partition });
  const rows = typeStats(classes, { by, nodeTypes, filter }).filter(({ type }) => type !== OTHERS);
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
    notes: [
      ...noneHeldNotes(options.heldByOnly, rows.length, source.file),
      ...(sizes ? omittedNote(omitted, 'class', 'classes') : []),
    ],
  };
}

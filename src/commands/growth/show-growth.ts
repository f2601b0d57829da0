/** objgraph's show_growth, over any number of snapshots. */

import type { Classes, Countable, Measure } from '../../analysis/classes/classes.js';
import { noiseOf } from '../../analysis/growth/baseline.js';
import { type ClassDiff, diff } from '../../analysis/growth/diff.js';
import { type Growth, growthTracker } from '../../analysis/growth/growth.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, noteText, option, parts } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { type Partitioner, partitionAmong } from '../../graph/partition.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { DEFAULT_SIGMA, sigmaOption, withinNoise } from '../ci/noise.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { checkBaselines, compareBy, comparisonOptions, orderOption } from '../shared/compare.js';
import { partitionOf, partitionOptions, placeFields, withPartition } from '../shared/partition.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { rawSizes, sizesField } from '../shared/sizes.js';

export const showGrowthCommand = defineCommand({
  name: 'show-growth',
  summary: 'the classes that grew, from snapshot to snapshot',
  description:
    "A class is measured against its peak in the snapshots before, so that a class that only came back is not shown. Text is objgraph's: name, count now, increase. Nothing grew: nothing is printed.",
  snapshot: {
    names: ['before', 'after'],
    least: 2,
    most: Number.POSITIVE_INFINITY,
    baselines: true,
  },
  options: {
    limit: { kind: 'integer', default: 10, help: 'rows to show of each step' },
    all: allRows,
    by: {
      kind: 'choice',
      choices: ['count', 'size', 'retained'],
      default: 'count',
      help: 'what has to have grown, and ranks; ties by name',
    },
    detail: {
      kind: 'flag',
      help: 'how many objects, and bytes, are new and deleted since the snapshot before',
    },
    ...partitionOptions,
    filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
    ...orderOption,
    ...sigmaOption,
    ...rawSizes,
    ...comparisonOptions,
  },
  examples: [
    { line: 'heapgraph show-growth before.heapsnapshot after.heapsnapshot', says: 'what grew, in number' },
    {
      line: 'heapgraph show-growth before.heapsnapshot after.heapsnapshot --by retained',
      says: 'in what it keeps',
    },
    { line: 'heapgraph show-growth *.heapsnapshot --order time --detail', says: 'step by step' },
  ],
  needs(_, { by, detail, shapes, functions, raw }) {
    const sizes = (by === 'size' || detail) && !raw;
    const edges = by === 'retained' || sizes ? true : 'for-names';
    return withPartition(
      { shapes, functions },
      {
        edges,
        locations: false,
        work: by === 'retained' ? 'retained' : sizes ? 'sizes' : 'counts',
      },
    );
  },
  configure: (options, { sigma }) => ({ ...options, sigma: options.sigma ?? sigma }),
  order: (options) => options.order,
  run({ options, snapshots: heaps }) {
    const { by, detail, filter, raw } = options;
    checkBaselines(heaps, options);
    const { byId, notes } = compareBy(heaps, options);
    if (detail && !byId) {
      throw new UsageError(
        parts`${option('detail')} needs snapshots of one process, whose objects can be compared by id`,
        notes[0] === undefined
          ? parts`Baseline files have no ids: leave ${option('detail')} out.`
          : noteText(notes[0]),
      );
    }
    const sigma = options.sigma ?? DEFAULT_SIGMA;
    const baseline = heaps.map(({ countable }) => countable).find(hasJitter);
    const noise = baseline && noiseOf(baseline, sigma);
    const graphs = heaps.flatMap(({ countable }) => ('ids' in countable ? [countable] : []));
    const chosen = partitionOf(options);
    const partition = chosen && partitionAmong(chosen, graphs);
    const placeOf = placeFields(options, graphs);
    const grown = growthTracker({ by, partition, raw, noise, ...(filter ? { filter } : {}) });
    const limit = limitOf(options);
    const rows: Row[] = [];
    let total = 0;
    let omitted = 0;
    let noisy = 0;
    heaps.forEach((heap, i) => {
      const found = grown(heap.countable);
      if (i === 0) return;
      const all = found.filter(({ isNoise }) => !isNoise);
      noisy += found.length - all.length;
      const changes = detail ? changesOf(heaps[i - 1]!, heap, { partition, raw }) : undefined;
      const shown = all.slice(0, limit);
      // One by one: a call takes only so many arguments.
      for (const row of shown)
        rows.push({ ...rowOf(row, heap.countable.file, by, changes), ...placeOf(row.type) });
      total += all.length;
      omitted += all.length - shown.length;
    });
    return answer(rows, {
      total,
      omitted,
      steps: heaps.length - 1,
      by,
      detail,
      raw,
      notes: [...notes, ...withinNoise(noisy, sigma)],
    });
  },
});

function hasJitter(heap: Countable): heap is Classes {
  return 'rows' in heap && heap.jitter !== undefined;
}

function changesOf(
  before: OpenedSnapshot,
  after: OpenedSnapshot,
  options: { readonly partition: Partitioner | undefined; readonly raw: boolean },
): ReadonlyMap<string, ClassDiff> {
  const rows = diff(before.graph, after.graph, { ...options, sizeless: true });
  return new Map(rows.map((row) => [row.type, row]));
}

type By = Measure;

function rowOf(
  grown: Growth,
  snapshot: string,
  by: By,
  changes: ReadonlyMap<string, ClassDiff> | undefined,
): Row {
  const { type, count, countDelta, shallowSize, sizeDelta, retainedSize, retainedDelta } = grown;
  const change = changes?.get(type);
  return {
    snapshot,
    type,
    count,
    countDelta,
    ...(by === 'size' || changes ? { shallowSize, sizeDelta } : {}),
    ...(by === 'retained' ? { retainedSize: retainedSize!, retainedDelta: retainedDelta! } : {}),
    ...(changes
      ? {
          newCount: change?.newCount ?? 0,
          deletedCount: change?.deletedCount ?? 0,
          newSize: change?.newSize ?? 0,
          deletedSize: change?.deletedSize ?? 0,
        }
      : {}),
  };
}

interface Shown {
  readonly total: number;
  readonly omitted: number;
  readonly steps: number;
  readonly by: By;
  readonly detail: boolean;
  readonly raw: boolean;
  readonly notes: readonly NoteLike[];
}

function answer(rows: readonly Row[], { total, omitted, steps, by, detail, raw, notes }: Shown): Answer {
  const plain = by === 'count' && !detail;
  const snapshot: Column = { key: 'snapshot', title: 'Snapshot', unit: 'text', role: 'dim' };
  const sized: Column[] = [columns.shallowSize, columns.sizeDelta];
  const shown: Column[] = [
    ...(steps > 1 ? [snapshot] : []),
    columns.type,
    columns.count,
    ...(detail ? [columns.newCount, columns.deletedCount] : []),
    columns.countDelta,
    ...(by === 'size' || detail ? sized : []),
    ...(detail ? [columns.newSize, columns.deletedSize] : []),
    ...(by === 'retained' ? [columns.retainedSize, columns.retainedDelta] : []),
  ];
  return {
    result: {
      kind: 'table',
      columns: shown,
      rows,
      total,
      omitted,
      layout: plain && steps === 1 ? 'growth' : 'grid',
    },
    fields: plain ? {} : sizesField(raw),
    notes: [
      ...notes,
      ...(total === 0 ? ['nothing grew'] : []),
      ...omittedNote(omitted, 'class grew', 'classes grew'),
    ],
  };
}

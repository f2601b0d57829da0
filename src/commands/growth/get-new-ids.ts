/** objgraph's get_new_ids: which objects the later snapshot has and the earlier one has not. */

import { NodeView } from '../../analysis/classes/nodes.js';
import { newNodes } from '../../analysis/growth/diff.js';
import type { Answer, Column, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { isSizelessValue } from '../../v8/sizeless-values.js';
import { defineCommand } from '../command.js';
import { beforeAndAfter, checkOneProcess } from '../shared/compare.js';
import { allRows, columns, limitOf, omittedNote, unknownInAll } from '../shared/tables.js';

const SORTS = ['deltas', 'new', 'current', 'old'] as const;

export const getNewIds = defineCommand({
  name: 'get-new-ids',
  summary: 'the ids of objects that are new since an earlier snapshot',
  description:
    "objgraph's table: for each class the objects before, now, those that are new, and the change in number. With --ids the new ids themselves, one a line, for at --ids-from - and others.",
  snapshot: beforeAndAfter,
  options: {
    limit: { kind: 'integer', help: 'rows to show (default 10, with --ids all)' },
    all: allRows,
    by: {
      kind: 'choice',
      choices: SORTS,
      default: 'deltas',
      help: 'what is ranked, largest first; ties by name',
      formerly: 'sort-by',
    },
    type: { kind: 'text', value: 'class', help: 'only objects of this class' },
    ids: { kind: 'flag', help: 'bare ids of the new objects, one a line, ascending' },
    'by-id': { kind: 'flag', help: 'go on even if the snapshots seem to be of two processes' },
  },
  examples: [
    { line: 'heapgraph get-new-ids before.heapsnapshot after.heapsnapshot', says: 'how many of each class' },
    {
      line: 'heapgraph get-new-ids 1.heapsnapshot 2.heapsnapshot --type Foo --ids | heapgraph at --ids-from -',
      says: 'look at each new one, in the newest snapshot of this folder',
    },
  ],
  needs: () => ({ kind: 'graph', edges: 'for-names', locations: false }),
  async run(_, __, options, heaps) {
    const [before, after] = [heaps[0]!.graph, heaps[1]!.graph];
    const notes = checkOneProcess(before, after, {
      byId: options['by-id'],
      advice: 'name the earlier one first',
    });
    const isNew = newNodes(before, after);
    const unknown =
      options.type === undefined ? undefined : await unknownInAll([before, after], options.type);
    const answer = options.ids ? idList(after, isNew, options) : idTable(before, after, isNew, options);
    return {
      ...answer,
      notes: [...notes, ...(unknown ? [unknown] : []), ...(answer.notes ?? [])],
      found: unknown === undefined,
    };
  },
});

interface Options {
  readonly limit: number | undefined;
  readonly all: boolean;
  readonly by: (typeof SORTS)[number];
  readonly type: string | undefined;
}

function idList(graph: Graph, isNew: Uint8Array, options: Options): Answer {
  const ids: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isNew[node] === 1 && (options.type === undefined || new NodeView(graph, node).type === options.type))
      ids.push(graph.ids[node]!);
  }
  const shown = ids.sort((a, b) => a - b).slice(0, limitOf(options));
  const omitted = ids.length - shown.length;
  return {
    result: {
      kind: 'table',
      columns: [columns.id],
      rows: shown.map((id) => ({ id })),
      total: ids.length,
      omitted,
      layout: 'bare',
    },
    notes: omittedNote(omitted),
  };
}

const ORDER = { deltas: 'countDelta', new: 'newCount', current: 'count', old: 'oldCount' } as const;

function idTable(before: Graph, after: Graph, isNew: Uint8Array, options: Options): Answer {
  const rows = new Map<
    string,
    { type: string; oldCount: number; count: number; newCount: number; countDelta: number }
  >();
  const tally = (graph: Graph, key: 'oldCount' | 'count' | 'newCount', marked?: Uint8Array): void => {
    const { labels, of } = classIndex(graph);
    const isLeftOut = isSizelessValue(graph);
    const counts = new Float64Array(labels.length);
    for (let node = 0; node < of.length; node++)
      if ((marked === undefined || marked[node] === 1) && !isLeftOut(node)) counts[of[node]!]! += 1;
    labels.forEach((type, number) => {
      const row = rows.get(type) ?? { type, oldCount: 0, count: 0, newCount: 0, countDelta: 0 };
      row[key] += counts[number]!;
      rows.set(type, row);
    });
  };
  tally(before, 'oldCount');
  tally(after, 'count');
  tally(after, 'newCount', isNew);
  const key = ORDER[options.by];
  const all = [...rows.values()]
    .filter(({ type }) => options.type === undefined || type === options.type)
    .map((row): typeof row => ({ ...row, countDelta: row.count - row.oldCount }))
    .sort((a, b) => b[key] - a[key] || (a.type < b.type ? -1 : 1));
  const shown = all.slice(0, limitOf({ all: options.all, limit: options.limit ?? 10 }));
  const number = (name: string, title: string): Column => ({ key: name, title, unit: 'count' });
  const omitted = all.length - shown.length;
  return {
    result: {
      kind: 'table',
      columns: [
        columns.type,
        number('oldCount', 'Old_ids'),
        number('count', 'Current_ids'),
        number('newCount', 'New_ids'),
        { ...columns.countDelta, title: 'Count_Deltas' },
      ],
      rows: shown satisfies Row[],
      total: all.length,
      omitted,
      layout: 'ids',
    },
    notes: omittedNote(omitted, 'class', 'classes'),
  };
}

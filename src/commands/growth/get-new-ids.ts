/** objgraph's get_new_ids: which objects the later snapshot has and the earlier one has not. */

import { newIds, newIdsByClass } from '../../analysis/growth/new-ids.js';
import type { Answer, Column, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { defineCommand } from '../command.js';
import type { ValuesOf } from '../options.js';
import { columns } from '../shared/columns.js';
import { beforeAndAfter, checkOneProcess } from '../shared/compare.js';
import { unknownInAll } from '../shared/named-types.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';

const SORTS = ['deltas', 'new', 'current', 'old'] as const;

const newIdsOptions = {
  limit: { kind: 'integer', help: 'rows to show (default 10, with --ids all)' },
  all: allRows,
  by: {
    kind: 'choice',
    choices: SORTS,
    default: 'deltas',
    help: 'what is ranked, largest first; ties by name',
    formerly: 'sortBy',
  },
  type: { kind: 'text', value: 'class', help: 'only objects of this class' },
  ids: { kind: 'flag', help: 'bare ids of the new objects, one a line, ascending' },
  byId: { kind: 'flag', help: 'go on even if the snapshots seem to be of two processes' },
} as const;

export const getNewIdsCommand = defineCommand({
  name: 'get-new-ids',
  summary: 'the ids of objects that are new since an earlier snapshot',
  description:
    "objgraph's table: for each class the objects before, now, those that are new, and the change in number. With --ids the new ids themselves, one a line, for at --ids-from - and others.",
  snapshot: beforeAndAfter,
  options: newIdsOptions,
  examples: [
    { line: 'heapgraph get-new-ids before.heapsnapshot after.heapsnapshot', says: 'how many of each class' },
    {
      line: 'heapgraph get-new-ids 1.heapsnapshot 2.heapsnapshot --type Foo --ids | heapgraph at --ids-from -',
      says: 'look at each new one, in the newest snapshot of this folder',
    },
  ],
  needs: () => ({ kind: 'graph', edges: 'for-names', locations: false, work: 'ids' }),
  async run({ options, snapshots: heaps }) {
    const [before, after] = [heaps[0]!.graph, heaps[1]!.graph];
    const notes = checkOneProcess(before, after, {
      byId: options.byId,
      advice: 'name the earlier one first',
    });
    const unknown =
      options.type === undefined ? undefined : await unknownInAll([before, after], options.type);
    const answer = options.ids ? idList(before, after, options) : idTable(before, after, options);
    return {
      ...answer,
      notes: [...notes, ...(unknown ? [unknown] : []), ...(answer.notes ?? [])],
      found: unknown === undefined,
    };
  },
});

type NewIdsValues = ValuesOf<typeof newIdsOptions>;

function idList(before: Graph, after: Graph, options: NewIdsValues): Answer {
  const ids = newIds(before, after, options);
  const shown = ids.slice(0, limitOf(options));
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

function idTable(before: Graph, after: Graph, options: NewIdsValues): Answer {
  const all = newIdsByClass(before, after, { type: options.type, by: ORDER[options.by] });
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
      rows: shown.map((row): Row => ({ ...row })),
      total: all.length,
      omitted,
      layout: 'ids',
    },
    notes: omittedNote(omitted, 'class', 'classes'),
  };
}

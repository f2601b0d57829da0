/** Closures by function, what their contexts keep, and captured variables that nothing reads. */
import { type ClosureGroup, closureGroups } from '../../analysis/closures/closure-groups.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { defineCommand } from '../command.js';
import { columns, locationCell } from '../shared/columns.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

const functionColumns: readonly Column[] = [
  columns.retainedSize,
  { key: 'contexts', title: 'Contexts', unit: 'count' },
  { key: 'shared', title: 'Shared', unit: 'count' },
  columns.count,
  { ...columns.id, title: 'Example' },
  { ...columns.type, title: 'Function' },
];

export const closuresCommand = defineCommand({
  name: 'closures',
  summary: 'closures by function, and what the contexts keep that they run in',
  description:
    'A context holds the variables of a function that its inner functions use. All closures that are made in one run share it: one of them keeps what any other uses. Shared: contexts in which closures of other functions run, too. More: docs/closures.md.',
  snapshot: true,
  options: {
    limit: { kind: 'integer', default: 10, help: 'functions to show' },
    all: allRows,
    runtime: { kind: 'flag', help: 'also functions of the runtime, and built-in ones' },
  },
  examples: [
    { line: 'heapgraph closures app.heapsnapshot', says: 'whose contexts keep most' },
    { line: 'heapgraph closures app.heapsnapshot --runtime --all', says: 'all functions' },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'all' }),
  run({ snapshot: { graph }, options }) {
    const groups = closureGroups(graph);
    const wanted = options.runtime ? groups : groups.filter(({ owner }) => owner === 'program');
    const shown = wanted.slice(0, limitOf(options));
    const omitted = wanted.length - shown.length;
    const others = groups.length - wanted.length;
    return {
      result: {
        kind: 'table',
        columns: functionColumns,
        rows: shown.map((group) => rowOf(graph, group)),
        total: wanted.length,
        omitted,
        layout: 'grid',
      },
      fields: { ...sizesField(false), others },
      notes: [
        ...omittedNote(omitted, 'function', 'functions'),
        ...(others > 0
          ? [
              `${formatCount(others)} ${others === 1 ? 'function' : 'functions'} of the runtime left out; --runtime shows them`,
            ]
          : []),
      ],
    };
  },
});

function rowOf(graph: Graph, { example, location, ...group }: ClosureGroup): Row {
  return { ...group, id: graph.ids[example]!, location: locationCell(location) };
}

/** Closures by function, what their contexts keep, and captured variables that nothing reads. */
import { type ClosureGroup, closureGroups } from '../../analysis/closures/closure-groups.js';
import { unreadVariables } from '../../analysis/closures/unread-variables.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { readScopeTables } from '../../session/scope-tables.js';
import { defineCommand } from '../command.js';
import { columns, locationCell } from '../shared/columns.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { unreadTable } from '../shared/unread-variables.js';

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
  summary:
    'closures by function, what their contexts keep, and captured variables that no living function reads',
  description:
    'All closures that are made in one run of a function share a context: one of them keeps what any other uses. What nothing reads any more is found in the source: files that the snapshot names are parsed, and never run. Shared: contexts in which closures of other functions run, too. More: docs/closures.md.',
  snapshot: true,
  answers: 'report',
  options: {
    limit: { kind: 'integer', default: 10, help: 'rows to show of each table' },
    all: allRows,
    minSize: { kind: 'bytes', default: 10_000, help: 'only variables that keep at least this much' },
    sources: {
      kind: 'text',
      value: 'dir',
      help: 'the folder that has the scripts, where they are not where they ran',
    },
    noSources: { kind: 'flag', help: 'read no scripts: only what the snapshot itself has of them' },
    runtime: { kind: 'flag', help: 'also functions of the runtime, and built-in ones' },
  },
  examples: [
    { line: 'heapgraph closures app.heapsnapshot', says: 'whose contexts keep most' },
    { line: 'heapgraph closures app.heapsnapshot --runtime --all', says: 'all functions' },
  ],
  needs: () => ({ ...WHOLE_GRAPH, work: 'all' }),
  async run({ snapshot: { graph }, options, machine }) {
    const limit = limitOf(options);
    const { variables, checked } = await unreadVariables(
      graph,
      (script) =>
        options.noSources
          ? { reason: 'files are left alone (--no-sources)' }
          : machine.scriptText(script, options.sources),
      await readScopeTables(graph),
    );
    const large = variables.filter(({ retainedSize }) => retainedSize >= options.minSize);
    const unread = unreadTable(graph, large, {
      limit,
      small: variables.length - large.length,
      minSize: options.minSize,
      checked,
    });
    const groups = closureGroups(graph);
    const wanted = options.runtime ? groups : groups.filter(({ owner }) => owner === 'program');
    const shown = wanted.slice(0, limit);
    const omitted = wanted.length - shown.length;
    const others = groups.length - wanted.length;
    return {
      result: {
        kind: 'report',
        parts: [
          {
            title: 'Captured variables that no living function reads',
            result: unread.table,
            notes: unread.notes,
          },
          {
            title: 'Closures by function',
            result: {
              kind: 'table',
              columns: functionColumns,
              rows: shown.map((group) => rowOf(graph, group)),
              total: wanted.length,
              omitted,
              layout: 'grid',
            },
            notes:
              others > 0
                ? [
                    `${formatCount(others)} ${others === 1 ? 'function' : 'functions'} of the runtime left out; --runtime shows them`,
                  ]
                : [],
          },
        ],
      },
      fields: {
        ...sizesField(false),
        others,
        small: variables.length - large.length,
        checked: {
          contexts: checked.contexts,
          scripts: checked.scripts.map((one) => ({ ...one })),
          notChecked: checked.notChecked.map((one) => ({ ...one })),
        },
      },
      notes: omittedNote(Math.max(omitted, unread.table.omitted)),
    };
  },
});

function rowOf(graph: Graph, { example, location, ...group }: ClosureGroup): Row {
  return { ...group, id: graph.ids[example]!, location: locationCell(location) };
}

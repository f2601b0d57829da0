import { NodeView } from '../../analysis/classes/nodes.js';
import { leakingObjects } from '../../analysis/holders/leaking-objects.js';
import { note, option } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import { defineCommand } from '../command.js';
import { columns, nodeRow } from '../shared/columns.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const getLeakingObjectsCommand = defineCommand({
  name: 'get-leaking-objects',
  summary: 'objects that no object of the program holds',
  description:
    'Held by nothing: only weak references lead there. Held by an internal root: native handles or the stack keep them, as they do for much of the runtime. What the code of the program made comes first.',
  snapshot: true,
  options: {
    limit: {
      kind: 'integer',
      default: 20,
      help: "objects to show: what the program's own code made first, then those that retain the most",
    },
    all: allRows,
    filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
  },
  examples: [
    { line: 'heapgraph get-leaking-objects app.heapsnapshot', says: 'what nothing in the program refers to' },
    { line: "heapgraph get-leaking-objects --filter '^(Socket|Timeout)$'", says: 'of two classes' },
  ],
  needs: () => WHOLE_GRAPH,
  run({ snapshot: { graph }, options }) {
    const found = leakingObjects(graph)
      .map(({ node, ...facts }) => ({ view: new NodeView(graph, node), ...facts }))
      .filter(({ view }) => options.filter?.test(view.type) ?? true)
      .sort(
        (a, b) =>
          Number(b.own) - Number(a.own) || b.view.retainedSize - a.view.retainedSize || a.view.id - b.view.id,
      );
    const shown = found.slice(0, limitOf(options));
    const omitted = found.length - shown.length;
    return {
      result: {
        kind: 'table',
        columns: [
          columns.id,
          columns.type,
          columns.name,
          columns.shallowSize,
          columns.retainedSize,
          { key: 'heldBy', title: 'Held by', unit: 'text' },
        ],
        rows: shown.map(({ view, heldBy }) => ({ ...nodeRow(view, { raw: false, retained: true }), heldBy })),
        total: found.length,
        omitted,
        layout: 'grid',
      },
      fields: sizesField(false),
      notes: [
        ...(found.length === 0 ? [noneNote(graph.file, options.filter)] : []),
        ...(omitted > 0 ? [note('omitted')`${formatCount(omitted)} more; ${option('all')} shows them`] : []),
      ],
    };
  },
});

function noneNote(file: string, filter: RegExp | undefined): string {
  const which = filter ? ` of classes that match /${printable(filter.source)}/` : '';
  return `no such objects${which} in ${printable(file)}`;
}

import { type RetainedSet, retainedClasses, retainedSet } from '../../analysis/sizes/retained-set.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { note, option } from '../../base/notes.js';
import type { Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { resolveTargets } from '../../query/targets.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { type HeldByOnly, onlyHolderMask, onlyHolderOption } from '../shared/only-holder.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { targetNotes } from '../shared/target-notes.js';
import {
  idsOption,
  pickByRetainedOption,
  tagOption,
  targetArguments,
  WHOLE_GRAPH,
} from '../shared/targets.js';

export const retainedCommand = defineCommand({
  name: 'retained',
  summary: 'what would be freed if a set of objects went, by class',
  description:
    'Exact for any set: also what several of its members keep alive together. A class means all its objects.',
  arguments: targetArguments,
  snapshot: true,
  options: {
    limit: { kind: 'integer', default: 10, help: 'classes to show' },
    all: allRows,
    pick: { ...pickByRetainedOption.pick, default: 'all' },
    ...onlyHolderOption,
    ...idsOption,
    ...tagOption,
  },
  examples: [
    { line: 'heapgraph retained Session app.heapsnapshot', says: 'all sessions together' },
    { line: 'heapgraph retained @114969 @12345 app.heapsnapshot --json', says: 'two objects' },
  ],
  needs: () => WHOLE_GRAPH,
  async run({ snapshot: { graph }, targets: texts, options }) {
    const targets = resolveTargets(graph, texts, options.pick, {
      retained: true,
    });
    const { nodes: members, missing } = targets;
    const retained = heldPart(graph, retainedSet(graph, members), options.heldByOnly);
    const rows = retainedClasses(graph, retained);
    const count = retained.nodes.length;
    const shown = rows.slice(0, limitOf(options));
    const omitted = rows.length - shown.length;
    return {
      result: {
        kind: 'table',
        columns: [columns.type, columns.count, columns.shallowSize, columns.sizeShare],
        rows: shown.map((row): Row => ({ ...row })),
        total: rows.length,
        omitted,
        layout: 'grid',
      },
      fields: { ...sizesField(false), members: members.length, count, retainedSize: retained.size },
      notes: [
        ...(await targetNotes(graph, targets)),
        ...(members.length > 0 ? [retainedNote(members.length, count, retained.size)] : []),
        ...(omitted > 0
          ? [note('omitted')`${formatCount(omitted)} more classes; ${option('all')} shows them`]
          : []),
      ],
      found: missing.length === 0,
    };
  },
});

/** Of what is retained the nodes that count. */
function heldPart(graph: Graph, retained: RetainedSet, heldByOnly: HeldByOnly): RetainedSet {
  const mask = onlyHolderMask(graph, heldByOnly);
  if (!mask) return retained;
  const sizes = shallowSizes(graph);
  const nodes = retained.nodes.filter((node) => mask[node] === 1);
  return { ...retained, nodes, size: nodes.reduce((sum, node) => sum + sizes[node]!, 0) };
}

function retainedNote(members: number, count: number, size: number): string {
  return `${formatCount(members)} ${members === 1 ? 'object retains' : 'objects retain'} ${formatCount(count)} with ${formatCount(size)} bytes`;
}

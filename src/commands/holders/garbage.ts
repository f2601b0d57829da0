/** gc's garbage. */
import { garbageOf, REACH } from '../../analysis/garbage/garbage.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { UsageError } from '../../base/errors.js';
import { note, option } from '../../base/notes.js';
import { formatCount } from '../../base/units.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { classIndex } from '../../v8/class-names.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

const LASTING = 4;

/** In the order in which they are shown. */
const WAYS = [
  { way: LASTING, words: 'its own held value' },
  { way: REACH.registry, words: 'held values' },
  { way: REACH.weak, words: 'weak references' },
  { way: REACH.nothing, words: 'nothing' },
] as const;

export const garbageCommand = defineCommand({
  name: 'garbage',
  summary: 'what no ordinary reference keeps, by class',
  description:
    'Reached by: nothing, weak references alone, or held values of FinalizationRegistries alone. "Its own held value": the held value of an entry leads to the object that is registered, which is then never freed while the registry lives.',
  snapshot: true,
  options: {
    where: {
      kind: 'text',
      read: readQuery,
      value: 'query',
      help: 'only objects that a query accepts',
    },
    limit: { kind: 'integer', default: 20, help: 'rows to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph garbage app.heapsnapshot', says: 'what V8 can free, and what it never will' },
    { line: "heapgraph garbage --where 'class = Request'", says: 'of one class' },
  ],
  needs(_, options) {
    const query = options.where;
    if (query?.compares !== undefined)
      throw new UsageError(`"${query.compares}" compares two snapshots, and there is one`, 'Leave it out.');
    return WHOLE_GRAPH;
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const query = options.where;
    const mask = query && (await maskOf(query, { graph, readIds }));
    const { reach, lasting, unknown } = garbageOf(graph);
    const { labels, of } = classIndex(graph);
    const sizes = shallowSizes(graph);
    const counts = WAYS.map(() => new Float64Array(labels.length));
    const bytes = WAYS.map(() => new Float64Array(labels.length));
    const add = (way: number, node: number): void => {
      if (mask && mask[node] !== 1) return;
      const row = WAYS.findIndex((group) => group.way === way);
      counts[row]![of[node]!]! += 1;
      bytes[row]![of[node]!]! += sizes[node]!;
    };
    for (let node = 0; node < graph.nodeCount; node++)
      if (reach[node] !== REACH.strong) add(reach[node]!, node);
    for (const node of new Set(lasting.map(({ target }) => target))) add(LASTING, node);
    const rows = WAYS.flatMap(({ words }, i) =>
      [...labels.keys()]
        .filter((label) => counts[i]![label]! > 0)
        .map((label) => ({
          reachedBy: words,
          type: labels[label]!,
          count: counts[i]![label]!,
          size: bytes[i]![label]!,
        }))
        .sort((a, b) => b.size - a.size || b.count - a.count || (a.type < b.type ? -1 : 1)),
    );
    const shown = rows.slice(0, limitOf(options));
    const omitted = rows.length - shown.length;
    return {
      result: {
        kind: 'table',
        columns: [
          { key: 'reachedBy', title: 'Reached by', unit: 'text' },
          columns.type,
          columns.count,
          { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
        ],
        rows: shown,
        total: rows.length,
        omitted,
        layout: 'grid',
      },
      fields: sizesField(false),
      notes: [
        ...(rows.length === 0 ? [note('answer')`ordinary references keep all that was asked about`] : []),
        ...(unknown > 0
          ? [note('answer')`${formatCount(unknown)} entries of registries were not looked at: too many steps`]
          : []),
        ...(omitted > 0 ? [note('omitted')`${formatCount(omitted)} more; ${option('all')} shows them`] : []),
      ],
    };
  },
});

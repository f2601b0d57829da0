/** weakref: weak objects, and what would be freed if references were weak. */
import { tallyByClass } from '../../analysis/sizes/class-tally.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { ifWeak } from '../../analysis/weak/if-weak.js';
import { type WeakRow, type WeakRows, weakRows } from '../../analysis/weak/weak-rows.js';
import { type Note, note, option } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { classIndex, className } from '../../v8/class-names.js';
import { defineCommand } from '../command.js';
import { columns, locationCell } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { type ReferenceQuery, readReferences } from '../shared/reference-option.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const weakCommand = defineCommand({
  name: 'weak',
  summary: 'weak references and collections, and what they keep; what if a reference were weak',
  description:
    'A row for those that are held alike. "Keys keep": bytes that nothing but the keys of these WeakMaps keeps. "Self-held": entries of a WeakMap whose key only values of WeakMaps keep, its own among them; entries of a FinalizationRegistry whose held value leads to the target. More: docs/queries.md.',
  snapshot: true,
  options: {
    ifWeak: {
      kind: 'text',
      read: readReferences,
      value: 'references',
      help: "what would be freed if these were weak: Session.user, 'Array[]', 'Map[keys]'",
    },
    limit: { kind: 'integer', default: 20, help: 'rows to show' },
    all: { kind: 'flag', help: "no limit, and also the runtime's and V8's own" },
  },
  examples: [
    { line: 'heapgraph weak app.heapsnapshot', says: 'those of the program' },
    { line: 'heapgraph weak --all', says: "also the runtime's own" },
    { line: 'heapgraph weak --if-weak Session.user', says: 'what only these properties keep' },
    { line: "heapgraph weak --if-weak 'Map[keys]'", says: 'if all Maps were WeakMaps' },
  ],
  needs(_, options) {
    const compares = options.ifWeak?.query.compares;
    if (compares !== undefined) throw comparesError(compares);
    return { ...WHOLE_GRAPH, work: 'holders' };
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const limit = options.all ? Number.POSITIVE_INFINITY : options.limit;
    if (options.ifWeak === undefined) return listed(weakRows(graph, options), graph, options);
    const mask = await maskOf(options.ifWeak.query, { graph, readIds });
    const answer = freed(graph, options.ifWeak, mask, limit);
    const absent = await absentClassNotes([graph], options.ifWeak.query);
    // A class that is not there has no objects, which need not be said again.
    const others = absent.length > 0 && !mask.includes(1) ? [] : (answer.notes ?? []);
    return { ...answer, notes: [...absent, ...others] };
  },
});

const WEAK_COLUMNS: readonly Column[] = [
  { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
  columns.type,
  columns.count,
  { key: 'live', title: 'Live', unit: 'count' },
  { key: 'empty', title: 'Empty', unit: 'count' },
  { key: 'valueSize', title: 'Keys keep', unit: 'bytes', role: 'size' },
  { key: 'selfHeld', title: 'Self-held', unit: 'count' },
  { key: 'holder', title: 'Held by', unit: 'text' },
  columns.location,
  columns.id,
];

function listed(
  found: WeakRows,
  graph: Graph,
  { all, limit }: { readonly all: boolean; readonly limit: number },
): Answer {
  const { rows, others, otherCleared, otherEntries, unknown } = found;
  const shown = all ? rows : rows.slice(0, limit);
  const omitted = rows.length - shown.length;
  return {
    result: {
      kind: 'table',
      columns: WEAK_COLUMNS,
      rows: shown.map((row) => rowOf(graph, row)),
      total: rows.length,
      omitted,
      layout: 'grid',
      textColumns: ['kind', 'count', 'live', 'empty', 'valueSize', 'selfHeld', 'holder', 'location'],
    },
    fields: { ...sizesField(false), others },
    notes: [
      ...(rows.length === 0
        ? [
            note(
              'answer',
            )`no WeakRef, WeakMap, WeakSet or FinalizationRegistry${all ? '' : ' of the program'} in ${graph.file}`,
          ]
        : []),
      ...(others > 0
        ? [
            note(
              'omitted',
            )`${formatCount(others)} more of the runtime and of V8, with ${formatCount(otherEntries)} entries and ${formatCount(otherCleared)} cleared WeakRefs; ${option('all')} shows them`,
          ]
        : []),
      ...(unknown > 0
        ? [
            note(
              'answer',
            )`self-held: ${formatCount(unknown)} entries were not looked at, it takes too many steps`,
          ]
        : []),
      ...(omitted > 0 ? [note('omitted')`${formatCount(omitted)} more; ${option('limit')} shows more`] : []),
    ],
  };
}

function rowOf(graph: Graph, row: WeakRow): Row {
  const { kind, nodes, live, empty, valueSize, selfHeld, holder, location } = row;
  return {
    kind,
    type: className(graph, nodes[0]!),
    count: nodes.length,
    live,
    empty,
    valueSize,
    selfHeld,
    holder,
    location: locationCell(location),
    id: graph.ids[nodes[0]!]!,
  };
}

function freed(graph: Graph, asked: ReferenceQuery, mask: Uint8Array, limit: number): Answer {
  const { references, holders, nodes, size } = ifWeak(graph, mask, asked.part);
  const sizes = shallowSizes(graph);
  const classes = tallyByClass(classIndex(graph), nodes, (node) => sizes[node]!).sort(
    (a, b) => b.size - a.size || b.count - a.count || (a.type < b.type ? -1 : 1),
  );
  const shown = classes.slice(0, limit);
  const omitted = classes.length - shown.length;
  const all = `${counted(references, 'reference')} of ${counted(holders, 'object')}`;
  return {
    result: {
      kind: 'table',
      columns: [columns.type, columns.count, columns.shallowSize],
      rows: shown.map(({ type, count, size: shallowSize }) => ({ type, count, shallowSize })),
      total: classes.length,
      omitted,
      layout: 'grid',
      ...(nodes.length > 0
        ? {
            title: `${counted(nodes.length, 'node')} would be freed, ${formatBytes(size)}, if ${all} were weak.`,
          }
        : {}),
    },
    fields: { ...sizesField(false), references, holders, freedCount: nodes.length, freedSize: size },
    notes: [
      ...(references === 0 ? [notFound(asked, mask)] : []),
      ...(references > 0 && nodes.length === 0
        ? [note('answer')`nothing would be freed: other references hold all that ${all} lead to`]
        : []),
      ...(omitted > 0
        ? [note('omitted')`${formatCount(omitted)} more classes; ${option('limit')} shows more`]
        : []),
    ],
    found: references > 0,
  };
}

function notFound({ query, part }: ReferenceQuery, mask: Uint8Array): Note {
  let objects = 0;
  for (const is of mask) objects += is;
  if (objects === 0) return note('unknown')`no object that "${query.text}" accepts`;
  const what =
    part.kind === 'property'
      ? `a reference "${part.name}"`
      : part.kind === 'items'
        ? 'items, members or values that are no plain values'
        : 'keys that are objects';
  return note('unknown')`none of ${counted(objects, 'object')} that "${query.text}" accepts has ${what}`;
}

function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}

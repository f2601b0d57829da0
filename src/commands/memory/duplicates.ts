/** duplicates: equal objects, what sharing would save, and who holds them. */
import { type DuplicateObjects, duplicateObjects } from '../../analysis/collections/duplicate-objects.js';
import { holderPaths } from '../../analysis/holders/holder-paths.js';
import { besideHolders } from '../../analysis/sizes/ahead.js';
import { groupHolders } from '../../analysis/strings/string-holders.js';
import { placesOfLargest } from '../../base/largest.js';
import { note, option } from '../../base/notes.js';
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { className } from '../../v8/class-names.js';
import { hasNumbers } from '../../v8/collections.js';
import { shortValue } from '../../v8/values.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const duplicatesCommand = defineCommand({
  name: 'duplicates',
  summary: 'equal objects: of one class, with the same properties and equal values; what sharing would save',
  description:
    'Strings are compared by their texts, objects by what they refer to, functions and tables by identity. Objects that lead back to themselves equal no other. Objects of which the file does not show all values, such as small integers, are left out. More: docs/strings-and-collections.md.',
  snapshot: true,
  options: {
    by: {
      kind: 'choice',
      choices: ['object', 'class', 'holder'],
      default: 'object',
      help: 'a row for the objects that are equal, for a class, or for those that are held alike',
    },
    unsure: { kind: 'flag', help: 'also objects of which the file does not show all values' },
    minCount: { kind: 'integer', default: 2, help: 'only where so many are equal' },
    minSize: { kind: 'bytes', default: 0, help: 'only what wastes so many bytes: bytes, or 64kB' },
    where: {
      kind: 'text',
      read: readQuery,
      value: 'query',
      help: 'only objects one of which a query accepts',
    },
    limit: { kind: 'integer', default: 10, help: 'rows to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph duplicates app.heapsnapshot', says: 'what is there most often' },
    { line: 'heapgraph duplicates --by class app.heapsnapshot', says: 'by class' },
    { line: "heapgraph duplicates --where 'class = Config' --min-count 10", says: 'of one class' },
  ],
  needs(_, { where }) {
    if (where?.compares !== undefined) throw comparesError(where.compares);
    return { ...WHOLE_GRAPH, work: 'holders' };
  },
  async run({ snapshot: { graph }, options, machine: { readIds } }) {
    const mask = options.where && (await maskOf(options.where, { graph, readIds }));
    const found =
      options.by === 'class' ? duplicateObjects(graph) : besideHolders(graph, () => duplicateObjects(graph));
    const isAsked = new Uint8Array(found.count).fill(mask ? 0 : 1);
    if (mask)
      found.members.nodes.forEach((node, i) => {
        if (mask[node] === 1) isAsked[found.members.groups[i]!] = 1;
      });
    const wastes = new Float64Array(found.count);
    let [groups, copies, wasted, sureWasted, hidden] = [0, 0, 0, 0, 0];
    for (let group = 0; group < found.count; group++) {
      const waste = found.bytes[group]! - found.largest[group]!;
      const isAlike =
        found.counts[group]! >= Math.max(2, options.minCount) &&
        waste >= options.minSize &&
        isAsked[group] === 1;
      const isListed = isAlike && (options.unsure || found.mayDiffer[group] === 0);
      if (isAlike && !isListed) hidden += waste;
      wastes[group] = isListed ? waste : -1;
      if (!isListed) continue;
      groups++;
      copies += found.counts[group]! - 1;
      wasted += waste;
      if (found.mayDiffer[group] === 0) sureWasted += waste;
    }
    const limit = limitOf(options);
    const { rows, total } =
      options.by === 'object'
        ? { rows: groupRows(graph, found, wastes, limit), total: groups }
        : summedRows(graph, found, wastes, options.by, limit);
    const omitted = total - rows.length;
    return {
      result: {
        kind: 'table',
        columns: options.by === 'object' ? GROUP_COLUMNS : SUM_COLUMNS[options.by],
        rows,
        total,
        omitted,
        layout: 'grid',
        ...(options.by === 'object'
          ? {
              textColumns: ['wastedSize', 'count', 'shallowSize', 'sure', 'type', 'name'],
              below: { key: 'holders', columns: HOLDERS, isFlattened: true },
            }
          : {}),
        summary: [
          `${formatCount(copies)} copies of ${formatCount(groups)} objects waste ${formatCount(wasted)} bytes${options.unsure ? `; sure of ${formatCount(sureWasted)}` : ''}`,
        ],
      },
      fields: {
        ...sizesField(false),
        by: options.by,
        groups,
        copies,
        wastedSize: wasted,
        sureWastedSize: sureWasted,
        hasNumbers: hasNumbers(graph),
      },
      notes: [
        ...(await absentClassNotes([graph], options.where)),
        ...(groups === 0 ? [note('answer')`no equal objects among those that were asked for`] : []),
        ...(hasNumbers(graph) || sureWasted === wasted
          ? []
          : ['the file has no small integers: objects that differ in these alone count as equal']),
        ...(hidden > 0
          ? [
              note(
                'omitted',
              )`${formatCount(hidden)} bytes more, of objects that may differ in what the file does not show; ${option('unsure')} shows them`,
            ]
          : []),
        ...omittedNote(omitted),
      ],
    };
  },
});

const MOST_HOLDERS = 3;
const wastedColumn: Column = { key: 'wastedSize', title: 'Wasted', unit: 'bytes', role: 'size' };
const sureColumn: Column = { key: 'sure', title: 'Sure', unit: 'text' };

const GROUP_COLUMNS: readonly Column[] = [
  wastedColumn,
  columns.count,
  columns.shallowSize,
  sureColumn,
  columns.type,
  columns.name,
  columns.id,
  { key: 'holder', title: 'Held by', unit: 'text' },
];

const SUM_COLUMNS: Readonly<Record<'class' | 'holder', readonly Column[]>> = {
  class: [wastedColumn, columns.count, { key: 'group', title: 'Class', unit: 'text', role: 'name' }],
  holder: [wastedColumn, columns.count, { key: 'group', title: 'Held by', unit: 'text', role: 'name' }],
};

const HOLDERS: readonly Column[] = [
  { key: 'count', title: 'Count', unit: 'count', role: 'count' },
  { key: 'text', title: 'Held by', unit: 'text', role: 'dim' },
];

function groupRows(
  graph: Graph,
  found: DuplicateObjects,
  wastes: Float64Array,
  limit: number,
): readonly Row[] {
  const shown = placesOfLargest(wastes, limit, (group) => wastes[group]! >= 0);
  const holdersOf = groupHolders(graph, found.members, shown, MOST_HOLDERS);
  return shown.map((group): Row => {
    const node = found.first[group]!;
    const { holders, omitted } = holdersOf(group);
    return {
      wastedSize: wastes[group]!,
      count: found.counts[group]!,
      shallowSize: found.bytes[group]!,
      sure: found.mayDiffer[group] === 0,
      type: className(graph, node),
      name: shortValue(graph, node),
      id: graph.ids[node]!,
      holder: holders[0]?.text ?? null,
      holders: holders.map((one) => ({ ...one })),
      holdersOmitted: omitted,
    };
  });
}

/** The same by class or holder: each copy has its part of what its group wastes. */
function summedRows(
  graph: Graph,
  { members, counts }: DuplicateObjects,
  wastes: Float64Array,
  by: 'class' | 'holder',
  limit: number,
): { readonly rows: readonly Row[]; readonly total: number } {
  const paths = by === 'holder' ? holderPaths(graph) : undefined;
  const sums = new Map<number | string, { wastedSize: number; count: number }>();
  for (let i = 0; i < members.nodes.length; i++) {
    const group = members.groups[i]!;
    if (wastes[group]! < 0) continue;
    const node = members.nodes[i]!;
    const key = paths ? paths.pathOf(node) : className(graph, node);
    let sum = sums.get(key);
    if (!sum) {
      sum = { wastedSize: 0, count: 0 };
      sums.set(key, sum);
    }
    sum.wastedSize += wastes[group]! / counts[group]!;
    sum.count++;
  }
  const rows = Array.from(sums, ([key, { wastedSize, count }]) => ({
    wastedSize: Math.round(wastedSize),
    count,
    group: paths ? paths.text(key as number) : String(key),
  })).sort(
    inOrder(
      byDescending((row) => row.wastedSize),
      byText((row) => row.group),
    ),
  );
  return { rows: rows.slice(0, limit), total: rows.length };
}

/** `dominators --follow`: down to the place that holds the memory. */

import type { BranchList } from '../../analysis/accumulation/heaviest-branch.js';
import { type Holder, type MemoryPlace, memoryPlace } from '../../analysis/accumulation/memory-place.js';
import { NodeView } from '../../analysis/classes/nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { type NoteLike, note, option } from '../../base/notes.js';
import type { Answer, Cell, Column, Detail, Fact, Row, Table } from '../../base/result.js';
import { formatCount, formatId, formatShare } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import type { ValuesOf } from '../options.js';
import { columns } from '../shared/columns.js';
import { type PartitionValues, partitionOf, placeFields } from '../shared/partition.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';

/** The options of `dominators` that say how much of the answer is shown. */
export const followOptions = {
  limit: { kind: 'integer', default: 10, help: 'objects to show below each, the largest first' },
  all: allRows,
} as const;

type FollowValues = PartitionValues & ValuesOf<typeof followOptions>;

/** The most levels shown at the start of a path, and as many at its end. */
const SHOWN_LEVELS = 15;

const partShare: Column = { key: 'share', title: '% of it', unit: 'share', role: 'dim' };
const largest: Column = { key: 'largest', title: 'Largest', unit: 'id', role: 'id' };
const largestSize: Column = {
  key: 'largestRetainedSize',
  title: 'Its retained size',
  unit: 'bytes',
  role: 'size',
};

const collectionColumns: readonly Column[] = [
  columns.retainedSize,
  columns.retainedShare,
  columns.id,
  columns.type,
  columns.count,
  { key: 'members', title: 'Members', unit: 'text', role: 'name' },
  { key: 'expression', title: 'Expression', unit: 'text' },
];

/** One item a start: the node where its memory branches, the path, what it keeps, its holders. */
export function follow(graph: Graph, starts: readonly number[], options: FollowValues): Answer {
  const notes: NoteLike[] = [];
  const items = starts.map((start) => followed(graph, start, options, notes));
  return {
    result: { kind: 'details', items, total: items.length, omitted: 0 },
    fields: sizesField(false),
    notes,
  };
}

function followed(graph: Graph, start: number, options: FollowValues, notes: NoteLike[]): Detail {
  const found = memoryPlace(graph, start, partitionOf(options));
  notes.push(...nextNotes(graph, found));
  return {
    ...headOf(graph, found),
    facts: [],
    lists: [
      ...collectionList(graph, found),
      pathList(graph, found, options),
      partList(graph, found, options),
    ],
    closing: holderFacts(found.holder),
  };
}

/** What to look at next. */
function nextNotes(graph: Graph, { place, collections, next }: MemoryPlace): readonly NoteLike[] {
  const id = formatId(graph.ids[place]!);
  if (collections.length > 0)
    return [
      `no object keeps half of ${id}: the collections below it that keep the most come first; at and find-backref-chain show one by its id`,
    ];
  if (next === undefined) return [];
  const retained = retainedSizes(graph);
  const share = formatShare(shareOf(retained[next]!, retained[place]!));
  return [
    note(
      'answer',
    )`the largest object below ${id} keeps ${share} of it: dominators ${option('follow')} ${formatId(graph.ids[next]!)} goes on there`,
  ];
}

/** The place: what it is, how much it keeps, the list that begins there. */
function headOf(graph: Graph, { place, list }: MemoryPlace): Pick<Detail, 'title' | 'fields'> {
  const view = new NodeView(graph, place);
  const { id, type, name, shallowSize, retainedSize } = view;
  const retainedShare = shareOfHeap(graph, retainedSize);
  const keeps = `keeps ${formatCount(retainedSize)} bytes, ${formatShare(retainedShare)} of the heap`;
  return {
    title: `${formatId(id)} ${described(view)} ${keeps}${list ? `; ${listWords(list)}` : ''}`,
    fields: {
      id,
      type,
      name,
      shallowSize,
      retainedSize,
      retainedShare,
      listLength: list?.count ?? null,
      listVia: list ? [...list.via] : null,
    },
  };
}

/** The collections below a root; no list where the branch ends at another object. */
function collectionList(graph: Graph, { collections }: MemoryPlace): Detail['lists'] {
  if (collections.length === 0) return [];
  const rows = collections.map((one) => collectionRow(graph, one));
  return [
    {
      key: 'collections',
      title: 'Collections that keep the most',
      table: grid(collectionColumns, rows, rows.length),
    },
  ];
}

/** The levels from the start down to the place. */
function pathList(graph: Graph, { path }: MemoryPlace, { all }: FollowValues): Detail['lists'][number] {
  const levels = path.map((node): Row => {
    const { id, type, name, shallowSize, retainedSize } = new NodeView(graph, node);
    return { retainedSize, retainedShare: shareOfHeap(graph, retainedSize), id, type, name, shallowSize };
  });
  return {
    key: 'path',
    title: `Heaviest branch (${formatCount(levels.length)} ${levels.length === 1 ? 'level' : 'levels'})`,
    table: levelTable(levels, all),
  };
}

/** What is below the place, by class: of a list its members, of an object what it dominates. */
function partList(
  graph: Graph,
  { place, list, parts }: MemoryPlace,
  options: FollowValues,
): Detail['lists'][number] {
  const retained = retainedSizes(graph);
  const placeOf = placeFields(options, [graph]);
  const rows = parts.map(
    ({ type, count, retainedSize, largest: node }): Row => ({
      type,
      count,
      retainedSize,
      share: shareOf(retainedSize, retained[place]!),
      largest: graph.ids[node]!,
      largestRetainedSize: retained[node]!,
      ...placeOf(type),
    }),
  );
  const objects = list ? list.count : parts.reduce((sum, { count }) => sum + count, 0);
  return {
    key: 'parts',
    title: `Where it spreads: ${formatCount(objects)} objects${list ? ' in a row' : ''}`,
    table: grid(
      [columns.type, columns.count, columns.retainedSize, partShare, largest, largestSize],
      rows.slice(0, limitOf(options)),
      rows.length,
    ),
  };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function shareOfHeap(graph: Graph, size: number): number {
  return shareOf(size, retainedSizes(graph)[graph.root]!);
}

/** A collection, and where it is. */
function collectionRow(graph: Graph, collection: MemoryPlace['collections'][number]): Row {
  const { node, type: members, count, retainedSize: membersSize, holder } = collection;
  const { id, type, name, retainedSize } = new NodeView(graph, node);
  return {
    retainedSize,
    retainedShare: shareOfHeap(graph, retainedSize),
    id,
    type,
    name,
    count,
    members,
    membersSize,
    expression: holder.expression,
    heldBy: holder.heldBy,
  };
}

function described({ type, name }: NodeView): string {
  return name === type ? type : `${type} ${name}`;
}

function listWords({ count, via }: BranchList): string {
  const linked = via.every((name) => name !== null)
    ? ` linked by ${via.map((name) => (typeof name === 'number' ? `[${name}]` : `.${name}`)).join('')}`
    : ' in a row';
  return `the first of ${formatCount(count)}${linked}`;
}

/** Who holds the place, and how it is written; null where nothing in the program does. */
function holderFacts({ heldBy, expression }: Holder): readonly Fact[] {
  return [fact('heldBy', 'Held by', heldBy, 'text'), fact('expression', 'Expression', expression, 'text')];
}

function fact(key: string, title: string, value: Cell, unit: Fact['unit']): Fact {
  return { key, title, value, unit };
}

/** All levels, or the first and the last of many. */
function levelTable(levels: readonly Row[], all: boolean): Table {
  const cut = all || levels.length <= 2 * SHOWN_LEVELS + 1;
  const rows = cut ? levels : [...levels.slice(0, SHOWN_LEVELS), ...levels.slice(-SHOWN_LEVELS)];
  return grid(
    [columns.retainedSize, columns.retainedShare, columns.id, columns.type, columns.name],
    rows,
    levels.length,
  );
}

function grid(shown: readonly Column[], rows: readonly Row[], total: number): Table {
  return { kind: 'table', columns: shown, rows, total, omitted: total - rows.length, layout: 'grid' };
}

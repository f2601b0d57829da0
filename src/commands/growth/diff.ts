/** Chrome DevTools' comparison of two snapshots. */

import { NodeView } from '../../analysis/classes/nodes.js';
import {
  changedNodes,
  type DiffKey,
  diff,
  diffByClass,
  nodeDiff,
  rankedDiff,
} from '../../analysis/growth/diff.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, noteText, option, parts } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import type { Need } from '../../session/need.js';
import { defineCommand } from '../command.js';
import { columns, nodeRow } from '../shared/columns.js';
import { beforeAndAfter, checkBaselines, compareBy, comparisonOptions } from '../shared/compare.js';
import { absentPrintNotes, knownOptions } from '../shared/known-leaks.js';
import { unknownInAll } from '../shared/named-types.js';
import {
  type PartitionValues,
  partitionOf,
  partitionOptions,
  placeFields,
  withPartition,
} from '../shared/partition.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { rawSizes, sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { HOLDERS, heldAs, printsIn, programFirst, withHolders } from './diff-holders.js';

const SORTS = ['size', 'count', 'new', 'name'] as const satisfies readonly DiffKey[];

export const diffCommand = defineCommand({
  name: 'diff',
  summary: 'what came and what went, class by class, as Chrome DevTools compares two snapshots',
  description:
    'Objects are compared by their ids. --type lists the objects of one class that came and went. --holders says what the new objects hang on that was there before: a Map, a list of listeners, a variable, with its module.',
  snapshot: { ...beforeAndAfter, baselines: true },
  options: {
    limit: { kind: 'integer', default: 20, help: 'rows to show' },
    all: allRows,
    by: {
      kind: 'choice',
      choices: SORTS,
      default: 'size',
      help: 'by growth in bytes, growth in number, or number of new objects, largest first; or by name',
      formerly: 'sortBy',
    },
    ...partitionOptions,
    filter: { kind: 'pattern', help: 'only classes whose name matches this regular expression' },
    type: { kind: 'text', value: 'class', help: 'list the objects of this class that came and went' },
    holders: {
      kind: 'flag',
      help: "below each class that grew, who holds its new objects: the three with most bytes; the program's classes first",
    },
    fingerprint: {
      ...knownOptions.fingerprint,
      help: 'with --holders: only classes with new objects in a container of this fingerprint',
    },
    ...rawSizes,
    ...comparisonOptions,
  },
  examples: [
    { line: 'heapgraph diff before.heapsnapshot after.heapsnapshot', says: 'the classes that changed most' },
    { line: 'heapgraph diff before.heapsnapshot after.heapsnapshot --type Session', says: 'which Sessions' },
    {
      line: 'heapgraph diff before.heapsnapshot after.heapsnapshot --holders',
      says: 'and who holds what is new',
    },
  ],
  needs(_, { raw, shapes, functions, type, holders, fingerprint, byClass }) {
    if (fingerprint.length > 0 && !holders)
      throw new UsageError(
        parts`${option('fingerprint')} is about holders`,
        parts`Add ${option('holders')}, which prints them.`,
      );
    if (byClass && (holders || type !== undefined))
      throw new UsageError(
        parts`${option(holders ? 'holders' : 'type')} needs objects, and ${option('byClass')} compares none`,
        'Leave one of them out.',
      );
    if (holders && type !== undefined) {
      throw new UsageError(
        parts`${option('type')} lists objects, and ${option('holders')} belongs to the table of classes`,
        'Leave one of them out; find-backref-chain says who holds a single object.',
      );
    }
    const edges = !raw || type !== undefined ? true : 'for-names';
    const before: Need = withPartition(
      { shapes, functions },
      {
        edges,
        locations: type !== undefined,
        work: 'ids',
      },
    );
    return holders ? [before, WHOLE_GRAPH] : before;
  },
  async run({ options, snapshots: heaps }) {
    checkBaselines(heaps, options);
    const { byId, notes } = compareBy(heaps, options);
    const graphs = heaps.map(({ countable }) => countable) as [Graph, Graph];
    if (!byId && (options.type !== undefined || options.holders)) throw needsIds(options.type, notes[0]);
    const { type } = options;
    const answer =
      type === undefined ? classes(...graphs, byId, options) : await objectsOf(...graphs, type, options);
    return { ...answer, notes: [...notes, ...(answer.notes ?? [])] };
  },
});

function needsIds(type: string | undefined, why: NoteLike | undefined): UsageError {
  const [flag, baselines] =
    type === undefined
      ? ['--holders', 'Baseline files have no objects and no ids: leave --holders out.']
      : ['--type', 'Baseline files have no ids: leave --type out.'];
  const hint = why === undefined ? baselines : noteText(why);
  return new UsageError(`${flag} needs two snapshots of one process`, hint);
}

const BY_ID: readonly Column[] = [
  columns.type,
  columns.newCount,
  columns.deletedCount,
  columns.countDelta,
  columns.newSize,
  columns.deletedSize,
  columns.sizeDelta,
];
const BY_CLASS: readonly Column[] = [columns.type, columns.countDelta, columns.sizeDelta];

interface DiffValues extends PartitionValues {
  readonly raw: boolean;
  readonly limit: number;
  readonly all: boolean;
}

/** The classes that changed; with `holders` who holds the new objects of those that grew. */
function classes(
  before: Graph,
  after: Graph,
  byId: boolean,
  options: DiffValues & {
    readonly by: DiffKey;
    readonly filter: RegExp | undefined;
    readonly holders: boolean;
    readonly fingerprint: readonly string[];
  },
): Answer {
  const { raw, filter } = options;
  const partition = partitionOf(options);
  const nodes = byId ? nodeDiff(before, after, { raw, partition }) : undefined;
  const placeOf = placeFields(options, [before, after]);
  const compared = nodes
    ? diff(before, after, { raw, partition, filter }, nodes)
    : diffByClass(before, after, { raw, partition, filter });
  const ranked = rankedDiff(compared, options.by).map((row): Row => ({ ...row, ...placeOf(row.type) }));
  const asked = options.holders ? nodes : undefined;
  const ordered = asked ? programFirst(before, after, ranked, partition) : ranked;
  const prints = options.fingerprint;
  // Which classes it is about is known when all holders are.
  const wanted = prints.length > 0 ? ordered : ordered.slice(0, limitOf(options));
  const all = asked ? withHolders(before, after, wanted, { raw, partition }, asked) : undefined;
  const held = all && heldAs(all, prints);
  const total = held && prints.length > 0 ? held.rows.length : ranked.length;
  const rows = (held?.rows ?? wanted).slice(0, limitOf(options));
  const omitted = total - rows.length;
  return {
    result: {
      kind: 'table',
      columns: byId ? BY_ID : BY_CLASS,
      rows,
      total,
      omitted,
      layout: 'grid',
      ...(held
        ? { below: { key: 'holders', columns: HOLDERS, isFlattened: true }, legend: held.legend }
        : {}),
    },
    found: prints.length === 0 || total > 0,
    fields: { ...sizesField(raw), comparedBy: byId ? 'id' : 'class' },
    notes: [
      ...(ranked.length === 0 ? ['nothing changed'] : []),
      ...(ranked.length > 0 && total === 0
        ? [`no class has new objects in a container of the fingerprint ${prints.join(' or ')}`]
        : []),
      ...(all && prints.length > 0 ? absentPrintNotes(prints, printsIn(all)) : []),
      ...omittedNote(omitted, 'class changed', 'classes changed'),
    ],
  };
}

/** The objects of one class that came and went, or a note that no snapshot has the class. */
async function objectsOf(before: Graph, after: Graph, type: string, options: DiffValues): Promise<Answer> {
  const partition = partitionOf(options);
  const answer = objects(before, after, type, { ...options, partition });
  const unknown = await unknownInAll([before, after], type, partition);
  return unknown ? { ...answer, notes: [unknown], found: false } : { ...answer, found: true };
}

/** The new objects, then those that are gone; each by id. */
function objects(
  before: Graph,
  after: Graph,
  type: string,
  options: {
    readonly raw: boolean;
    readonly partition: Partitioner | undefined;
    readonly limit: number;
    readonly all: boolean;
  },
): Answer {
  const { raw, partition } = options;
  const { came, went } = changedNodes(before, after, type, { raw, partition });
  const rowsOf = (graph: Graph, nodes: readonly number[], change: string): Row[] =>
    nodes.map((node) => ({ change, ...nodeRow(new NodeView(graph, node), { raw }), type }));
  const total = came.length + went.length;
  const limit = limitOf(options);
  const rows = rowsOf(after, came.slice(0, limit), 'new').concat(
    rowsOf(before, went.slice(0, Math.max(0, limit - came.length)), 'deleted'),
  );
  const omitted = total - rows.length;
  return {
    result: {
      kind: 'table',
      columns: [
        { key: 'change', title: 'Change', unit: 'text', role: 'dim' },
        columns.id,
        columns.name,
        columns.shallowSize,
        columns.edges,
        columns.location,
      ],
      rows,
      total,
      omitted,
      layout: 'grid',
    },
    fields: { ...sizesField(raw), type, newCount: came.length, deletedCount: went.length },
    notes: [...(total === 0 ? [`no object of class "${type}" came or went`] : []), ...omittedNote(omitted)],
  };
}

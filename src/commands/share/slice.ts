/** A small snapshot of a few objects: for a bug report. */
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { type Slice, sliceOf } from '../../analysis/slices/slice.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import { maskOf } from '../../query/mask-of.js';
import { nodesIn } from '../../query/masks.js';
import { type Query, readQuery } from '../../query/query.js';
import type { OpenedSnapshot } from '../../session/need.js';
import { className } from '../../v8/class-names.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { requireNoPart } from '../shared/whole-snapshots.js';
import { checkNoNaming, namingOf, namingOptions } from './naming-options.js';
import { readShare, type Share, sampleAnswer, textNotes } from './sample.js';

export const sliceCommand = defineCommand({
  name: 'slice',
  summary: 'a small snapshot of some objects, with what holds them: for a bug report',
  description:
    'The objects of a query, the chains from the roots to them, what is beside them and what they retain, as a snapshot that Chrome DevTools opens. Ids, own sizes and names stay. Sizes and counts in it are those of the slice; its head says what the objects retain in the whole.',
  arguments: {
    name: 'query',
    help: "a class, or a query: 'class = Session and retained > 1mb'",
    least: 0,
    most: 1,
    read: readQuery,
  },
  snapshot: true,
  makesSnapshot: true,
  options: {
    limit: { kind: 'integer', default: 20, help: 'objects of the query, the largest retained size first' },
    depth: {
      kind: 'integer',
      default: 1,
      help: 'neighbours: references from the objects, both ways; 0: none',
    },
    noRetained: { kind: 'flag', help: 'leave out what the objects retain' },
    size: {
      kind: 'bytes',
      default: 3_000_000,
      help: 'bytes of the file before compression (3 MB); chains are kept, whatever they take',
    },
    sample: {
      kind: 'text',
      value: 'share',
      read: readShare,
      help: 'in place of a query: 10% or 100000 of all nodes, as whole subtrees of the dominator tree',
    },
    seed: { kind: 'integer', default: 1, help: 'of --sample: another one draws other subtrees' },
    cut: { kind: 'integer', value: 'characters', help: 'cut longer texts (values of strings alone)' },
    anonymize: { kind: 'flag', help: 'pseudonyms for texts and names, as the command anonymize does' },
    ...namingOptions,
  },
  examples: [
    { line: 'heapgraph slice Session app.heapsnapshot -o session.heapsnapshot.gz', says: 'for a colleague' },
    {
      line: 'heapgraph slice Session -o public.heapsnapshot.gz --anonymize --keep-classes',
      says: 'for everybody',
    },
    {
      line: 'heapgraph slice --sample 5% huge.heapsnapshot -o sample.heapsnapshot.gz',
      says: 'a share of all',
    },
    {
      line: "heapgraph slice '@52611' -o one.heapsnapshot --depth 2 --no-retained",
      says: 'one object and who is around it',
    },
  ],
  needs([query], options) {
    checkWhat(query, options);
    if (query?.compares !== undefined) throw comparesError(query.compares);
    if (!options.anonymize) checkNoNaming(options);
    return { ...WHOLE_GRAPH, work: 'both' };
  },
  async run({ targets: [query], options, snapshot: heap, machine }) {
    const { made } = machine;
    if (made === undefined)
      throw new UsageError('the file of the new snapshot is missing', 'Name it with -o FILE.');
    checkWhole(heap);
    requireNoPart(heap.graph, 'a slice or sample');
    const naming = options.anonymize ? namingOf(options) : undefined;
    const { graph } = heap;
    const { sample: share, seed, cut } = options;
    if (share !== undefined) return sampleAnswer(graph, made, { share, seed, anonymize: naming, cut });
    const notes = await absentClassNotes([graph], query);
    const all = nodesIn(await maskOf(query!, { graph, readIds: machine.readIds }));
    if (all.length === 0)
      return {
        result: { kind: 'table', columns: OBJECTS, rows: [], total: 0, omitted: 0, layout: 'grid' },
        notes: [
          ...notes,
          ...(notes.length > 0 ? [] : [note('unknown')`no object that "${query!.text}" accepts`]),
          'nothing was written',
        ],
        found: false,
      };
    const retained = retainedSizes(graph);
    const { ids } = graph;
    const objects = [...all.sort((a, b) => retained[b]! - retained[a]! || ids[a]! - ids[b]!)].slice(
      0,
      options.limit,
    );
    const slice = sliceOf(graph, objects, {
      depth: options.depth,
      retained: !options.noRetained,
      bytes: options.size,
    });
    const { sliced } = await import('../../session/sliced.js');
    const done = await sliced(graph, (bytes) => made.write(bytes), {
      kept: slice.kept,
      facts: {
        kind: 'slice',
        nodeCount: graph.nodeCount,
        edgeCount: graph.edges!.count,
        selfSize: sum(graph.selfSizes),
        objects: objects.map((node) => ({ id: ids[node]!, retainedSize: retained[node]! })),
      },
      anonymize: naming,
      cut,
    });
    const size = await made.finish();
    const rows = objects.map(
      (node): Row => ({ id: ids[node]!, type: className(graph, node), retainedSize: retained[node]! }),
    );
    return {
      result: {
        kind: 'table',
        columns: OBJECTS,
        rows: rows.slice(0, MOST_ROWS),
        total: rows.length,
        omitted: Math.max(0, rows.length - MOST_ROWS),
        layout: 'grid',
      },
      fields: {
        output: made.file,
        bytes: size,
        nodes: done.nodes,
        edges: done.edges,
        strings: done.strings,
        selected: all.length,
        retainedNodes: slice.retainedNodes,
        retainedKept: slice.retainedKept,
      },
      notes: [
        ...notes,
        ...leftOutNotes(slice, all.length - objects.length, options),
        ...textNotes(done, naming),
        `${printable(made.file)}: ${formatBytes(size)}, ${formatCount(done.nodes)} of ${formatCount(graph.nodeCount)} nodes; retained sizes in it are those of the slice`,
      ],
    };
  },
});

/** Objects that are listed. */
const MOST_ROWS = 20;

const OBJECTS: readonly Column[] = [
  columns.id,
  columns.type,
  { key: 'retainedSize', title: 'Retained in the whole', unit: 'bytes', role: 'size' },
];

function sum(sizes: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < sizes.length; i++) total += sizes[i]!;
  return total;
}

/** Throws UsageError unless there is either a query or a share. */
function checkWhat(
  query: Query | undefined,
  { sample, noRetained }: { readonly sample: Share | undefined; readonly noRetained: boolean },
): void {
  if (query === undefined && sample === undefined)
    throw new UsageError(
      'nothing says which objects the slice is about',
      parts`Name a class or a query, or a share of all with ${option('sample')}.`,
    );
  if (query !== undefined && sample !== undefined)
    throw new UsageError(
      parts`${option('sample')} takes a share of all objects, and a query names some`,
      'Leave one of them out.',
    );
  if (sample !== undefined && noRetained)
    throw new UsageError(
      parts`${option('sample')} takes whole subtrees, and ${option('noRetained')} none`,
      'Leave one of them out.',
    );
}

/** Throws UsageError for a snapshot that cannot be read again, or ends too early. */
function checkWhole({ graph, isReadable }: OpenedSnapshot): void {
  if (!isReadable)
    throw new UsageError(
      'a part of a snapshot is read from a file, and standard input is none',
      'Name a file.',
    );
  if (graph.truncation !== undefined)
    throw new UsageError(
      `${printable(graph.file)} is not whole, and a part of it would seem to be`,
      'Take the snapshot again; the other commands answer from what is there.',
    );
}

function leftOutNotes(
  slice: Slice,
  omitted: number,
  { size, noRetained }: { readonly size: number; readonly noRetained: boolean },
): readonly NoteLike[] {
  const { unheld, chainBytes, retainedNodes, retainedKept, neighboursLeft } = slice;
  const notes: NoteLike[] = [];
  if (omitted > 0)
    notes.push(
      note(
        'omitted',
      )`${formatCount(omitted)} more objects are left out; ${option('limit')} takes more of them`,
    );
  if (unheld > 0) notes.push(note('unreached')`no root holds ${formatCount(unheld)} of the objects`);
  if (chainBytes > size)
    notes.push(
      note(
        'large',
      )`the chains alone take about ${formatBytes(chainBytes)}; a smaller ${option('limit')} takes less`,
    );
  if (!noRetained && retainedKept < retainedNodes)
    notes.push(
      note(
        'omitted',
      )`${formatCount(retainedKept)} of ${formatCount(retainedNodes)} nodes that the objects retain are in it; ${option('size')} makes room for more`,
    );
  if (neighboursLeft > 0)
    notes.push(
      note(
        'omitted',
      )`${formatCount(neighboursLeft)} references to neighbours are left out; ${option('size')} makes room for more`,
    );
  return notes;
}

/** Heapy's heap(): the parts of a heap. */

import { newNodes } from '../../analysis/growth/diff.js';
import { heapTable } from '../../analysis/partitions/heap-table.js';
import { DIVISIONS, type Division, divide } from '../../analysis/partitions/partitions.js';
import { UsageError } from '../../base/errors.js';
import { note, option, parts } from '../../base/notes.js';
import { formatCount } from '../../base/units.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { defineCommand } from '../command.js';
import { checkOneProcess } from '../shared/compare.js';
import { heapColumns, heapRows } from '../shared/heap-columns.js';
import { noneHeldNotes, onlyHolderMask, onlyHolderOption } from '../shared/only-holder.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const heapCommand = defineCommand({
  name: 'heap',
  summary: 'the heap in parts: by class, package, referrers, …',
  description:
    "Heapy's table. Several divisions are within each other: --by package,class. --relative-to counts only what came after an earlier snapshot.",
  snapshot: true,
  options: {
    by: {
      kind: 'choices',
      choices: Object.keys(DIVISIONS),
      help: 'what divides it (default class); several, separated by commas, are within each other',
    },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only objects that a query accepts' },
    ...onlyHolderOption,
    sizes: {
      kind: 'choice',
      choices: ['shallow', 'retained'],
      default: 'shallow',
      help: 'bytes of the objects, or what each part keeps alive: parts may overlap then',
    },
    relativeTo: {
      kind: 'text',
      value: 'file',
      help: 'an earlier snapshot of the process: only what came after it',
    },
    byId: {
      kind: 'flag',
      help: 'with --relative-to: go on even if the snapshots seem to be of two processes',
    },
    limit: { kind: 'integer', default: 10, help: 'rows to show' },
    all: allRows,
  },
  examples: [
    { line: 'heapgraph heap app.heapsnapshot', says: 'by class' },
    { line: 'heapgraph heap --by package,class app.heapsnapshot', says: 'classes of each package' },
    { line: "heapgraph heap --by referrers --where 'type = string'", says: 'who refers to texts' },
    { line: 'heapgraph heap 2.heapsnapshot --relative-to 1.heapsnapshot', says: 'what came since' },
  ],
  needs(_, options) {
    const query = options.where;
    if (query?.compares !== undefined)
      throw new UsageError(
        options.relativeTo === undefined
          ? `"${query.compares}" has no snapshot to compare with here`
          : query.compares === 'new'
            ? parts`${option('relativeTo')} counts only what is new anyway`
            : '"died" is about objects of the earlier snapshot, and the table is about the later one',
        query.compares === 'died'
          ? parts`heapgraph select 'died' ${option('before')} FILE lists them.`
          : options.relativeTo === undefined
            ? parts`${option('relativeTo')} FILE counts what came after a snapshot.`
            : parts`Leave "new" out of ${option('where')}.`,
      );
    if (options.by?.includes('generation') && options.relativeTo === undefined)
      throw new UsageError(
        'generations are told by an earlier snapshot',
        parts`Name one: ${option('relativeTo')} FILE. All objects are counted then.`,
      );
    return { ...WHOLE_GRAPH, work: options.sizes === 'retained' ? 'retained' : 'sizes' };
  },
  others: (options) =>
    options.relativeTo === undefined ? [] : [{ file: options.relativeTo, need: WHOLE_GRAPH }],
  async run({ snapshot: { graph }, options, snapshots: heaps, machine: { readIds } }) {
    const before = heaps[1]?.graph;
    const notes = before
      ? checkOneProcess(before, graph, {
          byId: options.byId,
          advice: parts`${option('relativeTo')} names the earlier one`,
        })
      : [];
    const by = (options.by ?? ['class']) as readonly Division[];
    const query = options.where;
    let mask = query && (await maskOf(query, { graph, readIds }));
    // Generations tell what came after from what was there.
    if (before && !by.includes('generation')) {
      const isNew = newNodes(before, graph);
      mask = mask ? mask.map((is, node) => is & isNew[node]!) : isNew;
    }
    const only = onlyHolderMask(graph, options.heldByOnly);
    if (only) mask = mask ? mask.map((is, node) => is & only[node]!) : only;
    const limit = limitOf(options);
    const retained = options.sizes === 'retained';
    const table = heapTable(graph, divide(graph, by, before ? [before] : []), {
      ...(mask ? { mask } : {}),
      sizes: options.sizes,
      limit,
    });
    const omitted = table.parts - table.rows.length;
    const key = retained ? 'retainedSize' : 'size';
    return {
      result: {
        kind: 'table',
        columns: heapColumns(key),
        rows: heapRows(table, table.size, key),
        total: table.parts,
        omitted,
        layout: 'grid',
        title: `Partition of a set of ${formatCount(table.count)} objects. Total size = ${formatCount(table.size)} bytes.`,
      },
      fields: { ...sizesField(false), count: table.count, totalSize: table.size, by },
      notes: [
        ...notes,
        ...noneHeldNotes(options.heldByOnly, table.count, graph.file),
        ...(await absentClassNotes(
          heaps.map((heap) => heap.graph),
          query,
        )),
        ...(omitted > 0
          ? [note('omitted')`<${formatCount(omitted)} more rows>; ${option('all')} shows them`]
          : []),
      ],
    };
  },
});

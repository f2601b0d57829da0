import { NodeView } from '../../analysis/classes/nodes.js';
import { heapTable } from '../../analysis/partitions/heap-table.js';
import { DIVISIONS, type Division, divide } from '../../analysis/partitions/partitions.js';
import { retainedSet } from '../../analysis/sizes/retained-set.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { UsageError } from '../../base/errors.js';
import { type NoteLike, note, option, parts } from '../../base/notes.js';
import type { Answer, Row } from '../../base/result.js';
import type { Graph } from '../../graph/graph.js';
import { nodesIn } from '../../query/masks.js';
import { defineCommand } from '../command.js';
import { nodeRow } from '../shared/columns.js';
import { heapColumns, heapRows } from '../shared/heap-columns.js';
import { failIfNone } from '../shared/named-types.js';
import { nodeLimit, nodeTable } from '../shared/node-table.js';
import { beforeOption, beforeSnapshot, queryArgument, select } from '../shared/query-option.js';
import { allRows, limitOf, omittedNote } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const selectCommand = defineCommand({
  name: 'select',
  summary: 'the objects that a query accepts',
  description:
    'Conditions on class, sizes, properties, references and more, joined by and, or, not. docs/queries.md has them all. A bare class name is that class.',
  arguments: queryArgument,
  snapshot: true,
  options: {
    count: { kind: 'flag', help: 'how many, and nothing else' },
    ids: { kind: 'flag', help: 'bare ids, one a line' },
    sum: {
      kind: 'choice',
      choices: ['none', 'shallow', 'retained'],
      default: 'none',
      help: 'bytes of all of them together: shallow, or what would be freed with them',
    },
    by: {
      kind: 'choices',
      choices: Object.keys(DIVISIONS),
      help: 'count them by class, package, referrers, …; several within each other',
    },
    sort: {
      kind: 'choice',
      choices: ['id', 'shallow', 'retained', 'distance'],
      default: 'id',
      help: 'by id or distance, or by size (largest first); ties by id',
    },
    limit: { kind: 'integer', help: 'rows to show (default 20, with --ids all)' },
    all: allRows,
    ...beforeOption,
    ...failIfNone,
  },
  examples: [
    { line: "heapgraph select 'class = Session and retained > 1mb'", says: 'large sessions' },
    { line: "heapgraph select 'closed = true and not type = closure'", says: 'by a property' },
    { line: "heapgraph select 'heldby(Map) and type = string' --by referrers", says: 'in groups' },
    { line: "heapgraph select 'Socket and new' --before 1.heapsnapshot", says: 'what came since' },
  ],
  needs(_, options) {
    const wide = [
      options.count && 'count',
      options.ids && 'ids',
      options.sum !== 'none' && 'sum',
      options.by && 'by',
    ].filter((name) => typeof name === 'string');
    if (wide.length > 1)
      throw new UsageError(
        parts`${option(wide[0]!)} and ${option(wide[1]!)} are two answers`,
        'Leave one of them out.',
      );
    return WHOLE_GRAPH;
  },
  others: beforeSnapshot,
  async run({ targets: [query], options, snapshots: heaps, machine }) {
    const { graph, mask, notes: more, isAbsent } = await select(query!, heaps, options, machine);
    const nodes = nodesIn(mask);
    const isNumber = options.count || options.sum !== 'none';
    const isEmpty = nodes.length === 0 && !isNumber && !options.ids && !isAbsent;
    const notes = [...more, ...(isEmpty ? [note('unknown')`no object that "${query!.text}" accepts`] : [])];
    const found = !(options.failIfNone && nodes.length === 0);
    if (options.count) return { ...value('count', 'Count', 'count', nodes.length), notes, found };
    if (options.sum !== 'none') {
      const size = options.sum === 'retained' ? retainedSet(graph, nodes).size : sum(graph, nodes);
      const key = `${options.sum}Size`;
      return { ...value(key, `${options.sum} size`, 'bytes', size), notes, found };
    }
    if (options.by) {
      const groups = grouped(graph, mask, options.by as Division[], options);
      return { ...groups, notes: [...notes, ...(groups.notes ?? [])], found };
    }
    return { ...listed(graph, nodes, options, notes), found };
  },
});

function sum(graph: Graph, nodes: Uint32Array): number {
  const sizes = shallowSizes(graph);
  return nodes.reduce((total, node) => total + sizes[node]!, 0);
}

/** One number. */
function value(key: string, title: string, unit: 'count' | 'bytes', number: number): Answer {
  return {
    result: {
      kind: 'table',
      columns: [{ key, title, unit }],
      rows: [{ [key]: number }],
      total: 1,
      omitted: 0,
      layout: 'bare',
    },
    fields: sizesField(false),
  };
}

function grouped(
  graph: Graph,
  mask: Uint8Array,
  by: readonly Division[],
  options: { readonly limit: number | undefined; readonly all: boolean },
): Answer {
  const limit = limitOf({ all: options.all, limit: options.limit ?? 20 });
  const table = heapTable(graph, divide(graph, by), { mask, limit });
  const omitted = table.parts - table.rows.length;
  return {
    result: {
      kind: 'table',
      columns: heapColumns('size'),
      rows: heapRows(table, table.size),
      total: table.parts,
      omitted,
      layout: 'grid',
    },
    fields: { ...sizesField(false), count: table.count, totalSize: table.size },
    notes: omittedNote(omitted, 'kind', 'kinds'),
  };
}

function listed(
  graph: Graph,
  nodes: Uint32Array,
  options: {
    readonly ids: boolean;
    readonly sort: 'id' | 'shallow' | 'retained' | 'distance';
    readonly limit: number | undefined;
    readonly all: boolean;
  },
  notes: readonly NoteLike[],
): Answer {
  const limit = Math.min(nodeLimit(options), nodes.length);
  const shown = sorted(graph, nodes, options.sort).subarray(0, limit);
  const omitted = nodes.length - shown.length;
  const retained = options.sort === 'retained' || options.sort === 'distance';
  const row = (node: number): Row =>
    options.ids ? { id: graph.ids[node]! } : nodeRow(new NodeView(graph, node), { raw: false, retained });
  return {
    result: nodeTable(
      shown,
      row,
      { count: shown.length, total: nodes.length },
      { ids: options.ids, type: true, retained },
    ),
    fields: sizesField(false),
    notes: [...notes, ...omittedNote(omitted)],
  };
}

function sorted(
  graph: Graph,
  nodes: Uint32Array,
  by: 'id' | 'shallow' | 'retained' | 'distance',
): Uint32Array {
  const { ids } = graph;
  if (by === 'id') return nodes.sort((a, b) => ids[a]! - ids[b]!);
  if (by === 'distance') {
    const view = (node: number): number => new NodeView(graph, node).distance ?? Number.POSITIVE_INFINITY;
    return nodes.sort((a, b) => view(a) - view(b) || ids[a]! - ids[b]!);
  }
  const sizes = by === 'retained' ? retainedSizes(graph) : shallowSizes(graph);
  return nodes.sort((a, b) => sizes[b]! - sizes[a]! || ids[a]! - ids[b]!);
}

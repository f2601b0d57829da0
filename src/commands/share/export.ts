/** The heap as a flame graph, for tools that people have. */
import { topmost } from '../../analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { mergedChains } from '../../analysis/stacks/merged-chains.js';
import { mergedDominators } from '../../analysis/stacks/merged-dominators.js';
import type { StackNode } from '../../analysis/stacks/stack-tree.js';
import { UsageError } from '../../base/errors.js';
import { note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { nodesIn } from '../../query/masks.js';
import { readQuery } from '../../query/query.js';
import { TABLE_NAMES } from '../../tables/schema.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';
import { exportedTables, formatOfTables } from './exported-tables.js';

const FLAME_FORMATS = ['auto', 'speedscope', 'pprof', 'folded', 'text', 'json', 'csv', 'markdown'] as const;

/** Formats of tables that no flame graph has. */
const TABLES_ALONE = ['parquet', 'jsonl'] as const;

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'the heap as a flame graph for speedscope and pprof, or as tables: Parquet, CSV, JSON lines',
  description:
    'A flame graph of the dominator tree, merged by class: a frame is as wide as what its objects retain. With --chains the shortest chains from the roots. Without a format or a file it is text. With --tables objects, references, classes, leak groups and strings as tables in the folder of -o: docs/tables.md.',
  arguments: {
    name: 'snapshots',
    help: 'with --tables: further snapshots, each a part of the same tables',
    least: 0,
    most: Number.POSITIVE_INFINITY,
  },
  snapshot: true,
  answers: 'tree',
  fillsFolderWith: 'tables',
  options: {
    format: {
      kind: 'choice',
      choices: [...FLAME_FORMATS, ...TABLES_ALONE],
      default: 'auto',
      defaultWords:
        "by the file's name: .speedscope.json, .pb.gz, .folded, .json, .csv, .md; of tables parquet",
      help: 'what reads it; tables are parquet, csv or jsonl',
    },
    tables: {
      kind: 'choices',
      choices: TABLE_NAMES,
      conflicts: ['chains', 'where', 'minShare'],
      help: 'tables, several separated by commas, in place of the flame graph; -o names the folder',
    },
    chains: { kind: 'flag', help: 'chains from the roots in place of the dominator tree' },
    where: { kind: 'text', read: readQuery, value: 'query', help: 'only these objects, and what they keep' },
    minShare: {
      kind: 'number',
      value: 'percent',
      help: 'merge branches that are a smaller share of the whole (default 0.05; 0: none)',
    },
    depth: { kind: 'integer', default: 100, help: 'levels; what is deeper belongs to the last one' },
  },
  examples: [
    { line: 'heapgraph export app.heapsnapshot -o heap.speedscope.json', says: 'for speedscope.app' },
    { line: 'heapgraph export app.heapsnapshot -o heap.pb.gz', says: 'for go tool pprof -http :8080' },
    { line: 'heapgraph export app.heapsnapshot --format folded', says: 'for flamegraph.pl and inferno' },
    { line: 'heapgraph export --chains --where Session', says: 'on which branches all Sessions hang' },
    {
      line: 'heapgraph export app.heapsnapshot -o tables --tables nodes,edges,classes',
      says: 'for DuckDB and Spark',
    },
  ],
  needs(further, options) {
    const { where, minShare, tables, format } = options;
    if (tables !== undefined) {
      formatOfTables(format);
      return { kind: 'nothing' };
    }
    if ((TABLES_ALONE as readonly string[]).includes(format))
      throw new UsageError(
        `a flame graph is not written as ${format}`,
        parts`Tables are: say which with ${option('tables')}.`,
      );
    if (further.length > 0)
      throw new UsageError(
        `a flame graph is of one snapshot: too many arguments, ${further.map((file) => `"${printable(String(file))}"`).join(', ')}`,
        parts`Name one snapshot. With ${option('tables')} there may be several.`,
      );
    if (where?.compares !== undefined) throw comparesError(where.compares);
    if (minShare !== undefined && minShare > 100)
      throw new UsageError(`no branch is ${minShare} % of the whole`, 'Give a percentage from 0 to 100.');
    return WHOLE_GRAPH;
  },
  async run(asked) {
    const { options, machine } = asked;
    if (options.tables !== undefined)
      return exportedTables(asked, options.tables, formatOfTables(options.format));
    const { graph } = asked.snapshot;
    const { where, chains, depth, minShare = LEAST_SHARE } = options;
    const mask = where ? await maskOf(where, { graph, readIds: machine.readIds }) : undefined;
    const tops = mask && !chains ? topmost(graph, mask) : graph.nodeCount > 0 ? [graph.root] : [];
    const nodes = !chains
      ? tops
      : mask
        ? nodesIn(mask)
        : Uint32Array.from({ length: graph.nodeCount }, (_, i) => i);
    const absent = await absentClassNotes([graph], where);
    const walk = chains ? mergedChains : mergedDominators;
    const least = (totalOf(graph, nodes, chains) * minShare) / 100;
    const found = [...walk(graph, nodes, { depth, least })];
    const size = found.reduce((sum, { ownSize }) => sum + ownSize, 0);
    return {
      result: {
        kind: 'tree',
        columns: TREE_COLUMNS,
        rows: found.map(rowOf),
        total: found.length,
        omitted: 0,
        label: 'tree',
        textColumns: ['size', 'ownSize', 'count', 'tree'],
        flames: `${chains ? 'shortest chains from the roots' : 'dominator tree'}, merged${where ? `, of ${printable(where.text)}` : ''}`,
      },
      fields: sizesField(false),
      notes: [
        ...absent,
        ...(nodes.length === 0 && absent.length === 0 && where
          ? [note('unknown')`no object fits ${printable(where.text)} in ${printable(graph.file)}`]
          : []),
        `${formatBytes(size)} in ${formatCount(found.length)} frames`,
      ],
      found: nodes.length > 0,
    };
  },
});

/** Per cent. */
const LEAST_SHARE = 0.05;

function totalOf(graph: Graph, nodes: ArrayLike<number>, chains: boolean): number {
  const sizes = chains ? shallowSizes(graph) : retainedSizes(graph);
  let total = 0;
  for (let i = 0; i < nodes.length; i++) total += sizes[nodes[i]!]!;
  return total;
}

const TREE_COLUMNS: readonly Column[] = [
  { key: 'depth', title: 'Depth', unit: 'count' },
  { key: 'size', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'ownSize', title: 'Own size', unit: 'bytes', role: 'size' },
  columns.count,
  { key: 'ownCount', title: 'Own count', unit: 'count' },
  { key: 'name', title: 'Name', unit: 'text', role: 'name' },
  { key: 'tree', title: 'Frame', unit: 'text', role: 'name' },
];

function rowOf({ depth, size, ownSize, count, ownCount, name }: StackNode): Row {
  return { depth, size, ownSize, count, ownCount, name, tree: name };
}

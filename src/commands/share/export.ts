/** The heap as a flame graph, for tools that people have. */
import { topmost } from '../../analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../analysis/sizes/shallow-sizes.js';
import { mergedChains } from '../../analysis/stacks/merged-chains.js';
import { mergedDominators } from '../../analysis/stacks/merged-dominators.js';
import type { StackNode } from '../../analysis/stacks/stack-tree.js';
import { UsageError } from '../../base/errors.js';
import { note } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { nodesIn } from '../../query/masks.js';
import { readQuery } from '../../query/query.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes } from '../shared/target-notes.js';
import { WHOLE_GRAPH } from '../shared/targets.js';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'the heap as a flame graph, for speedscope, pprof and flamegraph.pl',
  description:
    'The dominator tree, merged by class: a frame is as wide as what its objects retain. With --chains the shortest chains from the roots to the objects, merged by reference. Without a format or a file it is shown as text.',
  snapshot: true,
  answers: 'tree',
  options: {
    format: {
      kind: 'choice',
      choices: ['auto', 'speedscope', 'pprof', 'folded', 'text', 'json', 'csv', 'markdown'],
      default: 'auto',
      defaultWords: "by the file's name: .speedscope.json, .pb.gz, .folded, .json, .csv, .md",
      help: 'what reads it',
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
  ],
  needs(_, { where, minShare }) {
    if (where?.compares !== undefined) throw comparesError(where.compares);
    if (minShare !== undefined && minShare > 100)
      throw new UsageError(`no branch is ${minShare} % of the whole`, 'Give a percentage from 0 to 100.');
    return WHOLE_GRAPH;
  },
  async run({ snapshot: { graph }, options, machine }) {
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

import { NodeView } from '../../analysis/classes/nodes.js';
import { dominatedClasses, dominatorTreeBelow, topmost } from '../../analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../analysis/sizes/retained-sizes.js';
import { UsageError } from '../../base/errors.js';
import { note, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { maskOf } from '../../query/mask-of.js';
import { readQuery } from '../../query/query.js';
import { resolveTargets, type Targets } from '../../query/targets.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';
import { comparesError } from '../shared/named-types.js';
import { type PartitionValues, partitionOf, partitionOptions, placeFields } from '../shared/partition.js';
import { limitOf } from '../shared/row-limit.js';
import { sizesField } from '../shared/sizes.js';
import { absentClassNotes, targetNotes } from '../shared/target-notes.js';
import { pickByRetainedOption, tagOption, targetArguments, WHOLE_GRAPH } from '../shared/targets.js';
import { follow, followOptions } from './follow.js';

const depthColumn: Column = { key: 'depth', title: 'Depth', unit: 'count' };
const treeColumn: Column = { key: 'tree', title: 'Object', unit: 'text', role: 'name' };

export const dominatorsCommand = defineCommand({
  name: 'dominators',
  summary: 'the objects that keep the most memory, as a tree',
  description:
    'An object dominates what would be freed with it. Without a target the tree begins at the root, with --where at the objects of a query. --by-type sums up by class. --follow goes down the heaviest branch to where it spreads: the place that holds the memory.',
  arguments: { ...targetArguments, least: 0 },
  snapshot: true,
  options: {
    depth: { kind: 'integer', default: 2, help: 'levels to show' },
    ...followOptions,
    byType: { kind: 'flag', help: 'classes in place of objects' },
    follow: { kind: 'flag', help: 'the heaviest branch only, down to where it spreads' },
    where: {
      kind: 'text',
      read: readQuery,
      value: 'query',
      help: 'begin at the objects that a query accepts, without those that another of them dominates',
    },
    ...partitionOptions,
    ...pickByRetainedOption,
    ...tagOption,
  },
  examples: [
    { line: 'heapgraph dominators app.heapsnapshot', says: 'where the memory is' },
    { line: 'heapgraph dominators @114969 --depth 4 --limit 3', says: 'what one object keeps' },
    { line: 'heapgraph dominators --by-type app.heapsnapshot', says: 'by class' },
    {
      line: "heapgraph dominators --where 'Session and retained > 1kb'",
      says: 'the largest of them, and what they keep',
    },
    { line: 'heapgraph dominators --follow app.heapsnapshot', says: 'the collection that holds the memory' },
  ],
  needs(targets, options, format) {
    if (options.where && (targets.length > 0 || options.follow))
      throw new UsageError(
        parts`${option('where')} says where the tree begins, and so does ${options.follow ? option('follow') : 'a target'}`,
        'Leave one of them out.',
      );
    if (options.where?.compares !== undefined) throw comparesError(options.where.compares);
    if (options.follow && (format === 'csv' || format === 'markdown'))
      throw new UsageError(
        parts`${option('follow')} answers with several tables, which cannot be CSV or Markdown`,
        parts`${option('json')} has all of it; ${option('byType')} is one table.`,
      );
    if (options.follow && options.byType)
      throw new UsageError(
        parts`${option('follow')} shows one branch, and ${option('byType')} classes`,
        'Leave one of them out.',
      );
    if ((options.shapes || options.functions) && !options.follow && !options.byType)
      throw new UsageError(
        parts`${option(options.shapes ? 'shapes' : 'functions')} is for classes, and the tree shows objects`,
        parts`It goes with ${option('byType')} or ${option('follow')}.`,
      );
    return WHOLE_GRAPH;
  },
  async run({ snapshot: { graph }, targets: texts, options, machine }) {
    const limit = limitOf(options);
    const tops = options.where
      ? topmost(graph, await maskOf(options.where, { graph, readIds: machine.readIds }))
      : undefined;
    const targets: Targets = tops
      ? { nodes: options.byType ? tops : tops.slice(0, limit), facts: [], missing: [] }
      : texts.length === 0
        ? { nodes: [graph.root], facts: [], missing: [] }
        : resolveTargets(graph, texts, options.pick, { retained: true });
    const absent = await absentClassNotes([graph], options.where);
    if (options.follow && graph.nodeCount > 0) {
      const answer = follow(graph, targets.nodes, options);
      return {
        ...answer,
        notes: [...(await targetNotes(graph, targets)), ...(answer.notes ?? [])],
        found: targets.missing.length === 0,
      };
    }
    const { rows, omitted } =
      graph.nodeCount === 0
        ? { rows: [], omitted: 0 }
        : options.byType
          ? byClass(graph, targets.nodes, limit, options)
          : tree(graph, targets.nodes, options.depth, limit, tops);
    const shown = { rows, total: rows.length + omitted, omitted };
    return {
      result: options.byType
        ? { kind: 'table', columns: CLASS_COLUMNS, ...shown, layout: 'grid' }
        : {
            kind: 'tree',
            columns: TREE_COLUMNS,
            ...shown,
            label: 'tree',
            textColumns: ['retainedSize', 'retainedShare', 'shallowSize', 'id', 'tree'],
          },
      fields: sizesField(false),
      notes: [
        ...(await targetNotes(graph, targets)),
        ...absent,
        ...(tops?.length === 0 && absent.length === 0
          ? [note('unknown')`no object fits ${printable(options.where!.text)} in ${printable(graph.file)}`]
          : []),
        ...(omitted > 0
          ? [
              note(
                'omitted',
              )`${formatCount(omitted)} more${options.byType ? ' classes' : ''}; ${option('all')} shows them`,
            ]
          : []),
      ],
      found: targets.missing.length === 0 && (tops === undefined || tops.length > 0),
    };
  },
});

const CLASS_COLUMNS = [columns.type, columns.count, columns.retainedSize, columns.retainedShare];
const TREE_COLUMNS = [
  depthColumn,
  columns.id,
  columns.type,
  columns.name,
  columns.shallowSize,
  columns.retainedSize,
  columns.retainedShare,
  treeColumn,
];

interface Shown {
  readonly rows: readonly Row[];
  /** Rows that the limit left out; of a tree those of its first level. */
  readonly omitted: number;
}

function tree(
  graph: Graph,
  roots: readonly number[],
  levels: number,
  limit: number,
  /** Those of a query, of which `roots` are the first. */
  tops: readonly number[] = roots,
): Shown {
  const total = retainedSizes(graph)[graph.root]!;
  const { nodes, omitted } = dominatorTreeBelow(graph, roots, { levels, limit });
  const rows = nodes.map(({ node, depth }): Row => {
    const { id, type, name, shallowSize, retainedSize } = new NodeView(graph, node);
    return {
      depth,
      id,
      type,
      name,
      shallowSize,
      retainedSize,
      retainedShare: total === 0 ? 0 : retainedSize / total,
      tree: name === type ? type : `${type} ${name}`,
    };
  });
  return { rows, omitted: tops.length > roots.length ? tops.length - roots.length : omitted };
}

function byClass(graph: Graph, roots: readonly number[], limit: number, options: PartitionValues): Shown {
  const total = retainedSizes(graph)[graph.root]!;
  const placeOf = placeFields(options, [graph]);
  const classes = dominatedClasses(graph, roots, partitionOf(options));
  const rows = classes.slice(0, limit).map(
    ({ type, count, retainedSize }): Row => ({
      type,
      count,
      retainedSize,
      ...placeOf(type),
      retainedShare: total === 0 ? 0 : retainedSize / total,
    }),
  );
  return { rows, omitted: Math.max(0, classes.length - limit) };
}

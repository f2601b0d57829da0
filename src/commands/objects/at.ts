import { EdgeView, NodeView } from '../../analysis/classes/nodes.js';
import { dominatedNodes } from '../../analysis/sizes/dominated-nodes.js';
import { UsageError } from '../../base/errors.js';
import type { Column, Detail, Row, Table } from '../../base/result.js';
import { formatCount, formatId, parseId } from '../../base/units.js';
import { edgesOf } from '../../graph/graph.js';
import { idIndex } from '../../graph/ids.js';
import { retainersOf } from '../../graph/retainers.js';
import { resolveTargets, TAG_PREFIX } from '../../query/targets.js';
import { defineCommand } from '../command.js';
import { stackList, traceNotes } from '../shared/allocations.js';
import { columns, nodeRow } from '../shared/columns.js';
import { allRows, limitOf } from '../shared/row-limit.js';
import { rawSizes, sizesField } from '../shared/sizes.js';
import { firstNotes, targetNotes } from '../shared/target-notes.js';
import { idsOption, tagOption } from '../shared/targets.js';

export const atCommand = defineCommand({
  name: 'at',
  summary: 'one object in full, by its id',
  description:
    'Ids are what DevTools and by-type show: @123 or 123. An object keeps its id in later snapshots of the same process. Where allocations were tracked, the stack on which it was made is shown.',
  arguments: { name: '@id', help: 'ids of objects', least: 1, most: Number.POSITIVE_INFINITY },
  snapshot: true,
  answers: 'details',
  options: {
    limit: {
      kind: 'integer',
      default: 20,
      help: 'edges, and functions of the allocation stack, to show; half as many of the other lists',
    },
    all: allRows,
    ...idsOption,
    ...tagOption,
    ...rawSizes,
  },
  examples: [
    {
      line: 'heapgraph at @114969 app.heapsnapshot',
      says: 'what it is, how large, who holds it, what it refers to',
    },
    { line: 'heapgraph at @114969 @12345 app.heapsnapshot --all', says: 'two objects, all of their edges' },
  ],
  needs(texts) {
    idsOf(texts);
    return { kind: 'graph', edges: true, locations: true, traces: true, few: true, work: 'both' };
  },
  async run({ snapshot: { graph }, targets: texts, options }) {
    const ids = idsOf(texts);
    const { nodeOf } = idIndex(graph);
    const found = ids.map((id) => nodeOf(id));
    const tagged = resolveTargets(graph, texts.filter(isTag), { kind: 'all', seed: 0 });
    const nodes = [...found.filter((node) => node >= 0), ...tagged.nodes];
    const missing = ids.filter((_, i) => found[i]! < 0);
    const items = nodes.map((node) => detail(new NodeView(graph, node), limitOf(options), options.raw));
    return {
      result: { kind: 'details', items, total: items.length, omitted: 0 },
      fields: { ...sizesField(options.raw), notFound: missing },
      notes: [
        ...firstNotes(
          missing,
          (id) => `no object ${formatId(id)} in ${graph.file}`,
          (count) => `${count} more ids are not there`,
        ),
        ...(await targetNotes(graph, tagged)),
        ...traceNotes(graph),
      ],
      found: missing.length === 0 && tagged.missing.length === 0,
    };
  },
});

function isTag(text: string): boolean {
  return text.startsWith(TAG_PREFIX);
}

function idsOf(texts: readonly string[]): number[] {
  return texts
    .filter((text) => !isTag(text))
    .map((text) => {
      const id = parseId(text);
      if (id !== undefined) return id;
      throw new UsageError(
        `"${text}" is not an object id`,
        'Ids look like @123; by-type lists the ids of a class.',
      );
    });
}

function detail(node: NodeView, limit: number, raw: boolean): Detail {
  const row = nodeRow(node, { raw, retained: true });
  const shown = [
    columns.id,
    columns.type,
    columns.nodeType,
    columns.name,
    columns.shallowSize,
    columns.retainedSize,
    columns.distance,
    columns.edges,
    columns.location,
  ];
  const short = Math.ceil(limit / 2);
  const retainers = retainerTable(node, short);
  const dominated = dominatedTable(node, short);
  const chain = dominatorChain(node);
  const stack = stackList(node.graph, node.ordinal, limit);
  return {
    title: `${formatId(node.id)} ${node.type}`,
    facts: [
      ...shown.map(({ key, title, unit }) => ({ key, title, unit, value: row[key] ?? null })),
      { key: 'retainers', title: 'Retainers', unit: 'count', value: node.retainerCount },
    ],
    lists: [
      ...(stack ? [stack] : []),
      { key: 'retainedBy', title: `Retainers (${formatCount(node.retainerCount)} edges)`, table: retainers },
      {
        key: 'references',
        title: `Edges (${formatCount(node.edgeCount)})`,
        table: edgeTable(node, limit, raw),
      },
      { key: 'dominators', title: `Dominators (${chain.total}, nearest first)`, table: chain },
      { key: 'dominates', title: `Dominates (${formatCount(dominated.total)})`, table: dominated },
    ],
  };
}

const edgeColumns: readonly Column[] = [
  { key: 'edgeType', title: 'Edge', unit: 'text', role: 'dim' },
  { key: 'edgeName', title: 'Name', unit: 'text', role: 'name' },
];

function edgeTable(node: NodeView, limit: number, raw: boolean): Table {
  const rows: Row[] = [];
  for (const edge of node.edges()) {
    if (rows.length >= limit) break;
    const { id, type, name, shallowSize } = nodeRow(edge.target, { raw });
    rows.push({
      edgeType: edge.type,
      edgeName: edge.name,
      id: id!,
      type: type!,
      name: name!,
      shallowSize: shallowSize!,
    });
  }
  return grid(
    [...edgeColumns, columns.id, columns.type, columns.name, columns.shallowSize],
    rows,
    node.edgeCount,
  );
}

/** Who refers to it, grouped by class and edge; the first object of each group as an example. */
function retainerTable(node: NodeView, limit: number): Table {
  const { graph } = node;
  const edges = edgesOf(graph);
  const { firstRetainer, sources } = retainersOf(graph);
  const groups = new Map<string, { row: Row; count: number }>();
  let before = -1;
  for (let i = firstRetainer[node.ordinal]!, end = firstRetainer[node.ordinal + 1]!; i < end; i++) {
    const source = sources[i]!;
    if (source === before) continue; // several edges of one source stand together
    before = source;
    const view = new NodeView(graph, source);
    for (let edge = graph.firstEdge[source]!, last = graph.firstEdge[source + 1]!; edge < last; edge++) {
      if (edges.targets[edge] !== node.ordinal) continue;
      const { type: edgeType, name: edgeName } = new EdgeView(graph, edges, edge);
      const key = `${view.type} ${edgeType} ${edgeName}`;
      const group = groups.get(key);
      if (group) group.count++;
      else
        groups.set(key, {
          row: { type: view.type, edgeType, edgeName, id: view.id, name: view.name },
          count: 1,
        });
    }
  }
  const rows = [...groups.values()].map(({ row, count }): Row => ({ ...row, count }));
  const shown = rows.slice(0, limit);
  return grid([columns.type, ...edgeColumns, columns.count, columns.id, columns.name], shown, rows.length);
}

function dominatorChain(node: NodeView): Table {
  const rows: Row[] = [];
  for (let at = node; at.ordinal !== at.graph.root; at = at.dominator) {
    const { id, type, name, retainedSize } = at.dominator;
    rows.push({ id, type, name, retainedSize });
  }
  return grid([columns.id, columns.type, columns.name, columns.retainedSize], rows, rows.length);
}

/** What it dominates immediately, the largest first. */
function dominatedTable(node: NodeView, limit: number): Table {
  const { graph } = node;
  const children = dominatedNodes(graph, node.ordinal);
  const rows = children.slice(0, limit).map((child): Row => {
    const { id, type, name, retainedSize } = new NodeView(graph, child);
    return { id, type, name, retainedSize };
  });
  return grid([columns.id, columns.type, columns.name, columns.retainedSize], rows, children.length);
}

function grid(shown: readonly Column[], rows: readonly Row[], total: number): Table {
  return { kind: 'table', columns: shown, rows, total, omitted: total - rows.length, layout: 'grid' };
}

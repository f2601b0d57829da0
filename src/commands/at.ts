import { at, type NodeView } from '../analysis/nodes.js';
import { UsageError } from '../errors.js';
import type { Detail, Row, Table } from '../result.js';
import { formatCount, formatId, parseId } from '../units.js';
import { defineCommand } from './command.js';
import { allRows, columns, limitOf, locationCell, rawSizes, SIZES } from './shared.js';

export const atCommand = defineCommand({
  name: 'at',
  summary: 'one object in full, by its id',
  description:
    'Ids are what DevTools and by-type show: @123 or 123. An object keeps its id in later snapshots of the same process.',
  arguments: { name: '@id', help: 'ids of objects', least: 1, most: Number.POSITIVE_INFINITY },
  snapshot: true,
  answers: 'details',
  options: {
    limit: { kind: 'integer', default: 20, help: 'edges to show of each object' },
    all: allRows,
    ...rawSizes,
  },
  examples: [
    { line: 'heapgraph at @114969 app.heapsnapshot', says: 'what it is, how large, where it refers to' },
    { line: 'heapgraph at @114969 @12345 app.heapsnapshot --all', says: 'two objects, all of their edges' },
  ],
  needs(texts) {
    idsOf(texts);
    return { kind: 'graph', edges: true, locations: true };
  },
  run({ graph }, texts, options) {
    const ids = idsOf(texts);
    const nodes = ids.map((id) => at(graph, id));
    const missing = ids.filter((_, i) => nodes[i] === undefined);
    const items = nodes.filter((node) => node !== undefined).map((node) => detail(node, limitOf(options)));
    return {
      result: { kind: 'details', items, total: items.length, omitted: 0 },
      fields: { ...SIZES, notFound: missing },
      notes: missing.map((id) => `no object ${formatId(id)} in ${graph.file}`),
      found: missing.length === 0,
    };
  },
});

function idsOf(texts: readonly string[]): number[] {
  return texts.map((text) => {
    const id = parseId(text);
    if (id !== undefined) return id;
    throw new UsageError(
      `"${text}" is not an object id`,
      'Ids look like @123; by-type lists the ids of a class.',
    );
  });
}

function detail(node: NodeView, limit: number): Detail {
  const fact = (
    { key, title, unit }: (typeof columns)[keyof typeof columns],
    value: Detail['facts'][number]['value'],
  ) => ({
    key,
    title,
    unit,
    value,
  });
  return {
    title: `${formatId(node.id)} ${node.type}`,
    facts: [
      fact(columns.id, node.id),
      fact(columns.type, node.type),
      fact(columns.nodeType, node.nodeType),
      fact(columns.name, node.name),
      fact(columns.shallowSize, node.shallowSize),
      fact(columns.edges, node.edgeCount),
      fact(columns.location, locationCell(node.location)),
    ],
    lists: [
      { key: 'references', title: `Edges (${formatCount(node.edgeCount)})`, table: edgeTable(node, limit) },
    ],
  };
}

function edgeTable(node: NodeView, limit: number): Table {
  const rows: Row[] = [];
  for (const edge of node.edges()) {
    if (rows.length >= limit) break;
    const { target } = edge;
    rows.push({
      edgeType: edge.type,
      edgeName: edge.name,
      id: target.id,
      type: target.type,
      name: target.name,
      shallowSize: target.shallowSize,
    });
  }
  return {
    kind: 'table',
    columns: [
      { key: 'edgeType', title: 'Edge', unit: 'text', role: 'dim' },
      { key: 'edgeName', title: 'Name', unit: 'text', role: 'name' },
      columns.id,
      columns.type,
      columns.name,
      columns.shallowSize,
    ],
    rows,
    total: node.edgeCount,
    omitted: node.edgeCount - rows.length,
    layout: 'grid',
  };
}

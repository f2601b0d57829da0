import { dominatorTree } from '../../analysis/sizes/dominators.js';
import { statistics } from '../../analysis/sizes/statistics.js';
import type { Fact, Row, Table } from '../../base/result.js';
import type { Graph, Head } from '../../graph/graph.js';
import { defineCommand } from '../command.js';
import { columns } from '../shared/columns.js';

export const infoCommand = defineCommand({
  name: 'info',
  summary: 'what a snapshot holds: counts, sections, fields, shares of the heap',
  description:
    "The shares are those that Chrome DevTools calls statistics: sizes of V8's helper objects count for their owners there, and here. --quick reads nothing but the head of the file.",
  snapshot: true,
  answers: 'details',
  options: {
    quick: { kind: 'flag', help: 'only what the head of the file says' },
    raw: { kind: 'flag', help: "statistics from V8's own sizes (self_size), without the transfer to owners" },
  },
  examples: [
    { line: 'heapgraph info app.heapsnapshot', says: 'everything' },
    { line: 'heapgraph info --quick huge.heapsnapshot', says: 'at once, whatever the size' },
  ],
  needs: (_, { quick }) => (quick ? { kind: 'head' } : { kind: 'graph', edges: true, locations: true }),
  run({ snapshot: heap, options: { quick, raw } }) {
    if (quick)
      return {
        result: {
          kind: 'details',
          items: [{ title: heap.head.file, facts: headFacts(heap.head), lists: [] }],
          total: 1,
          omitted: 0,
        },
      };
    const { graph } = heap;
    return {
      result: {
        kind: 'details',
        items: [
          {
            title: heap.head.file,
            facts: [...headFacts(heap.head, graph), ...graphFacts(graph)],
            lists: [
              { key: 'statistics', title: 'Statistics', table: statisticsTable(graph, raw) },
              { key: 'sections', title: 'Sections', table: sectionTable(graph) },
            ],
          },
        ],
        total: 1,
        omitted: 0,
      },
      fields: { sizes: raw ? 'raw' : 'devtools' },
    };
  },
});

/** Counts of the graph when it is loaded, otherwise those of the head, where 0 means unknown. */
function headFacts(head: Head, graph?: Graph): Fact[] {
  const { fieldNames } = head;
  return [
    { key: 'file', title: 'File', value: head.file, unit: 'text' },
    { key: 'compression', title: 'Compression', value: head.compression ?? null, unit: 'text' },
    { key: 'fileSize', title: 'Size on disk', value: head.storedSize ?? null, unit: 'bytes' },
    { key: 'nodeCount', title: 'Nodes', value: graph?.nodeCount ?? (head.nodeCount || null), unit: 'count' },
    {
      key: 'edgeCount',
      title: 'Edges',
      value: graph?.edges?.count ?? (head.edgeCount || null),
      unit: 'count',
    },
    { key: 'traceFunctionCount', title: 'Traced functions', value: head.traceFunctionCount, unit: 'count' },
    { key: 'extraNativeBytes', title: 'Extra native bytes', value: head.extraNativeBytes, unit: 'bytes' },
    { key: 'nodeFields', title: 'Node fields', value: [...fieldNames.node], unit: 'text' },
    { key: 'edgeFields', title: 'Edge fields', value: [...fieldNames.edge], unit: 'text' },
    { key: 'locationFields', title: 'Location fields', value: [...fieldNames.location], unit: 'text' },
  ];
}

function graphFacts(graph: Graph): Fact[] {
  const hasSection = (name: string): boolean =>
    graph.sections.some((section) => section.name === name && section.length > 2);
  return [
    { key: 'stringCount', title: 'Strings', value: graph.strings.length, unit: 'count' },
    { key: 'totalSize', title: 'Total size', value: statistics(graph).total, unit: 'bytes' },
    {
      key: 'unreachableCount',
      title: 'Unreachable nodes',
      value: graph.nodeCount - dominatorTree(graph).reached,
      unit: 'count',
    },
    { key: 'locationCount', title: 'Source locations', value: graph.locations?.count ?? 0, unit: 'count' },
    { key: 'hasTraces', title: 'Allocation traces', value: hasSection('trace_tree'), unit: 'text' },
    { key: 'hasSamples', title: 'Samples', value: hasSection('samples'), unit: 'text' },
  ];
}

function statisticsTable(graph: Graph, raw: boolean): Table {
  const numbers = statistics(graph, raw ? graph.selfSizes : undefined);
  const kinds: [string, number][] = [
    ['code', numbers.code],
    ['strings', numbers.strings],
    ['JS arrays', numbers.jsArrays],
    ['typed arrays', numbers.typedArrays],
    ['other native', numbers.native - numbers.typedArrays],
    ['system', numbers.system],
    [
      'other objects',
      numbers.total - numbers.code - numbers.strings - numbers.jsArrays - numbers.native - numbers.system,
    ],
  ];
  const rows: Row[] = kinds.map(([kind, size]) => ({
    kind,
    shallowSize: size,
    sizeShare: numbers.total === 0 ? 0 : size / numbers.total,
  }));
  return {
    kind: 'table',
    columns: [
      { key: 'kind', title: 'Kind', unit: 'text', role: 'name' },
      columns.shallowSize,
      columns.sizeShare,
    ],
    rows,
    total: rows.length,
    omitted: 0,
    layout: 'grid',
  };
}

function sectionTable(graph: Graph): Table {
  return {
    kind: 'table',
    columns: [
      { key: 'name', title: 'Section', unit: 'text', role: 'name' },
      { key: 'offset', title: 'Offset', unit: 'count' },
      { key: 'bytes', title: 'Bytes', unit: 'bytes', role: 'size' },
    ],
    rows: graph.sections.map(({ name, offset, length }) => ({ name, offset, bytes: length })),
    total: graph.sections.length,
    omitted: 0,
    layout: 'grid',
  };
}

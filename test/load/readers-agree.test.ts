/**
 * Records are read by several loops: those for V8's order of fields, the one for any order, the careful reader, the kernel
 * of a count. Whatever the file is like and however it comes, they have to read the same, and what JSON.parse reads.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../src/graph/columns.js';
import { EDGE_TYPES, NODE_TYPES } from '../../src/graph/schema.js';
import { loadSnapshot, tallySnapshot } from '../../src/load/load.js';
import { PlaceTable } from '../../src/load/place-table.js';
import { parseEdges, parseLocations, parseNodes } from '../../src/load/record-loops.generated.js';
import { disagreement, type Parsed } from './compare.js';
import { bytesOf, chunksOf } from './inputs.js';

type Fields<T extends string> = Readonly<Record<T, number>>;
type NodeField = 'type' | 'name' | 'id' | 'self_size' | 'edge_count' | 'trace_node_id' | 'detachedness';
type EdgeField = 'type' | 'name_or_index' | 'to_node';
type LocationField = 'object_index' | 'script_id' | 'line' | 'column';

interface Records {
  readonly nodes: readonly Fields<NodeField>[];
  /** `to_node` is the ordinal of a node here, `object_index` too. */
  readonly edges: readonly Fields<EdgeField>[];
  readonly locations: readonly Fields<LocationField>[];
}

interface Order {
  readonly node: readonly NodeField[];
  readonly edge: readonly EdgeField[];
  readonly location: readonly LocationField[];
}

const FIVE = ['type', 'name', 'id', 'self_size', 'edge_count'] as const;
const EDGE = ['type', 'name_or_index', 'to_node'] as const;
const LOCATION = ['object_index', 'script_id', 'line', 'column'] as const;

/** The orders of fields for which there are loops, and others. */
const ORDERS: Readonly<Record<string, Order>> = {
  'five fields': { node: FIVE, edge: EDGE, location: LOCATION },
  'with trace_node_id': { node: [...FIVE, 'trace_node_id'], edge: EDGE, location: LOCATION },
  'with detachedness': { node: [...FIVE, 'detachedness'], edge: EDGE, location: LOCATION },
  'with both': { node: [...FIVE, 'trace_node_id', 'detachedness'], edge: EDGE, location: LOCATION },
  'in another order': {
    node: ['detachedness', 'edge_count', 'self_size', 'id', 'trace_node_id', 'name', 'type'],
    edge: ['to_node', 'name_or_index', 'type'],
    location: ['column', 'line', 'script_id', 'object_index'],
  },
};

/** What stands behind a number and in front of its comma, by place in the record: as V8 writes it, and in other ways. */
const SPELLINGS: Readonly<Record<string, (field: number, last: number) => string>> = {
  'without spaces': () => '',
  'a record a line': (field, last) => (field === last ? '\n' : ''),
  'a space behind each number': () => ' ',
  'a record in three on lines with spaces': (() => {
    let records = 0;
    return (field: number, last: number) => (field === last && records++ % 3 === 0 ? '\r\n ' : '');
  })(),
};

const STRINGS = ['', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

const number = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.nat(max),
    fc.constantFrom(0, 9, 10, 99, 999_999_999, 1_000_000_000, 4_294_967_295).filter((n) => n <= max),
  );

const UINT32 = 0xffffffff;

const records: fc.Arbitrary<Records> = fc
  .array(
    fc.record({
      type: fc.nat(NODE_TYPES.length - 1),
      name: fc.nat(STRINGS.length - 1),
      id: number(UINT32 * 4096),
      self_size: number(UINT32 * 16),
      trace_node_id: fc.oneof(fc.constant(0), number(UINT32)),
      detachedness: fc.constantFrom(0, 0, 0, 1, 2, 10),
      edges: fc.array(
        fc.record({
          type: fc.nat(EDGE_TYPES.length - 1),
          name_or_index: fc.nat(STRINGS.length - 1),
          to_node: fc.nat(),
        }),
        { maxLength: 4 },
      ),
      place: fc.option(fc.tuple(number(UINT32), fc.nat(12), number(2 ** 31 - 1))),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((nodes) => ({
    nodes: nodes.map(({ edges, place: _, ...node }) => ({ ...node, edge_count: edges.length })),
    edges: nodes.flatMap(({ edges }) =>
      edges.map((edge) => ({ ...edge, to_node: edge.to_node % nodes.length })),
    ),
    locations: nodes.flatMap(({ place }, node) =>
      place ? [{ object_index: node, script_id: place[0], line: place[1], column: place[2] }] : [],
    ),
  }));

interface Written {
  readonly text: string;
  readonly file: Parsed;
}

function written({ nodes, edges, locations }: Records, order: Order, spelling: string): Written {
  const space = SPELLINGS[spelling]!;
  const array = <T extends string>(all: readonly Fields<T>[], fields: readonly T[]): string =>
    `[${all
      .map((one) => fields.map((field, i) => `${one[field]}${space(i, fields.length - 1)}`).join(','))
      .join(',')}]`;
  const place = (node: number): number => node * order.node.length;
  const meta = {
    node_fields: order.node,
    node_types: order.node.map((field) => (field === 'type' ? NODE_TYPES : 'number')),
    edge_fields: order.edge,
    edge_types: order.edge.map((field) => (field === 'type' ? EDGE_TYPES : 'number')),
    location_fields: order.location,
  };
  const head = { meta, node_count: nodes.length, edge_count: edges.length };
  const text = `{"snapshot":${JSON.stringify(head)},
"nodes":${array(nodes, order.node)},
"edges":${array(
    edges.map((edge) => ({ ...edge, to_node: place(edge.to_node) })),
    order.edge,
  )},
"locations":${array(
    locations.map((one) => ({ ...one, object_index: place(one.object_index) })),
    order.location,
  )},
"strings":${JSON.stringify(STRINGS)}}`;
  return { text, file: JSON.parse(text) as Parsed };
}

/** Nodes and bytes by type and, for objects and native nodes, name; as JSON.parse has them. */
function talliesOf({ nodes }: Records): Record<string, readonly [number, number]> {
  const found: Record<string, [number, number]> = {};
  for (const { type, name, self_size } of nodes) {
    const typeName = NODE_TYPES[type]!;
    const key = `${typeName} ${/^(object|native)$/.test(typeName) ? STRINGS[name] : '(all)'}`;
    found[key] ??= [0, 0];
    found[key][0]++;
    found[key][1] += self_size;
  }
  return found;
}

async function expectAgreement(all: Records, { text, file }: Written): Promise<void> {
  const bytes = bytesOf(text);
  const sizes = [...Array.from({ length: 24 }, (_, i) => i + 1), bytes.length];
  for (const size of sizes) {
    const isStream = (size + all.nodes.length) % 2 === 0;
    const graph = isStream
      ? await loadSnapshot(chunksOf(bytes, size), { locations: true })
      : await loadSnapshot(bytes, { locations: true, windowSize: size });
    expect(disagreement(graph, file), `pieces of ${size} bytes`).toBeUndefined();
    const { rows, nodeCount, nodeTypeNames } = await tallySnapshot(bytes, { windowSize: size });
    expect(nodeCount).toBe(all.nodes.length);
    expect(
      Object.fromEntries(
        rows.map((row) => [`${nodeTypeNames[row.nodeType]} ${row.name ?? '(all)'}`, [row.count, row.size]]),
      ),
    ).toEqual(talliesOf(all));
  }
}

describe.each(Object.keys(ORDERS))('nodes %s', (order) => {
  it.each(Object.keys(SPELLINGS))(
    '%s: columns and tallies are what JSON.parse reads',
    { tags: 'slow' },
    async (spelling) => {
      await fc.assert(
        fc.asyncProperty(records, (all) => expectAgreement(all, written(all, ORDERS[order]!, spelling))),
        { seed: 23, numRuns: 4 },
      );
    },
  );
});

describe('a loop', () => {
  /** Whole records, each with a comma behind it, and the 0 that ends the bytes. */
  const text = (values: readonly (readonly number[])[], lines: boolean): Uint8Array =>
    bytesOf(`${values.map((one) => `${one.join(',')}${lines ? '\n' : ''},`).join('')}\0\0`);

  const node = [
    [3, 1, 7, 24, 2, 0, 1],
    [14, 11, 4_294_967_296, 0, 0, 5, 2],
    [0, 10, 9, 999_999_999, 1, 0, 0],
  ];
  const edge = [
    [2, 11, 7],
    [1, 4_000, 14],
    [6, 0, 0],
  ];
  const location = [
    [0, 5, 0, 1],
    [14, 5, 0, 1],
    [7, 6, 7, 8],
  ];

  const nodeColumns = () =>
    allocate(['nodeTypes', 'nodeNames', 'ids', 'selfSizes', 'firstEdge', 'detachedness', 'traceNodeIds'], 3);
  const nodeLoop = { typeOf: Uint8Array.from(NODE_TYPES, (_, i) => i), limit: 3 };
  const edgeLoop = {
    typeOf: Uint8Array.from(EDGE_TYPES, (_, i) => i),
    indexed: Uint8Array.of(0, 1, 0, 0, 1, 0, 0),
    nodeFields: 7,
    nodeCount: 3,
    limit: 3,
  };

  it.each([false, true])(
    'takes up where it stopped, wherever the bytes end (a record a line: %s)',
    (lines) => {
      const bytes = text(node, lines);
      for (let cut = 0; cut <= bytes.length - 2; cut++) {
        const columns = nodeColumns();
        const piece = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(8)]);
        const first = parseNodes(piece, 0, cut, columns, 0, nodeLoop);
        const whole = node.filter((_, i) => text(node.slice(0, i + 1), lines).length - 2 <= cut).length;
        expect(first.next).toBe(whole);
        expect(first.at).toBe(whole === 0 ? 0 : text(node.slice(0, whole), lines).length - 2);
        const second = parseNodes(bytes, first.at, bytes.length - 2, columns, first.next, nodeLoop);
        expect([second.at, second.next]).toEqual([bytes.length - 2, 3]);
        expect(Math.max(first.largestName, second.largestName)).toBe(11);
        expect(first.largestName === 11 ? first.largestNameAt : second.largestNameAt).toBe(1);
        expect(first.isTraced || second.isTraced).toBe(true);
        const { nodeTypes, nodeNames, ids, selfSizes, firstEdge, traceNodeIds, detachedness } = columns;
        const read = node.map((_, i) =>
          [nodeTypes, nodeNames, ids, selfSizes, firstEdge, traceNodeIds, detachedness].map((one) => one[i]),
        );
        expect(read).toEqual(node);
      }
    },
  );

  it.each([false, true])('does so for edges and locations (a record a line: %s)', (lines) => {
    const edges = text(edge, lines);
    for (let cut = 0; cut <= edges.length - 2; cut++) {
      const columns = allocate(['edgeTypes', 'edgeNames', 'edgeTargets'], 3);
      const piece = Buffer.concat([edges.subarray(0, cut), Buffer.alloc(8)]);
      const first = parseEdges(piece, 0, cut, columns, 0, edgeLoop);
      const second = parseEdges(edges, first.at, edges.length - 2, columns, first.next, edgeLoop);
      expect(second.next).toBe(3);
      expect(Math.max(first.largestName, second.largestName)).toBe(11); // 4,000 is an index
      const { edgeTypes, edgeNames, edgeTargets } = columns;
      expect(edge.map((_, i) => [edgeTypes[i], edgeNames[i], edgeTargets[i]! * 7])).toEqual(edge);
    }
    const locations = text(location, lines);
    for (let cut = 0; cut <= locations.length - 2; cut++) {
      const columns = allocate(['placeOf'], 3);
      const places = new PlaceTable('a file');
      const piece = Buffer.concat([locations.subarray(0, cut), Buffer.alloc(8)]);
      const first = parseLocations(piece, 0, cut, columns, 0, edgeLoop, places);
      const second = parseLocations(
        locations,
        first.at,
        locations.length - 2,
        columns,
        first.next,
        edgeLoop,
        places,
      );
      expect(second.next).toBe(3);
      expect([...columns.placeOf]).toEqual([1, 2, 1]);
      expect([...places.columns.placeLines.subarray(0, places.count)]).toEqual([0, 7]);
    }
  });

  it('stops at its limit, at a type that the head does not name, and at a place that is none of a node', () => {
    const bytes = text(node, false);
    const limited = parseNodes(bytes, 0, bytes.length - 2, nodeColumns(), 0, { ...nodeLoop, limit: 1 });
    expect(limited.next).toBe(1);
    const fewTypes = { ...nodeLoop, typeOf: nodeLoop.typeOf.subarray(0, 14) };
    expect(parseNodes(bytes, 0, bytes.length - 2, nodeColumns(), 0, fewTypes).next).toBe(1);
    for (const place of [6, 21]) {
      const wrong = text([edge[0]!, [2, 0, place]], false);
      const columns = allocate(['edgeTypes', 'edgeNames', 'edgeTargets'], 3);
      expect(parseEdges(wrong, 0, wrong.length - 2, columns, 0, edgeLoop).next).toBe(1);
    }
  });
});

/** Ids beyond 32 bits, as Julia writes them (addresses): exact, with the columns of all other files as they were. */
import { describe, expect, it } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { nodeWithId } from '../../src/graph/graph.js';
import { idIndex } from '../../src/graph/ids.js';
import { loadSnapshot } from '../../src/load/load.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { type GraphSpec, type SnapshotOptions, snapshotText } from '../support/builder.js';
import { casePath, FIXTURES, fixturePath } from '../support/fixtures.js';
import { random } from '../support/random-graph.js';
import { bytesOf, chunksOf } from './inputs.js';

const COUNT = 500;
const next = random(11);
const below = (limit: number): number => Math.floor(next() * limit);

const KINDS: [string, (i: number) => number][] = [
  ['addresses', (i) => 139_889_232_314_432 + 64 * i],
  ['the first 250 of 32 bits', (i) => (i < 250 ? 2 * i + 1 : 2 ** 40 + i)],
  ['one of 33 bits', (i) => (i === 499 ? 2 ** 32 : i)],
  ['of all lengths up to 53 bits', (i) => 1 + below(2 ** (1 + (i % 53)))],
  ['the ends of 53 bits', (i) => Number.MAX_SAFE_INTEGER - i],
  ['one low half in many high ones', (i) => (i + 1) * 2 ** 32 + 16],
];

function graphWith(id: (i: number) => number): GraphSpec {
  const spec: Record<string, GraphSpec[string]> = {
    root: { id: 0, edges: Array.from({ length: COUNT }, (_, i) => `n${i}`) },
  };
  for (let i = 0; i < COUNT; i++) spec[`n${i}`] = { id: id(i), name: `C${i % 5}` };
  return spec;
}

const ORDERS: [string, SnapshotOptions][] = [
  ['6 fields', {}],
  [
    '7 fields, a record a line',
    {
      nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
      recordSeparator: '\n',
    },
  ],
  ['another order', { nodeFields: ['id', 'type', 'name', 'self_size', 'edge_count'] }],
];

describe.each(KINDS)('%s', (_, id) => {
  const spec = graphWith(id);

  it.each(ORDERS)('are exact: %s', { tags: 'slow' }, async (_, options) => {
    const text = snapshotText(spec, options);
    const { nodes, snapshot } = JSON.parse(text) as {
      nodes: number[];
      snapshot: { meta: { node_fields: string[] } };
    };
    const fields = snapshot.meta.node_fields;
    const wanted = nodes.filter((_, i) => i % fields.length === fields.indexOf('id'));
    for (const [input, windowSize] of [
      [bytesOf(text), undefined],
      [bytesOf(text), 64],
      [chunksOf(bytesOf(text), 7), 64],
    ] as const) {
      const graph = await loadSnapshot(input, { windowSize });
      expect([...graph.ids]).toEqual(wanted);
      expect(graph.idsAreExact).toBe(true);
      const { nodeOf } = idIndex(graph);
      wanted.forEach((one) => {
        expect(nodeOf(one)).toBe(wanted.indexOf(one));
        expect(nodeWithId(graph, one)).toBe(wanted.indexOf(one));
        if (!wanted.includes(one + 1)) expect(nodeOf(one + 1)).toBe(-1);
      });
      expect(nodeOf(2 ** 52 + 12345)).toBe(-1);
    }
    const counts = typeStats(await loadClasses(bytesOf(text)), { filter: /^C/ });
    expect(counts.map(({ count }) => count)).toEqual([100, 100, 100, 100, 100]);
  });
});

describe('ids beyond 2^53', () => {
  const texts = ['9007199254740993', '18446744073709551615', '10000000000000000001', '9007199254740992'];
  const text = texts.reduce(
    (all, id, i) => all.replace(`,${77_001 + i},`, `,${id},`),
    snapshotText(graphWith((i) => (i < texts.length ? 77_001 + i : 2 * i + 1))),
  );

  it('are rounded in the same way however the bytes come, and the graph says so', async () => {
    for (const windowSize of [undefined, 16, 64, 999]) {
      const graph = await loadSnapshot(chunksOf(bytesOf(text), windowSize ?? 1 << 16), { windowSize });
      expect([...graph.ids.subarray(1, 5)]).toEqual(texts.map(Number));
      expect(graph.idsAreExact).toBe(false);
    }
  });

  it('are nothing to a count', async () => {
    expect((await loadClasses(bytesOf(text), { windowSize: 64 })).nodeCount).toBe(COUNT + 1);
    expect((await loadClasses(bytesOf(text))).nodeCount).toBe(COUNT + 1);
  });
});

it.each(FIXTURES)('%s keeps its ids in 32 bits', async (name) => {
  const graph = await loadSnapshot(fixturePath(name), { edges: false });
  expect(graph.ids).toBeInstanceOf(Uint32Array);
  expect(graph.idsAreExact).toBe(true);
});

it('10 digits are not too many for 32 bits', async () => {
  const graph = await loadSnapshot(
    bytesOf(snapshotText({ root: { id: 4_294_967_295, edges: ['a'] }, a: {} })),
  );
  expect(graph.ids).toBeInstanceOf(Uint32Array);
  expect(graph.ids[0]).toBe(4_294_967_295);
});

it('julia-1.10: the ids that stand in the file', async () => {
  const graph = await loadSnapshot(casePath('julia-1.10.heapsnapshot.gz'));
  expect(graph.ids).toBeInstanceOf(Float64Array);
  expect([...graph.ids.subarray(0, 3)]).toEqual([0, 139_889_232_314_432, 139_889_232_314_496]);
  expect(graph.nodeCount).toBe(85);
});

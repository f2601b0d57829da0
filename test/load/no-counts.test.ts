/** Heads that say 0 nodes and 0 edges, whatever follows, as old Hermes writes them: the sections end where they end. */

import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import type { Graph } from '../../src/graph/graph.js';
import { readHead } from '../../src/load/head.js';
import { loadSnapshot } from '../../src/load/load.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { type GraphSpec, type SnapshotOptions, snapshotText } from '../support/builder.js';
import { casePath, fixtureBytes } from '../support/fixtures.js';
import { difference } from './compare.js';
import { bytesOf, chunksOf, failureOf } from './inputs.js';

const HERMES = casePath('hermes-zero-counts.heapsnapshot.gz');

/** Without the places of its sections: they come a few bytes sooner where the counts are 0. */
const unplaced = (graph: Graph): Graph => ({ ...graph, sections: [] });

const withoutCounts = (text: string): string =>
  text.replace(/"node_count":\d+/, '"node_count":0').replace(/"edge_count":\d+(?=[,}])/, '"edge_count":0');

/** 5,001 nodes: more than there is room for at first. */
const many: GraphSpec = {
  root: { edges: Array.from({ length: 2500 }, (_, i) => `a${i}`) },
  ...Object.fromEntries(
    Array.from({ length: 2500 }, (_, i) => [
      `a${i}`,
      {
        name: `A${i % 7}`,
        size: i % 100 === 7 ? 2 ** 33 : i,
        traceNodeId: i % 3,
        detachedness: i % 2,
        edges: [`b${i}`],
      },
    ]),
  ),
};

const ORDERS: [string, SnapshotOptions][] = [
  ['6 fields', {}],
  [
    '7 fields',
    { nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'] },
  ],
  ['another order', { nodeFields: ['id', 'type', 'edge_count', 'name', 'self_size'] }],
  ['a record a line', { recordSeparator: '\n' }],
];

describe('a head without counts', () => {
  it('hermes-zero-counts: 126 nodes, 185 edges', async () => {
    const plain = gunzipSync(readFileSync(HERMES));
    expect(plain.toString()).toContain('"node_count":0,"edge_count":0');
    for (const input of [HERMES, plain, chunksOf(plain, 100)]) {
      const graph = await loadSnapshot(input, { locations: true });
      expect([graph.nodeCount, graph.edges!.count, graph.locations!.count]).toEqual([126, 185, 1]);
      expect(graph.firstEdge.at(-1)).toBe(185);
    }
    expect(typeStats(await loadClasses(HERMES)).find(({ type }) => type === 'Session')!.count).toBe(60);
    expect(await readHead(HERMES)).toMatchObject({ nodeCount: 0, edgeCount: 0 });
  });

  it.each(ORDERS)('gives the same columns as one with counts: %s', { tags: 'slow' }, async (_, options) => {
    const text = snapshotText(many, options);
    const reference = unplaced(await loadSnapshot(bytesOf(text)));
    const bare = bytesOf(withoutCounts(text));
    for (const input of [bare, gzipSync(bare), chunksOf(bare, 70_000), chunksOf(gzipSync(bare), 999)])
      expect(
        difference(unplaced(await loadSnapshot(input, { windowSize: 1 << 14 })), reference),
      ).toBeUndefined();
    const tallied = await loadClasses(bare);
    expect(typeStats(tallied)).toEqual(typeStats(await loadClasses(bytesOf(text))));
    expect(tallied.nodeCount).toBe(5001);
  });

  it('a real snapshot', { tags: 'slow' }, async () => {
    const text = Buffer.from(fixtureBytes('node22-before')).toString();
    const options = { locations: true };
    const reference = unplaced(await loadSnapshot(bytesOf(text), options));
    const bare = unplaced(await loadSnapshot(bytesOf(withoutCounts(text)), options));
    expect(difference(bare, reference)).toBeUndefined();
  });

  it.each(['node_count', 'edge_count'])('only %s is 0', async (key) => {
    const text = snapshotText(many).replace(new RegExp(`"${key}":\\d+(?=[,}])`), `"${key}":0`);
    const graph = await loadSnapshot(bytesOf(text));
    expect([graph.nodeCount, graph.edges!.count]).toEqual([5001, 5000]);
  });

  it('an empty snapshot is one', async () => {
    const graph = await loadSnapshot(bytesOf(snapshotText({})));
    expect([graph.nodeCount, graph.edges!.count]).toEqual([0, 0]);
  });

  it('edges that do not fit the sum of the nodes are told', async () => {
    const text = withoutCounts(snapshotText({ root: ['a', 'b'] }));
    const short = await failureOf(loadSnapshot(bytesOf(text.replace(/"edges":\[\d+,\d+,\d+,/, '"edges":['))));
    expect(short).toMatchObject({
      code: 'mismatch',
      section: 'edges',
      expected: "2 edges (the nodes' edge counts)",
      found: '1 before "]"',
    });
    const long = await failureOf(loadSnapshot(bytesOf(text.replace('"edges":[', '"edges":[2,1,6,'))));
    expect(long).toMatchObject({ code: 'mismatch', section: 'edges', found: 'more of them' });
  });

  it('edges to nodes that are not there, a root that is not there, a record that is not whole', async () => {
    const text = withoutCounts(snapshotText({ root: ['a', 'b'] }));
    const lost = await failureOf(
      loadSnapshot(bytesOf(text.replace(/"edges":\[\d+,\d+,\d+/, '"edges":[2,1,600'))),
    );
    expect(lost).toMatchObject({ code: 'range', section: 'edges', found: '600' });
    for (const load of [loadSnapshot, loadClasses]) {
      const root = await failureOf(
        load(bytesOf(text.replace('"node_count"', '"root_index":18,"node_count"'))),
      );
      expect(root).toMatchObject({ code: 'malformed', section: 'snapshot', found: 'that of node 3' });
      const half = await failureOf(load(bytesOf(text.replace('"nodes":[', '"nodes":[9,'))));
      expect(half.section).toBe('nodes');
    }
  });

  it('a file that ends early is truncated, and salvaged', async () => {
    const text = withoutCounts(snapshotText(many));
    const cut = bytesOf(text.slice(0, text.indexOf('"edges"') - 1000));
    expect(await failureOf(loadSnapshot(cut))).toMatchObject({
      code: 'truncated',
      section: 'nodes',
      expected: 'more numbers',
    });
    const graph = await loadSnapshot(cut, { salvage: true });
    expect(graph.nodeCount).toBeGreaterThan(4500);
    expect(graph.truncation).toMatchObject({ section: 'nodes' });
    const inEdges = bytesOf(text.slice(0, text.indexOf('"strings"') - 1000));
    const half = await loadSnapshot(inEdges, { salvage: true });
    expect(half.nodeCount).toBe(5001);
    expect(half.edges!.count).toBeGreaterThan(4500);
    expect(half.truncation).toMatchObject({ section: 'edges' });
  });

  it('more edges than can be numbered are refused, with the memory that they would take', async () => {
    const text = withoutCounts(snapshotText({ root: { edges: ['a'] }, a: {} }));
    // Both of the two nodes: 4,294,967,295 edges and 5 more.
    const [before, nodes, after] = /^([\s\S]*"nodes":\[)([^\]]*)(\][\s\S]*)$/
      .exec(text)!
      .slice(1) as string[];
    const numbers = nodes!.split(',').map(Number);
    const fields = numbers.length / 2;
    numbers[4] = 0xffffffff;
    numbers[fields + 4] = 5;
    const bytes = bytesOf(before! + numbers.join() + after!);
    for (const input of [bytes, chunksOf(bytes, 100)]) {
      expect(await failureOf(loadSnapshot(input))).toMatchObject({
        code: 'too-large',
        section: 'nodes',
        expected: 'at most 2,147,483,646',
        found: '4,294,967,300, which would take 38.7 GB of memory',
      });
    }
  });

  it.each([
    ['nodes', 5000, '5,001 nodes (85.0 kB)'],
    ['edges', 115_000, '5,000 edges (45.0 kB)'],
  ])('columns that cannot be allocated: how many %s, and how many bytes', async (_, most, what) => {
    // A machine that has so many bytes and no more.
    let left = most;
    class Scarce extends ArrayBuffer {
      constructor(bytes: number) {
        if (bytes > left) throw new RangeError('Array buffer allocation failed');
        super(bytes);
        left -= bytes;
      }
    }
    const failure = await failureOf(loadSnapshot(bytesOf(snapshotText(many)), { buffers: Scarce as never }));
    expect(failure).toMatchObject({ code: 'too-large' });
    expect(failure.message).toContain(`there is not enough memory for ${what}`);
  });
});

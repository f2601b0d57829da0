import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { classesOf } from '../../src/analysis/classes/classes.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot, tallySnapshot } from '../../src/load/load.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { snapshotText } from '../support/builder.js';
import { fixtureBytes } from '../support/fixtures.js';
import { difference, disagreement, parsed, stringsOf } from './compare.js';
import {
  bytesOf,
  chunksOf,
  expectReadable,
  expectSound,
  failureOf,
  reordered,
  SMALL,
  smallText,
} from './inputs.js';

/** Everything that a salvaged graph may hold, and has to: what stood whole before the cut. */
function expectPrefix(graph: Graph, whole: Graph, wholeEdges: number): void {
  expectSound(graph);
  const n = graph.nodeCount;
  for (const column of ['nodeTypes', 'nodeNames', 'ids', 'selfSizes', 'detachedness'] as const) {
    expect([...(graph[column] ?? [])]).toEqual([...(whole[column]?.subarray(0, n) ?? [])]);
  }
  const expected: string[] = [];
  const found: string[] = [];
  for (let node = 0; node < n; node++) {
    for (let edge = whole.firstEdge[node]!; edge < whole.firstEdge[node + 1]!; edge++) {
      if (edge >= wholeEdges || whole.edges!.targets[edge]! >= n) continue;
      expected.push(
        `${node} ${whole.edges!.types[edge]} ${whole.edges!.names[edge]} ${whole.edges!.targets[edge]}`,
      );
    }
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      found.push(
        `${node} ${graph.edges!.types[edge]} ${graph.edges!.names[edge]} ${graph.edges!.targets[edge]}`,
      );
    }
  }
  expect(found).toEqual(expected);
  const strings = stringsOf(graph);
  expect(strings).toEqual(stringsOf(whole).slice(0, strings.length));
  expect(graph.strings.get(strings.length)).toBe(`(lost name ${strings.length})`);
}

/** Records that stand whole in a text that was cut inside an array of numbers. */
function wholeRecords(text: string, section: string, fields: number, all: number): number {
  const from = text.indexOf(`"${section}":[`);
  if (from < 0) return 0;
  const numbers = text.slice(from + section.length + 4);
  return numbers.includes(']') ? all : Math.floor((numbers.match(/\d+\s*,/g)?.length ?? 0) / fields);
}

const TEXTS = {
  'as V8 writes it today': smallText(),
  'as Node.js 18 writes it': smallText({
    nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
    recordSeparator: '\n',
    sections: { samples: [], locations: [0, 1, 2, 3] },
  }),
  'with fields in another order': smallText({
    nodeFields: ['name', 'type', 'edge_count', 'id', 'self_size', 'detachedness'],
  }),
};

describe.each(Object.entries(TEXTS))('a small snapshot, %s, that is cut', (_, text) => {
  const bytes = bytesOf(text);
  const headEnd = bytesOf(text.slice(0, text.indexOf('"nodes"') - 2)).length; // behind the } of "snapshot"
  const reference = parsed(text);
  const fields = reference.snapshot.meta.node_fields.length;

  it(`at each of its ${bytes.length} bytes is an error that says the section and the byte`, {
    tags: 'slow',
  }, async () => {
    const codes = new Set<string>();
    for (let cut = 0; cut < bytes.length; cut++) {
      const part = bytes.subarray(0, cut);
      for (const read of [loadSnapshot, tallySnapshot]) {
        const failure = await failureOf(read(part));
        expectReadable(failure);
        codes.add(failure.code);
        if (cut < 2) {
          expect(failure.code).toBe(cut === 0 ? 'empty' : 'truncated');
        } else {
          expect(failure, `cut at ${cut}`).toMatchObject({ code: 'truncated', offset: cut });
          expect(failure.section).toBe(sectionAt(cut));
        }
      }
    }
    expect([...codes]).toEqual(['empty', 'truncated']);
  });

  it('says the same when it comes as a stream', { tags: 'slow' }, async () => {
    for (let cut = 1; cut < bytes.length; cut++) {
      const part = bytes.subarray(0, cut);
      const { code, section, offset } = await failureOf(loadSnapshot(part));
      const failure = await failureOf(loadSnapshot(chunksOf(part, 1 + (cut % 7))));
      expect(failure).toMatchObject({ code, section, offset, file: '(stream)' });
    }
  });

  it('behind the head is salvaged: whole nodes, edges between them, whole strings', {
    tags: 'slow',
  }, async () => {
    const whole = await loadSnapshot(bytes);
    for (let cut = headEnd; cut < bytes.length; cut++) {
      const part = bytes.subarray(0, cut);
      const before = Buffer.from(part).toString();
      const graph = await loadSnapshot(part, { salvage: true });
      expect(graph.nodeCount).toBe(wholeRecords(before, 'nodes', fields, 5));
      expectPrefix(graph, whole, wholeRecords(before, 'edges', 3, 6));
      expect(graph.truncation).toMatchObject({ section: sectionAt(cut), offset: cut });
      const again = await loadSnapshot(chunksOf(part, 1 + (cut % 5)), { salvage: true });
      expect(difference(again, graph)).toBeUndefined();
    }
    expect((await loadSnapshot(bytes, { salvage: true })).truncation).toBeUndefined();
  });

  it('behind the head can be counted (every third byte), with the same result by tallies and by the graph', {
    tags: 'slow',
  }, async () => {
    for (let cut = headEnd; cut < bytes.length; cut += 3) {
      const part = bytes.subarray(0, cut);
      const graph = await loadSnapshot(part, { salvage: true });
      const tallies = await tallySnapshot(part, { salvage: true });
      expect(tallies.nodeCount).toBe(graph.nodeCount);
      expect(tallies.rows.reduce((sum, row) => sum + row.count, 0)).toBe(graph.nodeCount);
      expect(tallies.truncation).toMatchObject({ section: sectionAt(cut), offset: cut });
      for (const input of cut % 4 === 0 ? [part, chunksOf(part, 9)] : [part]) {
        const { file: _file, truncation: _ending, ...classes } = await loadClasses(input, { salvage: true });
        const { file: _file2, truncation: _ending2, ...expected } = classesOf(graph, { raw: true });
        expect(classes).toEqual(expected);
      }
    }
  });

  it(`in the first ${headEnd} bytes cannot be salvaged`, { tags: 'slow' }, async () => {
    for (let cut = 0; cut < headEnd; cut++) {
      for (const read of [loadSnapshot, tallySnapshot, loadClasses]) {
        const failure = await failureOf(read(bytes.subarray(0, cut), { salvage: true }));
        expect(['empty', 'truncated']).toContain(failure.code);
      }
    }
  });

  /** The section that a cut at this byte falls into, told from the text alone. */
  function sectionAt(cut: number): string {
    const before = Buffer.from(bytes.subarray(0, cut)).toString();
    let section = 'snapshot';
    for (const match of before.matchAll(/"(nodes|edges|samples|locations|strings)":(\[[^\]]*\])?/g)) {
      const [, name, value] = match;
      const closed = value !== undefined;
      section = closed ? 'snapshot' : name!;
    }
    return section;
  }
});

describe('a real snapshot that is cut', () => {
  it.each(['chromium156', 'node18-before', 'node26-after'] as const)(
    'in each section: %s',
    { tags: 'slow' },
    async (name) => {
      const bytes = fixtureBytes(name);
      const whole = await loadSnapshot(bytes, { locations: true });
      for (const { name: section, offset, length } of [
        { name: 'snapshot', offset: 12, length: 700 },
        ...whole.sections.filter((candidate) => candidate.length > 10),
      ]) {
        for (const share of [0.01, 0.5, 0.99]) {
          const part = bytes.subarray(0, offset + Math.floor(length * share));
          for (const read of [loadSnapshot, tallySnapshot, loadClasses]) {
            const failure = await failureOf(read(part));
            expect(failure).toMatchObject({ code: 'truncated', section, offset: part.length });
            expectReadable(failure);
          }
          if (section === 'snapshot') {
            expect(await failureOf(loadSnapshot(part, { salvage: true }))).toMatchObject({
              code: 'truncated',
            });
            continue;
          }
          const graph = await loadSnapshot(part, { salvage: true, locations: true });
          expectSound(graph);
          expect(graph.truncation).toMatchObject({ section, offset: part.length });
          const where = whole.sections.findIndex((candidate) => candidate.name === section);
          if (section === 'nodes') {
            expect(graph.nodeCount / whole.nodeCount).toBeCloseTo(share, 0.5);
            expect(graph.strings.length).toBe(0);
          } else {
            expect(graph.nodeCount).toBe(whole.nodeCount);
          }
          if (section === 'edges') expect(graph.edges!.count / whole.edges!.count).toBeCloseTo(share, 0.5);
          if (section === 'strings') {
            expect(graph.strings.length / whole.strings.length).toBeCloseTo(share, 0.1);
            expect(graph.edges!.count).toBe(whole.edges!.count);
          }
          expect(graph.sections.map((candidate) => candidate.name)).toEqual(
            whole.sections.slice(0, where).map((candidate) => candidate.name),
          );
          const classes = await loadClasses(part, { salvage: true });
          expect(classes.rows).toEqual(classesOf(graph, { raw: true }).rows);
        }
      }
    },
  );

  it('in gzip at 10 places: truncated where the text stops, salvaged up to there', {
    tags: 'slow',
  }, async () => {
    const plain = fixtureBytes('node26-after');
    const stored = gzipSync(plain);
    const whole = await loadSnapshot(plain);
    let nodes = 0;
    for (let tenth = 1; tenth < 10; tenth++) {
      const part = stored.subarray(0, Math.floor((stored.length * tenth) / 10));
      for (const input of [part, chunksOf(part, 10_000)]) {
        const failure = await failureOf(loadSnapshot(input));
        expect(failure.code).toBe('truncated');
        expectReadable(failure, failure.file);
        expect(failure.offset).toBeGreaterThan((plain.length * (tenth - 2)) / 10);
      }
      const graph = await loadSnapshot(part, { salvage: true });
      expectSound(graph);
      expect(graph.nodeCount).toBeGreaterThanOrEqual(nodes);
      nodes = graph.nodeCount;
    }
    expect(nodes).toBe(whole.nodeCount);
  });

  it('in the last 8 bytes of gzip, which only check it, is whole', async () => {
    const plain = fixtureBytes('chromium156');
    const stored = gzipSync(plain);
    for (const missing of [1, 4, 8]) {
      const graph = await loadSnapshot(stored.subarray(0, -missing));
      expect(disagreement(graph, parsed(plain))).toBeUndefined();
    }
  });

  it('in the first 20 bytes of gzip is truncated, not empty', async () => {
    const stored = gzipSync(fixtureBytes('chromium156'));
    for (const length of [3, 9, 10, 11, 20]) {
      expect((await failureOf(loadSnapshot(stored.subarray(0, length)))).code).toBe('truncated');
    }
  });
});

describe('a damaged snapshot', () => {
  const text = smallText();

  it('is salvaged up to the damage in its nodes, edges and strings', async () => {
    const whole = await loadSnapshot(bytesOf(text));
    const damages: [string, string, number, number, number][] = [
      [text.replace(',3,1,3,48,', ',3,1,3,x48,'), 'nodes', 1, 0, 0],
      [text.replace('"edges":[2,1,6,1,1,12,', '"edges":[2,1,6,1,-1,12,'), 'edges', 5, 1, 0],
      [text.replace('"sc",', '"sc"; '), 'strings', 5, 6, 3],
    ];
    for (const [damaged, section, nodes, edges, strings] of damages) {
      expect(damaged).not.toBe(text);
      expect(await failureOf(loadSnapshot(bytesOf(damaged)))).toMatchObject({ code: 'malformed', section });
      const graph = await loadSnapshot(bytesOf(damaged), { salvage: true });
      expect(graph.nodeCount).toBe(nodes);
      expect(graph.strings.length).toBe(strings);
      expectPrefix(graph, whole, edges);
      expect(graph.truncation).toMatchObject({ section });
      expect(graph.truncation!.expected.length).toBeGreaterThan(3);
      expect(graph.truncation!.found.length).toBeGreaterThan(3);
    }
  });

  it('is salvaged up to the damage in gzip', async () => {
    const plain = fixtureBytes('node22-before');
    const stored = gzipSync(plain);
    const damaged = Uint8Array.from(stored).fill(0xff, stored.length / 2, stored.length / 2 + 100);
    const failure = await failureOf(loadSnapshot(damaged));
    expect(['compression', 'malformed', 'mismatch', 'range', 'too-large']).toContain(failure.code);
    expectReadable(failure);
    if (!['compression', 'malformed'].includes(failure.code)) return;
    const graph = await loadSnapshot(damaged, { salvage: true });
    expectSound(graph);
    expect(graph.truncation?.section).toMatch(/nodes|edges/);
  });

  it('keeps its edges with their nodes when a section stands there twice', async () => {
    const whole = await loadSnapshot(bytesOf(text));
    for (const name of ['nodes', 'edges', 'strings']) {
      const damaged = bytesOf(`${text.slice(0, -1)},"${name}":[]}`);
      expect(await failureOf(loadSnapshot(damaged))).toMatchObject({ code: 'malformed', section: name });
      const graph = await loadSnapshot(damaged, { salvage: true });
      expectPrefix(graph, whole, 6);
      expect(graph.strings.length).toBe(8);
    }
  });

  it.each([
    [['edges', 'nodes', 'strings']],
    [['strings', 'edges', 'nodes']],
    [['strings', 'nodes', 'edges']],
    [['nodes', 'strings', 'edges']],
  ])('with its sections in the order %s is salvaged wherever it is cut', async (order) => {
    const changed = reordered(text, order);
    const bytes = bytesOf(changed);
    const whole = await loadSnapshot(bytes);
    for (let cut = changed.indexOf(`"${order[0]}"`); cut < bytes.length; cut++) {
      const before = Buffer.from(bytes.subarray(0, cut)).toString();
      const graph = await loadSnapshot(bytes.subarray(0, cut), { salvage: true });
      expectPrefix(graph, whole, wholeRecords(before, 'edges', 3, 6));
      expect(graph.nodeCount).toBe(wholeRecords(before, 'nodes', 6, 5));
    }
  });

  it('without one of its sections is salvaged, with what the others hold', async () => {
    const graph = await loadSnapshot(bytesOf(reordered(text, ['nodes', 'strings'])), { salvage: true });
    expectSound(graph);
    expect(graph).toMatchObject({ nodeCount: 5, truncation: { section: 'snapshot' } });
    const nameless = await loadSnapshot(bytesOf(reordered(text, ['nodes', 'edges'])), { salvage: true });
    expectSound(nameless);
    expect(nameless.strings.get(nameless.nodeNames[1]!)).toBe('(lost name 1)');
  });

  it('counts what detached nodes lead to when the edges are lost', async () => {
    const spec = { ...SMALL, x: { type: 'native', detachedness: 2, edges: ['y'] }, y: { type: 'native' } };
    const whole = snapshotText(spec);
    for (const end of ['"edges"', '"strings"']) {
      const part = bytesOf(whole.slice(0, whole.indexOf(end)));
      const classes = await loadClasses(part, { salvage: true });
      expect(classes.rows.reduce((sum, row) => sum + row.count, 0)).toBe(7);
    }
  });
});

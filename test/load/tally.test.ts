import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classesOf, count } from '../../src/analysis/classes/classes.js';
import { loadSnapshot, type Tallies, tallySnapshot } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { WINDOW_SIZE } from '../../src/load/window.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { snapshotText } from '../support/builder.js';
import { FIXTURES, fixtureBytes, fixturePath, recorded } from '../support/fixtures.js';
import { type Parsed, parsed } from './compare.js';
import {
  bytesOf,
  chunksOf,
  edited,
  failureOf,
  reordered,
  SMALL,
  smallText,
  temporaryFolder,
} from './inputs.js';

const { write } = temporaryFolder();

/** Counts and bytes by type and, for objects and native nodes, name; straight from the numbers of the file. */
function referenceRows(file: Parsed): Record<string, [number, number]> {
  const { node_fields: fields, node_types: types } = file.snapshot.meta;
  const place = (name: string): number => fields.indexOf(name);
  const rows = new Map<string, [number, number]>();
  for (let at = 0; at < file.nodes.length; at += fields.length) {
    const type = types[place('type')]![file.nodes[at + place('type')]!]!;
    const name = ['object', 'native'].includes(type)
      ? file.strings[file.nodes[at + place('name')]!]
      : undefined;
    const key = JSON.stringify([type, name ?? null]);
    const row = rows.get(key) ?? [0, 0];
    rows.set(key, [row[0] + 1, row[1] + file.nodes[at + place('self_size')]!]);
  }
  return Object.fromEntries([...rows].sort());
}

function rowsOf({ rows, nodeTypeNames }: Tallies): Record<string, [number, number]> {
  const entries = rows.map(({ nodeType, name, count, size }): [string, [number, number]] => [
    JSON.stringify([nodeTypeNames[nodeType], name ?? null]),
    [count, size],
  ]);
  expect(new Set(entries.map(([key]) => key)).size, 'each row once').toBe(entries.length);
  return Object.fromEntries(entries.sort());
}

async function expectTallies(text: string, inputs?: readonly SnapshotInput[]): Promise<void> {
  const bytes = bytesOf(text);
  const reference = referenceRows(parsed(text));
  const size = bytes.length < WINDOW_SIZE ? 1 : 999;
  const ways = inputs ?? [
    bytes,
    write('tally.heapsnapshot', bytes),
    chunksOf(bytes, size),
    chunksOf(bytes, size + 2),
  ];
  for (const input of ways) {
    const tallies = await tallySnapshot(input);
    expect(rowsOf(tallies)).toEqual(reference);
    expect(tallies.nodeCount).toBe(parsed(text).snapshot.node_count);
  }
}

/** White space that puts the strings more than a window behind the nodes, where tallies leap. */
const FAR = ' '.repeat(WINDOW_SIZE + 1000);

describe('a real snapshot', () => {
  describe.each(FIXTURES)('%s', (name) => {
    const bytes = fixtureBytes(name);

    it('has the tallies that its numbers give, from a path, gzip, bytes and a stream', {
      tags: 'slow',
    }, async () => {
      expect(bytes.length).toBeGreaterThan(2 * WINDOW_SIZE);
      const reference = referenceRows(parsed(bytes));
      const inputs: Record<string, SnapshotInput> = {
        path: write(`${name}.heapsnapshot`, bytes),
        'path.gz': fixturePath(name),
        bytes,
        'gzip bytes': readFileSync(fixturePath(name)),
        stream: chunksOf(bytes, 100_000),
      };
      for (const [way, input] of Object.entries(inputs)) {
        const tallies = await tallySnapshot(input);
        expect(rowsOf(tallies), way).toEqual(reference);
        expect(tallies.hasDetachedNatives).toBe(/chromium|node18|node22/.test(name));
      }
    });

    it('has the same tallies through windows of 64, 1,000 and 3,000,000 bytes, and in chunks of 7', {
      tags: 'slow',
    }, async () => {
      const { file: _, ...expected } = await tallySnapshot(bytes);
      for (const windowSize of [64, 1000, 3_000_000]) {
        expect(await tallySnapshot(bytes, { windowSize })).toMatchObject(expected);
        expect(await tallySnapshot(chunksOf(bytes, 3_000_000), { windowSize })).toMatchObject(expected);
      }
      if (name === 'chromium156') expect(await tallySnapshot(chunksOf(bytes, 7))).toMatchObject(expected);
    });

    it('has the classes of its graph, from a path, gzip, bytes and a stream', { tags: 'slow' }, async () => {
      const { file: _, ...expected } = classesOf(await loadSnapshot(bytes), { raw: true });
      const inputs: Record<string, SnapshotInput> = {
        path: write(`${name}.heapsnapshot`, bytes),
        'path.gz': fixturePath(name),
        bytes,
        stream: chunksOf(bytes, 100_000),
      };
      for (const [way, input] of Object.entries(inputs)) {
        expect(await loadClasses(input), way).toMatchObject(expected);
      }
    });
  });

  it('chromium156 has 100 detached widgets', async () => {
    const bytes = fixtureBytes('chromium156');
    const classes = await loadClasses(bytes);
    expect(count(classes, /^Detached <div/)).toBe(100);
  });

  it('node18 and node22 have the detached classes that DevTools has, such as Detached Node / BindingData', async () => {
    expect(count(await loadClasses(fixturePath('node22-before')), 'Detached Node / BindingData')).toBe(8);
    expect(count(await loadClasses(fixturePath('node18-before')), 'Detached Node / ModuleWrap')).toBe(1);
    for (const name of FIXTURES) {
      const { rows } = await loadClasses(fixturePath(name));
      const detached = (names: string[]): string[] =>
        names.filter((type) => type.startsWith('Detached ')).sort();
      expect(detached(rows.map((row) => row.type))).toEqual(detached(Object.keys(recorded(name).classes)));
    }
  });

  it('is read without its edges when no detached class is asked for', async () => {
    const text = fixtureBytes('chromium156');
    const { sections } = await loadSnapshot(text);
    const edges = sections.find(({ name }) => name === 'edges')!;
    const damaged = Uint8Array.from(text).fill(0x5d, edges.offset + 1000, edges.offset + 2000); // `]` ends a section
    const reference = referenceRows(parsed(text));
    expect(rowsOf(await tallySnapshot(damaged))).toEqual(reference);
    expect(rowsOf(await tallySnapshot(write('damaged.heapsnapshot', damaged)))).toEqual(reference);
    expect(count(await loadClasses(damaged, { types: (type) => type === 'Object' }), 'Object')).toBe(
      reference['["object","Object"]']![0],
    );
    expect(await failureOf(tallySnapshot(chunksOf(damaged, 100_000)))).toMatchObject({ code: 'malformed' });
    expect(await failureOf(loadClasses(damaged))).toMatchObject({ code: 'malformed', section: 'edges' });
  });
});

describe('tallySnapshot', () => {
  it('counts by type, and objects and native nodes by name', async () => {
    const text = snapshotText({
      root: ['a', 'b'],
      a: { name: 'Map', size: 10 },
      b: { type: 'native', name: 'Map', size: 1, detachedness: 1 },
      c: { type: 'string', name: 'Map', size: 5 },
      d: { name: 'Map', size: 20 },
      e: { type: 'string', name: 'other', size: 7 },
      f: { name: 'Set', size: 5_000_000_000 },
    });
    const tallies = await tallySnapshot(bytesOf(text));
    expect(rowsOf(tallies)).toEqual({
      '["synthetic",null]': [1, 0],
      '["object","Map"]': [2, 30],
      '["object","Set"]': [1, 5_000_000_000],
      '["native","Map"]': [1, 1],
      '["string",null]': [2, 12],
    });
    expect(tallies).toMatchObject({ hasDetachedNatives: false, nodeCount: 7, truncation: undefined });
    await expectTallies(text);
  });

  it.each([
    ['a newline after each record', { recordSeparator: '\n' }],
    [
      '7 fields',
      { nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'] },
    ],
    ['5 fields', { nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count'] }],
    ['fields backwards', { nodeFields: ['detachedness', 'edge_count', 'self_size', 'id', 'name', 'type'] }],
    [
      'an unknown field',
      { nodeFields: ['type', 'name', 'x', 'id', 'self_size', 'edge_count', 'detachedness'] },
    ],
    ['types in another order', { nodeTypes: ['new', 'string', 'native', 'closure', 'object', 'synthetic'] }],
  ])('reads %s', async (_, options) => {
    const spec = {
      ...SMALL,
      e: { size: 1 << 20 },
      f: { size: Number.MAX_SAFE_INTEGER - 2 ** 21 },
      g: { name: 'e' },
    };
    await expectTallies(snapshotText(spec, options));
  });

  it('keeps names of Object.prototype and names of any text apart', async () => {
    const names = ['__proto__', 'constructor', '', '\u0000', '\ud83d', 'a"b\\', '","strings":["x', 'é'];
    const nodes = Object.fromEntries(names.map((name, i) => [`n${i}`, { name, size: i, edges: [] }]));
    await expectTallies(snapshotText({ root: [], ...nodes }));
  });

  it('counts 70,000 names, over several pages of 1,024 and across 65,536 strings', {
    tags: 'slow',
  }, async () => {
    const names = Array.from({ length: 70_000 }, (_, i) => `Class ${i}`);
    const text = snapshotText(
      Object.fromEntries(
        names.map((name, i) => [name, { type: i % 3 ? 'object' : 'native', size: i, edges: [] }]),
      ),
    );
    await expectTallies(text, [bytesOf(text)]);
  });

  it('leaps over 512 KiB to the strings, and finds them in any spelling', async () => {
    for (const key of ['"strings":[', '"strings" : [', '"str\\u0069ngs":[']) {
      const text = smallText().replace('"edges":', `"far":1,${FAR}"edges":`).replace('"strings":[', key);
      await expectTallies(text);
    }
  });

  it('leaps to no escaped text that looks like the key of the strings', async () => {
    const spec = {
      ...SMALL,
      e: { name: '","strings":["fooled"' },
      f: { name: '\\","strings":["fooled again' },
    };
    await expectTallies(snapshotText(spec).replace('"edges":', `"far":1,${FAR}"edges":`));
    const samples = { far: `","strings":["x",${FAR}` };
    await expectTallies(snapshotText(spec, { sections: samples }));
  });

  it('leaps over an unknown section with an array of that name, before the strings', async () => {
    await expectTallies(smallText().replace('"edges":', `"far":{"strings":["x"]},${FAR}"edges":`));
  });

  it('leaps to no array of that name in an unknown section behind the strings', async () => {
    const text = `${smallText().replace('"edges":', `"far":1,${FAR}"edges":`).slice(0, -1)},"far2":{"strings":["x"]}}`;
    await expectTallies(text);
    await expectTallies(text.replace('["x"]', JSON.stringify(Array(20).fill('x'))));
  });

  it.each([
    [['strings', 'nodes', 'edges']],
    [['strings', 'edges', 'nodes']],
    [['edges', 'nodes', 'strings']],
    [['nodes', 'strings', 'edges']],
  ])('reads sections in the order %s, near and far', async (order) => {
    await expectTallies(reordered(smallText(), order));
    await expectTallies(reordered(smallText(), order).replaceAll(/,"(?=nodes|edges|strings)/g, `,${FAR}"`));
  });

  it('says so where edges are left out: classes of nodes that detached nodes lead to come from the edges', async () => {
    const spec = {
      root: ['a', 'x'],
      a: { type: 'native', name: 'Window', detachedness: 2, edges: ['b', ['weak', 'w', 'c']] },
      b: { type: 'native', name: 'Node', edges: ['d'] },
      c: { type: 'native', name: 'Node' },
      d: { name: 'Plain', edges: [] },
      x: { type: 'native', name: 'Document', detachedness: 1, edges: [] },
    } as const;
    const text = snapshotText(spec);
    expect((await tallySnapshot(bytesOf(text))).hasDetachedNatives).toBe(true);
    for (const order of [
      ['nodes', 'edges', 'strings'],
      ['edges', 'nodes', 'strings'],
      ['strings', 'edges', 'nodes'],
    ]) {
      for (const input of [bytesOf(reordered(text, order)), chunksOf(bytesOf(reordered(text, order)), 50)]) {
        const classes = await loadClasses(input);
        expect(Object.fromEntries(classes.rows.map((row) => [row.type, row.count]))).toEqual({
          '(synthetic)': 1,
          'Detached Window': 1,
          'Detached Node': 1,
          Node: 1,
          Plain: 1,
          Document: 1,
        });
      }
    }
  });

  const text = smallText();
  it.each([
    ['text behind a string', text.replace('"a",', '"a" x,')],
    ['a number among the strings', text.replace('"a",', '"a",1,')],
    ['a semicolon among the nodes', text.replace('"nodes":[9,', '"nodes":[9;')],
    ['no last bracket', text.slice(0, -1)],
    ['no end of the strings', text.slice(0, -20)],
    ['more nodes than promised', text.replace('"node_count":5', '"node_count":4')],
    ['fewer nodes than promised', text.replace('"node_count":5', '"node_count":6')],
    ['edge counts that do not add up', text.replace('"edge_count":6', '"edge_count":7')],
    ['a name of node 1 that is not there', edited(text, ({ nodes }) => nodes.fill(99, 7, 8))],
    ['a type of node 2 that is not there', edited(text, ({ nodes }) => nodes.fill(15, 12, 13))],
    ['nodes twice', `${text.slice(0, -1)},"nodes":[]}`],
    ['no strings', reordered(text, ['nodes', 'edges'])],
    ['no nodes', reordered(text, ['edges', 'strings'])],
  ])('says the same as loadSnapshot of a file with %s', async (_, damaged) => {
    for (const far of ['', FAR]) {
      const bytes = bytesOf(damaged.replace('"edges":', `${far}"edges":`));
      for (const size of [undefined, far === '' ? 1 : 5000, 100_000]) {
        const input = (): SnapshotInput => (size === undefined ? bytes : chunksOf(bytes, size));
        const { code, section, offset } = await failureOf(loadSnapshot(input()));
        expect(await failureOf(tallySnapshot(input()))).toMatchObject({ code, section, offset });
      }
    }
  });

  it.each([0x7fff_ffff, 0x8000_0000, 0xc000_0000, 0xffff_ffff])(
    'says range for the string index %d of a node of any type',
    async (index) => {
      for (const type of [2, 3, 8]) {
        const text = edited(smallText(), ({ nodes }) => {
          nodes[6] = type;
          nodes[7] = index;
        });
        for (const input of [bytesOf(text), chunksOf(bytesOf(text), 5)]) {
          const failure = await failureOf(tallySnapshot(input));
          expect(failure).toMatchObject({
            code: 'range',
            section: 'nodes',
            expected: 'a string index below 8',
          });
        }
      }
    },
  );

  it.each([
    [16_000, 65_536],
    [200_000, 64],
  ])(
    'says range soon when %d nodes have names %d strings apart, far beyond the file',
    { tags: 'slow' },
    async (n, apart) => {
      const far = edited(smallText(), (sections) => {
        Object.assign(sections.snapshot, { node_count: n, edge_count: 0 });
        sections.nodes = Array.from({ length: n }, (_, i) => [3, i * apart, i, 16, 0, 0]).flat();
        sections.edges = [];
      });
      const begin = performance.now();
      expect(await failureOf(tallySnapshot(bytesOf(far)))).toMatchObject({ code: 'range', section: 'nodes' });
      expect(performance.now() - begin).toBeLessThan(20_000); // it ends: no measure of speed
    },
  );
});

import { truncateSync, unlinkSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadSnapshot, readSection } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { FIXTURES, fixtureBytes, fixturePath } from '../support/fixtures.js';
import { bytesOf, chunksOf, failureOf, smallText, temporaryFolder } from './inputs.js';

const { write } = temporaryFolder();

const SECTIONS = {
  samples: [1, 2, 3],
  trace_tree: [1, [2, '"]}', { a: 'é', b: '[' }]],
  trace_function_infos: [],
  locations: [0, 5, 1, 2],
  text: 'a "quoted" \\ text, ☕',
  flag: true,
};

async function textOf(graph: Parameters<typeof readSection>[0], name: string): Promise<string> {
  return Buffer.from(await readSection(graph, name)).toString();
}

describe('readSection', () => {
  const text = smallText({ sections: SECTIONS });
  const bytes = bytesOf(text);
  const inputs: [string, () => SnapshotInput][] = [
    ['a file', () => write('sections.heapsnapshot', bytes)],
    ['a gzip file', () => write('sections.heapsnapshot.gz', gzipSync(bytes))],
    ['bytes', () => bytes],
    ['gzip bytes', () => gzipSync(bytes)],
    ['a stream', () => chunksOf(bytes, 1 << 16)],
    ['a stream in chunks of 1 byte', () => chunksOf(bytes, 1)],
    ['a stream in chunks of 7 bytes', () => chunksOf(bytes, 7)],
  ];

  it.each(inputs)('gives the text of each section that is no column, from %s', async (_, input) => {
    const graph = await loadSnapshot(input(), { keep: Object.keys(SECTIONS) });
    for (const [name, value] of Object.entries(SECTIONS)) {
      expect((await textOf(graph, name)).trim()).toBe(JSON.stringify(value));
    }
  });

  it.each(inputs)(
    'says which sections there are when there is none of that name, from %s',
    async (_, input) => {
      const graph = await loadSnapshot(input());
      const names = `nodes, edges, ${Object.keys(SECTIONS).join(', ')}, strings`;
      await expect(readSection(graph, 'scopes')).rejects.toThrow(RangeError);
      await expect(readSection(graph, 'scopes')).rejects.toThrow(
        `no section "scopes" in ${graph.file}; it has: ${names}`,
      );
    },
  );

  it('gives the text of columns from a file, and a RangeError from what cannot be read twice', async () => {
    for (const input of [
      write('columns.heapsnapshot', bytes),
      write('columns.heapsnapshot.gz', gzipSync(bytes)),
      write('columns.heapsnapshot.br', brotliCompressSync(bytes)),
    ]) {
      const whole = await loadSnapshot(input);
      expect(await textOf(whole, 'nodes')).toBe(JSON.stringify(JSON.parse(text).nodes));
      expect(await textOf(whole, 'edges')).toBe(JSON.stringify(JSON.parse(text).edges));
    }
    for (const input of [chunksOf(bytes, 100), gzipSync(bytes)]) {
      const graph = await loadSnapshot(input, { keep: ['nodes', 'samples'] });
      await expect(readSection(graph, 'nodes')).rejects.toThrow(RangeError);
      await expect(readSection(graph, 'strings')).rejects.toThrow(
        `section "strings" of ${graph.file} was not kept`,
      );
    }
  });

  it('keeps of a stream what was asked for, and nothing else', async () => {
    const graph = await loadSnapshot(chunksOf(bytes, 100), { edges: false, keep: ['locations', 'edges'] });
    expect(await textOf(graph, 'locations')).toBe('[0,5,1,2]');
    await expect(readSection(graph, 'edges')).rejects.toThrow(RangeError);
    await expect(readSection(graph, 'trace_tree')).rejects.toThrow(
      'section "trace_tree" of (stream) was not kept; the option keep takes',
    );
    expect(graph.sections.filter(({ kept }) => kept !== undefined).map(({ name }) => name)).toEqual([
      'locations',
    ]);
  });

  it('says when a stream has more to keep than it keeps', { tags: 'slow' }, async () => {
    function* chunks(): Generator<Uint8Array> {
      yield bytesOf(`${text.slice(0, -1)},"junk":"`);
      const megabyte = new Uint8Array(1 << 20).fill(0x61);
      for (let i = 0; i < 65; i++) yield megabyte;
      yield bytesOf('"}');
    }
    expect((await loadSnapshot(chunks())).sections.at(-1)).toMatchObject({ name: 'junk', kept: undefined });
    expect(await failureOf(loadSnapshot(chunks(), { keep: ['junk'] }))).toMatchObject({
      code: 'too-large',
      section: 'junk',
      expected: 'at most 67.1 MB in all',
    });
  });

  it('refuses thousands of sections, which would be kept in memory by name', async () => {
    const many = (n: number): Uint8Array =>
      bytesOf(`${text.slice(0, -1)}${Array.from({ length: n }, (_, i) => `,"s${i}":0`).join('')}}`);
    expect((await loadSnapshot(many(1000))).sections).toHaveLength(1000 + 9);
    for (const salvage of [false, true]) {
      const loading = loadSnapshot(many(2000), { salvage });
      if (salvage) expect((await loading).truncation).toMatchObject({ expected: 'at most 1,024' });
      else expect(await failureOf(loading)).toMatchObject({ code: 'malformed', expected: 'at most 1,024' });
    }
  });

  it('says truncated when the file has become shorter, missing when it is gone', async () => {
    const file = write('shrinks.heapsnapshot', bytes);
    const graph = await loadSnapshot(file);
    const { offset } = graph.sections.find(({ name }) => name === 'trace_tree')!;
    truncateSync(file, offset + 5);
    expect(await failureOf(readSection(graph, 'trace_tree'))).toMatchObject({
      code: 'truncated',
      section: 'trace_tree',
      offset: offset + 5,
    });
    truncateSync(file, 200);
    expect(await failureOf(readSection(graph, 'trace_tree'))).toMatchObject({
      code: 'truncated',
      section: 'trace_tree',
    });
    unlinkSync(file);
    expect(await failureOf(readSection(graph, 'trace_tree'))).toMatchObject({ code: 'missing', file });
  });

  it.each(FIXTURES)(
    'gives the sections of %s as JSON.parse has them, from a file, gzip and a stream',
    async (name) => {
      const plain = fixtureBytes(name);
      const reference = JSON.parse(plain.toString()) as Record<string, unknown>;
      for (const input of [write('real.heapsnapshot', plain), fixturePath(name), chunksOf(plain, 70_000)]) {
        const graph = await loadSnapshot(input, { keep: Object.keys(reference) });
        const names = graph.sections.map((section) => section.name);
        expect(['snapshot', ...names]).toEqual(Object.keys(reference));
        for (const section of names) {
          if (['nodes', 'edges', 'strings'].includes(section)) continue;
          expect(JSON.parse(await textOf(graph, section)), section).toEqual(reference[section]);
        }
      }
    },
  );
});

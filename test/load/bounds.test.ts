/** Input that is made to fill the memory or to take for ever. Small versions: what counts is that they grow no more. */

import * as zlib from 'node:zlib';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadSnapshot, tallySnapshot } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { bytesOf, chunksOf, edited, failureOf, smallText, temporaryFolder } from './inputs.js';

const { write } = temporaryFolder();
const MB = 1 << 20;
const TEXT = smallText();

/** Text with bytes put in before its last section. */
function* textWith(
  piece: string | Uint8Array,
  times: number,
  before = '',
  after = '',
): Generator<Uint8Array> {
  const strings = TEXT.indexOf('"strings"');
  yield bytesOf(TEXT.slice(0, strings) + before);
  const bytes = typeof piece === 'string' ? bytesOf(piece) : piece;
  for (let i = 0; i < times; i++) yield bytes;
  yield bytesOf(after + TEXT.slice(strings));
}

/** The strings section of the small text goes on with more strings. */
function* textWithStrings(piece: string | Uint8Array, times: number, end = ''): Generator<Uint8Array> {
  yield bytesOf(TEXT.slice(0, TEXT.lastIndexOf(']')));
  const bytes = typeof piece === 'string' ? bytesOf(piece) : piece;
  for (let i = 0; i < times; i++) yield bytes;
  yield bytesOf(`${end}]}`);
}

const zstd = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;

const PACKERS: [string, string, (bytes: Uint8Array) => Uint8Array][] = [
  ['gzip', 'gz', (bytes) => gzipSync(bytes, { level: 1 })],
  [
    'brotli',
    'br',
    (bytes) => brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } }),
  ],
  ...(zstd ? [['zstd', 'zst', zstd] as [string, string, typeof zstd]] : []),
];

function packed(
  pack: (bytes: Uint8Array) => Uint8Array,
  suffix: string,
  pieces: Iterable<Uint8Array>,
): string {
  return write(`bomb.heapsnapshot.${suffix}`, pack(Buffer.concat([...pieces])));
}

const letters = new Uint8Array(MB).fill(0x61);

describe.each(PACKERS)('%s', (_, suffix, pack) => {
  it('a huge section that is no column is passed over, and nothing of it is kept', {
    tags: 'slow',
  }, async () => {
    for (const [piece, before, after] of [
      [letters, '"junk":"', '",'],
      ['0,'.repeat(MB / 2), '"samples2":[', '0],'],
      ['['.repeat(MB / 2), '"trace_tree":', `${']'.repeat(MB * 4)},`],
    ] as const) {
      const file = packed(pack, suffix, textWith(piece, 8, before, after));
      const graph = await loadSnapshot(file);
      expect(graph.nodeCount).toBe((await loadSnapshot(bytesOf(TEXT))).nodeCount);
      expect(graph.sections.every(({ kept }) => kept === undefined)).toBe(true);
      expect((await tallySnapshot(file)).nodeCount).toBe(graph.nodeCount);
    }
  });
});

describe('gzip that unfolds to far more than it explains', () => {
  const begin = TEXT.slice(0, TEXT.lastIndexOf(']'));
  const zip = (text: string): Uint8Array => gzipSync(text, { level: 9 });
  const strings = zip(`,"${'a'.repeat(15 * MB)}"`);
  const bomb = Buffer.concat([zip(begin), ...Array.from({ length: 19 }, () => strings), zip(']}')]);

  it.each([
    ['a file', () => write('strings.heapsnapshot.gz', bomb)],
    ['bytes', () => bomb],
    ['a stream', () => chunksOf(bomb, 1 << 16)],
  ] as [string, () => SnapshotInput][])(
    'is refused where it would be held: %s',
    { tags: 'slow' },
    async (_, input) => {
      const failure = await failureOf(loadSnapshot(input()));
      expect(failure).toMatchObject({ code: 'too-large', section: 'strings' });
      expect(failure.message).toContain('takes far more memory than its size explains');
      expect(failure.hint).toContain('decompress it first');
    },
  );

  it('is counted, because a count holds no strings', { tags: 'slow' }, async () => {
    expect((await tallySnapshot(bomb)).nodeCount).toBeGreaterThan(0);
  });
});

describe('strings', () => {
  it('more of them than nodes and edges can name: both ways of reading refuse', async () => {
    const pieces = (): Uint8Array[] => [...textWithStrings(',""'.repeat(MB / 4), 5)];
    for (const read of [loadSnapshot, tallySnapshot] as const) {
      for (const input of [Buffer.concat(pieces()), pieces()] as SnapshotInput[]) {
        expect(await failureOf(read(input))).toMatchObject({ code: 'mismatch', section: 'strings' });
      }
    }
    const salvaged = await loadSnapshot(Buffer.concat([...textWithStrings(',""'.repeat(MB / 4), 3)]));
    expect(salvaged.strings.length).toBeGreaterThan(MB / 2);
  });

  it('one of 64 MiB is read by both, a longer one refused by both, with the same words', {
    tags: 'slow',
  }, async () => {
    const quotes = 2;
    for (const [length, fits] of [
      [64 * MB - quotes, true],
      [64 * MB - quotes + 1, false],
    ] as const) {
      const long = new Uint8Array(length).fill(0x61);
      const input = Buffer.concat([
        ...textWithStrings(Buffer.concat([bytesOf(',"'), long, bytesOf('"')]), 1),
      ]);
      for (const source of fits ? [() => input] : [() => input, () => chunksOf(input, 1 << 20)]) {
        if (fits) {
          const { strings } = await loadSnapshot(source());
          expect(strings.get(strings.length - 1).length).toBe(length);
          await tallySnapshot(source());
          continue;
        }
        const offset = input.lastIndexOf(',"a') + 1;
        const expected = { code: 'malformed', section: 'strings', offset };
        const loading = await failureOf(loadSnapshot(source()));
        const counting = await failureOf(tallySnapshot(source()));
        expect(loading).toMatchObject(expected);
        expect(counting).toMatchObject(expected);
        expect(loading.message).toContain('one token is longer than 67.1 MB');
        expect(counting.message).toBe(loading.message);
        const salvaged = await loadSnapshot(source(), { salvage: true });
        expect(salvaged.strings.length).toBe((await loadSnapshot(bytesOf(TEXT))).strings.length);
        expect(salvaged.truncation).toMatchObject({ section: 'strings', offset });
      }
    }
  });

  it('a long one is scanned once, in whatever pieces it comes', { tags: 'slow' }, async () => {
    // Scanned from its beginning for each piece, 20 MB in pieces of 1,000 bytes would be 200 GB.
    const escapes = '\\"\\\\\\u0041ab'.repeat(2 * MB);
    const input = Buffer.concat([...textWithStrings(`,"${escapes}","after"`, 1)]);
    const began = performance.now();
    const { strings } = await loadSnapshot(chunksOf(input, 1000));
    expect(strings.get(strings.length - 1)).toBe('after');
    expect(strings.get(strings.length - 2).length).toBe(5 * 2 * MB);
    await tallySnapshot(chunksOf(input, 1000));
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it.each([1, 2, 3, 7])('escapes of a long one across pieces of %d bytes', async (size) => {
    const text = '\\\\"quoted\\" é\\\\'.repeat(600);
    const input = bytesOf(
      edited(TEXT, (sections) => void (sections.strings as string[]).push(text, 'after')),
    );
    const { strings } = await loadSnapshot(chunksOf(input, size));
    expect(strings.get(strings.length - 2)).toBe(text);
    expect(strings.get(strings.length - 1)).toBe('after');
    expect((await tallySnapshot(chunksOf(input, size))).nodeCount).toBeGreaterThan(0);
  });
});

describe('the head', () => {
  it.each([
    ['node_fields', Array.from({ length: 5000 }, (_, i) => `f${i}`)],
    ['edge_fields', ['type', 'name_or_index', 'to_node', 'x'.repeat(1e6)]],
    ['node_types', [['hidden', 'x'.repeat(1e6)]]],
  ])('with a %s that would fill the messages is refused in one line', async (key, value) => {
    const text = edited(TEXT, ({ snapshot }) => {
      const { meta } = snapshot as { meta: Record<string, unknown> };
      const kept = key === 'node_fields' ? (meta[key] as string[]) : [];
      meta[key] = [...kept, ...value];
    });
    const failure = await failureOf(loadSnapshot(bytesOf(text)));
    expect(failure).toMatchObject({ code: 'malformed', section: 'snapshot' });
    expect(failure.message.length).toBeLessThan(400);
  });

  it.each(['[', '{"a":'])('nested as deep as it may be long: %s', { tags: 'slow' }, async (open) => {
    const deep = open.repeat((1 << 23) / open.length);
    expect(await failureOf(loadSnapshot(bytesOf(`{"snapshot":{"meta":${deep}`)))).toMatchObject({
      code: 'truncated',
    });
    const close = open === '[' ? ']' : '}';
    const whole = `{"snapshot":{"meta":${open.repeat(1e6)}0${close.repeat(1e6)}},"nodes":[]}`;
    expect(await failureOf(loadSnapshot(bytesOf(whole)))).toMatchObject({ code: 'malformed' });
  });
});

describe('locations', () => {
  it('that would meet in one cell of a table without a seed are read in a moment', async () => {
    // 31 * script + line is the same for all.
    const n = 60_000;
    const places = Array.from({ length: n }, (_, i) => [0, i, 31 * (n - i), 0]).flat();
    const bytes = bytesOf(
      edited(TEXT, (sections) => {
        sections.locations = places;
      }),
    );
    const began = performance.now();
    const { locations } = await loadSnapshot(bytes, { locations: true });
    expect(locations?.placeCount).toBe(n);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

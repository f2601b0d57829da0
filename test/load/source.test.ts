import { execFileSync, spawn } from 'node:child_process';
import fs, { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import zlib, { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { ByteSource } from '../../src/load/byte-sources.js';
import { findLast } from '../../src/load/find-last.js';
import { readHead } from '../../src/load/head.js';
import { loadSnapshot, tallySnapshot } from '../../src/load/load.js';
import { openSource, type SnapshotInput } from '../../src/load/source.js';
import { fixtureBytes } from '../support/fixtures.js';
import { difference } from './compare.js';
import { bytesOf, chunksOf, expectReadable, failureOf, smallText, temporaryFolder } from './inputs.js';

const { folder, write } = temporaryFolder();

async function readAll(source: ByteSource, length = 1000): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const buffer = new Uint8Array(length + 20).fill(0xee);
    const count = await source.read(buffer, 10, length);
    expect(count).toBeLessThanOrEqual(length);
    expect(buffer.subarray(0, 10).every((byte) => byte === 0xee)).toBe(true);
    expect(buffer.subarray(10 + count).every((byte) => byte === 0xee)).toBe(true);
    if (count === 0) return Buffer.concat(parts);
    parts.push(Buffer.from(buffer.subarray(10, 10 + count)));
  }
}

const text = smallText();
const bytes = bytesOf(text);

describe('openSource', () => {
  const inputs: [string, () => SnapshotInput, Partial<ByteSource>][] = [
    ['a path', () => write('a.heapsnapshot', bytes), { size: bytes.length, storedSize: bytes.length }],
    ['a URL', () => pathToFileURL(write('a b%é.heapsnapshot', bytes)), { size: bytes.length }],
    ['a Uint8Array', () => bytes, { name: '(memory)', size: bytes.length, storedSize: bytes.length }],
    ['a part of a Buffer', () => Buffer.from(`xx${text}xx`).subarray(2, -2), { name: '(memory)' }],
    [
      'an array of chunks',
      () => [bytes.subarray(0, 3), bytes.subarray(3)],
      { name: '(stream)', size: undefined },
    ],
    [
      'chunks of 0 and 1 bytes',
      () => [...bytes].flatMap((byte) => [new Uint8Array(0), Uint8Array.of(byte)]),
      {},
    ],
    [
      'an async iterable',
      () => chunksOf(bytes, 10),
      { name: '(stream)', size: undefined, storedSize: undefined },
    ],
    ['a Node.js stream', () => createReadStream(write('b.heapsnapshot', bytes), { highWaterMark: 100 }), {}],
    ['a web stream', () => Readable.toWeb(Readable.from([bytes])) as unknown as SnapshotInput, {}],
    ['a gzip path', () => write('a.gz', gzipSync(bytes)), { compression: 'gzip', size: undefined }],
    ['gzip bytes', () => gzipSync(bytes), { compression: 'gzip', name: '(memory)', size: undefined }],
    [
      'gzip in chunks of 1',
      () => chunksOf(gzipSync(bytes), 1),
      { compression: 'gzip', storedSize: undefined },
    ],
    ['gzip in two members', () => Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]), {}],
    ['gzip with a name in its head', () => gzipWithName(), { compression: 'gzip' }],
    ['a brotli path', () => write('a.br', brotliCompressSync(bytes)), { compression: 'brotli' }],
    ['brotli bytes', () => brotliCompressSync(bytes), { compression: 'brotli' }],
    ['brotli in chunks of 1', () => chunksOf(brotliCompressSync(bytes), 1), { compression: 'brotli' }],
  ];

  function gzipWithName(): Buffer {
    const plain = gzipSync(bytes);
    const head = Buffer.from(plain.subarray(0, 10));
    head[3] = 8;
    return Buffer.concat([head, Buffer.from('heap.heapsnapshot\0'), plain.subarray(10)]);
  }

  it.each(inputs)('hands out the text of %s, in pieces of any length', async (_, input, properties) => {
    for (const length of [1, 7, 1000, 100_000]) {
      const source = await openSource(input());
      expect(source).toMatchObject(properties);
      expect((await readAll(source, length)).toString()).toBe(text);
      expect(await source.read(new Uint8Array(10), 0, 10)).toBe(0);
      source.close();
    }
  });

  it('seeks where that costs nothing, and only there', async () => {
    for (const input of [bytes, write('c.heapsnapshot', bytes)]) {
      const source = await openSource(input);
      for (const offset of [100, 0, bytes.length - 1, bytes.length, 50]) {
        source.seek!(offset);
        expect(source.taken).toBe(offset);
        expect((await readAll(source)).toString()).toBe(Buffer.from(bytes).subarray(offset).toString());
      }
      source.close();
    }
    for (const input of [[bytes], gzipSync(bytes), write('c.gz', gzipSync(bytes))]) {
      const source = await openSource(input);
      expect(source.seek).toBeUndefined();
      source.close();
    }
  });

  it.each([
    ['gzip', gzipSync(bytes)],
    ['brotli', brotliCompressSync(bytes)],
  ])('%s that ends early ends the text, wherever it is cut', async (_, stored) => {
    for (let cut = 20; cut < stored.length; cut++) {
      for (const input of [stored.subarray(0, cut), chunksOf(stored.subarray(0, cut), 50)]) {
        const source = await openSource(input).catch((error: unknown) => error as Error);
        if (source instanceof Error) {
          expect(source).toMatchObject({ code: 'not-a-snapshot' }); // brotli of which not one byte can be decoded
          continue;
        }
        const decoded = await readAll(source);
        expect(decoded.equals(Buffer.from(bytes).subarray(0, decoded.length))).toBe(true);
        if (cut > stored.length - 4) expect(decoded.length).toBeGreaterThan(bytes.length - 50);
      }
    }
  });

  it('tells brotli by its content at every size from 100 bytes to 2.4 MB, where its first byte may be [', async () => {
    const plain = fixtureBytes('chromium156');
    const firsts = new Set<number>();
    for (const size of [
      100,
      1000,
      30_000,
      65_536,
      65_537,
      100_000,
      300_000,
      900_000,
      1_100_000,
      plain.length,
    ]) {
      for (const quality of [1, 5, 9]) {
        const stored = brotliCompressSync(plain.subarray(0, size), {
          params: { [constants.BROTLI_PARAM_QUALITY]: quality },
        });
        firsts.add(stored[0]!);
        const source = await openSource(stored);
        expect(source.compression, `${size} bytes, first byte ${stored[0]}`).toBe('brotli');
        source.close();
      }
    }
    expect(firsts).toContain(0x5b);
  });

  it.skipIf('createZstdCompress' in zlib)(
    'says of zstd that Node.js 20 cannot read it, and what can',
    async () => {
      const zstd = Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x24), bytes]);
      for (const [input, file] of [
        [zstd, '(memory)'],
        [[zstd], '(stream)'],
        [write('a.zst', zstd), path.join(folder, 'a.zst')],
      ] as const) {
        const failure = await failureOf(loadSnapshot(input));
        expect(failure).toMatchObject({ code: 'compression' });
        expectReadable(failure, file);
        expect(failure.message).toContain('is compressed with zstd');
        expect(failure.hint).toContain('zstd -dc');
      }
    },
  );

  it.runIf('createZstdCompress' in zlib)('reads zstd', async () => {
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: (bytes: Uint8Array) => Buffer };
    const graph = await loadSnapshot(zstdCompressSync(bytes));
    expect(graph.head.compression).toBe('zstd');
    expect(difference(graph, await loadSnapshot([bytes]))).toBeUndefined();
  });

  it('says of zlib data without the gzip head that it is no snapshot', async () => {
    expect(await failureOf(loadSnapshot(deflateSync(bytes)))).toMatchObject({ code: 'not-a-snapshot' });
  });
});

describe('a stream', () => {
  it('of texts is refused', async () => {
    const stream = Readable.from([text]) as unknown as SnapshotInput;
    const failure = await failureOf(loadSnapshot(stream));
    expect(failure).toMatchObject({ code: 'unreadable' });
    expect(failure.message).toContain('something other than bytes');
    const late = (async function* () {
      yield bytes.subarray(0, 500);
      yield text.slice(500);
    })() as unknown as SnapshotInput;
    expect(await failureOf(loadSnapshot(late))).toMatchObject({ code: 'unreadable' });
  });

  it.each([undefined, null, 5, {}, 'x'])('that hands out %j is refused', async (value) => {
    const failure = await failureOf(loadSnapshot([value] as unknown as SnapshotInput));
    expect(failure).toMatchObject({ code: 'unreadable' });
  });

  it('that fails says why, at its start and in the middle, plain and compressed', async () => {
    for (const stored of [bytes, gzipSync(bytes)]) {
      for (const length of [0, 100, stored.length - 1]) {
        const failing = (async function* () {
          yield stored.subarray(0, length);
          throw new Error('the cable was pulled');
        })();
        const failure = await failureOf(loadSnapshot(failing));
        expect(failure).toMatchObject({ code: 'unreadable', file: '(stream)' });
        expect(failure.message).toContain('the cable was pulled');
      }
    }
  });

  it.each([
    bytes,
    gzipSync(bytes),
    bytesOf('no snapshot at all'),
    bytesOf('{"snapshot":1}'),
    bytes.subarray(0, 700),
  ])('is closed when it was read, whatever came of it (case %#)', async (content) => {
    const close = vi.fn();
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield content;
        for (;;) yield Uint8Array.of(0x20);
      } finally {
        close();
      }
    }
    const limited = (async function* () {
      yield content;
    })();
    const returned = vi.spyOn(limited, 'return');
    await loadSnapshot(limited).catch(() => {});
    expect(returned).toHaveBeenCalled();
    await readHead(endless()).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('that has come to nothing does not keep the process: its writer is told', async () => {
    const stream = new PassThrough();
    stream.write('this is no snapshot '.repeat(500));
    expect(await failureOf(loadSnapshot(stream))).toMatchObject({ code: 'not-a-snapshot' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stream.destroyed).toBe(true);
  });
});

/** Names of the files of the folder that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = fs.existsSync(`/proc/self/fd/${fd}`) ? fs.readlinkSync(`/proc/self/fd/${fd}`) : '';
    return target.startsWith(folder) ? [path.basename(target)] : [];
  });
}

describe('a file', () => {
  it.runIf(process.platform === 'linux')('is closed when it was read, whatever came of it', async () => {
    const cases = {
      good: bytes,
      'good.gz': gzipSync(bytes),
      'good.br': brotliCompressSync(bytes),
      cut: bytes.subarray(0, 700),
      'cut.gz': gzipSync(bytes).subarray(0, 300),
      'damaged.gz': gzipSync(bytes).fill(0xff, 200, 300),
      html: '<!doctype html>',
      zeros: new Uint8Array(100),
      empty: '',
      white: '  \n',
      zst: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8),
      profile: '{"nodes":[],"timeDeltas":[]}',
    };
    const files = Object.entries(cases).map(([name, content]) => write(`close-${name}`, content));
    for (const file of [...files, folder]) {
      for (const read of [loadSnapshot, readHead, tallySnapshot]) {
        await read(file).catch(() => {});
        await read(file, { salvage: true }).catch(() => {});
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(openFiles().filter((name) => name.startsWith('close-'))).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is closed by a source that nobody read from', async () => {
    const file = write('unread.gz', gzipSync(bytes));
    (await openSource(file)).close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(openFiles().filter((name) => name === 'unread.gz')).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'may be a pipe, with a snapshot or with something else in it',
    async () => {
      const pipe = path.join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const feed = (content: Uint8Array | string): void => {
        spawn('sh', ['-c', `cat > ${pipe}`], { stdio: ['pipe', 'ignore', 'ignore'] }).stdin.end(content);
      };
      feed(bytes);
      expect(difference(await loadSnapshot(pipe), await loadSnapshot([bytes]))).toBeUndefined();
      feed(gzipSync(bytes));
      expect((await loadSnapshot(pipe)).head).toMatchObject({ compression: 'gzip', file: pipe });
      feed('hello');
      expect(await failureOf(loadSnapshot(pipe))).toMatchObject({ code: 'not-a-snapshot', file: pipe });
      feed('');
      expect(await failureOf(loadSnapshot(pipe))).toMatchObject({ code: 'empty', file: pipe });
      await new Promise((resolve) => setTimeout(resolve, 50)); // for an error that nobody caught
    },
  );

  it.skipIf(process.platform === 'win32')('that is a device without bytes is empty', async () => {
    expect(await failureOf(loadSnapshot('/dev/null'))).toMatchObject({ code: 'empty', file: '/dev/null' });
  });

  it('is read as it was when it was opened, though it grows', async () => {
    const file = write('grows.heapsnapshot', bytes);
    const source = await openSource(file);
    fs.appendFileSync(file, 'more');
    expect((await readAll(source)).toString()).toBe(text);
    source.close();
  });

  it('that becomes shorter while it is read is truncated', async () => {
    const file = write('shrinks.heapsnapshot', bytes);
    const source = await openSource(file);
    fs.truncateSync(file, 100);
    expect((await readAll(source)).toString()).toBe(text.slice(0, 100));
    source.close();
  });
});

describe('findLast', () => {
  const sizes = [0, 1, 9, 10, 11, 65_535, 65_536, 65_537, 65_546, 100_000, 327_680, 327_690, 1_500_000];

  it('finds the last place of a text at any distance from the end of a file of 2 MB', async () => {
    const plain = Buffer.alloc(2_000_000, 'x');
    plain[0] = 0x7b;
    for (const distance of sizes) {
      const at = plain.length - 11 - distance;
      const content = Buffer.from(plain);
      content.write('"strings":[', at);
      content.write('"strings":[', 5);
      for (const input of [content, ...(distance === 65_536 ? [write('find.heapsnapshot', content)] : [])]) {
        const source = await openSource(input);
        expect(findLast(source, '"strings":['), `distance ${distance}`).toBe(at);
        source.close();
      }
    }
  });

  it('finds it at the start of a text of any size, and nothing where there is nothing', async () => {
    for (const size of sizes) {
      const source = await openSource(Buffer.concat([bytesOf('{needle'), Buffer.alloc(size, 'x')]));
      expect(findLast(source, '{needle')).toBe(0);
      expect(findLast(source, 'needle')).toBe(1);
      expect(findLast(source, 'needly')).toBeUndefined();
    }
  });

  it('needs a source that can seek', async () => {
    expect(findLast(await openSource([bytes]), '"strings"')).toBeUndefined();
  });
});

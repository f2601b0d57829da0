/**
 * Where snapshot bytes come from: a path, `-` (standard input), bytes in memory, or any iterable of
 * chunks, plain or compressed. What stands here hands out decompressed bytes in order and never
 * holds more than a chunk.
 */
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SnapshotError } from '../base/errors.js';
import { openToRead, streamOf } from '../io/input-stream.js';
import {
  type ByteSource,
  BytesSource,
  closeQuietly,
  FileSource,
  nextChunk,
  StreamSource,
} from './byte-sources.js';
import { decompressed } from './compression.js';
import { emptyError, openError } from './read-errors.js';
import { compressionOf } from './sniff.js';

/** A path (`-` is standard input), a file URL, the bytes themselves, or chunks of bytes. */
export type SnapshotInput = string | URL | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

// Linux reads at most 2 GiB - 4 KiB a call

/**
 * Opens an input. Compression is told by the content: gzip and zstd by their magic numbers, brotli
 * (which has none) by a trial on the first bytes. Throws SnapshotError `missing`, `unreadable`,
 * `empty`, `compression`.
 */
export async function openSource(input: SnapshotInput): Promise<ByteSource> {
  if (input instanceof Uint8Array) return openBytes(input);
  if (input instanceof URL) return openPath(fileURLToPath(input));
  if (input === '-') return openStream(process.stdin, '(standard input)');
  if (typeof input === 'string') return openPath(input);
  return openStream(input, '(stream)');
}

async function openPath(path: string): Promise<ByteSource> {
  let opened: ReturnType<typeof openToRead>;
  try {
    opened = openToRead(path);
  } catch (error) {
    throw openError(path, error);
  }
  const { fd, stat } = opened;
  try {
    if (stat.isDirectory()) {
      throw new SnapshotError('unreadable', 'is a folder', {
        file: path,
        hint: 'Name a .heapsnapshot file in it.',
      });
    }
    if (!stat.isFile()) return await openStream(await streamOf(path, opened), path);
    const head = new Uint8Array(Math.min(stat.size, 1 << 16));
    const length = fs.readSync(fd, head, 0, head.length, 0);
    if (length === 0) throw emptyError(path);
    const compression = await compressionOf(head.subarray(0, length), path);
    if (compression === undefined) return new FileSource(path, fd, stat.size);
    const stored = fs.createReadStream(path, { fd, start: 0, highWaterMark: 1 << 18 });
    return new StreamSource(
      path,
      decompressed(stored, compression, path),
      compression,
      stat.size,
      true,
      () => stored.bytesRead,
      () => void stored.destroy(),
    );
  } catch (error) {
    closeQuietly(fd);
    throw error instanceof SnapshotError ? error : openError(path, error);
  }
}

function openBytes(bytes: Uint8Array): Promise<ByteSource> | ByteSource {
  const name = '(memory)';
  if (bytes.length === 0) throw emptyError(name);
  return compressionOf(bytes.subarray(0, 1 << 16), name).then((compression) =>
    compression === undefined
      ? new BytesSource(name, bytes)
      : new StreamSource(
          name,
          decompressed(Readable.from([bytes]), compression, name),
          compression,
          bytes.length,
          false,
          () => bytes.length,
        ),
  );
}

async function openStream(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  name: string,
): Promise<ByteSource> {
  const iterator =
    Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  const close = (): void => void (iterator as AsyncIterator<Uint8Array>).return?.();
  const head: Uint8Array[] = [];
  let taken = 0;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* head.splice(0);
    for (;;) {
      const next = await nextChunk(iterator, name);
      if (next === undefined) return;
      taken += next.length;
      yield next;
    }
  }
  try {
    for (; taken < 4096; taken += head.at(-1)?.length ?? 0) {
      const next = await nextChunk(iterator, name);
      if (next === undefined) break;
      head.push(next);
    }
    const first = Buffer.concat(head);
    if (first.length === 0) throw emptyError(name);
    const compression = await compressionOf(first, name);
    const stream = compression === undefined ? all() : decompressed(Readable.from(all()), compression, name);
    return new StreamSource(name, stream, compression, undefined, false, () => taken, close);
  } catch (error) {
    close();
    throw error;
  }
}

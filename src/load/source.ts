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
import { readReason } from '../io/reasons.js';
import { asBuffer } from './bytes.js';
import { type Compression, decompressed } from './compression.js';
import { compressionOf } from './sniff.js';

/** A path (`-` is standard input), a file URL, the bytes themselves, or chunks of bytes. */
export type SnapshotInput = string | URL | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ByteSource {
  /** For messages: the path, `(standard input)` or `(memory)`. */
  readonly name: string;
  readonly compression: Compression | undefined;
  /** Bytes of decompressed text, when that is known before the end is reached. */
  readonly size: number | undefined;
  /** Bytes as they are stored, when known; what progress is measured against. */
  readonly storedSize: number | undefined;
  /** Stored bytes taken so far. */
  readonly taken: number;
  /**
   * Copies up to `length` next bytes to `into[offset…]`; 0 at the end. Synchronous where it can be.
   */
  read(into: Uint8Array, offset: number, length: number): number | Promise<number>;
  /** Goes on from another place. Present only where that costs nothing. */
  readonly seek?: (offset: number) => void;
  /** Whether the bytes can be had again by opening the name: a file, and no stream. */
  readonly isRereadable: boolean;
  /** Bytes at a place, where they are in memory anyway. */
  readonly slice?: (offset: number, length: number) => readonly Uint8Array[];
  close(): void;
}

const READ_LIMIT = 1 << 30; // Linux reads at most 2 GiB - 4 KiB a call

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

async function nextChunk(
  iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array>,
  name: string,
): Promise<Uint8Array | undefined> {
  try {
    const { done, value } = await iterator.next();
    if (done) return undefined;
    if (value instanceof Uint8Array) return value;
  } catch (error) {
    throw openError(name, error);
  }
  throw new SnapshotError('unreadable', 'the stream hands out something other than bytes', {
    file: name,
    hint: 'Do not set an encoding on the stream.',
  });
}

class FileSource implements ByteSource {
  readonly compression = undefined;
  readonly isRereadable = true;
  taken = 0;
  constructor(
    readonly name: string,
    private readonly fd: number,
    readonly size: number,
  ) {}

  get storedSize(): number {
    return this.size;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    try {
      const count = fs.readSync(
        this.fd,
        into,
        offset,
        Math.max(0, Math.min(length, READ_LIMIT, this.size - this.taken)),
        this.taken,
      );
      this.taken += count;
      return count;
    } catch (error) {
      throw openError(this.name, error);
    }
  }

  readonly seek = (offset: number): void => {
    this.taken = offset;
  };

  close(): void {
    closeQuietly(this.fd);
  }
}

class BytesSource implements ByteSource {
  readonly compression = undefined;
  readonly isRereadable = false;
  taken = 0;
  constructor(
    readonly name: string,
    private readonly bytes: Uint8Array,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  get storedSize(): number {
    return this.bytes.length;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    const chunk = this.bytes.subarray(this.taken, this.taken + length);
    into.set(chunk, offset);
    this.taken += chunk.length;
    return chunk.length;
  }

  readonly seek = (offset: number): void => {
    this.taken = offset;
  };

  readonly slice = (offset: number, length: number): readonly Uint8Array[] => [
    this.bytes.subarray(offset, offset + length),
  ];

  close(): void {}
}

class StreamSource implements ByteSource {
  readonly size = undefined;
  private readonly iterator: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);
  private handedOut = 0;

  constructor(
    readonly name: string,
    chunks: AsyncIterable<Uint8Array>,
    readonly compression: Compression | undefined,
    readonly storedSize: number | undefined,
    readonly isRereadable: boolean,
    private readonly storedTaken?: () => number,
    private readonly onClose?: () => void,
  ) {
    this.iterator = chunks[Symbol.asyncIterator]();
  }

  get taken(): number {
    return this.storedTaken?.() ?? this.handedOut;
  }

  read(into: Uint8Array, offset: number, length: number): number | Promise<number> {
    return this.chunk.length > 0 ? this.take(into, offset, length) : this.pull(into, offset, length);
  }

  private async pull(into: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.chunk.length === 0) {
      const next = await nextChunk(this.iterator, this.name);
      if (next === undefined) return 0;
      this.chunk = next;
    }
    return this.take(into, offset, length);
  }

  private take(into: Uint8Array, offset: number, length: number): number {
    const count = Math.min(length, this.chunk.length);
    into.set(count === this.chunk.length ? this.chunk : this.chunk.subarray(0, count), offset);
    this.chunk = this.chunk.subarray(count);
    this.handedOut += count;
    return count;
  }

  close(): void {
    void this.iterator.return?.()?.catch(() => {});
    this.onClose?.();
  }
}

/**
 * Looks for the last place where `needle` stands in a source that can seek, reading backwards from
 * the end (64 KiB first, then four times as much each time). Undefined when it is nowhere. Leaves
 * the source's position changed. Cost: reads what follows the needle, once.
 */
export function findLast(source: ByteSource, needle: string): number | undefined {
  if (!source.seek || source.size === undefined) return undefined;
  let end = source.size;
  let step = 1 << 16;
  while (end > 0) {
    const start = Math.max(0, end - step);
    const bytes = new Uint8Array(Math.min(end - start + needle.length - 1, source.size - start));
    source.seek(start);
    let length = 0;
    while (length < bytes.length) {
      const count = source.read(bytes, length, bytes.length - length) as number;
      if (count === 0) break;
      length += count;
    }
    const found = asBuffer(bytes.subarray(0, length)).lastIndexOf(needle, undefined, 'latin1');
    if (found >= 0) return start + found;
    end = start;
    step = Math.min(step * 4, 1 << 23);
  }
  return undefined;
}

function emptyError(file: string): SnapshotError {
  return new SnapshotError('empty', 'is empty: it holds no bytes', {
    file,
    hint: 'The process that wrote it was probably stopped, or the disk was full. Take the snapshot again.',
  });
}

function openError(file: string, error: unknown): SnapshotError {
  if (error instanceof SnapshotError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SnapshotError('missing', 'no such file', { file, hint: 'Check the path.', cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SnapshotError('unreadable', 'no permission to read it', {
      file,
      hint: 'Snapshots are often written by another user (root in a container): change the owner or the mode.',
      cause: error,
    });
  }
  return new SnapshotError('unreadable', `cannot be read: ${readReason(error)}`, {
    file,
    hint: 'The disk, the network or the program that writes the stream has failed: copy the file again.',
    cause: error,
  });
}

function closeQuietly(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // Closed already: nothing was written through it, so nothing is lost.
  }
}

/** Sources of snapshot bytes: an open file, bytes in memory, a stream of chunks. */

import fs from 'node:fs';
import { SnapshotError } from '../base/errors.js';
import type { Compression } from './compression.js';
import { openError } from './read-errors.js';

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
  /** Of a plain file, which several may read at places of their own. */
  readonly descriptor?: number;
  /** Whether the bytes can be had again by opening the name: a file, and no stream. */
  readonly isRereadable: boolean;
  /** Bytes at a place, where they are in memory anyway. */
  readonly slice?: (offset: number, length: number) => readonly Uint8Array[];
  close(): void;
}

const READ_LIMIT = 1 << 30;

export async function nextChunk(
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

export class FileSource implements ByteSource {
  readonly compression = undefined;
  readonly isRereadable = true;
  taken = 0;
  constructor(
    readonly name: string,
    readonly descriptor: number,
    readonly size: number,
  ) {}

  get storedSize(): number {
    return this.size;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    try {
      const count = fs.readSync(
        this.descriptor,
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
    closeQuietly(this.descriptor);
  }
}

export class BytesSource implements ByteSource {
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

export class StreamSource implements ByteSource {
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

export function closeQuietly(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // Closed already: nothing was written through it, so nothing is lost.
  }
}

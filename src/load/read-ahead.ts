/**
 * A plain file that is read in the thread pool, a stretch ahead of who works on it. The buffers go
 * round: one is worked on, one is filled, one is written from.
 */
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { ByteSource, FileSource } from './byte-sources.js';
import { readBuffer } from './bytes.js';
import { openError } from './read-errors.js';
import { SENTINEL } from './window.js';

const readPooled = promisify(fs.read);

/** Bytes that are read at a time. */
const STRETCH = 1 << 20;

/** Bytes in front of a stretch, for what was not consumed of the one before. */
export const FRONT = 1 << 16;

const BUFFERS = 3;

/** Bytes of the file: `bytes[start…end)`. */
interface Stretch {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A buffer that nobody works on, and what is to be awaited before it is filled again. */
interface Idle {
  readonly bytes: Uint8Array;
  readonly settled: Promise<void> | undefined;
}

export class ReadAhead implements ByteSource {
  readonly compression = undefined;
  readonly isRereadable = true;
  taken = 0;
  private position = 0;
  private readonly own = new Set<Uint8Array>();
  private readonly idle: Idle[] = [];
  private coming: Promise<Stretch> | undefined;
  /** What `read` has left of a stretch. */
  private rest: Stretch | undefined;
  private isOver = false;

  constructor(private readonly file: FileSource) {
    for (let i = 0; i < BUFFERS; i++) {
      const bytes = readBuffer(FRONT + STRETCH + SENTINEL);
      this.own.add(bytes);
      this.idle.push({ bytes, settled: undefined });
    }
  }

  get name(): string {
    return this.file.name;
  }

  get size(): number {
    return this.file.size;
  }

  get storedSize(): number {
    return this.file.size;
  }

  /**
   * The next bytes, in a buffer that is the caller's until it gives it back. None at the end. There
   * is room for `FRONT` bytes in front of them at least, and for a sentinel behind them.
   */
  async next(): Promise<Stretch> {
    const stretch = await this.stretch();
    this.rest = undefined;
    this.taken += stretch.end - stretch.start;
    return stretch;
  }

  /** Takes a buffer back, and fills it when `settled` is. One that is not its own is left alone. */
  giveBack(bytes: Uint8Array, settled: Promise<void> | undefined): void {
    if (this.own.has(bytes)) this.idle.push({ bytes, settled });
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    const { bytes, start, end } = await this.stretch();
    const count = Math.min(length, end - start);
    into.set(bytes.subarray(start, start + count), offset);
    this.taken += count;
    this.rest = start + count < end ? { bytes, start: start + count, end } : undefined;
    if (this.rest === undefined) this.giveBack(bytes, undefined);
    return count;
  }

  close(): void {
    this.isOver = true;
    const close = (): void => this.file.close();
    if (this.coming) this.coming.then(close, close);
    else close();
  }

  private async stretch(): Promise<Stretch> {
    if (this.rest) return this.rest;
    const stretch = await (this.coming ?? this.fill());
    this.coming = undefined;
    if (stretch.end > stretch.start) {
      this.coming = this.fill();
      this.coming.catch(() => {}); // told by whoever wants the bytes
    }
    return stretch;
  }

  private async fill(): Promise<Stretch> {
    const { bytes, settled } = this.idle.shift()!;
    await settled;
    const length = Math.min(STRETCH, this.file.size - this.position);
    if (length <= 0 || this.isOver) return { bytes, start: FRONT, end: FRONT };
    try {
      const { bytesRead } = await readPooled(this.file.descriptor, bytes, FRONT, length, this.position);
      this.position += bytesRead;
      return { bytes, start: FRONT, end: FRONT + bytesRead };
    } catch (error) {
      throw openError(this.name, error);
    }
  }
}

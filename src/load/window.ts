/**
 * A window over a byte source: the stretch of text that a parser works on.
 *
 * `bytes[start…end)` is text that was read and not consumed; `bytes[end]` is always 0, so that a
 * loop over digits or string characters stops without a bounds check. A parser moves `start` on,
 * calls `fill()` when it needs more, and carries on: what it has not consumed is kept.
 */
import { SnapshotError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import type { ByteSource } from './byte-sources.js';
import { readBuffer } from './bytes.js';

/**
 * Half a megabyte stays in the second-level cache of the processors this was measured on; 4 MiB was
 * 1.2 times slower.
 */
export const WINDOW_SIZE = 1 << 19;

/** Zero bytes behind the text. */
export const SENTINEL = 8;
/**
 * Bytes of one token (a string with its quotes): V8 cuts strings at 1,024 characters, or where it
 * is told to.
 */
export const TOKEN_LIMIT = 1 << 26;

/**
 * Bytes read without waiting after which the event loop gets a turn: signals and timers must not
 * starve.
 */
const YIELD_EVERY = 1 << 26;

export class ByteWindow {
  bytes: Uint8Array;
  start = 0;
  end = 0;
  /** True once the source has said that nothing follows. */
  ended = false;
  private base = 0;
  private sinceYield = 0;

  constructor(
    readonly source: ByteSource,
    size: number = WINDOW_SIZE,
    private readonly onFill?: () => void,
  ) {
    // One byte more than a small source has: so much that its end is seen without growing.
    this.bytes = readBuffer(Math.min(size, (source.size ?? size) + 1) + SENTINEL);
  }

  /** Offset of `bytes[start]` in the text, in bytes. */
  get offset(): number {
    return this.base + this.start;
  }

  /** Offset in the text of `bytes[position]`. */
  offsetOf(position: number): number {
    return this.base + position;
  }

  /**
   * Reads at least one more byte, or sets `ended`. Moves what was not consumed to the front; when
   * that fills the window already, the window grows (to 64 MiB at most, for one token). Returns a
   * promise only when the source has to be waited for, and once every 64 MiB.
   */
  fill(): undefined | Promise<void> {
    if (this.ended) return undefined;
    this.onFill?.();
    const kept = this.end - this.start;
    const room = this.bytes.length - SENTINEL;
    if (kept === room) this.grow(room);
    else if (this.start > 0) this.bytes.copyWithin(0, this.start, this.end);
    this.base += this.start;
    this.start = 0;
    this.end = kept;
    const count = this.source.read(this.bytes, kept, this.bytes.length - SENTINEL - kept);
    if (typeof count !== 'number') return count.then((later) => this.take(later));
    this.take(count);
    this.sinceYield += count;
    if (this.sinceYield < YIELD_EVERY) return undefined;
    this.sinceYield = 0;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Goes on at another offset of a source that can seek. */
  seek(offset: number): void {
    this.source.seek?.(offset);
    this.base = offset;
    this.start = 0;
    this.end = 0;
    this.ended = false;
  }

  /** Says that the text was read up to an offset, past the window. */
  pass(offset: number): void {
    this.seek(offset);
    this.onFill?.();
  }

  /**
   * Reads the coming bytes (a window's worth at most) straight into another buffer, without a copy
   * where the source can avoid it. Returns how many; 0 at the end.
   */
  readInto(into: Uint8Array, offset: number, length: number): number | Promise<number> {
    const waiting = this.end - this.start;
    if (waiting > 0) {
      const count = Math.min(waiting, length);
      into.set(this.bytes.subarray(this.start, this.start + count), offset);
      this.start += count;
      return count;
    }
    this.onFill?.();
    const count = this.source.read(into, offset, Math.min(length, this.bytes.length - SENTINEL));
    return typeof count === 'number' ? this.passed(count) : count.then((later) => this.passed(later));
  }

  /**
   * Takes back the last bytes that `readInto` gave. Only right after it, and at most what one call
   * gave.
   */
  unread(bytes: Uint8Array): void {
    const kept = this.end - this.start;
    this.base = this.offset - bytes.length;
    this.bytes.copyWithin(bytes.length, this.start, this.end);
    this.bytes.set(bytes);
    this.start = 0;
    this.end = bytes.length + kept;
    this.bytes[this.end] = 0;
  }

  /**
   * Goes on in another buffer, which begins with what was not consumed: `bytes[start…end)`. Without
   * further bytes the source has ended.
   */
  protected use(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.end - this.start;
    this.base += this.start - start;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    if (end - start === kept) this.ended = true;
    bytes[end] = 0;
  }

  protected tellFill(): void {
    this.onFill?.();
  }

  private grow(room: number): void {
    if (room >= TOKEN_LIMIT) throw tooLong(this.source.name, this.offset);
    const larger = readBuffer(Math.min(room * 2, TOKEN_LIMIT) + SENTINEL);
    larger.set(this.bytes.subarray(this.start, this.end));
    this.bytes = larger;
  }

  private take(count: number): void {
    if (count === 0) this.ended = true;
    this.end += count;
    this.bytes[this.end] = 0;
  }

  private passed(count: number): number {
    if (count === 0) this.ended = true;
    this.base += count;
    return count;
  }
}

/** The error for a token of more bytes than TOKEN_LIMIT. */
export function tooLong(file: string, offset: number, section?: string): SnapshotError {
  return new SnapshotError('malformed', `one token is longer than ${formatBytes(TOKEN_LIMIT)}`, {
    file,
    section,
    offset,
    hint: 'The file is damaged, or not a heap snapshot.',
  });
}

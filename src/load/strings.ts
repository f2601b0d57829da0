/**
 * The strings section: whole, as a table over its raw bytes, or only the few strings that a tally
 * needs.
 */

import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { allocateColumn, type BufferType } from '../graph/columns.js';
import { closingQuote, decodeJsonText, type StringPage, StringTable } from '../graph/strings.js';
import { readBuffer } from './bytes.js';
import { DAMAGED, expectToken, OPEN_ARRAY, QUOTE, unexpected } from './json.js';
import { type KernelExports, releaseScanner, takeScanner } from './kernel/kernel.js';
import type { Room } from './room.js';
import { type ByteWindow, TOKEN_LIMIT, tooLong } from './window.js';

const SEGMENT_SIZE = 1 << 22;
const PADDING = 8;

/** Bytes of a string from which on its end is not looked for from its beginning again. */
const LONG = 1 << 12;

/**
 * Finds where strings begin, any number of whole strings at a time. The loop is assembly.ts's
 * `scanStrings`.
 */
class StringScanner {
  /**
   * Starts of the strings that the last call found: places in its bytes, behind the opening quotes.
   * Gone with the next call.
   */
  starts: Uint32Array = new Uint32Array(0);
  /** Until it is released. */
  private readonly kernel: KernelExports = takeScanner();
  private readonly memory = new Uint8Array(this.kernel.memory.buffer);
  private readonly room = this.kernel.windowSize.value - 2;
  /** Bytes from a string's opening quote on in which its end was looked for already, and is not. */
  private searched = 0;

  /** The section's closing bracket was reached. */
  get closed(): boolean {
    return this.kernel.closed.value !== 0;
  }

  /** Scans a window's worth of `bytes[position…end)` and returns how far it came. */
  scan(bytes: Uint8Array, position: number, end: number): number {
    // The rest of a long string: what was looked at is not looked at again, however small the
    // pieces are.
    if (this.searched > 0) return this.scanLong(bytes, position, end);
    const { kernel, memory } = this;
    const window = kernel.window.value;
    const length = Math.min(end - position, this.room);
    memory.set(bytes.subarray(position, position + length), window);
    memory[window + length] = QUOTE;
    memory[window + length + 1] = QUOTE;
    const taken = kernel.scanStrings(window, window + length, position) - window;
    this.starts = new Uint32Array(memory.buffer, kernel.starts.value, kernel.found.value);
    // A string longer than a piece of text: rare enough to be walked through here.
    if (taken === 0 && length > LONG && this.waitsAt(bytes, position, end)) {
      return this.scanLong(bytes, position, end);
    }
    return position + taken;
  }

  /**
   * Whether what stands at the place that `scan` returned is the beginning of a string that is not
   * whole yet.
   */
  waitsAt(bytes: Uint8Array, position: number, end: number): boolean {
    return position >= end || (bytes[position] === QUOTE && this.kernel.afterString.value === 0);
  }

  /** Ends its use: the last call. */
  release(): void {
    releaseScanner(this.kernel);
  }

  get expected(): string {
    return this.kernel.afterString.value ? 'a comma or "]"' : 'a string';
  }

  private scanLong(bytes: Uint8Array, position: number, end: number): number {
    const close = closingQuote(bytes, position + Math.max(this.searched, 1), end);
    if (close >= end) {
      this.searched = close - position; // one more than there is behind a backslash at the end
      this.starts = new Uint32Array(0);
      return position;
    }
    this.searched = 0;
    this.starts = Uint32Array.of(position + 1);
    this.kernel.begun.value = 1;
    this.kernel.afterString.value = 1;
    return close + 1;
  }
}

/** Without them anything goes. */
export interface StringLimits {
  /** More strings than this make no sense. */
  readonly most?: number;
  readonly room?: Room;
}

function tooManyStrings(window: ByteWindow, section: string, most: number): SnapshotError {
  return new SnapshotError('mismatch', 'the counts do not agree', {
    file: window.source.name,
    section,
    offset: window.offset,
    expected: `at most ${formatCount(most)} strings, as the nodes and edges are so few`,
    found: 'more of them',
    ...DAMAGED,
  });
}

/**
 * Reads the strings section into a table.
 *
 * - Memory: the section's own bytes and 4 bytes a string.
 * - Cost: one pass.
 */
export class StringTableReader {
  private readonly pages: StringPage[] = [];
  /** Strings of the pages. */
  private first = 0;
  /** The starts of the strings of the segment that is read now, in the order in which they came. */
  private starts: Uint32Array[] = [];
  private segment: Uint8Array = new Uint8Array(0);
  /** Bytes of the segment that were read. */
  private filled = 0;
  /** Bytes of the segment that were looked at. */
  private scanned = 0;
  private total = 0;

  constructor(
    private readonly limits: StringLimits = {},
    private readonly buffers: BufferType = ArrayBuffer,
  ) {}

  /** The whole strings that were read so far. */
  get table(): StringTable {
    this.closePage();
    return new StringTable(this.pages);
  }

  /**
   * Reads to the section's closing bracket. Throws SnapshotError; `table` then has what comes
   * before.
   */
  async read(window: ByteWindow, section: string): Promise<void> {
    await expectToken(window, OPEN_ARRAY, section);
    const scanner = new StringScanner();
    try {
      await this.readPages(window, section, scanner);
    } finally {
      scanner.release();
    }
  }

  private async readPages(window: ByteWindow, section: string, scanner: StringScanner): Promise<void> {
    for (;;) {
      if (this.filled + PADDING >= this.segment.length) this.nextSegment(window);
      const { segment } = this;
      const read = window.readInto(segment, this.filled, segment.length - PADDING - this.filled);
      const count = typeof read === 'number' ? read : await read;
      this.filled += count;
      this.scan(window, section, scanner);
      const { filled, scanned } = this;
      if (scanner.closed) {
        window.unread(segment.subarray(scanned, filled));
        this.closePage();
        this.trimLast();
        return;
      }
      if (count === 0 || !scanner.waitsAt(segment, scanned, filled)) {
        if (count > 0) window.unread(segment.subarray(Math.max(scanned, filled - count), filled));
        const expected = count === 0 ? 'more strings, or "]" at their end' : scanner.expected;
        throw unexpected(window, section, expected);
      }
    }
  }

  private scan(window: ByteWindow, section: string, scanner: StringScanner): void {
    const { segment, filled, limits } = this;
    for (let before = -1; !scanner.closed && this.scanned > before && this.scanned < filled; ) {
      before = this.scanned;
      this.scanned = scanner.scan(segment, before, filled);
      // A string so long comes alone.
      if (this.scanned - before > TOKEN_LIMIT)
        throw tooLong(window.source.name, window.offset - (filled - before), section);
      if (scanner.starts.length === 0) continue;
      this.starts.push(scanner.starts.slice());
      this.total += scanner.starts.length;
      if (limits.most !== undefined && this.total > limits.most)
        throw tooManyStrings(window, section, limits.most);
    }
    if (filled - this.scanned >= TOKEN_LIMIT && scanner.waitsAt(segment, this.scanned, filled))
      throw tooLong(window.source.name, window.offset - (filled - this.scanned), section);
  }

  private closePage(): void {
    const count = this.starts.reduce((sum, starts) => sum + starts.length, 0);
    if (count === 0) return;
    const starts = allocateColumn('stringStarts', count, this.buffers);
    let at = 0;
    for (const part of this.starts) {
      starts.set(part, at);
      at += part.length;
    }
    this.pages.push({ first: this.first, segment: this.segment, starts });
    this.first += count;
    this.starts = [];
  }

  private nextSegment(window: ByteWindow): void {
    this.closePage();
    const { segment, scanned, filled } = this;
    const rest = segment.subarray(scanned, filled); // the beginning of a string that goes on
    const left = (window.source.size ?? Number.POSITIVE_INFINITY) - window.offset;
    const size = Math.max(Math.min(SEGMENT_SIZE, left + rest.length), rest.length * 2, 16);
    this.limits.room?.take(size, 'the strings');
    const larger = readBuffer(size + PADDING, this.buffers);
    larger.set(rest);
    if (segment.length - scanned > SEGMENT_SIZE / 4) this.trimLast();
    this.segment = larger;
    this.filled = rest.length;
    this.scanned = 0;
  }

  /** Gives back the unused end of the segment, if the last page stands on it. */
  private trimLast(): void {
    const { segment, scanned } = this;
    const last = this.pages.at(-1);
    if (last?.segment !== segment || segment.length - scanned < 1 << 16) return;
    const smaller = new Uint8Array(new this.buffers(scanned + 1));
    smaller.set(segment.subarray(0, scanned + 1));
    this.pages[this.pages.length - 1] = { ...last, segment: smaller };
  }
}

/**
 * Reads the strings section and keeps only the strings with the indexes that are wanted.
 *
 * - Memory: what it keeps.
 * - Cost: one pass.
 */
export class StringPicker {
  /** Strings in the section, up to where it ended when it is not whole. */
  total = 0;
  readonly texts = new Map<number, string>();

  constructor(private readonly limits: StringLimits = {}) {}

  /**
   * Reads to the section's closing bracket. Throws SnapshotError; the fields then have what comes
   * before.
   */
  async read(window: ByteWindow, section: string, wanted: readonly number[]): Promise<void> {
    await expectToken(window, OPEN_ARRAY, section);
    const scanner = new StringScanner();
    try {
      await this.pick(window, section, Float64Array.from(wanted).sort(), scanner);
    } finally {
      scanner.release();
    }
  }

  private async pick(
    window: ByteWindow,
    section: string,
    indexes: Float64Array,
    scanner: StringScanner,
  ): Promise<void> {
    const { limits, texts } = this;
    let next = 0;
    for (;;) {
      const { bytes, start, end } = window;
      const stop = scanner.scan(bytes, start, end);
      const { starts } = scanner;
      while (next < indexes.length && indexes[next]! < this.total + starts.length) {
        const index = indexes[next++]!;
        const from = starts[index - this.total]!;
        texts.set(index, decodeJsonText(bytes, from, closingQuote(bytes, from)));
      }
      this.total += starts.length;
      window.start = stop;
      if (limits.most !== undefined && this.total > limits.most)
        throw tooManyStrings(window, section, limits.most);
      if (scanner.closed) return;
      if (stop > start && stop < end) continue;
      const waits = scanner.waitsAt(bytes, stop, end);
      if (window.ended || !waits) {
        if (waits) window.start = window.end;
        throw unexpected(window, section, `${scanner.expected} (after ${formatCount(this.total)} strings)`);
      }
      if (window.end - window.start >= TOKEN_LIMIT) throw tooLong(window.source.name, window.offset, section);
      const wait = window.fill();
      if (wait) await wait;
    }
  }
}

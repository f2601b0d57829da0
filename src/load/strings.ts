/** The strings section: whole, as a table over its raw bytes, or only the few strings that a tally needs. */

import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import { closingQuote, decodeJsonText, type StringPage, StringTable } from '../graph/strings.js';
import { readBuffer } from './bytes.js';
import { DAMAGED_HINT, expectToken, QUOTE, unexpected } from './json.js';
import { createKernel } from './kernel/kernel.js';
import type { Room } from './room.js';
import { type ByteWindow, TOKEN_LIMIT, tooLong } from './window.js';

const SEGMENT_SIZE = 1 << 22;
const PADDING = 8;

/** Bytes of a string from which on its end is not looked for from its beginning again. */
const LONG = 1 << 12;

/** Finds where strings begin, any number of whole strings at a time. The loop is assembly.ts's `scanStrings`. */
class StringScanner {
  /** Starts of the strings that the last call found: places in its bytes, behind the opening quotes. Gone with the next call. */
  starts: Uint32Array = new Uint32Array(0);
  private readonly kernel = createKernel();
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
    // The rest of a long string: what was looked at is not looked at again, however small the pieces are.
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

  /** Whether what stands at the place that `scan` returned is the beginning of a string that is not whole yet. */
  waitsAt(bytes: Uint8Array, position: number, end: number): boolean {
    return position >= end || (bytes[position] === QUOTE && this.kernel.afterString.value === 0);
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
    hint: DAMAGED_HINT,
  });
}

/**
 * Reads the strings section into a table. On an error the whole strings up to there are handed to `salvaged`. Cost: one pass; its own bytes and 4 bytes a string.
 */
export async function readStringTable(
  window: ByteWindow,
  section: string,
  salvaged: (table: StringTable) => void,
  { most = Number.POSITIVE_INFINITY, room }: StringLimits = {},
): Promise<StringTable> {
  await expectToken(window, 0x5b, section);
  const scanner = new StringScanner();
  const pages: StringPage[] = [];
  let pageStarts: Uint32Array[] = [];
  let first = 0;
  let segment: Uint8Array = new Uint8Array(0);
  let total = 0;
  let filled = 0; // bytes of the segment that were read
  let scanned = 0; // bytes of the segment that were looked at

  const closePage = (): void => {
    const length = pageStarts.reduce((sum, starts) => sum + starts.length, 0);
    if (length === 0) return;
    const starts = new Uint32Array(length);
    let at = 0;
    for (const part of pageStarts) {
      starts.set(part, at);
      at += part.length;
    }
    pages.push({ first, segment, starts });
    first += length;
    pageStarts = [];
  };
  const nextSegment = (): void => {
    closePage();
    const rest = segment.subarray(scanned, filled); // the beginning of a string that goes on
    const left = (window.source.size ?? Number.POSITIVE_INFINITY) - window.offset;
    const size = Math.max(Math.min(SEGMENT_SIZE, left + rest.length), rest.length * 2, 16);
    room?.take(size, 'the strings');
    const larger = readBuffer(size + PADDING);
    larger.set(rest);
    if (segment.length - scanned > SEGMENT_SIZE / 4) trimLast(pages, segment, scanned);
    segment = larger;
    filled = rest.length;
    scanned = 0;
  };

  /** Hands over what is whole. */
  const endedBy = (error: unknown): unknown => {
    closePage();
    salvaged(new StringTable(pages));
    return error;
  };

  for (;;) {
    if (filled + PADDING >= segment.length) nextSegment();
    const room = segment.length - PADDING - filled;
    let count: number;
    try {
      const read = window.readInto(segment, filled, room);
      count = typeof read === 'number' ? read : await read;
    } catch (error) {
      throw endedBy(error);
    }
    filled += count;
    for (let before = -1; !scanner.closed && scanned > before && scanned < filled; ) {
      before = scanned;
      scanned = scanner.scan(segment, scanned, filled);
      if (scanner.starts.length > 0) {
        pageStarts.push(scanner.starts.slice());
        total += scanner.starts.length;
        if (total > most) throw endedBy(tooManyStrings(window, section, most));
      }
      if (scanned - before > TOKEN_LIMIT) {
        pageStarts.pop(); // a string so long comes alone
        throw endedBy(tooLong(window.source.name, window.offset - (filled - before), section));
      }
    }
    if (filled - scanned >= TOKEN_LIMIT && scanner.waitsAt(segment, scanned, filled))
      throw endedBy(tooLong(window.source.name, window.offset - (filled - scanned), section));
    if (scanner.closed) {
      window.unread(segment.subarray(scanned, filled));
      closePage();
      trimLast(pages, segment, scanned);
      return new StringTable(pages);
    }
    if (count === 0 || !scanner.waitsAt(segment, scanned, filled)) {
      if (count > 0) window.unread(segment.subarray(Math.max(scanned, filled - count), filled));
      throw endedBy(
        unexpected(window, section, count === 0 ? 'more strings, or "]" at their end' : scanner.expected),
      );
    }
  }
}

/** Gives back the unused end of a segment, if the last page stands on it. */
function trimLast(pages: StringPage[], segment: Uint8Array, used: number): void {
  const last = pages.at(-1);
  if (last?.segment !== segment || segment.length - used < 1 << 16) return;
  pages[pages.length - 1] = { ...last, segment: segment.slice(0, used + 1) };
}

export interface PickedStrings {
  /** Number of strings in the section (up to where it ended, when it is not whole). */
  readonly total: number;
  readonly texts: ReadonlyMap<number, string>;
}

/**
 * Reads the strings section and keeps only the strings with the given indexes.
 * On an error what was found up to there is handed to `salvaged`. Memory: what it keeps.
 */
export async function pickStrings(
  window: ByteWindow,
  section: string,
  wanted: readonly number[],
  salvaged: (picked: PickedStrings) => void,
  { most = Number.POSITIVE_INFINITY }: StringLimits = {},
): Promise<PickedStrings> {
  await expectToken(window, 0x5b, section);
  const indexes = Float64Array.from(wanted).sort();
  const scanner = new StringScanner();
  const texts = new Map<number, string>();
  let next = 0;
  let total = 0;
  for (;;) {
    const { bytes, start, end } = window;
    const stop = scanner.scan(bytes, start, end);
    const { starts } = scanner;
    while (next < indexes.length && indexes[next]! < total + starts.length) {
      const index = indexes[next++]!;
      const from = starts[index - total]!;
      texts.set(index, decodeJsonText(bytes, from, closingQuote(bytes, from)));
    }
    total += starts.length;
    window.start = stop;
    if (total > most) {
      salvaged({ total, texts });
      throw tooManyStrings(window, section, most);
    }
    if (scanner.closed) return { total, texts };
    if (stop > start && stop < end) continue;
    const waits = scanner.waitsAt(bytes, stop, end);
    if (window.ended || !waits) {
      salvaged({ total, texts });
      if (waits) window.start = window.end;
      throw unexpected(window, section, `${scanner.expected} (after ${formatCount(total)} strings)`);
    }
    try {
      if (window.end - window.start >= TOKEN_LIMIT) throw tooLong(window.source.name, window.offset, section);
      const wait = window.fill();
      if (wait) await wait;
    } catch (error) {
      salvaged({ total, texts });
      throw error;
    }
  }
}

/** The strings section: whole, as a table over its raw bytes, or only the few strings that a tally needs. */
import { decodeJsonText, type StringPage, StringTable } from '../graph/strings.js';
import { formatCount } from '../units.js';
import { readBuffer } from './bytes.js';
import { CLOSE_ARRAY, COMMA, expectToken, isSpace, QUOTE, unexpected } from './json.js';
import type { ByteWindow } from './window.js';

const SEGMENT_SIZE = 1 << 22;
const PAGE_STRINGS = 1 << 16;
const PADDING = 8;

/** Finds where strings begin, any number of whole strings at a time. */
class StringScanner {
  /** The section's closing bracket was reached. */
  closed = false;
  /** Starts of the strings that the last call found: first bytes behind the opening quotes. */
  readonly starts = new Uint32Array(PAGE_STRINGS);
  found = 0;
  private afterString = false;
  private begun = false;

  /**
   * Scans `bytes[position…end)` and returns how far it came: behind the last whole string, behind the closing
   * bracket, or in front of something that cannot stand there (then `stuck`). Needs two bytes of room at `end`.
   */
  scan(bytes: Uint8Array, position: number, end: number): number {
    const { starts } = this;
    const [spare0, spare1] = [bytes[end]!, bytes[end + 1]!];
    bytes[end] = QUOTE; // stops the inner loop, also behind a backslash
    bytes[end + 1] = QUOTE;
    let found = 0;
    let p = position;
    while (p < end && found < PAGE_STRINGS) {
      const byte = bytes[p]!;
      if (byte === QUOTE && !this.afterString) {
        let at = p + 1;
        for (;;) {
          const c = bytes[at++]!;
          if (c === 0x22) break;
          if (c === 0x5c) at++;
        }
        if (at > end) break;
        starts[found++] = p + 1;
        this.begun = true;
        if (bytes[at] === COMMA && at < end) p = at + 1;
        else {
          p = at;
          this.afterString = true;
        }
      } else if (byte === COMMA && this.afterString) {
        this.afterString = false;
        p++;
      } else if (byte === CLOSE_ARRAY && (this.afterString || !this.begun)) {
        this.closed = true;
        p++;
        break;
      } else if (isSpace(byte)) {
        p++;
      } else break;
    }
    bytes[end] = spare0;
    bytes[end + 1] = spare1;
    this.found = found;
    return p;
  }

  /** Whether what stands at the place that `scan` returned is the beginning of a string that is not whole yet. */
  waitsAt(bytes: Uint8Array, position: number, end: number): boolean {
    return position >= end || (bytes[position] === QUOTE && !this.afterString);
  }

  get expected(): string {
    return this.afterString ? 'a comma or "]"' : 'a string';
  }
}

/**
 * Reads the strings section into a table. On a SnapshotError (`truncated`, `malformed`) the whole strings up to
 * there are handed to `salvaged`. Cost: one pass; its own bytes and 4 bytes a string.
 */
export async function readStringTable(
  window: ByteWindow,
  section: string,
  salvaged: (table: StringTable) => void,
): Promise<StringTable> {
  await expectToken(window, 0x5b, section);
  const scanner = new StringScanner();
  const pages: StringPage[] = [];
  let pageStarts: Uint32Array[] = [];
  let first = 0;
  let segment: Uint8Array = new Uint8Array(0);
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
    const larger = readBuffer(size + PADDING);
    larger.set(rest);
    if (segment.length - scanned > SEGMENT_SIZE / 4) trimLast(pages, scanned);
    segment = larger;
    filled = rest.length;
    scanned = 0;
  };

  for (;;) {
    if (filled + PADDING >= segment.length) nextSegment();
    const room = segment.length - PADDING - filled;
    const read = window.readInto(segment, filled, room);
    const count = typeof read === 'number' ? read : await read;
    filled += count;
    let before: number;
    do {
      before = scanned;
      scanned = scanner.scan(segment, scanned, filled);
      if (scanner.found > 0) pageStarts.push(scanner.starts.slice(0, scanner.found));
    } while (!scanner.closed && scanned > before && scanned < filled && scanner.found === PAGE_STRINGS);
    if (scanner.closed) {
      window.unread(segment.subarray(scanned, filled));
      closePage();
      trimLast(pages, scanned);
      return new StringTable(pages);
    }
    if (count === 0 || !scanner.waitsAt(segment, scanned, filled)) {
      closePage();
      salvaged(new StringTable(pages));
      if (count > 0) window.unread(segment.subarray(Math.max(scanned, filled - count), filled));
      throw unexpected(window, section, count === 0 ? 'more strings, or "]" at their end' : scanner.expected);
    }
  }
}

/** Gives back the unused end of the last segment. */
function trimLast(pages: StringPage[], used: number): void {
  const last = pages.at(-1);
  if (!last || last.segment.length - used < 1 << 16) return;
  const { segment } = last;
  const trimmed = segment.slice(0, used + 1);
  for (let i = pages.length - 1; i >= 0 && pages[i]!.segment === segment; i--) {
    pages[i] = { ...pages[i]!, segment: trimmed };
  }
}

export interface PickedStrings {
  /** Number of strings in the section (up to where it ended, when it is not whole). */
  readonly total: number;
  readonly texts: ReadonlyMap<number, string>;
}

/**
 * Reads the strings section and keeps only the strings with the given indexes.
 * On a SnapshotError what was found up to there is handed to `salvaged`. Memory: what it keeps.
 */
export async function pickStrings(
  window: ByteWindow,
  section: string,
  wanted: readonly number[],
  salvaged: (picked: PickedStrings) => void,
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
    const { starts, found } = scanner;
    while (next < indexes.length && indexes[next]! < total + found) {
      const index = indexes[next++]!;
      const from = starts[index - total]!;
      let to = from;
      while (bytes[to] !== QUOTE) to += bytes[to] === 0x5c ? 2 : 1;
      texts.set(index, decodeJsonText(bytes, from, to));
    }
    total += found;
    window.start = stop;
    if (scanner.closed) return { total, texts };
    if (found === PAGE_STRINGS) continue;
    if (window.ended || !scanner.waitsAt(bytes, stop, end)) {
      salvaged({ total, texts });
      if (window.ended) window.start = window.end;
      throw unexpected(window, section, `${scanner.expected} (after ${formatCount(total)} strings)`);
    }
    const wait = window.fill();
    if (wait) await wait;
  }
}

/**
 * The little JSON that surrounds the big arrays: white space, keys, and values that are skipped or
 * kept whole. Works over a ByteWindow, so any token may lie across any chunk boundary.
 */
import { SnapshotError } from '../base/errors.js';
import { printable, shortened } from '../base/printable.js';
import { asBuffer } from './bytes.js';
import type { ByteWindow } from './window.js';

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The next byte that is not white space (it stays unconsumed), or -1 at the end. */
export async function peekToken(window: ByteWindow): Promise<number> {
  for (;;) {
    while (window.start < window.end) {
      const byte = window.bytes[window.start]!;
      if (!isSpace(byte)) return byte;
      window.start++;
    }
    if (window.ended) return -1;
    await window.fill();
  }
}

/** Consumes one expected byte, after white space. Throws `truncated` or `malformed`. */
export async function expectToken(window: ByteWindow, byte: number, section: string): Promise<void> {
  if ((await peekToken(window)) !== byte) throw unexpected(window, section, `"${String.fromCharCode(byte)}"`);
  window.start++;
}

/**
 * Consumes a whole JSON value and returns its text; `limit` is the most bytes it may have.
 * For values that fit into memory many times over: the header, a key.
 */
export async function readValue(window: ByteWindow, section: string, limit: number): Promise<string> {
  await peekToken(window);
  const parts: Buffer[] = [];
  let length = 0;
  await walkValue(window, section, (bytes, start, end) => {
    length += end - start;
    if (length > limit) {
      throw new SnapshotError('malformed', 'a value is too long', {
        file: window.source.name,
        section,
        offset: window.offsetOf(end),
        expected: `at most ${limit} bytes`,
        hint: 'The file is damaged, or not a heap snapshot.',
      });
    }
    parts.push(Buffer.from(bytes.subarray(start, end)));
  });
  return Buffer.concat(parts).toString('utf8');
}

/** Consumes the key of an object and the colon behind it. Out: the key. */
export async function readKey(window: ByteWindow, section: string): Promise<string> {
  if ((await peekToken(window)) !== QUOTE) throw unexpected(window, section, 'the name of a section');
  const text = await readValue(window, section, 1 << 12);
  await expectToken(window, COLON, section);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

/**
 * Consumes a whole JSON value without looking at what it says; `keep` gets its bytes, piece by
 * piece. A flat array of numbers is skipped at the speed of a search for one byte.
 */
export async function skipValue(window: ByteWindow, section: string, keep?: KeepBytes): Promise<void> {
  await peekToken(window);
  await walkValue(window, section, keep);
}

/** Consumes the rest of a flat array of numbers, its `]` included. Cost: a search for one byte. */
export async function skipNumbers(window: ByteWindow, section: string, keep?: KeepBytes): Promise<void> {
  for (;;) {
    const { bytes, start, end } = window;
    const found = asBuffer(bytes).indexOf(CLOSE_ARRAY, start);
    const stop = found >= 0 && found < end ? found + 1 : end;
    keep?.(bytes, start, stop);
    window.start = stop;
    if (stop !== end || (found >= 0 && found < end)) return;
    if (window.ended) throw unexpected(window, section, 'more numbers or "]"');
    await window.fill();
  }
}

export type KeepBytes = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * Consumes what is left of arrays and objects that were opened already, so many levels deep (1 at
 * least).
 */
export function skipRest(window: ByteWindow, section: string, depth: number): Promise<void> {
  return walkValue(window, section, undefined, depth);
}

async function walkValue(
  window: ByteWindow,
  section: string,
  keep?: KeepBytes,
  openLevels = 0,
): Promise<void> {
  let depth = openLevels;
  let inString = false;
  let escaped = false;
  let begun = false;
  for (;;) {
    const { bytes, end } = window;
    let at = window.start;
    let done = false;
    while (at < end && !done) {
      const byte = bytes[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          done = depth === 0;
        }
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        depth++;
      } else if (depth === 0 && (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) {
        break; // the end of a bare number, true, false or null: it belongs to the caller
      } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
        depth--;
        done = depth === 0;
      }
      begun = true;
      at++;
    }
    keep?.(bytes, window.start, at);
    window.start = at;
    if (done || (at < end && begun)) return;
    if (at < end || window.ended)
      throw unexpected(window, section, begun ? 'the rest of a value' : 'a value');
    await window.fill();
  }
}

/**
 * The error for whatever stands at the window's start: `truncated` at the end of the text, else
 * `malformed`.
 */
export function unexpected(
  window: ByteWindow,
  section: string,
  expected: string,
  hint?: string,
): SnapshotError {
  const atEnd = window.ended && window.start >= window.end;
  return new SnapshotError(
    atEnd ? 'truncated' : 'malformed',
    atEnd ? 'the file ends too early' : 'is damaged',
    {
      file: window.source.name,
      section,
      offset: window.offset,
      expected,
      found: atEnd ? 'the end of the file' : textAt(window.bytes, window.start, window.end),
      ...(hint === undefined ? (atEnd ? TRUNCATED : DAMAGED) : { hint }),
    },
  );
}

/** What to do about a file that ends early. */
export const TRUNCATED = {
  hint: 'The process was stopped while it wrote, the disk was full, or the copy is not complete. Take the snapshot again.',
  remedy: 'salvage',
} as const;

/** What to do about a damaged file. */
export const DAMAGED = {
  hint: 'The file was changed after it was written, or copied as text. Copy or take it again.',
  remedy: 'salvage',
} as const;

/** The text that stands at a place, quoted and short, for messages. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  const text = asBuffer(bytes.subarray(start, Math.min(end, start + 24))).toString('latin1');
  return printable(JSON.stringify(shortened(text, 20)));
}

/**
 * A snapshot with other texts: its sections of numbers are copied as bytes, its strings are written
 * anew, one for one.
 */
import { SnapshotError } from '../base/errors.js';
import type { OnProgress } from '../base/progress.js';
import { formatCount } from '../base/units.js';
import type { Section } from '../graph/graph.js';
import { closingQuote, decodeJsonText } from '../graph/strings.js';
import { asBuffer } from './bytes.js';
import { headObject, wordlessHead } from './head-object.js';
import {
  CLOSE_ARRAY,
  COMMA,
  DAMAGED,
  expectToken,
  OPEN_ARRAY,
  peekToken,
  QUOTE,
  unexpected,
} from './json.js';
import { openSource } from './source.js';
import type { StringRoles } from './string-roles.js';
import { ByteWindow, TOKEN_LIMIT, tooLong } from './window.js';

/** Sections of numbers that V8 writes. What else a file has may hold text, and is left out. */
const NUMBERS: ReadonlySet<string> = new Set([
  'nodes',
  'edges',
  'trace_function_infos',
  'trace_tree',
  'samples',
  'locations',
  'scopes',
  'scope_context_vars',
  'scope_uses',
]);

/** Bytes of text that are written at a time. */
const PIECE = 1 << 18;

export interface Rewrite {
  /** The text that stands for another one; strings come in their order. */
  readonly rename: (text: string, index: number) => string;
  readonly write: (bytes: Uint8Array) => Promise<void> | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface Rewritten {
  readonly strings: number;
  /** Sections that are not known, and were left out. */
  readonly leftOut: readonly string[];
}

/**
 * Writes a snapshot with other strings.
 *
 * - In: the file, and what `readStringRoles` says of it.
 * - Throws: SnapshotError when it is damaged, or has changed since.
 * - Memory: does not grow with the file, but for the longest string.
 * - Cost: two passes over the bytes.
 */
export async function rewriteStrings(
  file: string,
  { sections, named }: StringRoles,
  { rename, write, onProgress }: Rewrite,
): Promise<Rewritten> {
  const total = sections.reduce((end, { offset, length }) => Math.max(end, offset + length), 0);
  const source = await openSource(file);
  const window = new ByteWindow(source, undefined, () =>
    onProgress?.({ phase: 'writing', done: window.offset, total, unit: 'bytes' }),
  );
  const leftOut: string[] = [];
  let strings = 0;
  try {
    const head = JSON.stringify(wordlessHead(await headObject(window)));
    await write(Buffer.from(`{"snapshot":${head}`));
    for (const section of sections) {
      const { name, offset, length } = section;
      if (name !== 'strings' && !NUMBERS.has(name)) {
        leftOut.push(name);
        continue;
      }
      await goTo(window, offset, name);
      await write(Buffer.from(`,\n${JSON.stringify(name)}:`));
      if (name !== 'strings') await copyNumbers(window, section, write);
      else strings = await copyStrings(window, { rename, write });
      if (window.offset !== offset + length) throw changed(window, name);
    }
    await write(Buffer.from('}\n'));
  } finally {
    source.close();
  }
  if (strings < named)
    throw new SnapshotError('range', 'a name is out of range', {
      file,
      section: 'strings',
      expected: `a string index below ${formatCount(strings)}`,
      found: formatCount(named - 1),
      ...DAMAGED,
    });
  return { strings, leftOut };
}

/** Goes on at an offset: there at once where the source can, else over what lies between. */
async function goTo(window: ByteWindow, offset: number, section: string): Promise<void> {
  if (offset >= window.offset && offset <= window.offsetOf(window.end)) {
    window.start += offset - window.offset;
    return;
  }
  if (window.source.seek) return window.seek(offset);
  if (offset < window.offset) throw changed(window, section);
  while (window.offsetOf(window.end) < offset) {
    window.start = window.end;
    if (window.ended) throw changed(window, section);
    await window.fill();
  }
  window.start += offset - window.offset;
}

async function copyNumbers(
  window: ByteWindow,
  { name, length }: Section,
  write: Rewrite['write'],
): Promise<void> {
  for (let left = length; left > 0; ) {
    if (window.start === window.end) {
      if (window.ended) throw changed(window, name);
      await window.fill();
      continue;
    }
    const bytes = window.bytes.slice(window.start, Math.min(window.end, window.start + left));
    const quote = asBuffer(bytes).indexOf(QUOTE);
    window.start += quote < 0 ? bytes.length : quote;
    if (quote >= 0) throw unexpected(window, name, 'numbers');
    left -= bytes.length;
    await write(bytes);
  }
}

async function copyStrings(
  window: ByteWindow,
  { rename, write }: Pick<Rewrite, 'rename' | 'write'>,
): Promise<number> {
  const section = 'strings';
  await expectToken(window, OPEN_ARRAY, section);
  let piece = '[';
  let index = 0;
  for (let token = await nextToken(window); token !== CLOSE_ARRAY; token = await nextToken(window)) {
    if (index > 0) {
      if (token !== COMMA) throw unexpected(window, section, 'a comma or "]"');
      window.start++;
      token = await nextToken(window);
    }
    if (token !== QUOTE) throw unexpected(window, section, 'a string');
    let end = closingQuote(window.bytes, window.start + 1, window.end);
    while (end >= window.end) {
      if (window.ended) {
        window.start = window.end;
        throw unexpected(window, section, 'the rest of a string');
      }
      if (window.end - window.start >= TOKEN_LIMIT) throw tooLong(window.source.name, window.offset, section);
      const searched = end - window.start;
      await window.fill();
      end = closingQuote(window.bytes, window.start + searched, window.end);
    }
    const text = decodeJsonText(window.bytes, window.start + 1, end);
    piece += `${index > 0 ? ',\n' : ''}${JSON.stringify(rename(text, index))}`;
    window.start = end + 1;
    index++;
    if (piece.length >= PIECE) {
      await write(Buffer.from(piece));
      piece = '';
    }
  }
  window.start++;
  await write(Buffer.from(`${piece}]`));
  return index;
}

/** Like peekToken, without a promise where none is needed. */
function nextToken(window: ByteWindow): number | Promise<number> {
  const byte = window.start < window.end ? window.bytes[window.start]! : 0x20;
  return byte > 0x20 ? byte : peekToken(window);
}

function changed(window: ByteWindow, section: string): SnapshotError {
  return new SnapshotError('mismatch', 'the file has changed while it was read', {
    file: window.source.name,
    section,
    offset: window.offset,
    hint: 'Try again when nothing writes it.',
  });
}

/**
 * A snapshot with other texts: its sections of numbers are copied as bytes, its strings are written
 * anew, one for one.
 */
import { SnapshotError } from '../base/errors.js';
import type { OnProgress } from '../base/progress.js';
import { formatCount } from '../base/units.js';
import { closingQuote, decodeJsonText } from '../graph/strings.js';
import { readLayout } from './head.js';
import { headObjectOf, wordlessHead } from './head-object.js';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  DAMAGED,
  expectToken,
  OPEN_ARRAY,
  peekToken,
  QUOTE,
  readKey,
  skipValue,
  unexpected,
} from './json.js';
import { duplicateSection, missingSection } from './sections.js';
import { openSource } from './source.js';
import { readStringRoles, roleReaders } from './string-roles.js';
import { TeeWindow } from './tee-window.js';
import { TOKEN_LIMIT, tooLong } from './window.js';

/** Sections of numbers that V8 writes. What else a file has may hold text, and is left out. */
const NUMBERS: ReadonlySet<string> = new Set([
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

type Rename = (text: string, index: number) => string;

export interface Rewrite {
  /**
   * The text that stands for another one; strings come in their order. In: by string what it is
   * used for (`ROLE`).
   */
  readonly renamer: (roles: Uint16Array) => Rename;
  /**
   * Takes bytes, which are used again when what it has returned is settled. It gets further ones
   * before that, and writes them in their order.
   */
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
 * - In: the name of a file that can be read again.
 * - Throws: SnapshotError when it is damaged.
 * - Memory: two bytes a string, the longest string, and three megabytes of text.
 * - Cost: one pass over the bytes, as V8 writes them; two where the strings come first.
 */
export async function rewriteStrings(
  file: string,
  { renamer, write, onProgress }: Rewrite,
): Promise<Rewritten> {
  const head = wordlessHead(await headObjectOf(file));
  const source = await openSource(file);
  const total = source.storedSize ?? 0;
  const window = new TeeWindow(source, write, () =>
    onProgress?.({ phase: 'writing', done: window.source.taken, total, unit: 'bytes' }),
  );
  const seen = new Set<string>();
  const leftOut: string[] = [];
  let strings = 0;
  let named = 0;
  try {
    const layout = await readLayout(window);
    const readers = roleReaders(layout, source.name);
    await write(Buffer.from(`{"snapshot":${JSON.stringify(head)}`));
    while ((await peekToken(window)) !== CLOSE_OBJECT) {
      await expectToken(window, COMMA, 'snapshot');
      const name = await readKey(window, 'snapshot');
      await peekToken(window);
      if (seen.has(name)) throw duplicateSection(source.name, name, window.offset);
      seen.add(name);
      const reader = Object.hasOwn(readers.sections, name)
        ? readers.sections[name as keyof typeof readers.sections]
        : undefined;
      if (reader === undefined && name !== 'strings' && !NUMBERS.has(name)) {
        leftOut.push(name);
        await skipValue(window, name);
        continue;
      }
      await write(Buffer.from(`,\n${JSON.stringify(name)}:`));
      if (name === 'strings') {
        const isLast = seen.has('nodes') && seen.has('edges');
        const rename = renamer(isLast ? readers.roles() : await readStringRoles(file));
        strings = await copyStrings(window, { rename, write });
      } else {
        window.begin();
        await (reader ? reader(window, window.offset) : passNumbers(window, name));
        window.finish();
      }
    }
    named = readers.named();
    for (const name of ['nodes', 'edges', 'strings']) if (!seen.has(name)) throw missingSection(window, name);
    await write(Buffer.from('}\n'));
  } finally {
    window.close();
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

/** Passes over lists of numbers, and lists of such lists: over nothing else. */
async function passNumbers(window: TeeWindow, name: string): Promise<void> {
  let depth = 0;
  do {
    if (window.start === window.end) {
      if (window.ended) throw unexpected(window, name, 'more numbers or "]"');
      await window.fill();
      continue;
    }
    const { bytes, end } = window;
    let at = window.start;
    for (; at < end; at++) {
      if (depth > 0) while (MAY_STAND[bytes[at]!] === 1) at++; // the zero behind the text ends it
      const byte = bytes[at]!;
      if (byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_ARRAY) {
        if (--depth === 0) break;
      } else if (at < end && MAY_STAND[byte] === 0) {
        window.start = at;
        throw unexpected(window, name, 'numbers');
      } else if (depth === 0) break;
    }
    window.start = at < end && depth === 0 ? at + 1 : Math.min(at, end);
  } while (depth > 0);
}

/** Bytes of numbers, and what stands between them. */
const MAY_STAND = new Uint8Array(256);
for (const char of '0123456789-,.eE+ \n\r\t') MAY_STAND[char.charCodeAt(0)] = 1;

async function copyStrings(
  window: TeeWindow,
  { rename, write }: { readonly rename: Rename; readonly write: Rewrite['write'] },
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
function nextToken(window: TeeWindow): number | Promise<number> {
  const byte = window.start < window.end ? window.bytes[window.start]! : 0x20;
  return byte > 0x20 ? byte : peekToken(window);
}

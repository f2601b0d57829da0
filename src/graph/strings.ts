/**
 * The strings of a snapshot, as they stand in the file: raw JSON text in segments and one offset a
 * string. A string is decoded when somebody asks for it; comparing it with a text needs no
 * decoding.
 *
 * Memory: the section's own bytes and 4 bytes a string. A string never lies across two segments.
 */

export interface StringPage {
  /** Index of the first string of the page. */
  readonly first: number;
  readonly segment: Uint8Array;
  /** Offsets into the segment of the first byte behind each opening quote. */
  readonly starts: Uint32Array;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A beginning that is not plain ASCII, or is written with an escape. */
const NEEDS_DECODING = 0xffff;

/**
 * The first two bytes of a text as a file has them, its closing quote included; `NEEDS_DECODING`
 * where it may have others.
 */
function beginningOf(text: string): number {
  const one = text.length > 0 ? text.charCodeAt(0) : QUOTE;
  const two = text.length > 1 ? text.charCodeAt(1) : QUOTE;
  return one < 0x80 && two < 0x80 ? (one << 8) | two : NEEDS_DECODING;
}

/** Short texts that are kept, by the last bits of their index. */
const RECENT = 1 << 14;

/** Bytes of a text that is kept there. */
const SHORT = 64;

/**
 * Bytes of a text from which on it is kept when it was decoded: V8 cuts at 1,024 characters unless
 * told otherwise.
 */
const LONG = 1 << 14;

/** Characters of such texts that are kept at a time. */
const MOST_KEPT = 1 << 25;

/** In place of a string that a salvaged snapshot has lost. */
export function lostName(index: number): string {
  return `(lost name ${index})`;
}

/** Strings by index, decoded when they are asked for. */
export class StringTable {
  /** Number of strings. */
  readonly length: number;

  private beginnings: Uint16Array | undefined;

  /** Long texts that were decoded, by index, and their characters. */
  private longTexts: Map<number, string> | undefined;
  private kept = 0;

  /** Characters of long texts that were measured, by index. */
  private longLengths: Map<number, number> | undefined;

  /** Short texts that were asked for: millions of strings may be put together of a few. */
  private readonly recentIndexes = new Uint32Array(RECENT);
  private readonly recentTexts: (string | undefined)[] = [];

  constructor(
    /** Pages follow each other; a page has its bytes and its part of the column `stringStarts`. */
    readonly pages: readonly StringPage[],
    /** What `allBeginnings` is, where that is known. */
    private readonly given?: () => Uint16Array,
  ) {
    const last = pages.at(-1);
    this.length = last ? last.first + last.starts.length : 0;
  }

  /** Bytes that the texts take, and where they begin. */
  get byteLength(): number {
    return this.pages.reduce((sum, { segment, starts }) => sum + segment.byteLength + starts.byteLength, 0);
  }

  /**
   * The string with this index; V8 cuts long ones at 1,024 characters. Lone surrogates stay. For an
   * index beyond the table (possible only in a salvaged snapshot) a text that says so.
   */
  get(index: number): string {
    const cell = index & (RECENT - 1);
    if (this.recentIndexes[cell] === index && this.recentTexts[cell] !== undefined)
      return this.recentTexts[cell]!;
    const known = this.longTexts?.get(index);
    if (known !== undefined) return known;
    const page = this.pageOf(index);
    if (page === undefined) return lostName(index);
    const start = page.starts[index - page.first]!;
    const end = closingQuote(page.segment, start);
    const text = decodeJsonText(page.segment, start, end);
    if (end - start >= LONG) this.keepLong(index, text);
    else if (end - start <= SHORT) {
      this.recentIndexes[cell] = index;
      this.recentTexts[cell] = text;
    }
    return text;
  }

  /** Millions of nodes may have one name of megabytes, and each asks for it. */
  private keepLong(index: number, text: string): void {
    if (this.longTexts === undefined || this.kept + text.length > MOST_KEPT) {
      this.longTexts = new Map();
      this.kept = 0;
    }
    this.longTexts.set(index, text);
    this.kept += text.length;
  }

  /**
   * The length of `get(index)` in UTF-16 code units, counted on the bytes: only text that is not
   * quite JSON or UTF-8 is decoded.
   * Cost: a pass over the bytes of the string.
   */
  lengthOf(index: number): number {
    const known = this.longLengths?.get(index);
    if (known !== undefined) return known;
    const page = this.pageOf(index);
    if (page === undefined) return lostName(index).length;
    const { segment } = page;
    const start = page.starts[index - page.first]!;
    const { length, end } = measuredText(segment, start);
    if (end - start >= LONG) {
      this.longLengths ??= new Map();
      this.longLengths.set(index, length);
    }
    return length;
  }

  /** Whether the string with this index is `text`, decided on the bytes. */
  equals(index: number, text: string): boolean {
    return this.matches(index, text, 'all');
  }

  private matches(index: number, text: string, part: 'all' | 'beginning'): boolean {
    const page = this.pageOf(index);
    return page !== undefined && matchesAt(page.segment, page.starts[index - page.first]!, text, part);
  }

  /**
   * Indexes of all strings that are `text` (V8 writes each string once; others may not), or that
   * begin with it, ascending. Text to begin with has two characters at least. Cost: a look at the
   * beginning of every string at the first call, which keeps 2 bytes a string; then a pass over
   * these.
   */
  find(text: string, part: 'all' | 'beginning' = 'all'): number[] {
    const beginning = beginningOf(text);
    const found: number[] = [];
    const beginnings = this.allBeginnings;
    for (let index = 0; index < beginnings.length; index++) {
      const own = beginnings[index]!;
      if ((own === beginning || own === NEEDS_DECODING) && this.matches(index, text, part)) found.push(index);
    }
    return found;
  }

  /**
   * The indexes of all strings that are one of the texts, to ask for many times. Cost: that of
   * `find`.
   */
  indexesOf(...texts: readonly string[]): StringIndexes {
    return new StringIndexes(texts.flatMap((text) => this.find(text)));
  }

  /** By string its first two bytes, or that they have to be decoded. */
  get allBeginnings(): Uint16Array {
    this.beginnings ??= this.given?.() ?? this.readBeginnings();
    return this.beginnings;
  }

  private readBeginnings(): Uint16Array {
    const beginnings = new Uint16Array(this.length);
    for (const { first, segment, starts } of this.pages) {
      for (let i = 0; i < starts.length; i++) {
        const start = starts[i]!;
        const one = segment[start]!;
        const two = one === QUOTE ? QUOTE : segment[start + 1]!;
        const plain = one !== BACKSLASH && one < 0x80 && two !== BACKSLASH && two < 0x80;
        beginnings[first + i] = plain ? (one << 8) | two : NEEDS_DECODING;
      }
    }
    return beginnings;
  }

  /**
   * Whether the text is digits, a space and more: what names of WeakMap pairs begin like, and
   * hardly any others.
   */
  startsLikePair(index: number): boolean {
    const page = this.pageOf(index);
    if (page === undefined) return false;
    const { segment } = page;
    let at = page.starts[index - page.first]!;
    const start = at;
    while (segment[at]! >= 0x30 && segment[at]! <= 0x39) at++;
    return at > start && segment[at] === 0x20;
  }

  private pageOf(index: number): StringPage | undefined {
    if (!(index >= 0 && index < this.length)) return undefined;
    let low = 0;
    let high = this.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pages[middle]!.first <= index) low = middle;
      else high = middle - 1;
    }
    return this.pages[low];
  }
}

/**
 * A set of string indexes, mostly one or two: asked for a name of every node or edge, it has to
 * answer at once.
 */
export class StringIndexes {
  private readonly first: number;
  private readonly second: number;
  /** By string index, for more than two: a byte a string up to the last of them. */
  private readonly marks: Uint8Array | undefined;

  constructor(readonly indexes: readonly number[]) {
    this.first = indexes[0] ?? -1;
    this.second = indexes[1] ?? -1;
    if (indexes.length <= 2) return;
    this.marks = new Uint8Array(indexes.reduce((most, index) => Math.max(most, index), 0) + 1);
    for (const index of indexes) this.marks[index] = 1;
  }

  get size(): number {
    return this.indexes.length;
  }

  has(index: number): boolean {
    return index === this.first || index === this.second || this.marks?.[index] === 1;
  }
}

/**
 * Where the string that starts at `start` ends: the place of its closing quote. Without one before
 * `end`: `end`, or one more behind a backslash, which is where the search goes on when there are
 * more bytes.
 */
export function closingQuote(bytes: Uint8Array, start: number, end: number = bytes.length): number {
  let at = start;
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

/**
 * The string that JSON text between two quotes stands for. Text that is not quite JSON keeps what
 * cannot be read.
 */
export function decodeJsonText(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
  if (!text.includes('\\') && !/[\0-\x1f]/.test(text)) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text.replace(
      /\\(?:u([\da-fA-F]{4})|(.))/gs,
      (all, hex: string | undefined, char: string | undefined) =>
        hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[char ?? ''] ?? all),
    );
  }
}

/**
 * The length of the text that `decodeJsonText` makes of the string at a place, and where that ends.
 */
function measuredText(bytes: Uint8Array, start: number): { readonly length: number; readonly end: number } {
  let length = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return { length, end: at };
    if (byte !== BACKSLASH && byte < 0x80) {
      at++;
      length++;
      continue;
    }
    const width = byte === BACKSLASH ? escapeWidth(bytes, at) : characterWidth(bytes, at);
    if (width === 0) break;
    at += width;
    length += byte >= 0xf0 ? 2 : 1; // four bytes are a surrogate pair
  }
  const end = closingQuote(bytes, at);
  return { length: decodeJsonText(bytes, start, end).length, end };
}

/** Bytes of the escape at a place; 0 where it is none of JSON's. */
function escapeWidth(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1];
  if (letter !== LETTER_U) return letter !== undefined && SHORT_ESCAPES[letter] === 1 ? 2 : 0;
  for (let i = at + 2; i < at + 6; i++) if (HEX_DIGITS[bytes[i]!] !== 1) return 0;
  return 6;
}

/**
 * Bytes of the UTF-8 character at a place, which is not ASCII; 0 where there is none.
 * Source: table 3-7 of the Unicode Standard.
 */
function characterWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1]!;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return isWithin(second, 0x80, 0xbf) ? 2 : 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!isWithin(second, least, most) || !isWithin(bytes[at + 2]!, 0x80, 0xbf)) return 0;
  if (first < 0xf0) return 3;
  return isWithin(bytes[at + 3]!, 0x80, 0xbf) ? 4 : 0;
}

function isWithin(byte: number, least: number, most: number): boolean {
  return byte >= least && byte <= most;
}

/** By byte 1 for each of these characters. */
function bytesOf(characters: string): Uint8Array {
  const marks = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) marks[byte] = 1;
  return marks;
}

const SHORT_ESCAPES = bytesOf('"\\/bfnrt');
const HEX_DIGITS = bytesOf('0123456789abcdefABCDEF');

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const LETTER_U = 0x75;
const UNREADABLE = -1;

/**
 * The UTF-16 code unit that the escape at a place stands for; `UNREADABLE` where it is none of
 * JSON's.
 */
function escapedUnit(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1]!;
  if (letter !== LETTER_U) return ESCAPES[String.fromCharCode(letter)]?.charCodeAt(0) ?? UNREADABLE;
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = Number.parseInt(String.fromCharCode(bytes[i]!), 16);
    if (Number.isNaN(digit)) return UNREADABLE;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** Whether the string that starts at `start` is `text`, or begins with it. */
function matchesAt(bytes: Uint8Array, start: number, text: string, part: 'all' | 'beginning'): boolean {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[at]!;
    const code = text.charCodeAt(i);
    if (byte >= 0x80 && code < 0x80) return false;
    const escaped = byte === BACKSLASH ? escapedUnit(bytes, at) : byte < 0x80 ? byte : UNREADABLE;
    // What is not ASCII, or no JSON, may be spelled in several ways: decode all of it, which may be
    // long.
    if (escaped === UNREADABLE) {
      const rest = decodeJsonText(bytes, at, closingQuote(bytes, at));
      return part === 'all' ? rest === text.slice(i) : rest.startsWith(text.slice(i));
    }
    if (escaped !== code || byte === QUOTE) return false;
    at += byte !== BACKSLASH ? 1 : bytes[at + 1] === LETTER_U ? 6 : 2;
  }
  return part === 'beginning' || bytes[at] === QUOTE;
}

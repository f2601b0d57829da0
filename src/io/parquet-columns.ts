/**
 * Columns of a Parquet file: what values they take, and the bytes of one page of them.
 *
 * hyparquet-writer encodes whatever it is given, one value after the other, and numbers of 64 bits
 * as a BigInt each: 150 to 280 ns a number, with statistics. Here typed arrays become bytes in
 * loops of their own; the library packs negative numbers, compresses, and writes headers and the
 * footer.
 */
import type { ByteWriter } from 'hyparquet-writer';
import { packedDeltas } from './parquet-deltas.js';
import { packedRuns } from './parquet-runs.js';

/** The type of a column. */
export type TableType = 'int32' | 'int64' | 'double' | 'boolean' | 'text';

export interface TableColumn {
  readonly name: string;
  readonly type: TableType;
  /** Whether it may have nulls. Default: it has none. */
  readonly nullable?: boolean;
}

/**
 * Values of one column, for a row each.
 *
 * Null: null, undefined, NaN among numbers, `NO_TEXT` among codes.
 * Booleans: also numbers, 0 for false.
 */
export type TableValues =
  | ArrayLike<number | null | undefined>
  | ArrayLike<boolean | null | undefined>
  | ArrayLike<string | null | undefined>
  | MaskedNumbers
  | CodedTexts;

/** Numbers and booleans, and which rows have one: 1; 0 is a null. */
export interface MaskedNumbers {
  readonly numbers: ArrayLike<number>;
  readonly present: Uint8Array;
}

/** Texts by number: a text that many rows have is read once a row group. */
export interface CodedTexts {
  readonly codes: ArrayLike<number>;
  readonly texts: TextTable;
}

/** The code of no text. */
export const NO_TEXT = 0xffffffff;

/** Texts by their codes. One serves all row groups and columns, one after the other. */
export class TextTable {
  /** 1 + the number in the dictionary of the row group that is written; 0 for none. */
  readonly places: Uint32Array;

  /** In: nearly all codes are less than `count`. Memory: four bytes a code. */
  constructor(
    count: number,
    readonly textOf: (code: number) => string,
  ) {
    this.places = new Uint32Array(count);
  }
}

/** The page of a column in a row group, before headers and compression. */
export interface EncodedPage {
  readonly encoding: 'PLAIN' | 'RLE_DICTIONARY' | 'DELTA_BINARY_PACKED';
  readonly bytes: Uint8Array;
  /** Whether each row has a value; undefined when all have one. */
  readonly present: Uint8Array | undefined;
  readonly nulls: number;
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
  readonly least?: number;
  readonly greatest?: number;
}

/** What the library does for a page. */
export interface Packers {
  packDeltas(values: Int32Array, type: 'INT32' | 'INT64'): Uint8Array;
  newBytes(): ByteWriter;
}

/** Throws: RangeError for a number that the column cannot hold, and for a null in one without. */
export function encodedPage(
  column: TableColumn,
  values: TableValues,
  rows: number,
  packers: Packers,
): EncodedPage {
  const given = 'codes' in values ? values.codes : 'numbers' in values ? values.numbers : values;
  if (given.length < rows) throw new RangeError(`${column.name}: ${given.length} values for ${rows} rows`);
  if (column.type === 'text') return checked(column, textPage(values as Texts, rows, packers));
  const mask = 'numbers' in values ? masked(values.present, rows) : presence(given, rows);
  const numbers = given as ArrayLike<number>;
  return checked(
    column,
    column.type === 'boolean'
      ? booleanPage(numbers, rows, mask)
      : column.type === 'double'
        ? doublePage(numbers, rows, mask)
        : integerPage(column, numbers, rows, mask, packers),
  );
}

type Texts = ArrayLike<string | null | undefined> | CodedTexts;

function checked(column: TableColumn, page: EncodedPage): EncodedPage {
  if (page.nulls > 0 && !column.nullable) throw new RangeError(`${column.name}: a null in a column without`);
  return page;
}

/** Which rows have a value. */
interface Mask {
  /** Undefined when all have one. */
  readonly present: Uint8Array | undefined;
  readonly nulls: number;
}

function masked(present: Uint8Array, rows: number): Mask {
  let count = 0;
  for (let row = 0; row < rows; row++) count += present[row]!;
  return count === rows
    ? { present: undefined, nulls: 0 }
    : { present: present.subarray(0, rows), nulls: rows - count };
}

function presence(values: ArrayLike<unknown>, rows: number): Mask {
  let present: Uint8Array | undefined;
  let nulls = 0;
  // Only these typed arrays can hold NaN; the others have a value everywhere.
  if (ArrayBuffer.isView(values) && !(values instanceof Float64Array || values instanceof Float32Array))
    return { present, nulls };
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    if (value !== null && value !== undefined && !Number.isNaN(value)) continue;
    present ??= new Uint8Array(rows).fill(1);
    present[row] = 0;
    nulls++;
  }
  return { present, nulls };
}

function integerPage(
  column: TableColumn,
  values: ArrayLike<number>,
  rows: number,
  mask: Mask,
  packers: Packers,
): EncodedPage {
  const numbers = smallIntegers(values, rows, mask) ?? plainIntegers(column, values, rows, mask);
  if (numbers instanceof BigInt64Array) {
    let least = numbers[0]!;
    let greatest = least;
    for (const value of numbers) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    const bounds = { least: Number(least), greatest: Number(greatest) };
    return { ...mask, ...bounds, encoding: 'PLAIN', bytes: bytesOf(numbers) };
  }
  const bounds = boundsOf(numbers);
  const bytes =
    bounds.least === undefined || bounds.least >= 0
      ? packedDeltas(numbers)
      : packers.packDeltas(numbers, column.type === 'int32' ? 'INT32' : 'INT64');
  return { ...mask, ...bounds, encoding: 'DELTA_BINARY_PACKED', bytes };
}

function boundsOf(numbers: Int32Array): Pick<EncodedPage, 'least' | 'greatest'> {
  if (numbers.length === 0) return {};
  let least = numbers[0]!;
  let greatest = least;
  for (let i = 1; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (value < least) least = value;
    else if (value > greatest) greatest = value;
  }
  return { least, greatest };
}

/**
 * The values that are there, where all are of 31 bits and a sign; else undefined. One loop for each
 * kind of array: a loop that sees several is three times as slow.
 */
function smallIntegers(values: ArrayLike<number>, rows: number, mask: Mask): Int32Array | undefined {
  if (values instanceof Uint32Array || values instanceof Int32Array) {
    const same = new Int32Array(values.buffer, values.byteOffset, rows);
    const numbers = mask.present === undefined ? same : compacted(same, mask.present, rows - mask.nulls);
    return values instanceof Uint32Array && hasNegative(numbers) ? undefined : numbers;
  }
  const { present } = mask;
  const numbers = new Int32Array(rows - mask.nulls);
  let at = 0;
  if (values instanceof Float64Array) {
    for (let row = 0; row < rows; row++) {
      if (present !== undefined && present[row] === 0) continue;
      const value = values[row]!;
      numbers[at] = value;
      if (numbers[at++] !== value) return undefined;
    }
    return numbers;
  }
  for (let row = 0; row < rows; row++) {
    if (present !== undefined && present[row] === 0) continue;
    const value = values[row]!;
    numbers[at] = value;
    if (numbers[at++] !== value) return undefined;
  }
  return numbers;
}

function hasNegative(numbers: Int32Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! < 0) return true;
  return false;
}

function compacted(values: Int32Array, present: Uint8Array, count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let row = 0, at = 0; at < count; row++) if (present[row] === 1) numbers[at++] = values[row]!;
  return numbers;
}

/** The same of 64 bits. Throws RangeError for what is none. */
function plainIntegers(
  column: TableColumn,
  values: ArrayLike<number>,
  rows: number,
  { present, nulls }: Mask,
): BigInt64Array {
  const numbers = new BigInt64Array(rows - nulls);
  for (let row = 0, at = 0; row < rows; row++) {
    if (present !== undefined && present[row] === 0) continue;
    const value = values[row]!;
    if (!Number.isInteger(value)) throw new RangeError(`${column.name}: ${value} is no whole number`);
    if (column.type === 'int32' && value !== (value | 0))
      throw new RangeError(`${column.name}: ${value} needs more than 32 bits`);
    if (value < -TOO_WIDE || value >= TOO_WIDE)
      throw new RangeError(`${column.name}: ${value} needs more than 64 bits`);
    numbers[at++] = BigInt(value);
  }
  return numbers;
}

/** From here on a whole number needs more than 64 bits. */
const TOO_WIDE = 2 ** 63;

function doublePage(values: ArrayLike<number>, rows: number, mask: Mask): EncodedPage {
  const { present, nulls } = mask;
  const numbers = new Float64Array(rows - nulls);
  for (let row = 0, at = 0; row < rows; row++)
    if (present === undefined || present[row] !== 0) numbers[at++] = values[row]!;
  return { ...mask, encoding: 'PLAIN', bytes: bytesOf(numbers) };
}

function booleanPage(values: ArrayLike<boolean | number>, rows: number, mask: Mask): EncodedPage {
  const { present, nulls } = mask;
  const bytes = new Uint8Array(Math.ceil((rows - nulls) / 8));
  for (let row = 0, at = 0; row < rows; row++) {
    if (present !== undefined && present[row] === 0) continue;
    if (values[row]) bytes[at >> 3]! |= 1 << (at & 7);
    at++;
  }
  return { ...mask, encoding: 'PLAIN', bytes };
}

function textPage(values: Texts, rows: number, packers: Packers): EncodedPage {
  const dictionary = packers.newBytes();
  const { places, present, count } =
    'codes' in values ? codedPlaces(values, rows, dictionary) : textPlaces(values, rows, dictionary);
  const bitWidth = count > 1 ? 32 - Math.clz32(count - 1) : 1;
  const runs = packedRuns(places, bitWidth);
  const bytes = new Uint8Array(1 + runs.length);
  bytes[0] = bitWidth;
  bytes.set(runs, 1);
  return {
    encoding: 'RLE_DICTIONARY',
    bytes,
    present,
    nulls: rows - places.length,
    dictionary: { bytes: dictionary.getBytes(), count },
  };
}

/** Where the text of each row that has one stands in the dictionary. */
interface Places {
  readonly places: Uint32Array;
  readonly present: Uint8Array | undefined;
  /** Texts in the dictionary. */
  readonly count: number;
}

function addText(dictionary: ByteWriter, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  dictionary.appendUint32(bytes.length);
  dictionary.appendBytes(bytes);
}

function codedPlaces({ codes: given, texts }: CodedTexts, rows: number, dictionary: ByteWriter): Places {
  // One kind of array: a loop that sees several is three times as slow.
  const codes = given instanceof Uint32Array ? given : new Uint32Array(given);
  const known = texts.places;
  const limit = known.length;
  const places = new Uint32Array(rows);
  const used: number[] = [];
  // A damaged file has names that it has no texts for.
  const beyond = new Map<number, number>();
  let present: Uint8Array | undefined;
  let at = 0;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const code = codes[row]!;
    if (code < limit) {
      let place = known[code]!;
      if (place === 0) {
        addText(dictionary, texts.textOf(code));
        place = ++count;
        known[code] = place;
        used.push(code);
      }
      places[at++] = place - 1;
    } else if (code === NO_TEXT) {
      present ??= new Uint8Array(rows).fill(1);
      present[row] = 0;
    } else {
      const place = beyond.get(code) ?? ++count;
      if (!beyond.has(code)) addText(dictionary, texts.textOf(code));
      beyond.set(code, place);
      places[at++] = place - 1;
    }
  }
  for (const code of used) known[code] = 0;
  return { places: places.subarray(0, at), present, count };
}

function textPlaces(
  texts: ArrayLike<string | null | undefined>,
  rows: number,
  dictionary: ByteWriter,
): Places {
  const known = new Map<string, number>();
  const places = new Uint32Array(rows);
  let present: Uint8Array | undefined;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const text = texts[row];
    if (text === null || text === undefined) {
      present ??= new Uint8Array(rows).fill(1);
      present[row] = 0;
      continue;
    }
    let place = known.get(text);
    if (place === undefined) {
      place = known.size;
      known.set(text, place);
      addText(dictionary, text);
    }
    places[at++] = place;
  }
  return { places: places.subarray(0, at), present, count: known.size };
}

function bytesOf(values: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

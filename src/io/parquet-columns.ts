/**
 * Columns of a Parquet file: what values they take, and the bytes of one page of them.
 *
 * hyparquet-writer encodes whatever it is given, one value after the other, and numbers of 64 bits
 * as a BigInt each: 150 to 280 ns a number, with statistics. Here typed arrays become bytes in loops of their own; the library packs deltas
 * (its loop over Int32Array) and runs, compresses, and writes headers and the footer.
 */
import type { ByteWriter } from 'hyparquet-writer';

/** The type of a column. Whole numbers of 64 bits are safe integers here. */
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
  | CodedTexts;

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

  /** In: codes are less than `count`. Memory: four bytes a code. */
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
  packRuns(values: Uint32Array | Uint8Array, bitWidth: number): Uint8Array;
  newBytes(): ByteWriter;
}

/** Throws: RangeError for a number that the column cannot hold, and for a null in one without. */
export function encodedPage(
  column: TableColumn,
  values: TableValues,
  rows: number,
  packers: Packers,
): EncodedPage {
  const given = 'codes' in values ? values.codes : values;
  if (given.length < rows) throw new RangeError(`${column.name}: ${given.length} values for ${rows} rows`);
  const page =
    column.type === 'text'
      ? textPage(values as ArrayLike<string | null> | CodedTexts, rows, packers)
      : column.type === 'boolean'
        ? booleanPage(values as ArrayLike<boolean | number | null>, rows)
        : numberPage(column, values as ArrayLike<number | null>, rows, packers);
  if (page.nulls > 0 && !column.nullable) throw new RangeError(`${column.name}: a null in a column without`);
  return page;
}

/** Which rows have a number. */
function presence(values: ArrayLike<unknown>, rows: number): { present?: Uint8Array; nulls: number } {
  let present: Uint8Array | undefined;
  let nulls = 0;
  // Only these typed arrays can hold NaN; the others have a value everywhere.
  if (ArrayBuffer.isView(values) && !(values instanceof Float64Array || values instanceof Float32Array))
    return { nulls };
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    if (value !== null && value !== undefined && !Number.isNaN(value)) continue;
    present ??= new Uint8Array(rows).fill(1);
    present[i] = 0;
    nulls++;
  }
  return present ? { present, nulls } : { nulls };
}

function numberPage(
  column: TableColumn,
  values: ArrayLike<number | null>,
  rows: number,
  packers: Packers,
): EncodedPage {
  const { present, nulls } = presence(values, rows);
  const count = rows - nulls;
  const numbers = new Float64Array(count);
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let row = 0, at = 0; row < rows; row++) {
    if (present !== undefined && present[row] === 0) continue;
    const value = values[row]!;
    numbers[at++] = value;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const common = { present, nulls, ...(count > 0 ? { least, greatest } : {}) };
  if (column.type === 'double') return { ...common, encoding: 'PLAIN', bytes: bytesOf(numbers) };
  for (let i = 0; i < count; i++) {
    const value = numbers[i]!;
    if (!Number.isSafeInteger(value)) throw new RangeError(`${column.name}: ${value} is no whole number`);
  }
  if (count === 0 || (least >= -0x80000000 && greatest <= 0x7fffffff)) {
    const type = column.type === 'int32' ? 'INT32' : 'INT64';
    const bytes = packers.packDeltas(Int32Array.from(numbers), type);
    return { ...common, encoding: 'DELTA_BINARY_PACKED', bytes };
  }
  if (column.type === 'int32') throw new RangeError(`${column.name}: ${greatest} needs more than 32 bits`);
  const wide = new BigInt64Array(count);
  for (let i = 0; i < count; i++) wide[i] = BigInt(numbers[i]!);
  return { ...common, encoding: 'PLAIN', bytes: bytesOf(wide) };
}

function booleanPage(values: ArrayLike<boolean | number | null>, rows: number): EncodedPage {
  const { present, nulls } = presence(values, rows);
  const bytes = new Uint8Array(Math.ceil((rows - nulls) / 8));
  for (let row = 0, at = 0; row < rows; row++) {
    if (present !== undefined && present[row] === 0) continue;
    if (values[row]) bytes[at >> 3]! |= 1 << (at & 7);
    at++;
  }
  return { encoding: 'PLAIN', bytes, present, nulls };
}

function textPage(
  values: ArrayLike<string | null | undefined> | CodedTexts,
  rows: number,
  packers: Packers,
): EncodedPage {
  const dictionary = packers.newBytes();
  const places = new Uint32Array(rows);
  let present: Uint8Array | undefined;
  let count = 0;
  let at = 0;
  const add = (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    dictionary.appendUint32(bytes.length);
    dictionary.appendBytes(bytes);
    count++;
  };
  const leaveOut = (row: number): void => {
    present ??= new Uint8Array(rows).fill(1);
    present[row] = 0;
  };
  if ('codes' in values) {
    const { codes, texts } = values;
    const known = texts.places;
    for (let row = 0; row < rows; row++) {
      const code = codes[row]!;
      if (code === NO_TEXT) {
        leaveOut(row);
        continue;
      }
      if (known[code] === 0) {
        add(texts.textOf(code));
        known[code] = count;
      }
      places[at++] = known[code]! - 1;
    }
    for (let row = 0; row < rows; row++) if (codes[row] !== NO_TEXT) known[codes[row]!] = 0;
  } else {
    const known = new Map<string, number>();
    for (let row = 0; row < rows; row++) {
      const text = values[row];
      if (text === null || text === undefined) {
        leaveOut(row);
        continue;
      }
      let place = known.get(text);
      if (place === undefined) {
        place = count;
        known.set(text, place);
        add(text);
      }
      places[at++] = place;
    }
  }
  const bitWidth = count > 1 ? 32 - Math.clz32(count - 1) : 1;
  const runs = packers.packRuns(places.subarray(0, at), bitWidth);
  const bytes = new Uint8Array(1 + runs.length);
  bytes[0] = bitWidth;
  bytes.set(runs, 1);
  return {
    encoding: 'RLE_DICTIONARY',
    bytes,
    present,
    nulls: rows - at,
    dictionary: { bytes: dictionary.getBytes(), count },
  };
}

function bytesOf(values: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

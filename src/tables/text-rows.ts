/** Batches as lines of text: CSV (RFC 4180) and JSON lines. */
import { NO_TEXT, type TableColumn, type TableValues } from '../io/parquet-columns.js';
import type { Batch } from './batch.js';

/** The heading of a CSV file. */
export function csvHeading(columns: readonly TableColumn[]): string {
  return `${columns.map(({ name }) => name).join(',')}\n`;
}

/** Records of a batch. A null is an empty field, an empty text is in quotes. */
export function* csvLines(columns: readonly TableColumn[], batch: Batch): Generator<string> {
  const cells = columns.map(({ name, type }) => cellsOf(type, batch.values[name]!, csvText));
  yield* lines(batch.rows, (row) => `${cells.map((cell) => cell(row) ?? '').join(',')}\n`);
}

/** Objects of a batch, one a line. */
export function* jsonLines(columns: readonly TableColumn[], batch: Batch): Generator<string> {
  const cells = columns.map(({ name, type }) => cellsOf(type, batch.values[name]!, jsonText));
  const keys = columns.map(({ name }, i) => `${i === 0 ? '' : ','}${JSON.stringify(name)}:`);
  yield* lines(
    batch.rows,
    (row) => `{${cells.map((cell, i) => keys[i]! + (cell(row) ?? 'null')).join('')}}\n`,
  );
}

/** Characters that are joined before they are written. */
const PIECE = 1 << 16;

function* lines(rows: number, line: (row: number) => string): Generator<string> {
  let piece = '';
  for (let row = 0; row < rows; row++) {
    piece += line(row);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** The text of a row's value; undefined for a null. */
function cellsOf(
  type: TableColumn['type'],
  values: TableValues,
  quote: (text: string) => string,
): (row: number) => string | undefined {
  if ('codes' in values) {
    const { codes, texts } = values;
    const known = new Map<number, string>();
    return (row) => {
      const code = codes[row]!;
      if (code === NO_TEXT) return undefined;
      let text = known.get(code);
      if (text === undefined) {
        text = quote(texts.textOf(code));
        known.set(code, text);
      }
      return text;
    };
  }
  const present = 'numbers' in values ? values.present : undefined;
  const plain = 'numbers' in values ? values.numbers : values;
  return (row) => {
    const value = plain[row];
    if (present?.[row] === 0 || value === null || value === undefined || Number.isNaN(value))
      return undefined;
    if (typeof value === 'string') return quote(value);
    if (type === 'boolean') return value ? 'true' : 'false';
    return typeof value === 'number' && Number.isInteger(value) ? integerText(value) : String(value);
  };
}

/** All digits, where JavaScript would write an exponent. */
function integerText(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : String(BigInt(value));
}

function csvText(text: string): string {
  return text === '' || /[",\r\n]/.test(text) || /^\s|\s$/.test(text)
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

/** A lone half of a surrogate pair is no UTF-8: it is what UTF-8 has for it. */
function jsonText(text: string): string {
  return JSON.stringify(/[\ud800-\udfff]/.test(text) ? Buffer.from(text, 'utf8').toString('utf8') : text);
}

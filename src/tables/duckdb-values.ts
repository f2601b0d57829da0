/** Values of DuckDB as plain values: numbers, texts, booleans, null, lists and objects of these. */
import type { DuckDBType, Json } from '@duckdb/node-api';
import type { Cell } from '../base/result.js';

/** DuckDB's numbers of its types (`DuckDBTypeId`), which do not change. */
const TYPE = {
  bigint: 5,
  ubigint: 9,
  hugeint: 16,
  decimal: 19,
  list: 24,
  struct: 25,
  array: 33,
  uhugeint: 32,
} as const;

const WHOLE: ReadonlySet<number> = new Set([TYPE.bigint, TYPE.ubigint, TYPE.hugeint, TYPE.uhugeint]);

/** Digits that a double holds whatever they are. */
const EXACT_DIGITS = 15;

/**
 * Makes a plain value of what DuckDB gives as JSON, where numbers of 64 bits are texts.
 *
 * - Out: whole numbers as numbers where these are exact (up to 2^53), else as texts; decimals of at
 *   most 15 digits as numbers; times, intervals and bytes as DuckDB writes them. NaN and Infinity
 *   are the texts `NaN` and `Infinity`.
 */
export function plainValue(value: Json, type: DuckDBType): Cell {
  if (value === null) return null;
  const { typeId } = type;
  if (typeof value === 'string') {
    if (WHOLE.has(typeId)) {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    if (typeId === TYPE.decimal)
      return (type as { width?: number }).width! <= EXACT_DIGITS ? Number(value) : value;
    return value;
  }
  if (typeof value !== 'object') return value;
  if (typeId === TYPE.list || typeId === TYPE.array) {
    const { valueType } = type as unknown as { valueType: DuckDBType };
    return (value as Json[]).map((item) => plainValue(item, valueType));
  }
  if (typeId === TYPE.struct) {
    const { entryNames, entryTypes } = type as unknown as {
      entryNames: readonly string[];
      entryTypes: readonly DuckDBType[];
    };
    const given = value as { readonly [key: string]: Json };
    return Object.fromEntries(entryNames.map((name, i) => [name, plainValue(given[name]!, entryTypes[i]!)]));
  }
  return value as Cell;
}

/** What a column holds, for how it is shown. */
export function isNumeric({ typeId }: Pick<DuckDBType, 'typeId'>): boolean {
  // TINYINT to DOUBLE, HUGEINT, DECIMAL, UHUGEINT.
  return (
    (typeId >= 2 && typeId <= 11) ||
    typeId === TYPE.hugeint ||
    typeId === TYPE.decimal ||
    typeId === TYPE.uhugeint
  );
}

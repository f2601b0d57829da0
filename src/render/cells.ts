/** One value as text for people. */
import { printable } from '../base/printable.js';
import type { Cell, Column, Row, Table } from '../base/result.js';
import { formatCount, formatId, formatShare } from '../base/units.js';

/** Safe to print: text out of a snapshot has its control characters escaped. `null` is a dash. */
export function formatCell(value: Cell, unit: Column['unit']): string {
  if (value === null) return '−';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    switch (unit) {
      case 'count':
      case 'bytes':
        return formatCount(value);
      case 'share':
        return formatShare(value);
      case 'id':
        return formatId(value);
      default:
        return String(value);
    }
  }
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map((item: Cell) => formatCell(item, unit)).join(', ');
  if (unit === 'location') return formatLocation(value as Readonly<Record<string, Cell>>);
  return printable(JSON.stringify(value));
}

/**
 * Like `formatCell`, numbers without separators and signs, so that other programs can read them.
 */
export function plain(row: Row, column: Column): string {
  const value = row[column.key] ?? null;
  return typeof value === 'number' ? String(value) : formatCell(value, column.unit);
}

/** A difference with its sign. */
export function withSign(row: Row, column: Column, text: string): string {
  const value = row[column.key];
  return column.signed && typeof value === 'number' && value > 0 ? `+${text}` : text;
}

/** The value of a row in a column, a difference with its sign. */
export function signedCell(row: Row, column: Column): string {
  return withSign(row, column, formatCell(row[column.key] ?? null, column.unit));
}

/** The columns that text and Markdown show, in their order. */
export function textColumns(table: Table): readonly Column[] {
  if (!table.textColumns) return table.columns;
  return table.textColumns.map((key) => table.columns.find((column) => column.key === key)!);
}

export function isNumeric(unit: Column['unit']): boolean {
  return unit === 'count' || unit === 'bytes' || unit === 'share' || unit === 'number';
}

function formatLocation(location: Readonly<Record<string, Cell>>): string {
  const { script, scriptId, line, column } = location;
  const file = script === null ? `(script ${scriptId})` : printable(String(script));
  return [file, line, column].filter((part) => part !== null).join(':');
}

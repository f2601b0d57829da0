/** Tables as CSV (RFC 4180): raw numbers, keys as headings, line feeds between records. */
import { stringify } from 'csv-stringify/sync';
import { printable } from '../base/printable.js';
import type { Cell, Table, Tree } from '../base/result.js';
import { formatCell } from './cells.js';
import { flatTable } from './flat-table.js';
import { treeTable } from './tree.js';

const BATCH = 1000;

// Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay
// numbers.
const OPTIONS = { escape_formulas: true, cast: { boolean: String } };

/**
 * Pieces of the document. Control characters are escaped, so that it is safe to print and a record
 * is a line.
 */
export function* renderCsv(result: Table | Tree): Generator<string> {
  const table = result.kind === 'tree' ? treeTable(result) : flatTable(result, true);
  yield stringify([table.columns.map((column) => column.key)]);
  let batch: (string | number | boolean | null)[][] = [];
  for (const row of table.rows) {
    batch.push(table.columns.map((column) => csvCell(row[column.key] ?? null, column.unit)));
    if (batch.length === BATCH) {
      yield stringify(batch, OPTIONS);
      batch = [];
    }
  }
  if (batch.length > 0) yield stringify(batch, OPTIONS);
}

function csvCell(value: Cell, unit: Table['columns'][number]['unit']): string | number | boolean | null {
  if (typeof value === 'string') return printable(value);
  return value !== null && typeof value === 'object' ? formatCell(value, unit) : value;
}

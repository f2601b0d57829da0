/**
 * Values and nothing else, one row a line: what other programs read. Needs no library, so that
 * `count` starts fast.
 */
import type { Table } from '../base/result.js';
import { plain, textColumns } from './cells.js';

export function* renderBare(table: Table): Generator<string> {
  const columns = textColumns(table);
  for (const row of table.rows) yield `${columns.map((column) => plain(row, column)).join(' ')}\n`;
}

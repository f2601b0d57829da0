/** Tables as GitHub-flavoured Markdown. */

import stringWidth from 'fast-string-width';
import { markdownTable } from 'markdown-table';
import type { Table } from '../base/result.js';
import { isNumeric, signedCell, textColumns } from './cells.js';

/** A longer name sticks out: padding all others to its width could fill the disk. */
const WIDEST_NAME = 200;

/** The table's text, with a line break at the end. Text out of a snapshot stays text: markup in it is escaped. */
export function* renderMarkdown(table: Table): Generator<string> {
  const columns = textColumns(table);
  const rows = Array.from(table.rows, (row) =>
    columns.map((column) => escapeMarkup(signedCell(row, column))),
  );
  yield `${markdownTable([columns.map((column) => column.title), ...rows], {
    align: columns.map((column) => (isNumeric(column.unit) ? 'r' : 'l')),
    stringLength: (text) => Math.min(stringWidth(text), WIDEST_NAME),
  })}\n`;
}

/** Text with nothing in it that Markdown or HTML would act on. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\\`*_[\]<>~#&$|]/g, (character) => `\\${character}`);
}

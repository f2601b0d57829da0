/** Tables as GitHub-flavoured Markdown. */

import stringWidth from 'fast-string-width';
import { markdownTable } from 'markdown-table';
import type { Report, Table, Tree } from '../base/result.js';
import { formatCell, isNumeric, signedCell, textColumns } from './cells.js';
import { flatTable } from './flat-table.js';
import { PLAIN } from './style.js';
import { renderText } from './text.js';
import { treeTable } from './tree.js';

/** A longer name sticks out: padding all others to its width could fill the disk. */
const WIDEST_NAME = 200;

/**
 * The table's text, with a line break at the end. Text out of a snapshot stays text: markup in it
 * is escaped.
 */
export function* renderMarkdown(result: Table | Tree | Report): Generator<string> {
  if (result.kind === 'report') {
    yield* renderReport(result);
    return;
  }
  const table = result.kind === 'tree' ? treeTable(result) : flatTable(result, false);
  const columns = textColumns(table);
  for (const line of ('summary' in table ? table.summary : undefined) ?? [])
    yield `${escapeMarkup(formatCell(line, 'text'))}\n\n`;
  const rows = Array.from(table.rows, (row) =>
    columns.map((column) => escapeMarkup(signedCell(row, column))),
  );
  yield `${markdownTable([columns.map((column) => column.title), ...rows], {
    align: columns.map((column) => (isNumeric(column.unit) ? 'r' : 'l')),
    stringLength: (text) => Math.min(stringWidth(text), WIDEST_NAME),
  })}\n`;
}

/** Each part under its title; what is no table is text in a code block. */
function* renderReport({ parts }: Report): Generator<string> {
  for (const [i, { title, result, notes = [] }] of parts.entries()) {
    yield `${i > 0 ? '\n' : ''}## ${escapeMarkup(formatCell(title, 'text'))}\n\n`;
    if (result.kind === 'table' || result.kind === 'tree') yield* renderMarkdown(result);
    else for (const line of renderText(result, PLAIN)) yield line.replace(/^(?=.)/gm, '    ');
    for (const note of notes) yield `\n${escapeMarkup(formatCell(note, 'text'))}\n`;
  }
}

/** Text with nothing in it that Markdown or HTML would act on. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\\`*_[\]<>~#&$|]/g, (character) => `\\${character}`);
}

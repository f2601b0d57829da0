/** A tree as the table that text, CSV, JSON and Markdown write: its labels are indented. */
import type { Row, Table, Tree } from '../base/result.js';

/**
 * In: a tree. Out: a table of the same rows, each label behind two spaces a level. Cost: nothing
 * until rows are read.
 */
export function treeTable({ label, columns, rows, total, omitted, textColumns }: Tree): Table {
  return {
    kind: 'table',
    columns,
    rows: {
      *[Symbol.iterator](): Generator<Row> {
        for (const row of rows)
          yield { ...row, [label]: `${indentation(Number(row.depth))}${String(row[label] ?? '')}` };
      },
    },
    total,
    omitted,
    layout: 'grid',
    ...(textColumns ? { textColumns } : {}),
  };
}

/** Deeper levels are not indented further, and say their number. */
const INDENTED = 40;

function indentation(depth: number): string {
  return depth <= INDENTED ? '  '.repeat(depth) : `${'  '.repeat(INDENTED)}… level ${depth}: `;
}

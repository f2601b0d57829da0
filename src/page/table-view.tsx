/** A table that a command made: packages, growth, texts. */
import { useMemo, useState } from 'preact/hooks';
import type { PageTable } from '../base/page-report.js';
import type { Row } from '../base/result.js';
import { formatCount } from '../base/units.js';
import { Cell, Command, cellText, HeapText, isNumeric } from './cells.js';
import { hasWords } from './sort-rows.js';
import { type TableColumn, VirtualTable } from './virtual-table.js';

export function TableView({ table }: { readonly table: PageTable }) {
  return (
    <>
      <h1>{table.title}</h1>
      {table.says.map((text) => (
        <p key={text}>
          <HeapText text={text} />
        </p>
      ))}
      {table.columns.length > 0 && <TableBody table={table} />}
      <Command line={table.command} />
    </>
  );
}

/** The rows, which can be filtered. */
export function TableBody({ table }: { readonly table: PageTable }) {
  const [words, setWords] = useState('');
  const columns = useMemo(() => columnsOf(table), [table]);
  const shown = useMemo(
    () =>
      table.rows.filter((row) =>
        hasWords(
          table.columns
            .filter((column) => !isNumeric(column))
            .map(({ key }) => cellText(row[key] ?? null))
            .join(' '),
          words.trim(),
        ),
      ),
    [table, words],
  );
  return (
    <>
      <div class="controls">
        <label class="search">
          Filter
          <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
        <p role="status">{formatCount(shown.length)} rows</p>
      </div>
      <VirtualTable label={table.title} rows={shown} columns={columns} />
      {table.omitted > 0 && <p>{formatCount(table.omitted)} more rows are left out.</p>}
    </>
  );
}

function columnsOf({ columns }: PageTable): readonly TableColumn<Row>[] {
  return columns.map((column) => ({
    key: column.key,
    title: column.title,
    numeric: isNumeric(column),
    width: isNumeric(column) ? 1 : 2.5,
    sortValue: (row) => row[column.key],
    show: (row) => <Cell value={row[column.key]} column={column} />,
  }));
}

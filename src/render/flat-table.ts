/** Tables whose rows have lists of their own, for formats that have rows alone. */
import type { Column, Row, Table } from '../base/result.js';

/**
 * A table without lists below its rows: a row for each item, with the values of the row that it
 * belongs to. A row without items stays one row.
 *
 * - In: whether the values of the row stand beside each of its items, or beside the first alone.
 * - Out: the table itself where it has no lists, or none that are flattened.
 */
export function flatTable(table: Table, isRepeated: boolean): Table {
  const { below, ...plain } = table;
  if (below?.isFlattened !== true) return table;
  const { key, columns } = below;
  const nameOf = (column: Column): string => `${key}.${column.key}`;
  const added: Column[] = columns.map((column) => ({ ...column, key: nameOf(column) }));
  const omittedKey = `${key}Omitted`;
  added.push({ key: omittedKey, title: 'Others', unit: 'count' });
  const blank = Object.fromEntries(
    [...table.columns.map(({ key: name }) => name), omittedKey].map((name) => [name, '']),
  );
  function* rows(): Generator<Row> {
    for (const row of table.rows) {
      const items = (row[key] ?? []) as readonly Row[];
      if (items.length === 0) yield row;
      for (const [i, item] of items.entries()) {
        const own = columns.map((column): [string, Row[string]] => [
          nameOf(column),
          item[column.key] ?? null,
        ]);
        yield { ...(isRepeated || i === 0 ? row : blank), ...Object.fromEntries(own) };
      }
    }
  }
  return { ...plain, columns: [...table.columns, ...added], rows: [...rows()] };
}

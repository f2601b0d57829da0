/** Tables by parts: so many rows at a time, as columns. */
import type { TableColumn, TableValues } from '../io/parquet-columns.js';

/** Rows of a table. The values are good until the next batch is asked for. */
export interface Batch {
  readonly rows: number;
  readonly values: Readonly<Record<string, TableValues>>;
}

/** Rows of a batch at most: what is held at a time is some megabytes. */
export const BATCH_ROWS = 1 << 18;

/** Batches of rows that are there as objects: for tables that are short. */
export function* batchesOf(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Generator<Batch> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    const part = rows.slice(start, start + BATCH_ROWS);
    yield {
      rows: part.length,
      values: Object.fromEntries(
        columns.map(({ name }) => [name, part.map((row) => row[name] ?? null) as TableValues]),
      ),
    };
  }
}

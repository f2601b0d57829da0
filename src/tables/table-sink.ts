/** A table that is written into a file of a format: whole at last, or not there. */
import { openAtomicFile } from '../io/atomic-file.js';
import { openParquetFile } from '../io/parquet-file.js';
import type { Batch } from './batch.js';
import { TABLE_COLUMNS, TABLES_SCHEMA, TABLES_VERSION, type TableName } from './schema.js';
import { csvHeading, csvLines, jsonLines } from './text-rows.js';

export const TABLE_FORMATS = ['parquet', 'csv', 'jsonl'] as const;

export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Every method throws UsageError when the file cannot be written; nothing is left of it then. */
export interface TableSink {
  write(batch: Batch): void;
  /** Makes it stay; gives its bytes. */
  finish(): number;
  /** Leaves no trace. Does nothing after `finish`. */
  discard(): void;
}

/** In: `about`, what the footer of a Parquet file says beside schema and version. */
export async function openTableSink(
  file: string,
  table: TableName,
  format: TableFormat,
  about: Readonly<Record<string, string>>,
): Promise<TableSink> {
  const columns = TABLE_COLUMNS[table];
  if (format === 'parquet') {
    const metadata = { schema: TABLES_SCHEMA, version: String(TABLES_VERSION), table, ...about };
    const output = await openParquetFile(file, { columns, metadata });
    return {
      write: ({ rows, values }) => output.writeGroup(rows, values),
      finish: () => output.finish(),
      discard: () => output.discard(),
    };
  }
  const output = openAtomicFile(file);
  const linesOf = format === 'csv' ? csvLines : jsonLines;
  if (format === 'csv') output.write(csvHeading(columns));
  return {
    write(batch) {
      for (const piece of linesOf(columns, batch)) output.write(piece);
    },
    finish: () => output.finish(),
    discard: () => output.discard(),
  };
}

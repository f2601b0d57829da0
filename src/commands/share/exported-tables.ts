/** `export --tables`: snapshots as tables in a folder. */
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import type { Answer, Column, Row } from '../../base/result.js';
import { formatBytes, formatCount } from '../../base/units.js';
import { exportTables, openTablesFolder, ordered } from '../../tables/export-tables.js';
import type { TableName } from '../../tables/schema.js';
import { snapshotFile } from '../../tables/snapshot-file.js';
import type { TableFormat } from '../../tables/table-sink.js';
import type { Asked } from '../command.js';
import { tableSource } from './table-source.js';

/** The format of tables; `auto` is Parquet. Throws UsageError for one of flame graphs. */
export function formatOfTables(format: string): TableFormat {
  if (format === 'auto' || format === 'parquet') return 'parquet';
  if (format === 'csv' || format === 'jsonl') return format;
  throw new UsageError(
    parts`${option('tables')} and ${option('format')} ${format} do not go together: that is for flame graphs`,
    'Tables are written as parquet, csv or jsonl.',
  );
}

/** Writes the tables, one snapshot after the other, so that one is in memory at a time. */
export async function exportedTables(
  asked: Pick<Asked, 'snapshot' | 'targets' | 'machine' | 'session'>,
  tables: readonly TableName[],
  format: TableFormat,
): Promise<Answer> {
  const { snapshot, targets, machine, session } = asked;
  const files = [...(targets as readonly string[]), snapshot.name];
  if (machine.folder === undefined)
    throw new UsageError('the folder of the tables is missing', 'Name it with -o DIR.');
  if (files.includes('-'))
    throw new UsageError(
      'a snapshot that becomes tables is read twice, standard input only once',
      'Name a file.',
    );
  const folder = openTablesFolder(machine.folder);
  const rows: Row[] = [];
  const notes: string[] = [];
  const known = new Map<string, string>();
  for (const file of files) {
    const { key } = await snapshotFile(file, 'an export of tables');
    const first = known.get(key);
    if (first !== undefined) {
      notes.push(`${file} is the same snapshot as ${first}`);
      continue;
    }
    known.set(key, file);
    const written = await exportTables(folder, ordered(tables), format, {
      key,
      inputs: files,
      source: tableSource(file, 'tables', { machine, session }),
    });
    for (const one of written)
      rows.push({
        table: one.table,
        rows: one.rows,
        bytes: one.bytes,
        snapshot: key,
        file,
        output: one.file,
      });
  }
  const bytes = rows.reduce((sum, row) => sum + Number(row.bytes), 0);
  return {
    result: { kind: 'table', columns: COLUMNS, rows, total: rows.length, omitted: 0, layout: 'grid' },
    fields: { folder: folder.path, format },
    snapshots: files,
    notes: [
      ...notes,
      `${folder.path}: ${formatCount(known.size)} ${known.size === 1 ? 'snapshot' : 'snapshots'}, ${formatBytes(bytes)}; texts of the heap are in it`,
    ],
  };
}

const COLUMNS: readonly Column[] = [
  { key: 'table', title: 'Table', unit: 'text', role: 'name' },
  { key: 'rows', title: 'Rows', unit: 'count', role: 'count' },
  { key: 'bytes', title: 'File size', unit: 'bytes', role: 'size' },
  { key: 'output', title: 'File', unit: 'text' },
];

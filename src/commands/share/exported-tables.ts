/** `export --tables`: snapshots as tables in a folder. */
import { HeapgraphError, UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
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
  const failed: { readonly file: string; readonly reason: string }[] = [];
  const known = new Map<string, string>();
  for (const file of files) {
    let unreadable: unknown;
    const reading = async <T>(read: () => Promise<T>): Promise<T> => {
      try {
        return await read();
      } catch (error) {
        unreadable = error;
        throw error;
      }
    };
    try {
      const { key } = await reading(() => snapshotFile(file, 'an export of tables'));
      const first = known.get(key);
      if (first !== undefined) {
        notes.push(`${file} is the same snapshot as ${first}`);
        continue;
      }
      const source = tableSource(file, 'tables', { machine, session });
      const written = await exportTables(folder, ordered(tables), format, {
        key,
        inputs: files,
        source: { ...source, graph: (wanted) => reading(() => source.graph(wanted)) },
        onProgress: machine.onProgress,
      });
      known.set(key, file);
      for (const { file: output, ...one } of written) rows.push({ ...one, snapshot: key, file, output });
    } catch (error) {
      if (!(error instanceof HeapgraphError)) throw error;
      // One file that cannot be read stops no others; a full disk stops all.
      if (error !== unreadable) throw known.size === 0 ? error : withWritten(error, [...known.values()]);
      if (files.length === 1) throw error;
      failed.push({ file, reason: error.message });
    }
  }
  const bytes = rows.reduce((sum, row) => sum + Number(row.bytes), 0);
  return {
    result: { kind: 'table', columns: COLUMNS, rows, total: rows.length, omitted: 0, layout: 'grid' },
    fields: { folder: folder.path, format, failed },
    snapshots: files,
    notes: [
      ...notes,
      ...failed.map(({ reason }) => `not written: ${reason}`),
      `${folder.path}: ${formatCount(known.size)} ${known.size === 1 ? 'snapshot' : 'snapshots'}, ${formatBytes(bytes)}${failed.length > 0 ? `, and ${formatCount(failed.length)} not written` : ''}; texts of the heap are in it`,
    ],
    wrong: failed.length > 0,
  };
}

/** An error that ends an export, and the snapshots whose tables are there by then. */
function withWritten(error: HeapgraphError, files: readonly string[]): UsageError {
  const shown = files.slice(-3).map((file) => printable(file));
  const names = files.length > shown.length ? `${formatCount(files.length)}, the last of them ` : '';
  return new UsageError(
    error.message,
    `${error.hint === undefined ? '' : `${error.hint}\n`}Written before: the tables of ${names}${shown.join(', ')}.`,
    error,
  );
}

const COLUMNS: readonly Column[] = [
  { key: 'table', title: 'Table', unit: 'text', role: 'name' },
  { key: 'rows', title: 'Rows', unit: 'count', role: 'count' },
  { key: 'bytes', title: 'File size', unit: 'bytes', role: 'size' },
  { key: 'output', title: 'File', unit: 'text' },
];

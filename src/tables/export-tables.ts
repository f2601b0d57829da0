/** Writes tables of a snapshot into a folder. */
import path from 'node:path';
import { phaseAsync } from '../base/phases.js';
import type { OnProgress } from '../base/progress.js';
import type { Graph } from '../graph/graph.js';
import { TABLE_NAMES, type TableName } from './schema.js';
import { type TableSource, tableBatches } from './snapshot-tables.js';
import { openTableSink, type TableFormat, type TableSink } from './table-sink.js';
import { checkReplaced, type TablesFolder } from './tables-folder.js';

export { openTablesFolder } from './tables-folder.js';

/** Each of the tables once, in the order in which they are written. */
export function ordered(tables: readonly TableName[]): readonly TableName[] {
  return TABLE_NAMES.filter((table) => tables.includes(table));
}

/** A table that was written. */
export interface WrittenTable {
  readonly table: TableName;
  readonly rows: number;
  readonly bytes: number;
  readonly file: string;
}

export interface ExportedSnapshot {
  /** Of its content. */
  readonly key: string;
  /** Files that nothing may replace. */
  readonly inputs: readonly string[];
  readonly source: TableSource;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Writes the tables of a snapshot, and lets go of it. They take their places when the last one is
 * whole.
 *
 * - Throws: UsageError when one cannot be written, or would replace a snapshot; those that have not
 *   taken their places by then are not there.
 */
export async function exportTables(
  folder: TablesFolder,
  tables: readonly TableName[],
  format: TableFormat,
  { key, inputs, source, onProgress }: ExportedSnapshot,
): Promise<WrittenTable[]> {
  const files = tables.map((table) => folder.fileOf(table, key, format));
  checkReplaced(files, inputs);
  const sinks: TableSink[] = [];
  try {
    const about = { snapshot: key, file: path.basename(source.file) };
    for (const [i, table] of tables.entries()) {
      folder.makeRoom(files[i]!);
      sinks.push(await openTableSink(files[i]!, table, format, about));
    }
    const graph = await source.graph(tables);
    const rows: number[] = [];
    for (const [i, table] of tables.entries()) {
      let count = 0;
      const total = rowsIn(graph, table);
      const tell = (): void => onProgress?.({ phase: `table ${table}`, done: count, total, unit: 'rows' });
      tell();
      await phaseAsync(`table ${table}`, async () => {
        for await (const batch of tableBatches(table, graph, source.groups)) {
          sinks[i]!.write(batch);
          count += batch.rows;
          tell();
        }
      });
      rows.push(count);
    }
    return tables.map((table, i) => {
      const bytes = sinks[i]!.finish();
      folder.removeOthers(table, key, format);
      return { table, rows: rows[i]!, bytes, file: files[i]! };
    });
  } catch (error) {
    for (const sink of sinks) sink.discard();
    for (const file of files) folder.removeEmpty(file);
    throw error;
  } finally {
    await source.release();
  }
}

/** Rows that a table will have; 0 where that is not known before. */
function rowsIn({ nodeCount, edges }: Graph, table: TableName): number {
  if (table === 'nodes') return nodeCount;
  return table === 'edges' ? (edges?.count ?? 0) : 0;
}

/** Writes tables of a snapshot into a folder. */
import path from 'node:path';
import { phaseAsync } from '../base/phases.js';
import type { Graph } from '../graph/graph.js';
import { TABLE_NAMES, type TableName } from './schema.js';
import { type GroupRow, tableBatches } from './snapshot-tables.js';
import { openTableSink, type TableFormat, type TableSink } from './table-sink.js';
import { checkReplaced, type TablesFolder } from './tables-folder.js';

export { contentKey } from '../load/content-key.js';
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
  /** The name of its file. */
  readonly file: string;
  /** Of its content. */
  readonly key: string;
  /** Files that nothing may replace. */
  readonly inputs: readonly string[];
  /** Asked for only when the output is known to be writable. */
  readonly graph: () => Promise<Graph>;
  /** Looks for groups. */
  readonly groups: (graph: Graph) => Promise<readonly GroupRow[]>;
}

/**
 * Writes the tables of a snapshot. They take their places when the last one is whole.
 *
 * - Throws: UsageError when one cannot be written, or would replace a snapshot; none of them
 *   has taken its place then.
 */
export async function exportTables(
  folder: TablesFolder,
  tables: readonly TableName[],
  format: TableFormat,
  { file, key, inputs, graph: load, groups }: ExportedSnapshot,
): Promise<WrittenTable[]> {
  const files = tables.map((table) => folder.fileOf(table, key, format));
  checkReplaced(files, inputs);
  const sinks: TableSink[] = [];
  try {
    const about = { snapshot: key, file: path.basename(file) };
    for (const [i, table] of tables.entries()) {
      folder.makeRoom(files[i]!);
      sinks.push(await openTableSink(files[i]!, table, format, about));
    }
    const graph = await load();
    const rows: number[] = [];
    for (const [i, table] of tables.entries()) {
      let count = 0;
      await phaseAsync(`table ${table}`, async () => {
        for await (const batch of tableBatches(table, graph, () => groups(graph))) {
          sinks[i]!.write(batch);
          count += batch.rows;
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
  }
}

/**
 * Merges the files of many censuses into one a table, while others write and read.
 *
 * The merged files take their places before those that they replace go, that of `snapshots` last.
 * Meanwhile a census stands in two files, of which the one with the greater name counts: `merged-…`
 * is greater than any key. Who is killed in between leaves both, or files that do not count; the
 * next run takes them away.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { openAtomicFile, PRIVATE_MODE } from '../io/atomic-file.js';
import { writeReason } from '../io/reasons.js';
import { DATASET_COLUMNS, DATASET_TABLES, type DatasetTable } from './dataset-schema.js';
import { type Database, openDatabase, sqlFiles, sqlName, sqlText } from './duckdb.js';
import { keysFile, mergedKeys, SINGLE } from './merged-keys.js';

/** Censuses of a merged file. */
const MOST_IN_FILE = 10_000;

export interface MergedFile {
  /** Its name, without the ending. */
  readonly part: string;
  readonly censuses: number;
  /** Of all tables. */
  readonly bytes: number;
}

/**
 * Merges all censuses that stand in files of their own, 10,000 into one.
 *
 * - In: the folder of a dataset that was checked.
 * - Empty: nothing where fewer than two stand alone.
 * - Throws: UsageError where DuckDB is missing, or a file cannot be read or written.
 */
export async function mergeCensuses(folder: string): Promise<readonly MergedFile[]> {
  const known = mergedKeys(folder);
  const alone = namesIn(folder, 'snapshots');
  // What an earlier run has merged and not taken away.
  const left = new Set(
    DATASET_TABLES.flatMap((table) => namesIn(folder, table)).filter((key) => known.has(key)),
  );
  for (const key of left) remove(folder, key);
  const keys = alone.filter((key) => !left.has(key)).sort();
  if (keys.length < 2) return [];
  const merged: MergedFile[] = [];
  const database = await openDatabase({ folders: [folder], threads: 1 });
  try {
    for (let start = 0; start < keys.length; start += MOST_IN_FILE)
      merged.push(await mergeSome(database, folder, keys.slice(start, start + MOST_IN_FILE)));
  } finally {
    database.close();
  }
  return merged;
}

async function mergeSome(database: Database, folder: string, keys: readonly string[]): Promise<MergedFile> {
  const part = `merged-${crypto.randomUUID().replaceAll('-', '')}`;
  let bytes = 0;
  try {
    for (const table of DATASET_TABLES) {
      if (table === 'snapshots') {
        const list = openAtomicFile(keysFile(folder, part));
        list.write(keys.map((key) => `${key}\n`).join(''));
        list.finish();
      }
      bytes += await mergeTable(database, folder, { table, part, keys });
    }
  } catch (error) {
    // Without its file of `snapshots` none of them counts.
    remove(folder, part);
    fs.rmSync(keysFile(folder, part), { force: true });
    throw error;
  }
  for (const key of keys) remove(folder, key);
  return { part, censuses: keys.length, bytes };
}

async function mergeTable(
  database: Database,
  folder: string,
  {
    table,
    part,
    keys,
  }: { readonly table: DatasetTable; readonly part: string; readonly keys: readonly string[] },
): Promise<number> {
  const target = path.join(folder, table, `${part}.parquet`);
  const temporary = path.join(folder, table, `.heapgraph-${crypto.randomUUID()}.tmp`);
  const columns = DATASET_COLUMNS[table].map(({ name }) =>
    name === 'part' ? `${sqlText(part)} as part` : sqlName(name),
  );
  const files = keys.map((key) => sqlFiles(path.join(folder, table), `${key}.parquet`));
  try {
    fs.closeSync(fs.openSync(temporary, 'wx', PRIVATE_MODE));
    await database.prepare(
      `copy (select ${columns.join(', ')} from read_parquet([${files.join(', ')}], hive_partitioning = false) order by snapshot)
       to ${sqlText(path.resolve(temporary).replaceAll('\\', '/'))} (format parquet, compression zstd, use_tmp_file false)`,
    );
    const fd = fs.openSync(temporary, 'r+');
    fs.fchmodSync(fd, PRIVATE_MODE);
    fs.fsyncSync(fd);
    const { size } = fs.fstatSync(fd);
    fs.closeSync(fd);
    fs.renameSync(temporary, target);
    return size;
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    const reason = error instanceof UsageError ? error.message : writeReason(error);
    throw new UsageError(
      `cannot merge ${printable(path.join(folder, table))}: ${reason}`,
      'Nothing is lost: every census still stands in a file of its own.',
      error,
    );
  }
}

function namesIn(folder: string, table: DatasetTable): readonly string[] {
  return fs
    .readdirSync(path.join(folder, table))
    .flatMap((name) => (SINGLE.test(name) ? [name.slice(0, -'.parquet'.length)] : []));
}

/** Takes the files of a census, or merged ones, away; those of `snapshots` first. */
function remove(folder: string, key: string): void {
  for (const table of [...DATASET_TABLES].reverse())
    fs.rmSync(path.join(folder, table, `${key}.parquet`), { force: true });
}

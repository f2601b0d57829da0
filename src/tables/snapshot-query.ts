/**
 * A question in SQL about snapshots: the tables that it names are written into a private folder,
 * DuckDB answers from there, and the folder goes.
 */
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { phaseAsync } from '../base/phases.js';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type SqlAnswer,
  sqlName,
  sqlText,
} from './duckdb.js';
import { exportTables } from './export-tables.js';
import { withPrivateFolder } from './private-folder.js';
import { TABLE_COLUMNS, TABLE_NAMES, type TableName } from './schema.js';
import { snapshotFile } from './snapshot-file.js';
import type { TableSource } from './snapshot-tables.js';
import { openTablesFolder } from './tables-folder.js';

export interface SnapshotQuery extends Pick<DatabaseOptions, 'memory' | 'threads' | 'timeout'> {
  readonly sql: string;
  readonly snapshots: readonly TableSource[];
  /** Rows that are wanted at most. */
  readonly most: number;
}

export interface SnapshotAnswer extends SqlAnswer {
  /** All rows that there are; undefined where that is not known. */
  readonly total: number | undefined;
  /** Files that hold the same snapshot as an earlier one, which stands for them. */
  readonly same: readonly (readonly [string, string])[];
}

/**
 * Answers a question.
 *
 * - Throws: UsageError where DuckDB is not installed, for a mistake in the question (before a
 *   snapshot is read), and when the tables cannot be written.
 * - Memory: one snapshot at a time; then what DuckDB takes.
 */
export async function querySnapshots(query: SnapshotQuery): Promise<SnapshotAnswer> {
  const { sql, snapshots, most, memory, threads, timeout } = query;
  const tables = tablesIn(sql);
  const isOne = snapshots.length === 1;
  return withPrivateFolder(async (home) => {
    const database = await openDatabase({ folders: [home], memory, threads, timeout });
    try {
      await check(database, sql, tables, isOne);
      const parts = new Map<string, string>();
      const same: (readonly [string, string])[] = [];
      for (const source of tables.length > 0 ? snapshots : []) {
        const { file } = source;
        const key = isOne ? 'one' : (await snapshotFile(file, 'a question to several')).key;
        const first = parts.get(key);
        if (first !== undefined) {
          same.push([file, first]);
          continue;
        }
        parts.set(key, file);
        await exportTables(openTablesFolder(home), tables, 'parquet', {
          key,
          inputs: snapshots.map((one) => one.file),
          source,
        });
      }
      for (const table of tables) await database.prepare(viewOf(table, home, parts, isOne));
      return await phaseAsync('query', async () => {
        const answer = await database
          .query(sql, [], most === Number.POSITIVE_INFINITY ? undefined : most)
          .catch((error: unknown) => {
            throw withTables(error, isOne);
          });
        const total = answer.more ? await countOf(database, sql) : answer.rows.length;
        return { ...answer, total, same };
      });
    } finally {
      database.close();
    }
  });
}

/** Tables whose names stand in a question, wherever: one too many costs time alone. */
export function tablesIn(sql: string): readonly TableName[] {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  return TABLE_NAMES.filter((table) => words.has(table));
}

/** The tables and their columns, to be read. */
export function tablesText(isOne: boolean): string {
  return TABLE_NAMES.map((table) => {
    const names = TABLE_COLUMNS[table].map(({ name }) => name);
    return `${table}(${[...(isOne ? [] : ['snapshot', 'file']), ...names].join(', ')})`;
  }).join('\n  ');
}

const TYPES = { int32: 'INTEGER', int64: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN', text: 'VARCHAR' };

/** Before anything is read: against tables without rows. */
async function check(
  database: Database,
  sql: string,
  tables: readonly TableName[],
  isOne: boolean,
): Promise<void> {
  const further = isOne
    ? []
    : ([
        ['snapshot', 'VARCHAR'],
        ['file', 'VARCHAR'],
      ] as const);
  for (const table of tables) {
    const columns = [
      ...further,
      ...TABLE_COLUMNS[table].map(({ name, type }) => [name, TYPES[type]] as const),
    ].map(([name, type]) => `null::${type} as ${sqlName(name)}`);
    await database.prepare(`create view ${table} as select ${columns.join(', ')} where false`);
  }
  try {
    await database.check(sql);
  } catch (error) {
    throw withTables(error, isOne);
  }
}

/** A mistake in the question, and what there is to ask. */
function withTables(error: unknown, isOne: boolean): unknown {
  if (
    !(error instanceof UsageError) ||
    !/^the query failed: (Binder|Catalog|Parser) Error/.test(error.message)
  )
    return error;
  const { hint } = error;
  const where = typeof hint === 'string' ? `${hint}\n` : '';
  return new UsageError(error.message, `${where}There are these tables:\n  ${tablesText(isOne)}`, error);
}

function viewOf(table: TableName, home: string, parts: ReadonlyMap<string, string>, isOne: boolean): string {
  const selects = [...parts].map(([key, file]) => {
    const where = path.join(home, table, `snapshot=${key}`, `${table}.parquet`);
    const names = isOne ? '' : `${sqlText(key)} as snapshot, ${sqlText(file)} as file, `;
    return `select ${names}* from read_parquet(${sqlText(where)}, hive_partitioning = false)`;
  });
  return `create or replace view ${table} as ${selects.join(' union all ')}`;
}

/** Undefined where a question cannot stand within another one. */
async function countOf(database: Database, sql: string): Promise<number | undefined> {
  try {
    const { rows } = await database.query(`select count(*) from (${sql.replace(/;\s*$/, '')}\n)`);
    const total = rows[0]?.[0];
    return typeof total === 'number' ? total : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A question in SQL about snapshots: the tables that it names are written into a private folder,
 * DuckDB answers from there, and the folder goes.
 */
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { phaseAsync } from '../base/phases.js';
import type { OnProgress } from '../base/progress.js';
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
  readonly onProgress?: OnProgress | undefined;
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
  const { snapshots, most, memory, threads, timeout, onProgress } = query;
  const tables = tablesRead(query.sql);
  const sql = ASKS_TABLES.test(query.sql) ? TABLES_AND_COLUMNS : query.sql;
  const isOne = snapshots.length === 1;
  return withPrivateFolder(async (home) => {
    const database = await openDatabase({ folders: [home], memory, threads, timeout });
    try {
      await check(database, sql, isOne);
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
          onProgress,
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

/**
 * Tables whose rows a question needs: those whose names stand in it, wherever. One too many costs
 * time alone.
 */
export function tablesRead(sql: string): readonly TableName[] {
  return ASKS_COLUMNS.test(sql) ? [] : tablesIn(sql);
}

function tablesIn(sql: string): readonly TableName[] {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  return TABLE_NAMES.filter((table) => words.has(table));
}

/** Columns are asked for, and no row of a table. */
const ASKS_COLUMNS = /^\s*(describe|desc|show)\b/i;

/** DuckDB tells the names of the tables alone, and in another order. */
const ASKS_TABLES = /^\s*(show\s+tables|describe|desc)\s*;?\s*$/i;

const TABLES_AND_COLUMNS = `select table_name as name, column_name as "column", data_type as type
from duckdb_columns() where not internal order by table_oid, column_index`;

/** The tables and their columns, to be read. */
export function tablesText(isOne: boolean): string {
  return TABLE_NAMES.map((table) => {
    const names = TABLE_COLUMNS[table].map(({ name }) => name);
    return `${table}(${[...(isOne ? [] : ['snapshot', 'file']), ...names].join(', ')})`;
  }).join('\n  ');
}

const TYPES = { int32: 'INTEGER', int64: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN', text: 'VARCHAR' };

/**
 * Before anything is read: against tables without rows. All of them are there, so that DuckDB lists
 * them, and guesses their names where one is misspelled.
 */
async function check(database: Database, sql: string, isOne: boolean): Promise<void> {
  const further = isOne
    ? []
    : ([
        ['snapshot', 'VARCHAR'],
        ['file', 'VARCHAR'],
      ] as const);
  const named = tablesIn(sql);
  for (const table of TABLE_NAMES) {
    const columns = [
      ...further,
      ...TABLE_COLUMNS[table].map(({ name, type }) => [name, TYPES[type]] as const),
    ].map(([name, type]) => `null::${type} as ${sqlName(name)}`);
    const none = named.includes(table) ? 'false' : `error(${sqlText(unnamed(table))}) is null`;
    await database.prepare(`create view ${table} as select ${columns.join(', ')} where ${none}`);
  }
  try {
    await database.check(sql);
  } catch (error) {
    throw withTables(error, isOne);
  }
}

/** A table is made when its name stands in the question. */
function unnamed(table: TableName): string {
  return `the table ${table} was not made: its name has to stand in the question as a word`;
}

/** A mistake in the question, and what there is to ask. */
function withTables(error: unknown, isOne: boolean): unknown {
  if (
    !(error instanceof UsageError) ||
    !/^the query failed: (Binder|Catalog|Parser) Error/.test(error.message)
  )
    return error;
  const { hint } = error;
  const where = typeof hint === 'string' ? `${withoutInternal(hint)}\n` : '';
  return new UsageError(error.message, `${where}There are these tables:\n  ${tablesText(isOne)}`, error);
}

/** Without DuckDB's guess at a table where it is one of its own. */
function withoutInternal(hint: string): string {
  return hint.replace(/^Did you mean "(?:pg_|duckdb_|sqlite_|pragma_|information_schema)[^"\n]*"\?\n?/m, '');
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

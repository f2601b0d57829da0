/**
 * DuckDB in this process, for questions in SQL about Parquet files. The package is an optional
 * peer: it is loaded when it is needed, and a message says how to install it where it is missing.
 *
 * What is asked is data. A database is in memory, loads and installs no extension, reads files of
 * the folders that it was given and no others, has no way to other machines, and keeps no file for
 * what does not fit into memory. Only what reads may be asked (`query`), and nothing of this can be
 * changed by what is asked.
 */
import path from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { UsageError } from '../base/errors.js';
import { option, parts } from '../base/notes.js';
import { printable } from '../base/printable.js';
import type { Cell, Row } from '../base/result.js';
import { formatBytes, formatCount } from '../base/units.js';
import { isNumeric, plainValue } from './duckdb-values.js';

type DuckDB = typeof import('@duckdb/node-api');

export interface DatabaseOptions {
  /** Folders whose files may be read, with those below them. Default none. */
  readonly folders?: readonly string[];
  /** Bytes of memory that it may use. Default: DuckDB's own, 80 % of what the machine has. */
  readonly memory?: number | undefined;
  /** Threads that work on a query. Default: DuckDB's own, as many as the machine has. */
  readonly threads?: number | undefined;
  /** Milliseconds after which a query is interrupted. Default: none. */
  readonly timeout?: number | undefined;
}

/** A value that takes the place of a `?` in a statement. */
export type SqlParameter = string | number | boolean | null;

export interface SqlColumn {
  readonly name: string;
  /** As DuckDB calls it: `BIGINT`, `VARCHAR`. */
  readonly type: string;
  readonly isNumeric: boolean;
}

export interface SqlAnswer {
  /** Names are as the statement gives them, and may come twice. */
  readonly columns: readonly SqlColumn[];
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than were asked for. */
  readonly more: boolean;
}

export interface Database {
  /**
   * Answers one statement that reads: `select`, `with`, `from`, `values`, `describe`, `summarize`,
   * `show`, `explain`.
   *
   * In: values for its `?`; the most rows that are wanted (default all).
   * Throws: UsageError for another kind of statement, for a mistake in it, and when it was
   * interrupted.
   */
  query(sql: string, parameters?: readonly SqlParameter[], most?: number): Promise<SqlAnswer>;
  /** Throws UsageError for what `query` would refuse, without an answer. */
  check(sql: string): Promise<void>;
  /** Runs statements of the program's own, which make views and tables. Throws UsageError. */
  prepare(sql: string): Promise<void>;
  close(): void;
}

/** The rows of an answer by the names of its columns. */
export function rowsOf({ columns, rows }: SqlAnswer): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]!])));
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Files as a function of SQL takes them: a folder, whose name means itself, and a pattern in it.
 */
export function sqlFiles(folder: string, pattern: string): string {
  return sqlText(`${asPattern(path.resolve(folder).replaceAll('\\', '/'))}/${pattern}`);
}

/** DuckDB reads a path as a pattern, of which these have a meaning. */
function asPattern(file: string): string {
  return file.replaceAll(/[*?[]/g, '[$&]');
}

/** A name of a column or a table as SQL writes it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Opens an empty database in memory.
 *
 * - Throws: UsageError where DuckDB is not installed or does not run here.
 */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const duckdb = await loadDuckDB();
  const { folders = [], memory, threads, timeout } = options;
  let instance: DuckDBInstance | undefined;
  try {
    instance = await duckdb.DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
    const connection = await instance.connect();
    const list = (paths: readonly string[], end: string): string =>
      `[${paths.map((one) => sqlText(path.resolve(one).replace(/[\\/]$/, '') + end)).join(', ')}]`;
    await connection.run(
      [
        "set temp_directory = ''",
        ...(memory === undefined ? [] : [`set memory_limit = '${Math.max(1, Math.floor(memory))} bytes'`]),
        ...(threads === undefined ? [] : [`set threads = ${threads}`]),
        ...(folders.length > 0 ? [`set allowed_directories = ${list(bothWays(folders), '/')}`] : []),
        'set enable_external_access = false',
        'set lock_configuration = true',
      ].join('; '),
    );
    return new OpenDatabase(duckdb, instance, connection, timeout, memory);
  } catch (error) {
    instance?.closeSync();
    throw sqlError(error);
  }
}

/** What is allowed is compared with paths as they are asked for: as patterns, too. */
function bothWays(folders: readonly string[]): readonly string[] {
  return [...new Set(folders.flatMap((folder) => [path.resolve(folder), asPattern(path.resolve(folder))]))];
}

/** Rows that are taken at once, between two looks at time and memory. */
const ROWS_AT_ONCE = 2048;
/** What DuckDB and Node.js take besides while they answer. */
const ROOM_OF_PROCESS = 100_000_000;

class OpenDatabase implements Database {
  constructor(
    private readonly duckdb: DuckDB,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly timeout: number | undefined,
    private readonly memory: number | undefined,
  ) {}

  async query(sql: string, parameters: readonly SqlParameter[] = [], most?: number): Promise<SqlAnswer> {
    await this.check(sql);
    return this.interruptible(async (isLate) => {
      const values = [...parameters];
      const before = process.memoryUsage.rss();
      const reader = await this.connection.streamAndRead(sql, values);
      const wanted = most === undefined ? Number.POSITIVE_INFINITY : most + 1;
      while (!reader.done && reader.currentRowCount < wanted) {
        await reader.readUntil(Math.min(wanted, reader.currentRowCount + ROWS_AT_ONCE));
        if (isLate()) throw new Error('too late');
        this.checkRoom(before);
      }
      const types = reader.columnTypes();
      const all = reader.getRowsJson();
      const rows = most === undefined ? all : all.slice(0, most);
      return {
        columns: reader
          .columnNames()
          .map((name, i) => ({ name, type: String(types[i]), isNumeric: isNumeric(types[i]!) })),
        rows: rows.map((row) => row.map((value, i) => plainValue(value, types[i]!))),
        more: rows.length < all.length,
      };
    });
  }

  /** DuckDB bounds what it holds itself, not what it has given out. */
  private checkRoom(before: number): void {
    const { memory } = this;
    if (memory !== undefined && process.memoryUsage.rss() > before + memory + ROOM_OF_PROCESS)
      throw new UsageError(
        `the answer takes more than ${formatBytes(memory)} of memory`,
        parts`Ask for less: a limit, fewer columns, sums in place of rows; or allow more with ${option('maxMemory')}.`,
      );
  }

  async prepare(sql: string): Promise<void> {
    await this.interruptible(() => this.connection.run(sql));
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** Files of its folders could be written otherwise: what may be read, DuckDB may write. */
  async check(sql: string): Promise<void> {
    if (sql.trim() === '') throw new UsageError('the query is empty', 'Write one: select * from classes.');
    const { StatementType } = this.duckdb;
    try {
      const statements = await this.connection.extractStatements(sql);
      if (statements.count !== 1)
        throw new UsageError(
          statements.count === 0 ? 'the query is empty' : `the query has ${statements.count} statements`,
          'Ask one statement at a time (a pivot needs its values named: pivot … on … in (…)).',
        );
      const { statementType } = await statements.prepare(0);
      const isExplained = statementType === StatementType.EXPLAIN && !/\banalyze\b/i.test(sql);
      if (statementType !== StatementType.SELECT && !isExplained)
        throw new UsageError(
          `the query is no question: ${StatementType[statementType]?.toLowerCase() ?? 'it'} changes something`,
          'Ask with select, with, from, values, describe or summarize.',
        );
    } catch (error) {
      // So says the package of a text that has comments alone.
      if (error instanceof Error && error.message === 'Error in native callback')
        throw new UsageError('the query is empty', 'Write one: select * from classes.');
      throw sqlError(error);
    }
  }

  /** Ctrl-C ends the statement, and then what it would have ended anyway. */
  private async interruptible<T>(work: (isLate: () => boolean) => Promise<T>): Promise<T> {
    let isInterrupted = false;
    const interrupt = (): void => {
      isInterrupted = true;
      this.connection.interrupt();
    };
    process.once('SIGINT', interrupt);
    // A process that exits waits for threads at work, and so for the whole query.
    process.once('exit', interrupt);
    let isLate = false;
    const timer =
      this.timeout === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            this.connection.interrupt();
          }, this.timeout);
    try {
      return await work(() => isLate);
    } catch (error) {
      if (isLate)
        throw new UsageError(
          `the query was not answered within ${formatCount(this.timeout!)} ms`,
          'Give it more time, or ask for less.',
          error,
        );
      if (!isInterrupted) throw sqlError(error);
      throw new UsageError('the query was interrupted', undefined, error);
    } finally {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      process.off('exit', interrupt);
      if (isInterrupted && process.listenerCount('SIGINT') === 0) process.kill(process.pid, 'SIGINT');
    }
  }
}

/** Errors of DuckDB have a kind, a text, and often the line with a mark below the mistake. */
function sqlError(error: unknown): Error {
  if (error instanceof UsageError || !(error instanceof Error)) return error as Error;
  const [first = '', ...rest] = error.message.replace(/^Failed to \w+ statements?: /, '').split('\n');
  const where = rest
    .map((line) => printable(line))
    .filter((line) => line.trim() !== '')
    .join('\n');
  const hint = /^(Permission|IO) Error/.test(first)
    ? 'A query reads the tables that it is given, and no other files.'
    : /^Out of Memory Error/.test(first)
      ? 'Ask for less at a time: fewer columns, a where, a limit.'
      : where;
  return new UsageError(`the query failed: ${printable(first)}`, hint === '' ? undefined : hint, error);
}

async function loadDuckDB(): Promise<DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    throw new UsageError(
      isMissing
        ? 'questions in SQL are answered by DuckDB, which is not installed here'
        : `DuckDB does not run here: ${printable(message.split('\n')[0]!)}`,
      'Install it beside heapgraph: npm install @duckdb/node-api.',
      error,
    );
  }
}

/** A dataset of censuses as tables of DuckDB. */
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Row } from '../base/result.js';
import { checkDataset, datasetFiles } from './dataset.js';
import { DATASET_TABLES, type DatasetTable } from './dataset-schema.js';
import { type Database, openDatabase, rowsOf, type SqlAnswer, sqlFiles, sqlName, sqlText } from './duckdb.js';
import { ASKED_COLUMNS, OVERVIEW, VIEWS } from './fleet-questions.js';

/** What there is in a dataset. */
export interface FleetOverview {
  readonly snapshots: number;
  readonly hosts: number;
  readonly services: number;
  readonly releases: number;
  /** When the first and the last snapshot were taken; null without any. */
  readonly firstTaken: string | null;
  readonly lastTaken: string | null;
  /** Snapshots without a host. */
  readonly nameless: number;
  /** Snapshots whose time is that of their file. */
  readonly undated: number;
}

/** Texts of the view `settings`, by name. */
export type Settings = { readonly [name in 'from' | 'to']?: string };

export interface Fleet {
  overview(): Promise<FleetOverview>;
  /** Releases, the one that was seen first is the first; those without a name are none. */
  releases(): Promise<readonly string[]>;
  /** In: a statement; texts of the view `settings`; the most rows (default all). */
  ask(sql: string, settings?: Settings, most?: number): Promise<SqlAnswer>;
  rows(sql: string, settings?: Settings): Promise<readonly Row[]>;
  close(): void;
}

export interface FleetOptions {
  /** Which tables are asked. Default all. */
  readonly tables?: readonly DatasetTable[];
  /** Only snapshots of this service. */
  readonly service?: string | undefined;
}

/** Files that another process has merged meanwhile are gone: the next look finds the new ones. */
const LOOKS = 3;

/**
 * Reads a dataset into memory, as far as it is asked.
 *
 * - Throws: UsageError for what is no dataset or of another version, and where DuckDB is missing.
 */
export async function openFleet(folder: string, options: FleetOptions = {}): Promise<Fleet> {
  checkDataset(folder);
  const { tables = DATASET_TABLES, service } = options;
  const database = await openDatabase({ folders: [folder], threads: threadsFor(folder) });
  try {
    for (let look = 1; ; look++) {
      try {
        await readTables(database, folder, tables, service);
        break;
      } catch (error) {
        if (look === LOOKS || !/no such file|cannot open file/i.test((error as Error).message)) throw error;
      }
    }
  } catch (error) {
    database.close();
    throw error;
  }
  return new OpenFleet(database);
}

/** With more files than this, and small ones, one thread is the quickest to read them. */
const MANY_FILES = 16;
const SMALL_FILE = 1_000_000;

function threadsFor(folder: string): number | undefined {
  const { files, bytes } = datasetFiles(folder, 'classes');
  return files > MANY_FILES && bytes < files * SMALL_FILE ? 1 : undefined;
}

async function readTables(
  database: Database,
  folder: string,
  tables: readonly DatasetTable[],
  service: string | undefined,
): Promise<void> {
  for (const table of ['snapshots', 'classes', 'groups'] as const) {
    if (!tables.includes(table)) continue;
    const columns = ASKED_COLUMNS[table].map(sqlName).join(', ');
    const files = sqlFiles(path.join(folder, table), '*.parquet');
    const only = table === 'snapshots' && service !== undefined ? ` where service = ${sqlText(service)}` : '';
    try {
      await database.prepare(
        [
          `create or replace temp ${table === 'snapshots' ? 'table' : 'view'} stored_${table} as select ${columns} from read_parquet(${files}, hive_partitioning = false)`,
          `create or replace temp table ${table} as select * from (${VIEWS[table]}) v${only}`,
        ].join('; '),
      );
    } catch (error) {
      const { message } = error as Error;
      if (/No files found/.test(message))
        throw new UsageError(
          `${printable(folder)} has no census yet`,
          'Take one: heapgraph census *.heapsnapshot --to DATASET.',
        );
      throw error instanceof UsageError
        ? new UsageError(
            `${printable(folder)}: the table ${table} cannot be read: ${message.replace(/^the query failed: /, '')}`,
            'If a file of it is damaged, remove it, and take the census of its snapshot again.',
            error,
          )
        : error;
    }
  }
}

class OpenFleet implements Fleet {
  constructor(private readonly database: Database) {}

  async overview(): Promise<FleetOverview> {
    const [row] = rowsOf(await this.database.query(OVERVIEW));
    const { first_taken: first, last_taken: last, nameless, undated, ...counts } = row!;
    return {
      ...(counts as unknown as FleetOverview),
      firstTaken: first as string | null,
      lastTaken: last as string | null,
      nameless: Number(nameless ?? 0),
      undated: Number(undated ?? 0),
    };
  }

  async releases(): Promise<readonly string[]> {
    const { rows } = await this.database.query(
      'select release from snapshots where release is not null group by release order by min(taken_ms), release',
    );
    return rows.map(([release]) => String(release));
  }

  async ask(sql: string, settings: Settings = {}, most?: number): Promise<SqlAnswer> {
    const values = Object.entries(settings).map(([name, value]) => `(${sqlText(name)}, ${sqlText(value)})`);
    await this.database.prepare(
      [
        'create or replace temp table settings (name varchar, value varchar)',
        ...(values.length > 0 ? [`insert into settings values ${values.join(', ')}`] : []),
      ].join('; '),
    );
    return this.database.query(sql, [], most);
  }

  async rows(sql: string, settings?: Settings): Promise<readonly Row[]> {
    return rowsOf(await this.ask(sql, settings));
  }

  close(): void {
    this.database.close();
  }
}

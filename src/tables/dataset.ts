/**
 * A dataset of censuses: a folder of Parquet files that many processes add to at once, without
 * locks. docs/datasets.md is the contract.
 *
 * A census is found by the key of its snapshot, so that two processes with the same snapshot write
 * the same files. Each file is made under a hidden name and renamed when it is whole, and the row
 * of `snapshots`, by which a census counts, comes last. A process that is killed leaves nothing
 * that counts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { HeapgraphError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Row } from '../base/result.js';
import { openAtomicFile } from '../io/atomic-file.js';
import { statOf } from '../io/file-facts.js';
import { makeFolder } from '../io/make-folder.js';
import type { TableColumn, TableValues } from '../io/parquet-columns.js';
import { openParquetFile } from '../io/parquet-file.js';
import { readText } from '../io/read-text.js';
import { writeReason } from '../io/reasons.js';
import { boundedTexts } from './bounded-texts.js';
import {
  DATASET_COLUMNS,
  DATASET_FILE,
  DATASET_SCHEMA,
  DATASET_TABLES,
  DATASET_VERSION,
  type DatasetTable,
} from './dataset-schema.js';
import { isUnmerged, mergedKeys } from './merged-keys.js';

/** The rows of a snapshot, without `snapshot` and `part`. */
export interface CensusRows {
  readonly snapshot: Row;
  readonly classes: readonly Row[];
  readonly groups: readonly Row[];
}

export interface Dataset {
  readonly folder: string;
  /** Whether the census of a snapshot is there. */
  has(key: string): boolean;
  /**
   * Adds a census; one that is there is replaced by the same.
   *
   * Out: bytes that were written.
   * Throws: DatasetError when it cannot be written; it then does not count.
   */
  add(key: string, rows: CensusRows): Promise<number>;
}

/** A dataset cannot be written: nothing else can be added to it either. */
export class DatasetError extends HeapgraphError {
  readonly code = 'usage';
}

const NO_LARGER = 1 << 16;

/** Files of processes that were killed, so long ago that nobody writes into them any more. */
const LEFT_BEHIND = 60 * 60 * 1000;

/**
 * Opens a dataset to add to it. Makes one where nothing is, or an empty folder.
 *
 * - Throws: UsageError for another folder, another version, and what cannot be written.
 */
export function openDatasetToAdd(folder: string): Dataset {
  const found = readMark(folder);
  if (found === undefined) makeDataset(folder);
  try {
    for (const table of DATASET_TABLES) makeFolder(path.join(folder, table));
    for (const table of ['', ...DATASET_TABLES]) sweep(folder, table);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  const merged = mergedKeys(folder);
  return {
    folder,
    has: (key) => fs.existsSync(fileOf(folder, 'snapshots', key)) || merged.has(key),
    async add(key, { snapshot, classes, groups }) {
      let bytes = 0;
      const rows = { classes, groups, snapshots: [snapshot] };
      try {
        for (const table of DATASET_TABLES)
          bytes += await writeTable(fileOf(folder, table, key), table, key, rows[table]);
      } catch (error) {
        if (error instanceof UsageError) throw new DatasetError(error.message, WHEN_FULL, error);
        throw error;
      }
      return bytes;
    },
  };
}

const WHEN_FULL =
  'What was written before stays. Run the same command again when that is mended: it goes on from there.';

/** Checks that a folder is a dataset that can be read here. Throws UsageError. */
export function checkDataset(folder: string): void {
  if (readMark(folder) === undefined)
    throw new UsageError(
      `${printable(folder)} is no dataset: it has no file ${DATASET_FILE}`,
      'Name the folder that census has written: heapgraph census *.heapsnapshot --to DATASET.',
    );
}

/** How many files a table has, and about how many bytes: the sizes of some of them. */
export function datasetFiles(folder: string, table: DatasetTable): { files: number; bytes: number } {
  let names: string[];
  try {
    names = fs.readdirSync(path.join(folder, table)).filter((name) => /^[^.].*\.parquet$/.test(name));
  } catch {
    return { files: 0, bytes: 0 };
  }
  const some = names.filter((_, i) => i % Math.ceil(names.length / SAMPLE) === 0);
  const sizes = some.map((name) => statOf(path.join(folder, table, name))?.size ?? 0);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
  return { files: names.length, bytes: mean * names.length };
}

const SAMPLE = 100;

function fileOf(folder: string, table: DatasetTable, part: string): string {
  return path.join(folder, table, `${part}.parquet`);
}

/** What DATASET_FILE says; undefined where there is none. Throws UsageError for another version. */
function readMark(folder: string): true | undefined {
  checkFolder(folder);
  const file = path.join(folder, DATASET_FILE);
  const text = readText(file, printable(file), { limit: NO_LARGER });
  if (text === undefined) return undefined;
  const { schema, version } = markOf(text);
  if (schema !== DATASET_SCHEMA)
    throw new UsageError(
      `${printable(file)} does not say that this is a dataset of heapgraph`,
      `Expected "schema": "${DATASET_SCHEMA}". Name another folder.`,
    );
  if (version !== DATASET_VERSION)
    throw new UsageError(
      `${printable(folder)} is a dataset of version ${printable(JSON.stringify(version) ?? 'unknown')}, and this heapgraph knows version ${DATASET_VERSION}`,
      typeof version === 'number' && version > DATASET_VERSION
        ? 'A newer heapgraph has made it: use that one, or write into another folder.'
        : 'Write the censuses into another folder: heapgraph census … --to NEW.',
    );
  return true;
}

function markOf(text: string): { readonly schema?: unknown; readonly version?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function checkFolder(folder: string): void {
  const stat = statOf(folder);
  if (stat && !stat.isDirectory())
    throw new UsageError(`${printable(folder)} is a file, and a dataset is a folder`, 'Name a folder.');
}

function makeDataset(folder: string): void {
  try {
    makeFolder(folder);
    const others = fs.readdirSync(folder).filter((name) => !name.startsWith('.'));
    // Several processes may make it at the same time.
    if (others.some((name) => name !== DATASET_FILE && !(DATASET_TABLES as readonly string[]).includes(name)))
      throw new UsageError(
        `${printable(folder)} is no dataset, and not empty: ${others.slice(0, 3).map(printable).join(', ')}`,
        'Name a new folder, or an empty one.',
      );
    const mark = openAtomicFile(path.join(folder, DATASET_FILE));
    mark.write(`${JSON.stringify({ schema: DATASET_SCHEMA, version: DATASET_VERSION })}\n`);
    mark.finish();
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

function cannotWrite(folder: string, error: unknown): Error {
  if (error instanceof UsageError) return error;
  return new UsageError(
    `cannot write ${printable(folder)}: ${writeReason(error)}`,
    'Name a folder that can be written.',
    error,
  );
}

/** Takes away what processes that were killed have left. */
function sweep(dataset: string, table: string): void {
  const folder = path.join(dataset, table);
  const long = Date.now() - LEFT_BEHIND;
  for (const name of fs.readdirSync(folder)) {
    if (!/^\.heapgraph-.*\.tmp$/.test(name) && !isUnmerged(dataset, name)) continue;
    const file = path.join(folder, name);
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() && stat.mtimeMs < long) fs.rmSync(file, { force: true });
  }
}

async function writeTable(
  file: string,
  table: DatasetTable,
  part: string,
  rows: readonly Row[],
): Promise<number> {
  const columns: readonly TableColumn[] = DATASET_COLUMNS[table];
  const output = await openParquetFile(file, {
    columns,
    metadata: { heapgraph: JSON.stringify({ schema: DATASET_SCHEMA, version: DATASET_VERSION, table }) },
  });
  const keys: Row = { snapshot: part, part };
  const values = Object.fromEntries(
    columns.map(({ name, type }): [string, TableValues] => {
      const cells = rows.map((row) => keys[name] ?? row[name] ?? null);
      return [name, type === 'text' ? boundedTexts(cells) : (cells as (number | null)[])];
    }),
  );
  output.writeGroup(rows.length, values);
  return output.finish();
}

/**
 * A folder of tables, in hive layout:
 *
 *   DIR/_heapgraph.json                    schema and version
 *   DIR/nodes/snapshot=KEY/nodes.parquet   a snapshot's rows, KEY being that of its content
 *
 * Each file is written beside its place, and all of a snapshot take their places at the end, one
 * after the other: a process that is killed leaves whole files, and hidden ones that no reader
 * takes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { openAtomicFile } from '../io/atomic-file.js';
import { identityOf, statOf } from '../io/file-facts.js';
import { makeFolder } from '../io/make-folder.js';
import { writeReason } from '../io/reasons.js';
import { TABLE_NAMES, TABLES_SCHEMA, TABLES_VERSION, type TableName } from './schema.js';
import { TABLE_FORMATS, type TableFormat } from './table-sink.js';

/** Readers of hive folders leave out what begins with a line. */
const MARK = '_heapgraph.json';

/** Bytes of the mark at most. */
const LARGEST_MARK = 1 << 16;

/** A folder that tables can be written into. */
export interface TablesFolder {
  readonly path: string;
  /** Where a table of a snapshot stands. */
  fileOf(table: TableName, key: string, format: TableFormat): string;
  /** Makes the folder of a file. Throws UsageError. */
  makeRoom(file: string): void;
  /** Takes away the folders of a file that hold nothing. */
  removeEmpty(file: string): void;
  /** Takes away what an earlier export has written of the snapshot in other formats. */
  removeOthers(table: TableName, key: string, format: TableFormat): void;
}

/**
 * Opens a folder, and makes it where it is not there.
 *
 * - Throws: UsageError for what is no folder, for tables of another version, for folders with the
 *   names of tables that heapgraph has not made, and where nothing can be written.
 */
export function openTablesFolder(folder: string): TablesFolder {
  const stat = statOf(folder);
  if (stat !== undefined && !stat.isDirectory())
    throw new UsageError(
      `${printable(folder)} is a file, and tables go into a folder`,
      'Name a folder, which is made if it is not there.',
    );
  const mark = path.join(folder, MARK);
  if (statOf(mark) === undefined) {
    const taken = TABLE_NAMES.find((table) => statOf(path.join(folder, table)) !== undefined);
    if (taken !== undefined)
      throw new UsageError(
        `${printable(folder)} holds something called ${taken} that export has not written: it has no ${MARK}`,
        'Name another folder.',
      );
    makePart(folder, folder);
    const output = openAtomicFile(mark);
    output.write(`${JSON.stringify({ schema: TABLES_SCHEMA, version: TABLES_VERSION })}\n`);
    output.finish();
  } else checkMark(mark, folder);
  const partition = (table: TableName, key: string): string => path.join(folder, table, `snapshot=${key}`);
  return {
    path: folder,
    fileOf: (table, key, format) => path.join(partition(table, key), `${table}.${format}`),
    makeRoom: (file) => makePart(path.dirname(file), folder),
    removeEmpty(file) {
      try {
        fs.rmdirSync(path.dirname(file));
        fs.rmdirSync(path.dirname(path.dirname(file)));
      } catch {
        // They hold other things, and stay.
      }
    },
    removeOthers(table, key, format) {
      for (const other of TABLE_FORMATS)
        if (other !== format)
          fs.rmSync(path.join(partition(table, key), `${table}.${other}`), { force: true });
    },
  };
}

function makePart(made: string, folder: string): void {
  try {
    makeFolder(made);
  } catch (error) {
    throw new UsageError(
      `no tables can be written into ${printable(folder)}: ${writeReason(error)}`,
      'Name another folder.',
      error,
    );
  }
}

/** Throws UsageError unless the folder holds tables of this version. */
function checkMark(mark: string, folder: string): void {
  const { schema, version } = readMark(mark);
  if (schema !== TABLES_SCHEMA)
    throw new UsageError(
      `${printable(folder)} holds other things than tables of snapshots: its ${MARK} does not say ${TABLES_SCHEMA}`,
      'Name another folder.',
    );
  if (version !== TABLES_VERSION)
    throw new UsageError(
      `${printable(folder)} holds tables of version ${printable(JSON.stringify(version) ?? 'none')}, and this heapgraph writes version ${TABLES_VERSION}`,
      'Name another folder and export the snapshots into it again: tables of two versions do not go together.',
    );
}

function readMark(mark: string): { readonly schema?: unknown; readonly version?: unknown } {
  try {
    if (fs.statSync(mark).size > LARGEST_MARK) return {};
    const read: unknown = JSON.parse(fs.readFileSync(mark, 'utf8'));
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {}; // something else
  }
}

/**
 * Throws UsageError when a file that is read is one that would be replaced.
 *
 * - In: the files to write; those that are read, by whatever names.
 */
export function checkReplaced(written: readonly string[], read: readonly string[]): void {
  const known = new Map(written.map((file) => [identityOf(file), file]));
  for (const file of read) {
    const identity = identityOf(file);
    const replaced = identity === undefined ? undefined : known.get(identity);
    if (replaced !== undefined)
      throw new UsageError(
        `${printable(file)} is read, and ${printable(replaced)} would replace it: they are one file`,
        'Write the tables into another folder.',
      );
  }
}

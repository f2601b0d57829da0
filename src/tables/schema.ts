/**
 * The tables of a snapshot: what each is called, its columns, and the version of both.
 * docs/tables.md says what they mean.
 */
import type { TableColumn } from '../io/parquet-columns.js';

/** What a file says that it holds. */
export const TABLES_SCHEMA = 'heapgraph/tables';

/** Counts up when a column goes, or gets another name, type or meaning; a new column is none. */
export const TABLES_VERSION = 1;

/** The tables, in the order in which they are written. */
export const TABLE_NAMES = ['nodes', 'edges', 'classes', 'groups', 'strings'] as const;

export type TableName = (typeof TABLE_NAMES)[number];

export const TABLE_COLUMNS = {
  nodes: [
    { name: 'id', type: 'int64' },
    { name: 'type', type: 'text' },
    { name: 'class', type: 'text' },
    { name: 'shape', type: 'text' },
    { name: 'name', type: 'text' },
    { name: 'shallow', type: 'int64' },
    { name: 'retained', type: 'int64' },
    { name: 'distance', type: 'int32', nullable: true },
    { name: 'dominator', type: 'int64', nullable: true },
    { name: 'detached', type: 'boolean', nullable: true },
    { name: 'script', type: 'text', nullable: true },
    { name: 'line', type: 'int32', nullable: true },
    { name: 'column', type: 'int32', nullable: true },
  ],
  edges: [
    { name: 'from_id', type: 'int64' },
    { name: 'to_id', type: 'int64' },
    { name: 'type', type: 'text' },
    { name: 'name', type: 'text', nullable: true },
    { name: 'index', type: 'int64', nullable: true },
  ],
  classes: [
    { name: 'class', type: 'text' },
    { name: 'type', type: 'text' },
    { name: 'count', type: 'int64' },
    { name: 'shallow', type: 'int64' },
    { name: 'retained', type: 'int64' },
    { name: 'distance', type: 'int32', nullable: true },
  ],
  groups: [
    { name: 'fingerprint', type: 'text' },
    { name: 'verdict', type: 'text' },
    { name: 'kind', type: 'text' },
    { name: 'class', type: 'text' },
    { name: 'count', type: 'int64' },
    { name: 'bytes', type: 'int64' },
    { name: 'container', type: 'text' },
    { name: 'chain', type: 'text', nullable: true },
    { name: 'script', type: 'text', nullable: true },
    { name: 'line', type: 'int32', nullable: true },
    { name: 'package', type: 'text', nullable: true },
    { name: 'headline', type: 'text' },
  ],
  strings: [
    { name: 'text', type: 'text' },
    { name: 'copies', type: 'int64' },
    { name: 'bytes', type: 'int64' },
    { name: 'largest', type: 'int64' },
    { name: 'id', type: 'int64' },
  ],
} as const satisfies Readonly<Record<TableName, readonly TableColumn[]>>;

/** Characters of a name or text that a table has at most: as many as V8 writes by default. */
export const LONGEST_TEXT = 1024;

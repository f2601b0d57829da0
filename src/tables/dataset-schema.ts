/**
 * What a dataset of censuses holds: its folders, tables and columns, and the version of all of
 * these. docs/datasets.md says what they mean.
 */
import type { TableColumn } from '../io/parquet-columns.js';

/** What the file DATASET_FILE says that its folder is. */
export const DATASET_SCHEMA = 'heapgraph/dataset';

/**
 * Counts up when a column goes, or gets another name, type or meaning, and when folders change; a
 * new column is none.
 */
export const DATASET_VERSION = 1;

/** The file in a folder that makes it a dataset. */
export const DATASET_FILE = 'heapgraph-dataset.json';

/**
 * The tables, each a folder, in the order in which they are written: a census counts when its row
 * in `snapshots` is there.
 */
export const DATASET_TABLES = ['classes', 'groups', 'snapshots'] as const;

export type DatasetTable = (typeof DATASET_TABLES)[number];

/** Classes of a snapshot that a census has, those that retain most. */
export const MOST_CLASSES = 1000;

/** Groups of a snapshot that a census has, those of most bytes. */
export const MOST_GROUPS = 200;

/** Whose census it is, and which file has it. */
const KEYS = [
  { name: 'snapshot', type: 'text' },
  { name: 'part', type: 'text' },
] as const satisfies readonly TableColumn[];

export const DATASET_COLUMNS = {
  snapshots: [
    ...KEYS,
    { name: 'file', type: 'text' },
    { name: 'file_bytes', type: 'int64' },
    { name: 'host', type: 'text', nullable: true },
    { name: 'service', type: 'text', nullable: true },
    { name: 'release', type: 'text', nullable: true },
    { name: 'taken_at', type: 'text' },
    { name: 'taken_ms', type: 'int64' },
    { name: 'taken_from', type: 'text' },
    { name: 'node_version', type: 'text', nullable: true },
    { name: 'nodes', type: 'int64' },
    { name: 'edges', type: 'int64' },
    { name: 'strings', type: 'int64' },
    { name: 'size', type: 'int64' },
    { name: 'classes', type: 'int64' },
    { name: 'rest_classes', type: 'int64' },
    { name: 'rest_count', type: 'int64' },
    { name: 'rest_shallow', type: 'int64' },
    { name: 'groups', type: 'int64' },
    { name: 'rest_groups', type: 'int64' },
    { name: 'rest_bytes', type: 'int64' },
    { name: 'heapgraph', type: 'text' },
  ],
  classes: [
    ...KEYS,
    { name: 'class', type: 'text' },
    { name: 'count', type: 'int64' },
    { name: 'shallow', type: 'int64' },
    { name: 'retained', type: 'int64' },
  ],
  groups: [
    ...KEYS,
    { name: 'fingerprint', type: 'text' },
    { name: 'verdict', type: 'text' },
    { name: 'kind', type: 'text' },
    { name: 'class', type: 'text' },
    { name: 'count', type: 'int64' },
    { name: 'bytes', type: 'int64' },
    { name: 'chain', type: 'text', nullable: true },
    { name: 'script', type: 'text', nullable: true },
    { name: 'line', type: 'int64', nullable: true },
    { name: 'package', type: 'text', nullable: true },
    { name: 'headline', type: 'text' },
  ],
} as const satisfies Readonly<Record<DatasetTable, readonly TableColumn[]>>;

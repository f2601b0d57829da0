/**
 * The tables of one snapshot, as batches of columns.
 *
 *   graph ─► batches ─► table-sink.ts (Parquet, CSV, JSON lines) ─► tables-folder.ts
 */
import { typeStats } from '../analysis/classes/classes.js';
import { groupStrings } from '../analysis/classes/string-groups.js';
import { phase } from '../base/phases.js';
import type { Graph } from '../graph/graph.js';
import { TextTable } from '../io/parquet-columns.js';
import { textOf } from '../v8/string-facts.js';
import { BATCH_ROWS, type Batch, batchesOf } from './batch.js';
import { boundedText } from './bounded-texts.js';
import { edgeBatches } from './edge-batches.js';
import { nodeBatches } from './node-batches.js';
import { TABLE_COLUMNS, type TableName } from './schema.js';

/** A leak or a place under suspicion, as the table `groups` has it. */
export type GroupRow = {
  readonly [column in (typeof TABLE_COLUMNS)['groups'][number] as column['name']]:
    | (column['type'] extends 'text' ? string : number)
    | (column extends { readonly nullable: true } ? null : never);
};

/** Where the tables of one snapshot come from. */
export interface TableSource {
  /** The name of its file. */
  readonly file: string;
  /** Asked for only when the output is known to be writable. */
  readonly graph: (tables: readonly TableName[]) => Promise<Graph>;
  /** Looks for groups in that graph. */
  readonly groups: () => Promise<readonly GroupRow[]>;
  /** Lets go of the graph, before the next snapshot is read. */
  readonly release: () => Promise<void>;
}

/**
 * The batches of a table.
 *
 * In: a graph with edges and locations; what looks for groups, which only `groups` asks.
 */
export async function* tableBatches(
  table: TableName,
  graph: Graph,
  groups: () => Promise<readonly GroupRow[]>,
): AsyncGenerator<Batch> {
  switch (table) {
    case 'nodes':
      return yield* nodeBatches(graph, namesOf(graph));
    case 'edges':
      return yield* edgeBatches(graph, namesOf(graph));
    case 'classes':
      return yield* batchesOf(TABLE_COLUMNS.classes, classRows(graph));
    case 'groups':
      return yield* batchesOf(TABLE_COLUMNS.groups, await groups());
    case 'strings':
      return yield* stringBatches(graph);
  }
}

function namesOf({ strings }: Graph): TextTable {
  return new TextTable(strings.length, (index) => boundedText(strings.get(index)));
}

/** As `typestats --retained` has them. */
function classRows(graph: Graph) {
  return typeStats(graph, { retained: true, by: 'retained' }).map((stat) => ({
    class: boundedText(stat.type),
    type: stat.nodeType,
    count: stat.count,
    shallow: stat.shallowSize,
    retained: stat.retainedSize!,
    distance: stat.distance ?? null,
  }));
}

/** Groups of equal strings, by the first string. */
function* stringBatches(graph: Graph): Generator<Batch> {
  const groups = phase('equal strings', () => groupStrings(graph));
  for (let start = 0; start < groups.count; start += BATCH_ROWS) {
    const end = Math.min(start + BATCH_ROWS, groups.count);
    const first = groups.first.subarray(start, end);
    yield {
      rows: end - start,
      values: {
        text: Array.from(first, (node) => boundedText(textOf(graph, node))),
        copies: groups.counts.subarray(start, end),
        bytes: groups.bytes.subarray(start, end),
        largest: groups.largest.subarray(start, end),
        id: Float64Array.from(first, (node) => graph.ids[node]!),
      },
    };
  }
}

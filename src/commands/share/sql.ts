/** Questions in SQL about snapshots. */
import { UsageError } from '../../base/errors.js';
import { note, option } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import type { Column, Row } from '../../base/result.js';
import { formatCount } from '../../base/units.js';
import type { SqlColumn } from '../../tables/duckdb.js';
import { querySnapshots, type SnapshotAnswer, tablesRead } from '../../tables/snapshot-query.js';
import { defineCommand } from '../command.js';
import { allRows } from '../shared/row-limit.js';
import { tableSource } from './table-source.js';

export const sqlCommand = defineCommand({
  name: 'sql',
  summary: 'a question in SQL about the tables nodes, edges, classes, groups and strings',
  description:
    "DuckDB answers it, in this process: npm install @duckdb/node-api. 'show tables' lists the tables and their columns. Those that the question names are made; it reads no other file, and changes nothing. Of several snapshots each has the columns snapshot and file. docs/tables.md describes them, docs/sql.md has questions.",
  arguments: {
    name: 'query',
    help: 'one statement; further snapshots follow it',
    least: 1,
    most: Number.POSITIVE_INFINITY,
  },
  snapshot: true,
  needsWhole: true,
  readsTwice: true,
  options: {
    limit: { kind: 'integer', help: 'rows to show (default 1000)' },
    all: allRows,
    timeout: { kind: 'duration', help: 'interrupt a query that takes longer: 500ms, 30s, 5m' },
  },
  examples: [
    {
      line: "heapgraph sql 'select class, count, retained from classes limit 5' app.heapsnapshot",
      says: 'the classes that keep the most',
    },
    {
      line: "heapgraph sql 'select script, sum(shallow) bytes from nodes group by 1 order by 2 desc' --limit 10",
      says: 'by script',
    },
    {
      line: "heapgraph sql 'show tables' app.heapsnapshot",
      says: "which tables and columns there are; 'describe edges' has the types of one",
    },
  ],
  needs: ([sql = '']) => {
    if (sql.trim() === '') throw new UsageError('the query is empty', 'Write one: select * from classes.');
    return { kind: 'nothing' };
  },
  async run({ snapshot, targets, options, machine, session }) {
    const [sql, ...further] = targets as readonly [string, ...string[]];
    const files = [...further, snapshot.name];
    if (files.includes('-'))
      throw new UsageError('a question in SQL is about files, and standard input is none', 'Name a file.');
    // Whether a file is there and a snapshot is told, also where no table of it is read.
    if (tablesRead(sql).length === 0) for (const file of files) await session.open(file, { kind: 'head' });
    const answer = await querySnapshots({
      sql,
      most: options.all ? Number.POSITIVE_INFINITY : (options.limit ?? 1000),
      timeout: options.timeout,
      memory: machine.memory,
      threads: machine.threads,
      onProgress: machine.onProgress,
      snapshots: files.map((file) => tableSource(file, 'a question in SQL', { machine, session })),
    });
    const { total, rows, same } = answer;
    const columns = columnsOf(answer.columns);
    return {
      result: {
        kind: 'table',
        columns,
        rows: rows.map((row): Row => Object.fromEntries(columns.map(({ key }, i) => [key, row[i]!]))),
        total: total ?? rows.length + 1,
        omitted: (total ?? rows.length + 1) - rows.length,
        layout: 'grid',
      },
      snapshots: files,
      notes: [
        ...same.map(([file, first]) => `${file} is the same snapshot as ${first}`),
        ...(rows.length === 0 ? [note('answer')`no rows`] : []),
        ...moreNote(answer),
      ],
    };
  },
});

function moreNote({ more, total, rows }: SnapshotAnswer) {
  if (!more) return [];
  const count = total === undefined ? 'there are more rows' : `${formatCount(total - rows.length)} more`;
  return [note('omitted')`${count}; ${option('all')} shows them`];
}

/** Columns by the names that the question gives; a second one of a name gets a number. */
function columnsOf(columns: readonly SqlColumn[]): readonly Column[] {
  const taken = new Set<string>();
  return columns.map(({ name, type, isNumeric }) => {
    let key = name;
    for (let i = 2; taken.has(key); i++) key = `${name}_${i}`;
    taken.add(key);
    return { key, title: printable(key), unit: unitOf(name, type, isNumeric) };
  });
}

/** Ids and lines are no quantities: they have no commas. */
function unitOf(name: string, type: string, isNumeric: boolean): Column['unit'] {
  if (!isNumeric) return 'text';
  return /^(BIGINT|HUGEINT|UBIGINT)$/.test(type) && !/(^|_)id$|^dominator$/i.test(name) ? 'count' : 'number';
}

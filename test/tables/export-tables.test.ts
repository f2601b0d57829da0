/** Tables of snapshots, read back by DuckDB and held to heapgraph's own numbers. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { NodeView } from '../../src/analysis/classes/nodes.js';
import { groupStrings } from '../../src/analysis/classes/string-groups.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { exportTables, openTablesFolder } from '../../src/tables/export-tables.js';
import { TABLE_COLUMNS, TABLE_NAMES } from '../../src/tables/schema.js';
import type { GroupRow, TableSource } from '../../src/tables/snapshot-tables.js';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/table-sink.js';
import { shapeIndex } from '../../src/v8/shapes.js';
import { graphOf } from '../support/builder.js';
import { duckdb } from '../support/duckdb.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const emptyFolder = folderMaker(temporaryFolder());

const GROUP: GroupRow = {
  fingerprint: '0badcafe',
  verdict: 'leak',
  kind: 'dead',
  class: 'a, "b"\n\ud800c',
  count: 3,
  bytes: 2 ** 40,
  container: '',
  chain: null,
  script: '/a.js',
  line: 7,
  package: null,
  headline: ' spaces ',
};

const sourceOf = (
  file: string,
  graph: Graph,
  groups: TableSource['groups'] = async () => [],
): TableSource => ({ file, graph: async () => graph, groups, release: async () => {} });

async function exported(graph: Graph, format: TableFormat = 'parquet'): Promise<string> {
  const folder = emptyFolder();
  const written = await exportTables(openTablesFolder(folder), TABLE_NAMES, format, {
    key: 'k',
    inputs: [],
    source: sourceOf('a.heapsnapshot', graph, async () => [GROUP]),
  });
  expect(written.map(({ table }) => table)).toEqual(TABLE_NAMES);
  for (const { file, bytes } of written)
    expect(fs.statSync(file)).toMatchObject({ size: bytes, mode: 0o100600 });
  return folder;
}

const FIXTURES = ['node18-after', 'node22-after', 'node26-after', 'node26-before', 'chromium156'] as const;

describe.each(FIXTURES)('%s', (name) => {
  it('has the same classes, objects, references and strings in its tables', { tags: 'slow' }, async () => {
    const graph = await fixtureGraph(name);
    const folder = await exported(graph);
    const classes = await duckdb(`from '${folder}/classes/*/*.parquet'`);
    expect(classes).toEqual(
      typeStats(graph, { retained: true, by: 'retained' }).map((stat) => ({
        class: stat.type,
        type: stat.nodeType,
        count: String(stat.count),
        shallow: String(stat.shallowSize),
        retained: String(stat.retainedSize),
        distance: stat.distance,
        snapshot: 'k',
      })),
    );
    const byClass = `select class, count(*)::bigint count, sum(shallow)::bigint shallow
      from '${folder}/nodes/*/*.parquet' group by class order by class`;
    expect(await duckdb(byClass)).toEqual(
      await duckdb(`select class, count, shallow from '${folder}/classes/*/*.parquet' order by class`),
    );
    const edges = edgesOf(graph);
    let [from, to] = [0, 0];
    for (let node = 0; node < graph.nodeCount; node++)
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        from += graph.ids[node]!;
        to += graph.ids[edges.targets[edge]!]!;
      }
    const indexed = graph.edgeTypeNames.filter((type) => type === 'element' || type === 'hidden');
    expect(
      await duckdb(`select count(*) n, sum(from_id) f, sum(to_id) t,
        bool_and((index is not null) = (type in (${indexed.map((type) => `'${type}'`)}))) i,
        bool_and((index is null) = (name is not null)) e from '${folder}/edges/*/*.parquet'`),
    ).toEqual([{ n: String(edges.count), f: String(from), t: String(to), i: true, e: true }]);
    const retained = retainedSizes(graph).reduce((sum, size) => sum + size, 0);
    expect(
      await duckdb(`select count(*) n, sum(retained) r, count(*) filter (dominator is null) tops
        from '${folder}/nodes/*/*.parquet'`),
    ).toEqual([{ n: String(graph.nodeCount), r: String(retained), tops: '1' }]);
    const groups = groupStrings(graph);
    const copies = groups.counts.subarray(0, groups.count).reduce((sum, count) => sum + count, 0);
    const bytes = groups.bytes.subarray(0, groups.count).reduce((sum, count) => sum + count, 0);
    expect(
      await duckdb(
        `select count(*) n, sum(copies)::bigint c, sum(bytes)::bigint b from '${folder}/strings/*/*.parquet'`,
      ),
    ).toEqual([{ n: String(groups.count), c: String(copies), b: String(bytes) }]);
  });
});

it('has of every object what NodeView says', { tags: 'slow' }, async () => {
  const graph = await fixtureGraph('node26-after');
  const shapes = shapeIndex(graph);
  const folder = await exported(graph);
  const rows = await duckdb(`select * exclude (snapshot) from '${folder}/nodes/*/*.parquet'`);
  const expected = Array.from({ length: graph.nodeCount }, (_, node) => {
    const view = new NodeView(graph, node);
    const location = view.location;
    return {
      id: String(view.id),
      type: view.nodeType,
      class: view.type,
      shape: shapes.labels[shapes.of[node]!]!,
      // The client of DuckDB leaves out a mark of the byte order at the beginning.
      name: view.rawName.slice(0, 1024).replace(/^\ufeff/, ''),
      shallow: String(view.shallowSize),
      retained: String(view.retainedSize),
      distance: view.distance,
      dominator: node === graph.root ? null : String(view.dominator.id),
      detached: null,
      script: location?.script ?? null,
      line: location?.line ?? null,
      column: location?.column ?? null,
    };
  });
  const wrong = rows.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(expected[i]));
  expect(rows[wrong]).toEqual(expected[wrong]);
  expect(rows).toHaveLength(expected.length);
});

it.each(['csv', 'jsonl'] as const)('has the same rows as %s', { tags: 'slow' }, async (format) => {
  const graph = await fixtureGraph('node18-after');
  const [parquet, text] = await Promise.all([exported(graph), exported(graph, format)]);
  for (const table of TABLE_NAMES) {
    const types = Object.fromEntries(
      TABLE_COLUMNS[table].map(({ name, type }) => [
        name,
        { int32: 'integer', int64: 'bigint', boolean: 'boolean', text: 'varchar' }[type],
      ]),
    );
    const columns = `columns = ${JSON.stringify(types).replaceAll('"', "'")}`;
    const file = `${text}/${table}/snapshot=k/${table}.${format}`;
    const source =
      format === 'csv'
        ? `read_csv('${file}', auto_detect = false, hive_partitioning = false, header = true, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, parallel = false, ${columns})`
        : `read_json('${file}', hive_partitioning = false, format = 'newline_delimited', ${columns})`;
    const other = `(select * exclude (snapshot) from '${parquet}/${table}/*/*.parquet')`;
    const there = await duckdb(`select count(*) n from ${source}`);
    expect(there, table).not.toEqual([{ n: '0' }]);
    expect(there, table).toEqual(await duckdb(`select count(*) n from ${other}`));
    expect(await duckdb(`from ${source} except all from ${other}`), table).toEqual([]);
  }
});

it('keeps ids and sizes that need 64 bits', async () => {
  const graph = await graphOf({ root: ['a'], a: [] });
  const wide = {
    ...graph,
    ids: Float64Array.from(graph.ids, (id) => id + 2 ** 45),
    selfSizes: Float64Array.from(graph.selfSizes, () => 2 ** 33),
  };
  const folder = await exported(wide);
  const rows = await duckdb(`select id, shallow, dominator from '${folder}/nodes/*/*.parquet'`);
  expect(rows.map(({ id }) => Number(id))).toEqual([...wide.ids]);
  expect(rows.map(({ shallow }) => Number(shallow)).at(-1)).toBe(2 ** 33);
});

describe('a folder of tables', () => {
  const write = (folder: string, key: string, format: TableFormat = 'parquet', inputs: string[] = []) =>
    fixtureGraph('node18-after').then((graph) =>
      exportTables(openTablesFolder(folder), ['classes', 'strings'], format, {
        key,
        inputs,
        source: sourceOf('a', graph),
      }),
    );
  const filesIn = (folder: string): string[] =>
    fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort();

  it('has a part for each snapshot; the same one takes its own place again, in one format', async () => {
    const folder = path.join(emptyFolder(), 'made', 'on the way');
    for (const key of ['k1', 'k2', 'k1']) await write(folder, key);
    expect(filesIn(folder)).toEqual([
      '_heapgraph.json',
      'classes/snapshot=k1/classes.parquet',
      'classes/snapshot=k2/classes.parquet',
      'strings/snapshot=k1/strings.parquet',
      'strings/snapshot=k2/strings.parquet',
    ]);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
    await write(folder, 'k1', 'csv');
    expect(filesIn(folder).filter((file) => file.includes('k1'))).toEqual([
      'classes/snapshot=k1/classes.csv',
      'strings/snapshot=k1/strings.csv',
    ]);
    const [{ value } = {}] = await duckdb(
      `select decode(value) as value from parquet_kv_metadata('${folder}/classes/snapshot=k2/classes.parquet') where decode(key) = 'version'`,
    );
    expect(value).toBe('1');
  });

  it.each([
    ['{"schema":"heapgraph/tables","version":2}', /holds tables of version 2, and this .* writes version 1/],
    ['{"schema":"heapgraph/tables"}', /of version none/],
    ['{"schema":"other","version":1}', /holds other things than tables of snapshots/],
    ['no JSON', /holds other things/],
  ])('with the mark %s is refused', async (mark, message) => {
    const folder = emptyFolder();
    fs.writeFileSync(path.join(folder, '_heapgraph.json'), mark);
    await expect(write(folder, 'k')).rejects.toThrow(message);
    expect(filesIn(folder)).toEqual(['_heapgraph.json']);
  });

  it('that somebody else has made is refused, and so is a file', async () => {
    const folder = emptyFolder();
    fs.mkdirSync(path.join(folder, 'edges'));
    await expect(write(folder, 'k')).rejects.toThrow(/something called edges that export has not written/);
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    await expect(write(file, 'k')).rejects.toThrow(/is a file, and tables go into a folder/);
  });

  it('is left as it was when a table cannot be made, or would replace what is read', async () => {
    const folder = emptyFolder();
    const [one] = await write(folder, 'k1');
    const before = filesIn(folder);
    const link = path.join(folder, 'link');
    fs.linkSync(one!.file, link);
    await expect(write(folder, 'k1', 'parquet', [link])).rejects.toThrow(
      /would replace it: they are one file/,
    );
    fs.rmSync(link);
    const graph = await fixtureGraph('node18-after');
    for (const format of TABLE_FORMATS)
      await expect(
        exportTables(openTablesFolder(folder), ['classes', 'groups'], format, {
          key: 'k2',
          inputs: [],
          source: sourceOf('a', graph, () => Promise.reject(new Error('no groups'))),
        }),
      ).rejects.toThrow('no groups');
    expect(filesIn(folder)).toEqual(before);
    expect(fs.readdirSync(path.join(folder, 'classes'))).toEqual(['snapshot=k1']);
  });
});

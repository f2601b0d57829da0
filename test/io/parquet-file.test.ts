/** Parquet files, read back by DuckDB. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_TEXT, TextTable } from '../../src/io/parquet-columns.js';
import { openParquetFile, type ParquetOptions } from '../../src/io/parquet-file.js';
import { duckdb } from '../support/duckdb.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const emptyFolder = folderMaker(temporaryFolder());

/** Rows of a query on a file, called `t`. */
const read = (file: string, sql = 'from t'): Promise<Record<string, unknown>[]> =>
  duckdb(`with t as (from read_parquet('${file}')) ${sql}`);

const COLUMNS = [
  { name: 'small', type: 'int32' },
  { name: 'id', type: 'int64' },
  { name: 'share', type: 'double', nullable: true },
  { name: 'flag', type: 'boolean', nullable: true },
  { name: 'name', type: 'text', nullable: true },
  { name: 'line', type: 'int32', nullable: true },
] as const satisfies ParquetOptions['columns'];

describe('openParquetFile', () => {
  it('writes every type, with and without nulls, in several row groups', async () => {
    const file = path.join(emptyFolder(), 'a.parquet');
    const output = await openParquetFile(file, {
      columns: COLUMNS,
      metadata: { schema: 'test', version: '7' },
    });
    output.writeGroup(3, {
      small: Int32Array.of(-1, 0, 2147483647),
      id: Float64Array.of(1, 2 ** 40, Number.MAX_SAFE_INTEGER),
      share: [0.5, null, -1e300],
      flag: [true, null, false],
      name: ['é€😀', null, 'x'],
      line: [null, null, null],
    });
    output.writeGroup(2, {
      small: [5, -2147483648],
      id: Uint32Array.of(4294967295, 7),
      share: Float64Array.of(Number.NaN, 3),
      flag: Uint8Array.of(1, 0),
      name: ['x', ''],
      line: Float64Array.of(12, Number.NaN),
    });
    expect(fs.readdirSync(path.dirname(file)).filter((name) => !name.startsWith('.'))).toEqual([]);
    const size = output.finish();
    expect(fs.statSync(file)).toMatchObject({ size, mode: 0o100600 });
    expect(await read(file)).toEqual([
      { small: -1, id: '1', share: 0.5, flag: true, name: 'é€😀', line: null },
      { small: 0, id: '1099511627776', share: null, flag: null, name: null, line: null },
      { small: 2147483647, id: '9007199254740991', share: -1e300, flag: false, name: 'x', line: null },
      { small: 5, id: '4294967295', share: null, flag: true, name: 'x', line: 12 },
      { small: -2147483648, id: '7', share: 3, flag: false, name: '', line: null },
    ]);
    expect(await read(file, `from parquet_kv_metadata('${file}')`)).toEqual([
      { file_name: file, key: 'schema', value: 'test' },
      { file_name: file, key: 'version', value: '7' },
    ]);
    const least = `select stats_min_value v from parquet_metadata('${file}') where path_in_schema = 'id'`;
    expect(await read(file, least)).toEqual([{ v: '1' }, { v: '7' }]);
  });

  it('writes a table without rows', async () => {
    const file = path.join(emptyFolder(), 'none.parquet');
    const output = await openParquetFile(file, { columns: COLUMNS });
    output.writeGroup(0, {});
    output.finish();
    expect(await read(file)).toEqual([]);
    expect((await duckdb(`describe from read_parquet('${file}')`)).map((row) => row.column_type)).toEqual(
      ['INTEGER', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'VARCHAR', 'INTEGER'], // prettier-ignore
    );
  });

  it('has as many rows, and the same sums, for long columns of every shape', async () => {
    const file = path.join(emptyFolder(), 'long.parquet');
    const texts = new TextTable(5000, (code) => `text ${code}`);
    const columns = [
      { name: 'id', type: 'int64' },
      { name: 'wave', type: 'int64' },
      { name: 'run', type: 'boolean' },
      { name: 'name', type: 'text', nullable: true },
      { name: 'same', type: 'text' },
      { name: 'line', type: 'int32', nullable: true },
    ] as const;
    const output = await openParquetFile(file, { columns });
    const rows = 20_000;
    let [waves, runs, nulls, lines, codes] = [0, 0, 0, 0, 0];
    for (let group = 0; group < 3; group++) {
      const id = Uint32Array.from({ length: rows }, (_, i) => group * rows + i);
      const wave = Uint32Array.from(id, (i) => Math.imul(i, 2654435761));
      const run = Uint8Array.from(id, (i) => (i % 1000 < 400 ? 1 : 0));
      const code = Uint32Array.from(id, (i) => (i % 7 === 0 ? NO_TEXT : i % (group === 1 ? 1 : 5000)));
      const line = Float64Array.from(id, (i) => (i % 3 === 0 ? i : Number.NaN));
      for (let i = 0; i < rows; i++) {
        waves += wave[i]!;
        runs += run[i]!;
        if (code[i] === NO_TEXT) nulls++;
        else codes += code[i]!;
        if (!Number.isNaN(line[i]!)) lines += line[i]!;
      }
      const same = { codes: new Uint8Array(rows), texts };
      output.writeGroup(rows, { id, wave, run, name: { codes: code, texts }, same, line });
    }
    output.finish();
    const sums = `select count(*) n, sum(id) ids, count(distinct id) apart, sum(wave) waves,
      count(*) filter (run) runs, count(*) filter (name is null) missing, sum(line) lines,
      sum(name[6:]::int) codes, min(same) same from t`;
    expect(await read(file, sums)).toEqual([
      {
        n: '60000',
        ids: `${(59_999 * 60_000) / 2}`,
        apart: '60000',
        waves: `${waves}`,
        runs: `${runs}`,
        missing: `${nulls}`,
        lines: `${lines}`,
        codes: `${codes}`,
        same: 'text 0',
      },
    ]);
  });

  it.each([
    ['a number of more than 32 bits', { small: [2 ** 31] }, /small: 2147483648 needs more than 32 bits/],
    ['a fraction', { id: [0.5] }, /id: 0.5 is no whole number/],
    ['a null in a column without', { small: [null] }, /small: a null/],
    ['too few values', { line: [] }, /line: 0 values for 1 rows/],
    ['no values', { name: undefined }, /name: no values/],
  ])('refuses %s, and leaves no file', async (_, wrong, message) => {
    const folder = emptyFolder();
    const output = await openParquetFile(path.join(folder, 'a.parquet'), { columns: COLUMNS });
    const right = { small: [1], id: [1], share: [1], flag: [true], name: ['x'], line: [1] };
    expect(() => output.writeGroup(1, { ...right, ...wrong } as never)).toThrow(message);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase, rowsOf, sqlName, sqlText } from '../../src/tables/duckdb.js';

const folder = mkdtempSync(path.join(tmpdir(), "heapgraph'duckdb-"));
const other = mkdtempSync(path.join(tmpdir(), 'heapgraph-other-'));
writeFileSync(path.join(folder, 'a.csv'), 'n\n7\n');
writeFileSync(path.join(other, 'a.csv'), 'n\n8\n');

describe('a database', async () => {
  const database = await openDatabase({ folders: [folder] });
  await database.prepare('create view t as select * from range(5) r(n)');
  afterAll(() => database.close());
  const refused = (sql: string) =>
    database.query(sql).then(
      () => 'answered',
      (error) => `${error.message}`,
    );

  it('answers with plain values', async () => {
    const sql = `select 1::bigint a, 9007199254740993::bigint b, sum(n) c, 1.25::decimal(9,2) d, 'x' e, null f,
      [1::bigint] g, {'k': 2::hugeint} h, date '2020-01-02' i, timestamp '2020-01-02 03:04:05' j, true k,
      'nan'::double l from t`;
    const { columns, rows, more } = await database.query(sql);
    expect(rows).toEqual([
      [
        1,
        '9007199254740993',
        10,
        1.25,
        'x',
        null,
        [1],
        { k: 2 },
        '2020-01-02',
        '2020-01-02 03:04:05',
        true,
        'NaN',
      ],
    ]);
    expect(more).toBe(false);
    expect(columns.filter((one) => one.isNumeric).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'f',
      'l',
    ]);
    expect(columns[0]).toEqual({ name: 'a', type: 'BIGINT', isNumeric: true });
  });

  it('takes parameters, and gives no more rows than are wanted', async () => {
    const answer = await database.query('select n, ? as t from t where n >= ? order by n', ["a'b", 1], 2);
    expect(answer.more).toBe(true);
    expect(rowsOf(answer)).toEqual([
      { n: 1, t: "a'b" },
      { n: 2, t: "a'b" },
    ]);
    expect((await database.query('select n from t', [], 5)).more).toBe(false);
  });

  it('reads files of its folders and no others', async () => {
    const read = async (file: string) => refused(`select * from read_csv(${sqlText(file)})`);
    const { rows } = await database.query(`select n from read_csv(${sqlText(path.join(folder, 'a.csv'))})`);
    expect(rows).toEqual([[7]]);
    expect(await read(path.join(other, 'a.csv'))).toContain('Permission Error');
    expect(await read(path.join(folder, '..', path.basename(other), 'a.csv'))).toContain('Permission Error');
    expect(await read('https://example.com/a.csv')).toMatch(/Error/);
  });

  it.each([
    [`copy t to ${sqlText(path.join(folder, 'b.csv'))}`, 'copy changes something'],
    [`explain analyze copy t to ${sqlText(path.join(folder, 'b.csv'))}`, 'changes something'],
    ['create table u as select 1', 'create changes something'],
    ['set lock_configuration = false', 'set changes something'],
    ["attach 'x.db'", 'attach changes something'],
    ['install httpfs', 'changes something'],
    ['select 1; select 2', '2 statements'],
    [' ', 'the query is empty'],
    ['-- nothing', 'the query is empty'],
    ['selec 1', 'Parser Error: syntax error at or near "selec"'],
    ['select nobody from t', 'Binder Error: Referenced column "nobody" not found'],
  ])('refuses %s', async (sql, says) => {
    expect(await refused(sql)).toContain(says);
  });

  it.each(['describe t', 'summarize t', 'show tables', 'from t', 'values (1)', 'explain select 1'])(
    'answers %s',
    async (sql) => {
      expect((await database.query(sql)).rows.length).toBeGreaterThan(0);
    },
  );

  it('ends a statement on a signal', async () => {
    const ends: string[] = [];
    const listener = (): void => void ends.push('told');
    process.on('SIGINT', listener);
    try {
      const running = refused(
        'select count(*) from range(100000000) a, range(10000) b where a.range % 7 = b.range % 5',
      );
      setTimeout(() => process.emit('SIGINT', 'SIGINT'), 100);
      expect(await running).toBe('the query was interrupted');
      expect(ends).toEqual(['told']);
    } finally {
      process.off('SIGINT', listener);
    }
  });
});

describe('names and texts', () => {
  it('are written as SQL has them', () => {
    expect(sqlText("it's")).toBe("'it''s'");
    expect(sqlName('a"b')).toBe('"a""b"');
  });
});

/** `heapgraph sql`: tables of snapshots, asked in SQL; and the questions of docs/sql.md. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { TABLE_NAMES } from '../../src/tables/schema.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { CLI_ENV, NODE } from '../support/cli-host.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { fixturePath } from '../support/fixtures.js';

const cwd = temporaryFolder();
copyFileSync(fixturePath('node26-before'), path.join(cwd, 'before.heapsnapshot'));
copyFileSync(fixturePath('node26-after'), path.join(cwd, 'after.heapsnapshot'));

interface Rows {
  readonly total: number;
  readonly omitted: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const ask = (sql: string, ...args: string[]) => heapgraph(['sql', sql, ...args], { cwd });

async function rowsOf(sql: string, ...args: string[]): Promise<Rows> {
  const { stdout, stderr, code } = await ask(sql, ...args, '--json', '-q');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Rows;
}

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/sql.md', import.meta.url)), 'utf8');
const [ONE = '', SEVERAL = ''] = PAGE.split('<!-- of before.heapsnapshot and after.heapsnapshot -->');
const recipes = (text: string): (readonly [string, string])[] =>
  [...text.matchAll(/\n([^\n]+)\n\n<!-- run by .*-->\n```sql\n([^`]+)\n```/g)].map(([, title, sql]) => [
    title!,
    sql!,
  ]);

describe('docs/sql.md, of one snapshot', () => {
  test('has questions', () => {
    expect(recipes(ONE).length).toBeGreaterThanOrEqual(12);
    expect(recipes(SEVERAL).length).toBe(3);
    expect(PAGE.match(/```sql/g)).toHaveLength(recipes(ONE).length + recipes(SEVERAL).length);
  });

  test.each(recipes(ONE))('%s', async (_, sql) => {
    const { rows } = await rowsOf(sql, 'after.heapsnapshot');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.values(row).filter((value) => value === undefined)).toEqual([]);
  });
});

describe('docs/sql.md, of several', () => {
  test.each(recipes(SEVERAL))('%s', async (_, sql) => {
    const { rows } = await rowsOf(sql, 'before.heapsnapshot', 'after.heapsnapshot');
    expect(rows.length).toBeGreaterThan(sql.includes('fingerprint') ? -1 : 0);
  });

  test('classes that grew are those of diff --by-class', async () => {
    const sql = recipes(SEVERAL)[0]![1].replace(' limit 10', '');
    const { rows } = await rowsOf(sql, 'before.heapsnapshot', 'after.heapsnapshot');
    const [before, after] = await Promise.all(
      (['node26-before', 'node26-after'] as const).map(async (name) => {
        const stats = typeStats(await fixtureGraph(name));
        return new Map(stats.map((stat) => [stat.type, stat]));
      }),
    );
    const expected = [...after!.values()].flatMap(({ type, count, shallowSize }) => {
      const was = before!.get(type);
      const more = count - (was?.count ?? 0);
      return more > 0 ? [{ class: type, more, bytes: shallowSize - (was?.shallowSize ?? 0) }] : [];
    });
    const byName = (rows: readonly { readonly class?: unknown }[]) =>
      [...rows].sort((a, b) => (String(a.class) < String(b.class) ? -1 : 1));
    expect(byName(rows)).toEqual(byName(expected));
  });
});

test('sql: text, JSON, CSV, Markdown and a file have the same rows', async () => {
  const sql = 'select class, count, retained as "kept, bytes" from classes where class = \'Map\'';
  const [stat] = typeStats(await fixtureGraph('node26-after'), { retained: true }).filter(
    ({ type }) => type === 'Map',
  );
  const { count, retainedSize } = stat!;
  expect((await rowsOf(sql, 'after.heapsnapshot')).rows).toEqual([
    { class: 'Map', count, 'kept, bytes': retainedSize },
  ]);
  const text = await ask(sql, 'after.heapsnapshot');
  expect(text.stdout.split('\n')[0]).toMatch(/^class +count +kept, bytes$/);
  expect(text.stdout.replaceAll(',', '')).toContain(String(retainedSize));
  const csv = await ask(sql, 'after.heapsnapshot', '--csv');
  expect(csv.stdout).toBe(`class,count,"kept, bytes"\nMap,${count},${retainedSize}\n`);
  const markdown = await ask(sql, 'after.heapsnapshot', '--markdown');
  expect(markdown.stdout).toMatch(/^\| class \| count \| kept, bytes \|\n/);
  expect(await ask(sql, 'after.heapsnapshot', '-o', 'map.csv')).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(path.join(cwd, 'map.csv'), 'utf8')).toBe(csv.stdout);
  expect(statSync(path.join(cwd, 'map.csv')).mode & 0o777).toBe(0o600);
});

test('sql: large numbers, lists, structs, names that come twice, rows that are left out', async () => {
  const sql =
    "select 9007199254740993 as n, 9007199254740993 as n, 7::bigint as m, [1, null] as l, {'a': {'b': 2}} as s, count(*) as c from classes";
  const { rows } = await rowsOf(sql, 'after.heapsnapshot');
  const c = typeStats(await fixtureGraph('node26-after')).length;
  expect(rows).toEqual([
    { n: '9007199254740993', n_2: '9007199254740993', m: 7, l: [1, null], s: { a: { b: 2 } }, c },
  ]);
  const cut = await rowsOf('select class from classes -- all', 'after.heapsnapshot', '--limit', '3');
  expect(cut).toMatchObject({ total: c, omitted: c - 3 });
  expect((await rowsOf('from classes;', 'after.heapsnapshot', '--all')).rows).toHaveLength(c);
  expect(await rowsOf('from classes where false', 'after.heapsnapshot')).toMatchObject({
    total: 0,
    rows: [],
  });
});

test('sql: a snapshot that is named twice counts once, and several have their names', async () => {
  const { stdout, stderr } = await ask(
    'select snapshot, file, count(*) n from classes group by all order by file',
    'before.heapsnapshot',
    'after.heapsnapshot',
    'before.heapsnapshot',
    '--json',
  );
  expect(stderr).toContain('before.heapsnapshot is the same snapshot as before.heapsnapshot');
  const { rows } = JSON.parse(stdout) as Rows;
  expect(rows.map(({ file }) => file)).toEqual(['after.heapsnapshot', 'before.heapsnapshot']);
  expect(rows.every(({ snapshot }) => /^[0-9a-f]{32}$/.test(String(snapshot)))).toBe(true);
});

test.each(['show tables', 'SHOW TABLES;', 'describe'])(
  'sql: %s lists the tables and their columns',
  async (sql) => {
    const { rows } = await rowsOf(sql, 'after.heapsnapshot');
    expect([...new Set(rows.map(({ name }) => name))]).toEqual(TABLE_NAMES);
    expect(rows.filter(({ name }) => name === 'edges')).toEqual([
      { name: 'edges', column: 'from_id', type: 'BIGINT' },
      { name: 'edges', column: 'to_id', type: 'BIGINT' },
      { name: 'edges', column: 'type', type: 'VARCHAR' },
      { name: 'edges', column: 'name', type: 'VARCHAR' },
      { name: 'edges', column: 'index', type: 'BIGINT' },
    ]);
    const several = await rowsOf(sql, 'before.heapsnapshot', 'after.heapsnapshot');
    expect(several.rows.slice(0, 2).map(({ column }) => column)).toEqual(['snapshot', 'file']);
  },
);

test('sql: CSV as docs/sql.md says it', async () => {
  const sql = String.raw`select 'a,"b"' a, null b, '' c, e'x\ny' d, '=1' e, '-1' f, -1 g`;
  const { stdout } = await ask(sql, 'after.heapsnapshot', '--csv', '-q');
  expect(stdout).toBe(`a,b,c,d,e,f,g\n${String.raw`"a,""b""",,,x\ny,'=1,'-1,-1`}\n`);
});

describe('sql refuses', () => {
  test.each([
    ['from clases', 'Did you mean "classes"?'],
    ['from node', 'Did you mean "nodes"?'],
  ])('%s, and guesses at a table of the snapshot', async (sql, guess) => {
    expect((await ask(sql, 'after.heapsnapshot')).stderr).toContain(guess);
  });

  test('names of tables of DuckDB itself, without a guess at them', async () => {
    const { stderr } = await ask('from pg_klass', 'after.heapsnapshot');
    expect(stderr).toContain('Table with name pg_klass does not exist');
    expect(stderr).not.toContain('Did you mean');
  });

  test('a table whose name does not stand in the question', async () => {
    const { stdout, stderr, code } = await ask("from query_table('clas' || 'ses')", 'after.heapsnapshot');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('the table classes was not made: its name has to stand in the question');
  });

  test.each(['select 1', 'show tables', 'describe nodes'])('%s of a file that is not there', async (sql) => {
    const { stdout, stderr, code } = await ask(sql, 'none.heapsnapshot');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain('none.heapsnapshot: no such file');
  });

  test('--salvage, which its help does not name', async () => {
    expect((await ask('select 1', 'after.heapsnapshot', '--salvage')).stderr).toContain('unknown option');
    const { stdout } = await heapgraph(['sql', '--help']);
    expect(stdout).not.toMatch(/--salvage|standard\s+input/);
  });

  test.each([
    ['selec 1', /Parser Error: syntax error at or near "selec"/],
    ['select klass from classes', /Binder Error: Referenced column "klass" not found/],
    ['from things', /Catalog Error: Table with name things does not exist/],
  ])('%s, and says what there is', async (sql, message) => {
    const { stdout, stderr, code } = await ask(sql, 'after.heapsnapshot');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(message);
    expect(stderr).toContain('\n    classes(class, type, count, shallow, retained, distance)\n');
  });

  test.each([
    ["from read_csv('/etc/passwd')", /Permission Error/],
    ["copy classes to 'x.csv'", /Permission Error|no question/],
    ["copy (select 1) to 'x.csv'", /Permission Error|no question/],
    ["attach 'x.db'", /Permission Error|no question/],
    ['set enable_external_access = true', /no question/],
    ['install httpfs', /no question/],
    ["select * from read_text(getenv('HOME') || '/.ssh/id_rsa')", /Error/],
    ['create table t as select 1', /no question/],
    ['drop view classes', /no question/],
    ['select 1; select 2', /2 statements/],
    [' ', /the query is empty/],
    ['/* nothing */', /the query is empty/],
  ])('%s', async (sql, message) => {
    const { stdout, stderr, code } = await ask(sql, 'after.heapsnapshot');
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(message);
    expect(existsSync(path.join(cwd, 'x.csv'))).toBe(false);
    expect(existsSync(path.join(cwd, 'x.db'))).toBe(false);
  });

  test('a snapshot from standard input, and one that is not there', async () => {
    expect((await ask('from classes', '-')).stderr).toContain('standard input is none');
    expect((await ask('from classes', 'none.heapsnapshot')).stderr).toContain(
      'none.heapsnapshot: no such file',
    );
  });

  test('what takes too long, or too much memory', async () => {
    const slow = 'select count(*) from range(100000000) a, range(100000) b where a.range * b.range = 17';
    const late = await ask(slow, 'after.heapsnapshot', '--timeout', '200ms');
    expect(late).toMatchObject({ code: 2, stdout: '' });
    expect(late.stderr).toContain('was not answered within 200 ms');
    const large = 'select count(distinct md5(range::varchar)) from range(30000000)';
    const full = await ask(large, 'after.heapsnapshot', '--max-memory', '200MB', '--timeout', '60s');
    expect(full).toMatchObject({ code: 2, stdout: '' });
    expect(full.stderr).toContain('Out of Memory Error');
  });
});

describe('answers', () => {
  test.each([
    [['--timeout', '2s'], 'the query was not answered within 2,000 ms'],
    [['--max-memory', '600mb'], 'the answer takes more than 600.0 MB of memory'],
  ])('of many rows are bounded: %j', async (options, message) => {
    const sql = 'select * from nodes a, nodes b';
    const line = ['sql', sql, 'after.heapsnapshot', '--all', '-o', 'big.csv', ...options];
    const { stderr, code } = await heapgraph(line, { cwd, spawned: true });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readdirSync(cwd)).not.toContain('big.csv');
  });

  test('without rows say so', async () => {
    const line = ['sql', 'select class from classes where false', 'after.heapsnapshot'];
    expect(await heapgraph(line, { cwd })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'heapgraph: no rows\n',
    });
  });
});

describe('the temporary folder of sql', () => {
  const start = (sql: string, temporary: string) => {
    mkdirSync(temporary);
    const child = spawn(
      NODE,
      [fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url)), 'sql', sql, 'after.heapsnapshot'],
      { cwd, env: { ...CLI_ENV, TMPDIR: temporary }, stdio: 'ignore' },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    return {
      child,
      ended: new Promise<number | string | null>((resolve) =>
        child.on('close', (code, signal) => resolve(code ?? signal)),
      ),
    };
  };
  const SLOW =
    'select count(*) from nodes, range(100000000) a, range(100000) b where a.range * b.range = nodes.id * 17';
  const tables = (temporary: string): string[] =>
    readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));

  /** What heapgraph has made there; Node.js 22 and later keep compiled code beside it. */
  const left = (temporary: string): string[] =>
    readdirSync(temporary).filter((name) => name !== 'node-compile-cache');

  test.each(['SIGINT', 'SIGTERM'] as const)('is private, and goes with %s', async (signal) => {
    const temporary = path.join(cwd, signal);
    const { child, ended } = start(SLOW, temporary);
    await expect.poll(() => tables(temporary), { timeout: 120_000 }).toHaveLength(1);
    expect(left(temporary).map((name) => statSync(path.join(temporary, name)).mode & 0o777)).toEqual([0o700]);
    // By then it asks.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(left(temporary)).toEqual([]);
  });

  test('is taken away by the next run where a process was killed', async () => {
    const temporary = path.join(cwd, 'killed');
    const { child, ended } = start(SLOW, temporary);
    await expect.poll(() => tables(temporary), { timeout: 120_000 }).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(left(temporary)).toHaveLength(1);
    const { code } = await heapgraph(['sql', 'from classes limit 1', 'after.heapsnapshot'], {
      cwd,
      env: { TMPDIR: temporary },
      spawned: true,
    });
    expect(code).toBe(0);
    expect(left(temporary)).toEqual([]);
  });
});

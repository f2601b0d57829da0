/** `heapgraph export --tables`: the command line, killed processes, full disks. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { CLI_ENV, NODE } from '../support/cli-host.js';
import { duckdb } from '../support/duckdb.js';
import { expressPath, fixturePath } from '../support/fixtures.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const cwd = temporaryFolder();
copyFileSync(fixturePath('node26-before'), path.join(cwd, 'before.heapsnapshot'));
copyFileSync(fixturePath('node26-after'), path.join(cwd, 'after.heapsnapshot'));
const ask = (...args: string[]) => heapgraph(['export', ...args], { cwd });

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
    : [];

test('export before.heapsnapshot after.heapsnapshot -o tables --tables nodes,classes: one part each', async () => {
  const { stdout, stderr, code } = await ask(
    ...['before.heapsnapshot', 'after.heapsnapshot', 'after.heapsnapshot'],
    ...['-o', 'tables', '--tables', 'nodes,classes', '--json'],
  );
  expect(code).toBe(0);
  expect(stderr).toContain('after.heapsnapshot is the same snapshot as after.heapsnapshot');
  expect(stderr).toContain('tables: 2 snapshots');
  const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
  expect(rows.map(({ table, file }) => [table, file])).toEqual([
    ['nodes', 'before.heapsnapshot'],
    ['classes', 'before.heapsnapshot'],
    ['nodes', 'after.heapsnapshot'],
    ['classes', 'after.heapsnapshot'],
  ]);
  const counts = await duckdb(
    `select snapshot, count(*) n from '${cwd}/tables/nodes/*/*.parquet' group by all order by n`,
  );
  expect(counts.map(({ snapshot, n }) => [snapshot, Number(n)]).sort()).toEqual(
    rows.flatMap(({ table, snapshot, rows: n }) => (table === 'nodes' ? [[snapshot, n]] : [])).sort(),
  );
  for (const { output, bytes } of rows) {
    expect(statSync(path.join(cwd, String(output)))).toMatchObject({ size: bytes, mode: 0o100600 });
  }
});

test('export --tables groups: the entries of suspects', async () => {
  const file = expressPath('final');
  const [written, suspects] = await Promise.all([
    ask(file, '-o', 'groups', '--tables', 'groups', '--format', 'jsonl', '-q'),
    heapgraph(['suspects', file, '--all', '--json', '-q'], { cwd }),
  ]);
  expect(written).toMatchObject({ code: 0, stderr: '' });
  const lines = readFileSync(
    filesIn(path.join(cwd, 'groups')).find((name) => name.endsWith('.jsonl'))!,
    'utf8',
  );
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const { rows: entries } = JSON.parse(suspects.stdout) as { rows: Record<string, unknown>[] };
  const facts = ({ fingerprint, verdict, kind, count, headline }: Record<string, unknown>) => ({
    ...{ fingerprint, verdict, kind, count, headline },
  });
  const byPrint = (list: Record<string, unknown>[]) =>
    list.map(facts).sort((a, b) => (String(a.fingerprint) < String(b.fingerprint) ? -1 : 1));
  expect(rows.length).toBeGreaterThan(2);
  expect(byPrint(rows)).toEqual(byPrint(entries));
});

test.each([
  [['after.heapsnapshot', '--tables', 'nodes'], /the folder of the tables is missing/],
  [['after.heapsnapshot', '--tables', 'things', '-o', 'x'], /Expected some of nodes, edges, classes/],
  [['after.heapsnapshot', '--tables', 'nodes', '-o', 'x', '--chains'], /cannot be used with/],
  [['after.heapsnapshot', '--tables', 'nodes', '-o', 'x', '--where', 'Map'], /cannot be used with/],
  [['after.heapsnapshot', '--tables', 'nodes', '-o', 'x', '--format', 'pprof'], /do not go together/],
  [['after.heapsnapshot', '--format', 'parquet'], /a flame graph is not written as parquet/],
  [['before.heapsnapshot', 'after.heapsnapshot'], /a flame graph is of one snapshot/],
  [['-', '--tables', 'nodes', '-o', 'x'], /standard input only once/],
  [['after.heapsnapshot', '--tables', 'nodes', '-o', 'after.heapsnapshot'], /they are one file/],
  [['after.heapsnapshot', '--tables', 'nodes', '-o', 'before.heapsnapshot'], /is a file, and tables go into/],
  [['none.heapsnapshot', '--tables', 'nodes', '-o', 'x'], /none.heapsnapshot: no such file/],
])('export %j is refused', async (args, message) => {
  const { stdout, stderr, code } = await ask(...args);
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  expect(stderr).toMatch(message);
  expect(filesIn(path.join(cwd, 'x')).filter((file) => !file.endsWith('_heapgraph.json'))).toEqual([]);
});

test('export of several, of which some cannot be read: the others are written, code 2', async () => {
  const whole = gunzipSync(readFileSync(path.join(cwd, 'before.heapsnapshot')));
  writeFileSync(path.join(cwd, 'cut.heapsnapshot'), whole.subarray(0, 50_000));
  const files = ['none.heapsnapshot', 'before.heapsnapshot', 'cut.heapsnapshot', 'after.heapsnapshot'];
  const { stdout, stderr, code } = await ask(...files, '-o', 'some', '--tables', 'classes', '--json');
  expect(code).toBe(2);
  const { rows, failed } = JSON.parse(stdout) as Record<'rows' | 'failed', { file: string }[]>;
  expect(rows.map(({ file }) => file)).toEqual(['before.heapsnapshot', 'after.heapsnapshot']);
  expect(failed).toEqual([
    { file: 'none.heapsnapshot', reason: 'none.heapsnapshot: no such file' },
    { file: 'cut.heapsnapshot', reason: expect.stringMatching(/^cut.heapsnapshot: the file ends too early/) },
  ]);
  expect(stderr).toContain('not written: none.heapsnapshot: no such file\n');
  expect(stderr).toContain(', and 2 not written; texts');
  expect(filesIn(path.join(cwd, 'some')).filter((file) => file.endsWith('.parquet'))).toHaveLength(2);
});

test('export of a snapshot that stands where a table would', async () => {
  await ask('after.heapsnapshot', '-o', 'own', '--tables', 'classes', '-q');
  const [table] = filesIn(path.join(cwd, 'own')).filter((file) => file.endsWith('.parquet'));
  copyFileSync(path.join(cwd, 'after.heapsnapshot'), table!);
  linkSync(table!, path.join(cwd, 'link.heapsnapshot'));
  const { stderr, code } = await ask('link.heapsnapshot', '-o', 'own', '--tables', 'classes');
  expect(code).toBe(2);
  expect(stderr).toContain('they are one file');
  expect(statSync(table!).size).toBe(statSync(path.join(cwd, 'after.heapsnapshot')).size);
});

test.skipIf(process.platform === 'win32')('export onto a full disk: told, and nothing is left', () => {
  const words = `"${NODE}" "${BIN}" export after.heapsnapshot -o full --tables nodes,edges`;
  const { status, stderr } = spawnSync('sh', ['-c', `ulimit -f 50; ${words}`], {
    cwd,
    env: { ...process.env, ...CLI_ENV },
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/cannot write full\/nodes\/.*: it would be larger than the system allows/);
  expect(readdirSync(path.join(cwd, 'full'))).toEqual(['_heapgraph.json']);
});

test('export --tables, killed at many moments: whole files or none, and the next one mends it', async () => {
  const folder = path.join(cwd, 'killed');
  mkdirSync(folder);
  const args = ['export', 'after.heapsnapshot', '-o', 'killed', '--tables', 'nodes,edges,classes', '-q'];
  const run = (milliseconds: number): Promise<string | number | null> =>
    new Promise((resolve) => {
      const child = spawn(NODE, [BIN, ...args], {
        cwd,
        env: { ...process.env, ...CLI_ENV },
        stdio: 'ignore',
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        resolve(code ?? signal);
      });
    });
  const started = performance.now();
  expect(await run(60_000)).toBe(0);
  const whole = performance.now() - started;
  const shown = () => filesIn(folder).filter((file) => !path.basename(file).startsWith('.'));
  const complete = new Map(shown().map((file) => [file, statSync(file).size]));
  expect(complete.size).toBe(4);
  const ends = new Set<unknown>();
  for (let part = 0.35; part <= 1; part += 0.13) {
    ends.add(await run(whole * part));
    for (const file of shown()) expect([file, statSync(file).size]).toEqual([file, complete.get(file)]);
  }
  expect(ends).toContain('SIGKILL');
  expect(await run(60_000)).toBe(0);
  expect(new Map(shown().map((file) => [file, statSync(file).size]))).toEqual(complete);
});

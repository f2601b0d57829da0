/**
 * Censuses of many snapshots by four processes, of which one is killed and started again; then the questions.
 *
 *   node bench/fleet.mjs [--counts 10,100,1000] [--folder FOLDER]
 *
 * Exits with 1 when a census is lost or doubled, or when a question takes more than two seconds of processor time at 1,000 or less.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFleet } from './fleet-heaps.mjs';

const BIN = fileURLToPath(new URL('../bin/heapgraph.js', import.meta.url));
const MEASURE = fileURLToPath(new URL('measure.cjs', import.meta.url));
const TABLES = ['classes', 'groups', 'snapshots'];
const QUESTIONS = ['leaks', 'outliers', 'regressions', 'releases', 'hosts'];
const PROCESSES = 4;

const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: '10,100,1000' },
    folder: { type: 'string' },
  },
});
const scratch = values.folder ?? mkdtempSync(path.join(tmpdir(), 'heapgraph-fleet-'));

/** Runs heapgraph; the sum of what it took, and the peak. */
function run(words) {
  const start = performance.now();
  const child = spawn(process.execPath, ['--require', MEASURE, BIN, ...words], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let output = '';
  let measured = '';
  child.stdout.on('data', (text) => (output += text));
  child.stdio[3].on('data', (text) => (measured += text));
  const end = new Promise((resolve) =>
    child.on('close', (code) => {
      const [peak = 0, processor = 0] = measured.split(' ').map(Number);
      resolve({ code, output, peak, processor: processor / 1e6, wall: (performance.now() - start) / 1000 });
    }),
  );
  return { child, end };
}

function censuses(dataset) {
  const folder = path.join(dataset, 'snapshots');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.parquet')).length : 0;
}

function sizeOf(dataset) {
  let bytes = 0;
  for (const table of TABLES)
    for (const name of readdirSync(path.join(dataset, table)))
      bytes += statSync(path.join(dataset, table, name)).size;
  return bytes;
}

/** Each census once in every table. Out: what is wrong. */
async function problems(dataset, count) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const one = async (sql) => Number((await connection.runAndReadAll(sql)).getRows()[0][0]);
  const files = (table) => `'${path.join(dataset, table, '*.parquet').replaceAll("'", "''")}'`;
  const found = [];
  const snapshots = await one(`select count(*) from ${files('snapshots')}`);
  if (snapshots !== count) found.push(`${snapshots} rows of snapshots, not ${count}`);
  const different = await one(`select count(distinct file) from ${files('snapshots')}`);
  if (different !== count) found.push(`${different} files, not ${count}`);
  for (const [table, column] of [
    ['classes', 'class'],
    ['groups', 'fingerprint'],
  ]) {
    const doubled = await one(
      `select count(*) from (select 1 from ${files(table)} group by snapshot, ${column} having count(*) > 1)`,
    );
    if (doubled > 0) found.push(`${doubled} rows of ${table} twice`);
    const lost = await one(
      `select count(*) from (select s.snapshot from ${files('snapshots')} s left join ${files(table)} t
       on s.snapshot = t.snapshot group by s.snapshot, s.${table}, s.rest_${table}
       having count(t.snapshot) <> s.${table} - s.rest_${table})`,
    );
    if (lost > 0) found.push(`rows of ${table} are missing from ${lost} censuses`);
  }
  connection.closeSync();
  return found;
}

const rows = [];
let failed = false;
for (const count of values.counts.split(',').map(Number)) {
  const listing = writeFleet(path.join(scratch, `heaps-${count}`), count);
  const dataset = path.join(scratch, `dataset-${count}`);
  const words = (part) => [
    'census',
    '--list',
    listing,
    '--to',
    dataset,
    '--part',
    `${part}/${PROCESSES}`,
    '-q',
  ];
  const start = performance.now();
  const running = Array.from({ length: PROCESSES }, (_, i) => run(words(i + 1)));
  while (censuses(dataset) < count / 10) await new Promise((resolve) => setTimeout(resolve, 20));
  running[0].child.kill('SIGKILL');
  await running[0].end;
  const again = run(words(1));
  const ends = await Promise.all([again, ...running.slice(1)].map(({ end }) => end));
  const wall = (performance.now() - start) / 1000;
  const wrong = [
    ...ends.filter(({ code }) => code !== 0).map(({ code }) => `exit code ${code}`),
    ...(await problems(dataset, count)),
  ];
  const asked = {};
  for (const question of QUESTIONS) {
    const one = await run(['fleet', dataset, '--question', question, '--json', '-q']).end;
    if (one.code !== 0) wrong.push(`fleet --question ${question}: exit code ${one.code}`);
    asked[question] = one;
    if (count <= 1000 && one.processor > 2 && one.wall > 2)
      wrong.push(`${question} took ${one.wall.toFixed(1)} s`);
  }
  const slowest = Object.values(asked).reduce((a, b) => (a.processor > b.processor ? a : b));
  rows.push({
    count,
    wall,
    processor: ends.reduce((sum, one) => sum + one.processor, 0) / count,
    peak: Math.max(...ends.map(({ peak }) => peak)),
    bytes: sizeOf(dataset) / count,
    leaks: asked.leaks,
    slowest,
  });
  for (const text of wrong) process.stderr.write(`${count}: ${text}\n`);
  failed ||= wrong.length > 0;
}
const seconds = (value) => `${value.toFixed(2)} s`;
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const cells = rows.map(({ count, wall, processor, peak, bytes, leaks, slowest }) => [
  count.toLocaleString('en'),
  seconds(wall),
  `${Math.round(processor * 1000)} ms`,
  megabytes(peak),
  `${(bytes / 1000).toFixed(1)} kB`,
  seconds(leaks.processor),
  seconds(slowest.processor),
  megabytes(slowest.peak),
]);
const heads = [
  'censuses',
  'all of them, four processes',
  'processor time each',
  'memory a process',
  'bytes each',
  '`fleet`, processor time',
  'slowest question',
  'its memory',
];
for (const line of [heads, heads.map(() => '---'), ...cells])
  process.stdout.write(`| ${line.join(' | ')} |\n`);
if (values.folder === undefined) rmSync(scratch, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

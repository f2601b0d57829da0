/** The memory of running processes over time. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import {
  answering,
  freePort,
  inspectorOf,
  listens,
  PLAIN_SERVER,
  startHeapgraph,
  startNode,
  until,
} from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const GROWING = `
class Growing {}
globalThis.kept = [];
setInterval(() => { for (let i = 0; i < 5; i++) kept.push(new Growing()); }, 10);
console.log('ready');
`;
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test('watch PID --every 100ms --count 3: a line of numbers a sample', async () => {
  const program = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
  const { stdout, stderr, code } = await heapgraph([
    'watch',
    String(program.pid),
    '--every',
    '100ms',
    '--count',
    '3',
  ]);
  expect(code).toBe(0);
  expect(stderr).toContain('seconds, rss, heapUsed, external, arrayBuffers');
  expect(lines(stdout)).toHaveLength(3);
  for (const line of lines(stdout)) {
    expect(line).toMatch(/^\d+\.\d( \d+){4}$/);
    const [, rss, heapUsed] = line.split(' ').map(Number) as [number, number, number];
    expect(rss).toBeGreaterThan(heapUsed);
    expect(heapUsed).toBeGreaterThan(1e6);
  }
  expect((await fetch(`${program.said}/leak`)).status).toBe(200);
  await program.stop();
});

test('watch ADDRESS --json --growth: samples, and what grew since the first snapshot', async () => {
  const TMPDIR = mkdtempSync(path.join(folder, 'tmp-'));
  const program = await startNode(folder, GROWING, ['--inspect=127.0.0.1:0']);
  const often = ['--every', '200ms', '--every-snapshot', '200ms', '--count', '3'];
  const { stdout, code } = await heapgraph(
    ['watch', await inspectorOf(program), '--json', '--growth', ...often, '--limit', '2'],
    { env: { TMPDIR } },
  );
  expect(code).toBe(0);
  const objects = lines(stdout).map((line) => JSON.parse(line));
  for (const object of objects)
    expect(object).toMatchObject({ schema: 'heapgraph/1', command: 'watch', pid: program.pid });
  const samples = objects.filter(({ kind }) => kind === 'sample');
  expect(samples).toHaveLength(3);
  expect(Object.keys(samples[0])).toEqual(
    expect.arrayContaining(['time', 'seconds', 'rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers']),
  );
  const marks = objects.filter(({ kind }) => kind === 'growth');
  expect(marks.length).toBeGreaterThanOrEqual(2);
  expect(marks[0].rows).toEqual([]);
  expect(marks.at(-1).rows[0]).toMatchObject({ type: 'Growing' });
  expect(marks.at(-1).rows[0].countDelta).toBeGreaterThan(0);
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith('heapgraph-'))).toEqual([]);
  await program.stop();
});

test('watch PID, Ctrl-C: exit code 0, and the process goes on', async () => {
  const port = await freePort();
  const program = await startNode(folder, PLAIN_SERVER, [`--inspect-port=${port}`]);
  const run = startHeapgraph(['watch', String(program.pid), '--every', '100ms'], folder);
  let seen = '';
  run.child.stdout!.on('data', (piece: Buffer) => {
    seen += piece.toString();
  });
  await until('it has seen something', () => lines(seen).length > 1);
  run.child.kill('SIGINT');
  expect((await run.ended).code).toBe(0);
  if (process.platform === 'linux') await until('the inspector is closed', () => !listens(port));
  expect((await fetch(`${program.said}/leak`)).status).toBe(200);
  await program.stop();
});

test.each([
  ['exits', 'process.exit()'],
  ['comes to its end', 'clearInterval(work)'],
])('watch PID, and the process %s: told, exit code 0; with --count unmet 1', async (_, end) => {
  const code = `const work = setInterval(() => {}, 1000); process.once('SIGUSR2', () => ${end}); console.log('ready');`;
  const watched = async (count: readonly string[], wanted: number): Promise<void> => {
    const program = await startNode(folder, code, ['--inspect-port=0']);
    const run = startHeapgraph(['watch', String(program.pid), '--every', '100ms', ...count], folder);
    let seen = '';
    run.child.stdout!.on('data', (piece: Buffer) => {
      seen += piece.toString();
    });
    await until('it has seen something', () => lines(seen).length > 1);
    program.child.kill('SIGUSR2');
    const { stderr, code: exitCode } = await run.ended;
    expect(stderr).toContain(`process ${program.pid} has ended`);
    expect(exitCode).toBe(wanted);
    // Node.js 20 sometimes crashes where an inspector's client leaves while the process ends.
    await until('it is gone', () => program.child.exitCode !== null || program.child.signalCode !== null);
  };
  await Promise.all([watched([], 0), watched(['--count', '1000'], 1)]);
});

test('watch PID | head -1', async () => {
  const program = await startNode(folder, PLAIN_SERVER, ['--inspect-port=0']);
  const run = startHeapgraph(['watch', String(program.pid), '--every', '50ms'], folder);
  run.child.stdout!.once('data', () => run.child.stdout!.destroy());
  expect((await run.ended).code).toBe(0);
  await program.stop();
});

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasScript)('watch PID on a terminal: a plot; the key s marks, q ends', async () => {
  const program = await startNode(folder, GROWING, ['--inspect-port=0']);
  const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
  const line = `stty cols 80 rows 40; ${process.execPath} ${bin} watch ${program.pid} --every 200ms --growth`;
  const child = spawn('script', ['-qec', line, path.join(folder, 'typescript')], {
    env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' },
  });
  let seen = '';
  child.stdout.on('data', (piece: Buffer) => {
    seen += piece.toString().replace(/\x1b\[[\d;]*m/g, '');
  });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  try {
    await until('the first mark', () => seen.includes('grown since the first snapshot'));
    child.stdin.write('s');
    await until('what grew', () => /Growing +\d+ +\+\d+/.test(seen));
    child.stdin.write('q');
    expect(await ended).toBe(0);
    for (const text of ['heapUsed', 'rss', 'MB', 'q or Ctrl-C ends']) expect(seen).toContain(text);
    expect(seen.lastIndexOf('\x1b[?25h')).toBeGreaterThan(seen.lastIndexOf('\x1b[?25l'));
  } finally {
    child.kill('SIGKILL');
    await program.stop();
  }
});

test('watch ADDRESS of a server that answers everything: not an inspector, exit code 2', async () => {
  const server = await startNode(folder, answering('hello'));
  const { stdout, stderr, code } = await heapgraph(['watch', server.said]);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toContain(`what listens at ${server.said} is not an inspector`);
  expect(stderr).not.toMatch(/\n +at /);
  await server.stop();
});

test.each([
  [[], /no process was named/],
  [['1', '2'], /too many arguments/],
  [['abc'], /is not a process id\n.*address of an inspector: heapgraph watch 127\.0\.0\.1:9229/],
  [['999999999'], /there is no process/],
  [['127.0.0.1:1'], /refuses the connection/],
  [['12', '--every', '0s'], /Expected a time such as/],
  [['12', '--every-snapshot', '5s'], /needs --growth/],
  [['12', '--target', 'x'], /--target needs an address/],
])('watch %j', async (args, message) => {
  const { stdout, stderr, code } = await heapgraph(['watch', ...args]);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toMatch(message);
});

test('watch PID --classes Growing,Nope --count 2: their instances at each sample', async () => {
  const port = await freePort();
  const program = await startNode(folder, GROWING, [`--inspect-port=${port}`]);
  const args = [
    'watch',
    String(program.pid),
    '--classes',
    'Growing,Nope',
    '--every',
    '300ms',
    '--count',
    '2',
  ];
  const { stdout, stderr, code } = await heapgraph([...args, '--json']);
  expect(code).toBe(0);
  const samples = lines(stdout).map(
    (line) => JSON.parse(line) as { classes: Record<string, number>; pause: number },
  );
  const [first, second] = samples.map(({ classes }) => classes.Growing!) as [number, number];
  expect(second).toBeGreaterThan(first);
  expect(samples.map(({ classes }) => classes.Nope)).toEqual([0, 0]);
  expect(samples[0]!.pause).toBeGreaterThan(0);
  const text = await heapgraph([...args.slice(0, -1), '1']);
  expect(text.stdout).toMatch(/^\d+\.\d( \d+){5} 0\n$/);
  expect(text.stderr + stderr).toContain('arrayBuffers, Growing, Nope');
  expect(listens(port)).toBe(false);
  await program.stop();
});

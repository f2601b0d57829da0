/** `capture -- program` with a profile, stacks of allocations and long strings: also when the program ends early. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { counted, filesOf, startHeapgraph, until } from '../support/processes.js';
import { fileMaker, folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const fresh = folderMaker(folder);
const write = fileMaker(folder);
let programs = 0;
const written = (code: string): string => write(`program-${programs++}.cjs`, code);

const PROGRAM = `
class Order { constructor(i) { this.i = i; this.lines = new Array(20).fill(i); } }
const orders = globalThis.orders = [];
function addOrder(i) { orders.push(new Order(i)); }
for (let i = 0; i < 5000; i++) addOrder(i);
globalThis.long = Buffer.alloc(5000, 'long ').toString('latin1');
console.log('ready');
`;

interface ProfileNode {
  readonly callFrame: { readonly functionName: string };
  readonly children: readonly ProfileNode[];
}

/** Names of all functions in a profile. */
function functionsIn(file: string): Set<string> {
  const { head } = JSON.parse(readFileSync(file, 'utf8')) as { head: ProfileNode };
  const names = new Set<string>();
  const walk = ({ callFrame, children }: ProfileNode): void => {
    names.add(callFrame.functionName);
    children.forEach(walk);
  };
  walk(head);
  return names;
}

describe('capture --profile 60s -- program', () => {
  test.each([
    ['comes to its end', 'setTimeout(() => {}, 300);', undefined],
    ['ends at once', '', undefined],
    ['calls process.exit(3)', 'setTimeout(() => process.exit(3), 300);', 'exit code 3'],
    ['throws', 'setTimeout(() => { throw new Error("on purpose"); }, 300);', 'exit code 1'],
  ])('which %s: what it did up to then, exit code 0', async (_, end, ending) => {
    const cwd = fresh();
    const program = written(PROGRAM + end);
    const { stdout, stderr, code } = await heapgraph(
      ['capture', '-q', '--profile', '60s', '-o', 'a.heapprofile', '--', 'node', program],
      { cwd },
    );
    expect([code, filesOf(cwd)]).toEqual([0, ['a.heapprofile']]);
    expect(stdout).toMatch(/^ +Size +% {2}Function +Location\n/);
    expect(stderr).toMatch(/sampled for (\d+ ms|\d+ seconds?) of 60 seconds: then the process ended/);
    if (ending) expect(stderr).toContain(`the program ended: ${ending}`);
    // From its very start on.
    expect(functionsIn(path.join(cwd, 'a.heapprofile'))).toContain('addOrder');
    expect(statSync(path.join(cwd, 'a.heapprofile')).mode & 0o777).toBe(0o600);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s: written, and the program is ended', async (signal) => {
    const cwd = fresh();
    const program = written(`${PROGRAM} console.log('pid', process.pid); setInterval(() => {}, 1000);`);
    const run = startHeapgraph(
      ['capture', '--json', '--profile', '60s', '-o', 'a.heapprofile', '--', 'node', program],
      cwd,
    );
    let said = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    await until('it samples', () => said.includes('sampling the allocations') && said.includes('pid'));
    run.child.kill(signal);
    const { stdout, stderr, code } = await run.ended;
    expect([code, filesOf(cwd)]).toEqual([0, ['a.heapprofile']]);
    expect(stderr).toMatch(/sampled for (\d+ ms|\d+ seconds?) of 60 seconds\n/);
    const { sampled, file } = JSON.parse(stdout) as { sampled: number; file: string };
    expect(file).toBe('a.heapprofile');
    expect(sampled).toBeGreaterThan(0);
    expect(sampled).toBeLessThan(60_000);
    expect(functionsIn(path.join(cwd, file))).toContain('addOrder');
    expect(() => process.kill(Number(/pid (\d+)/.exec(said)![1]), 0)).toThrow(/ESRCH/);
  });

  test('the time is over: nothing is said of it, and the program is ended', async () => {
    const cwd = fresh();
    const program = written(`${PROGRAM} setInterval(() => addOrder(1), 1);`);
    const { stderr, code } = await heapgraph(
      ['capture', '--profile', '1s', '-o', 'a.heapprofile', '--', 'node', program],
      { cwd },
    );
    expect([code, filesOf(cwd)]).toEqual([0, ['a.heapprofile']]);
    expect(stderr).not.toContain('sampled for');
  });

  test.each([
    [
      'soon',
      'setTimeout(() => process.kill(process.pid, "SIGKILL"), 1500);',
      2,
      /ended \(SIGKILL\) before there was a profile\n/,
    ],
    [
      'after a while: what it did up to some seconds before',
      'setTimeout(() => process.kill(process.pid, "SIGKILL"), 5000);',
      0,
      /sampled for [345] seconds of 60 seconds: then the process ended/,
    ],
  ])('which is killed %s', async (_, end, wanted, message) => {
    const cwd = fresh();
    const program = written(PROGRAM + end);
    const { stderr, code } = await heapgraph(
      ['capture', '--profile', '60s', '-o', 'a.heapprofile', '--', 'node', program],
      { cwd },
    );
    expect([code, filesOf(cwd)]).toEqual([wanted, wanted === 0 ? ['a.heapprofile'] : []]);
    expect(stderr).toMatch(message);
  });
});

describe('capture --track-allocations --strings 10000 -- program, at its exit', () => {
  test.each([
    ['comes to its end', 'setTimeout(() => addOrder(7), 300);'],
    ['ends at once', ''],
    ['calls process.exit', 'setInterval(() => {}, 1000); setTimeout(() => process.exit(), 300);'],
    // Its work is seen by nobody: Node.js does not name it.
    [
      'compresses for a while at its end',
      `require('node:zlib').brotliCompress(Buffer.alloc(12e6, Array.from({ length: 5000 }, (_, i) => String.fromCharCode(i * i % 251)).join('')), () => { addOrder(8); console.log('compressed'); });`,
    ],
  ])('which %s', async (_, end) => {
    const cwd = fresh();
    const program = written(PROGRAM + end);
    const file = path.join(cwd, 'a.heapsnapshot');
    const { stdout, stderr, code } = await heapgraph(
      ['capture', '--track-allocations', '--strings', '10000', '-o', file, '--', 'node', program],
      { cwd },
    );
    expect([stdout, code, filesOf(cwd)]).toEqual([`${file}\n`, 0, ['a.heapsnapshot']]);
    if (end.includes('compressed')) expect(stderr).toContain('compressed');
    expect(readFileSync(file, 'utf8')).toContain('long '.repeat(900));
    const allocated = await heapgraph(['by-type', 'Order', '--allocated', file]);
    if (!end.includes('compressed'))
      expect(allocated.stdout).toMatch(/(addOrder|\(anonymous\)) .*program.*js:\d+:\d+/);
  });

  test('capture --after 1s --track-allocations -- program: from its start on', async () => {
    const file = path.join(fresh(), 'a.heapsnapshot');
    const program = written(`${PROGRAM} setInterval(() => {}, 1000);`);
    const { code } = await heapgraph([
      'capture',
      '--after',
      '1s',
      '--track-allocations',
      '-o',
      file,
      '--',
      'node',
      program,
    ]);
    expect(code).toBe(0);
    const allocated = await heapgraph(['by-type', 'Order', '--allocated', file]);
    expect(allocated.stdout).toMatch(/(addOrder|\(anonymous\)) .*program.*js:\d+:\d+/);
  });
});

test('capture --after 1s --worker jobs -- program: a worker that it starts meanwhile', async () => {
  const cwd = fresh();
  const worker =
    'class InWorker {} globalThis.k = Array.from({ length: 7 }, () => new InWorker()); setInterval(() => {}, 1000)';
  const program = written(
    `const { Worker } = require('node:worker_threads'); setTimeout(() => new Worker(${JSON.stringify(worker)}, { eval: true, name: 'jobs' }), 200);`,
  );
  const { stdout, code } = await heapgraph(
    ['capture', '-q', '--after', '1s', '--worker', 'jobs', '-o', 'w.heapsnapshot', '--', 'node', program],
    { cwd },
  );
  expect([stdout, code]).toEqual(['w.heapsnapshot\n', 0]);
  expect([7, 8]).toContain(await counted('InWorker', 'w.heapsnapshot', cwd));
});

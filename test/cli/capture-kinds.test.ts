/** `capture` with stacks of allocations, long strings, and a profile in place of a snapshot. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { startHeapgraph, startNode, until } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

const PROGRAM = `
class Order { constructor(i) { this.i = i; this.lines = new Array(20).fill(i); } }
const orders = [];
function addOrder(i) { orders.push(new Order(i)); }
setInterval(() => { for (let i = 0; i < 50; i++) addOrder(i); }, 20);
globalThis.long = Buffer.alloc(5000, 'long ').toString('latin1');
console.log('ready');
`;

/** Characters of the long string in a snapshot. */
const longest = (file: string): number =>
  Math.max(
    ...(readFileSync(file, 'utf8').match(/(?:long ){20,}(?:l|lo|lon|long)?/g) ?? ['']).map(
      (text) => text.length,
    ),
  );

let program: Awaited<ReturnType<typeof startNode>>;
beforeAll(async () => {
  program = await startNode(folder, PROGRAM, ['--inspect-port=0']);
});
afterAll(() => program.stop());

test('capture PID --after 1s --track-allocations --strings 10000', async () => {
  const file = path.join(folder, 'tracked.heapsnapshot');
  const { stdout, code } = await heapgraph([
    'capture',
    String(program.pid),
    ...['--after', '1s', '--track-allocations', '--strings', '10000', '-o', file],
  ]);
  expect([stdout, code]).toEqual([`${file}\n`, 0]);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('long '.repeat(900));
  const allocated = await heapgraph(['by-type', 'Order', '--allocated', file]);
  expect(allocated.stdout).toMatch(/(addOrder|\(anonymous\)) .*program.*js:\d+:\d+/);
});

test('capture PID: the limit of strings is as it was', async () => {
  const file = path.join(folder, 'plain.heapsnapshot');
  await heapgraph(['capture', String(program.pid), '-q', '-o', file]);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('long '.repeat(200));
  expect(text).not.toContain('long '.repeat(300));
});

test('capture PID --strings, of a program whose flags set a limit: that one is put back', async () => {
  const other = await startNode(folder, PROGRAM, ['--inspect-port=0', '--heap_snapshot_string_limit=2000']);
  const of = (...more: string[]) => heapgraph(['capture', String(other.pid), ...more]);
  const file = path.join(folder, 'flags.heapsnapshot');
  const raised = await of('--strings', '4000', '-o', file);
  expect(raised.stderr).not.toContain('cannot be read');
  expect(readFileSync(file, 'utf8')).toContain('long '.repeat(800));
  await of('-o', file);
  expect(longest(file)).toBe(2000);
  await other.stop();
});

test('capture PID --strings: what cannot be put back is said; one limit at the end of a process is no error', async () => {
  const other = await startNode(folder, `${PROGRAM} process.once('SIGUSR2', () => process.exit());`, [
    '--inspect-port=0',
  ]);
  const run = startHeapgraph(
    ['capture', String(other.pid), '--strings', '4000', '--after', '1m', '-o', 'gone.heapsnapshot'],
    folder,
  );
  let said = '';
  run.child.stderr!.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  await until('it waits', () => said.includes('(v8.setFlagsFromString) cannot be read, and is lost'));
  other.child.kill('SIGUSR2');
  const { stderr, code } = await run.ended;
  expect([stderr, code]).toEqual([expect.stringMatching(/ended before its snapshot was due/), 2]);
});

test('capture PID --profile 1s: a .heapprofile, and its functions', async () => {
  const file = path.join(folder, 'app.heapprofile');
  const { stdout, stderr, code } = await heapgraph([
    'capture',
    String(program.pid),
    ...['--profile', '1s', '-o', file],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ +Size +% {2}Function +Location\n/);
  expect(stdout).toMatch(/program.*js:\d+:\d+/);
  expect(stderr).toContain(`written to ${file}: `);
  const profile = JSON.parse(readFileSync(file, 'utf8')) as { head: { callFrame: { functionName: string } } };
  expect(profile.head.callFrame.functionName).toBe('(root)');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

describe('is refused before the process is touched', () => {
  test.each([
    [['1', '--track-allocations'], /needs time before the snapshot/],
    [['1', '--strings', '600000000'], /more characters than V8 writes itself: 1,025 to 536,870,888\n/],
    [['1', '--strings', '1024'], /more characters than V8 writes itself: 1,025 to .*\n.*the first 1,024/],
    [['--profile', '1s', '--worker', 'a', '--', 'node', 'x.js'], /its workers are not there yet/],
    [['1', '--profile', '1s', '--after', '1s'], /--profile takes no snapshot/],
    [['1', '--profile', '1s', '--strings', '5000'], /--profile takes no snapshot/],
  ])('capture %j', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(['capture', ...args]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
  });
});

/** memory: what the memory of a process consists of. Three programs that are large in three ways. */
import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { expressPath } from '../support/fixtures.js';
import { freePort, listens, startNode } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const isLinux = process.platform === 'linux';
const hasCompiler = spawnSync('c++', ['--version']).status === 0;

const BUFFERS = `
const held = [];
for (let i = 0; i < 500; i++) held.push(Buffer.alloc(1e6, 1));
globalThis.held = held;
setInterval(() => {}, 1000);
console.log('ready');
`;
/** OpenSSL's contexts: V8 is not told of them. */
const NATIVE = `
const tls = require('node:tls');
const held = [];
for (let i = 0; i < 10000; i++) held.push(tls.createSecureContext({}));
globalThis.held = held;
setInterval(() => {}, 1000);
console.log('ready');
`;
/** One object of a thousand stays, and with it its page. */
const FRAGMENTS = `
const held = [];
let all = [];
for (let i = 0; i < 1e6; i++) {
  const object = { a: i, b: [i] };
  all.push(object);
  if (i % 1000 === 0) held.push(object);
}
globalThis.held = held;
setTimeout(() => {
  gc();
  setTimeout(() => {
    all = undefined;
    gc();
    setInterval(() => {}, 1000);
    console.log('ready');
  }, 20);
}, 20);
`;

interface Sheet {
  readonly rss: number;
  readonly rows: readonly { readonly part: string; readonly size: number; readonly says: string }[];
}

async function sheetOf(code: string, flags: readonly string[] = []) {
  const port = await freePort();
  const program = await startNode(folder, code, [`--inspect-port=${port}`, ...flags]);
  const { stdout, stderr, code: exit } = await heapgraph(['memory', String(program.pid), '--json']);
  expect([exit, listens(port)]).toEqual([0, false]);
  const sheet = JSON.parse(stdout) as Sheet;
  const sizes = Object.fromEntries(sheet.rows.map(({ part, size }) => [part, size])) as Record<
    string,
    number
  >;
  expect(Object.values(sizes).reduce((sum, size) => sum + size, 0)).toBe(sheet.rss);
  const [largest] = Object.entries(sizes)
    .filter(([part]) => part !== 'files')
    .sort((a, b) => b[1] - a[1])[0]!;
  return { program, sheet, sizes, largest, stderr };
}

describe.runIf(isLinux)('on Linux', () => {
  test('memory PID: 500 MB of Buffers, and who holds them in a snapshot', async () => {
    const { program, sizes, largest, stderr } = await sheetOf(BUFFERS);
    expect(largest).toBe('array buffers');
    expect(sizes['array buffers']).toBeGreaterThan(499e6);
    expect(sizes['array buffers']).toBeLessThan(502e6);
    expect(sizes.rest).toBeLessThan(100e6);
    expect(stderr).toContain('most of it is array buffers');
    const file = path.join(folder, 'buffers.heapsnapshot');
    await heapgraph(['capture', String(program.pid), '-o', file, '-q']);
    const { stdout } = await heapgraph(['memory', String(program.pid), file, '--json']);
    const holder = (JSON.parse(stdout) as Sheet).rows.find(({ part }) => part.includes('snapshot'))!;
    expect(holder.says).toMatch(/^500 held by .*held/);
    expect(holder.size).toBe(500e6);
    await program.stop();
  });

  test('memory PID: native memory that V8 is not told of', async () => {
    const { program, sizes, largest } = await sheetOf(NATIVE);
    expect(largest).toBe('rest');
    expect(sizes.rest).toBeGreaterThan(40e6);
    await program.stop();
  });

  test.skipIf(!hasCompiler)('memory PID: what a C++ addon leaks (needs c++)', async () => {
    const addon = path.join(folder, 'leak.node');
    const source = fileURLToPath(new URL('../support/native-leak.cc', import.meta.url));
    execFileSync('c++', ['-std=c++17', '-shared', '-fPIC', '-o', addon, source]);
    const { program, sizes, largest, stderr } = await sheetOf(`
      require(${JSON.stringify(addon)})(200);
      setInterval(() => {}, 1000);
      console.log('ready');
    `);
    expect(largest).toBe('rest');
    expect(sizes.rest).toBeGreaterThan(200e6);
    expect(sizes.rest).toBeLessThan(240e6);
    expect(stderr).toContain('most of it is rest');
    await program.stop();
  });

  test('memory PID: a heap in fragments', async () => {
    const { program, sizes, largest } = await sheetOf(FRAGMENTS, ['--expose-gc', '--no-compact']);
    expect(largest).toBe('heap free');
    expect(sizes['heap free']).toBeGreaterThan(3 * sizes['heap used']!);
    const line = ['watch', String(program.pid), '--parts', '--count', '1', '--json'];
    const sample = JSON.parse((await heapgraph(line)).stdout) as {
      rss: number;
      parts: Record<string, number>;
    };
    expect(Object.values(sample.parts).reduce((sum, size) => sum + size, 0)).toBe(sample.rss);
    expect(sample.parts['heap free']).toBeGreaterThan(3 * sample.parts['heap used']!);
    await program.stop();
  });
});

test('memory app.heapsnapshot: what a snapshot alone tells, in parts that add up', async () => {
  const F = expressPath('final');
  const [text, json, csv, info] = await Promise.all([
    heapgraph(['memory', F]),
    heapgraph(['memory', F, '--json']),
    heapgraph(['memory', F, '--csv']),
    heapgraph(['info', F, '--json']),
  ]);
  expect(text.code).toBe(0);
  expect(text.stderr).toContain('8.7 MB in the snapshot; RSS, free room of the heap');
  const { rows, ...sheet } = JSON.parse(json.stdout) as Sheet;
  expect(sheet).toMatchObject({ command: 'memory', pid: null, rss: null });
  const sizes = rows.filter(({ part }) => !part.startsWith(' ')).map(({ part, size }) => [part, size]);
  const total = sizes.reduce((sum, [, size]) => sum + Number(size), 0);
  expect(JSON.parse(info.stdout).rows[0].totalSize).toBe(total);
  expect(csv.stdout.split('\n')[0]).toBe('part,size,share,claimed,says,tell');
  expect(Object.fromEntries(sizes)).toMatchObject({ 'array buffers': 146_023 });
  expect(rows.find(({ part }) => part === '  in the snapshot')!.says).toMatch(/ held by /);
});

test.each([
  [['memory'], 'no process was named'],
  [['memory', 'app.heapsnapshot'], 'app.heapsnapshot'],
  [['memory', '4711', 'a.heapsnapshot', 'b.heapsnapshot'], 'too many arguments'],
])('%s', async (line, message) => {
  const { stderr, code } = await heapgraph(line);
  expect([stderr, code]).toEqual([expect.stringContaining(message), 2]);
});

/** count --live: instances of classes of a running process, as a snapshot has them. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { freePort, listens, startNode } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

const CLASSES = `
class Session { constructor() { this.open = true; } }
class Sub extends Session {}
function Old() {}
class Tagged { get [Symbol.toStringTag]() { console.log('ran'); return 'Other'; } }
const Base = Session;
const Named = class Session {};
const Inner = (() => { class Session extends Base {} return Session; })();
const kept = [];
for (let i = 0; i < 1000; i++) kept.push(new Session());
for (let i = 0; i < 100; i++) kept.push(new Sub());
for (let i = 0; i < 10; i++) kept.push(new Old());
for (let i = 0; i < 7; i++) kept.push(new Named());
for (let i = 0; i < 3; i++) kept.push(Object.create(Session.prototype));
for (let i = 0; i < 4; i++) kept.push(Object.assign(new Session(), { constructor: Old }));
for (let i = 0; i < 5; i++) kept.push(Object.assign(new Sub(), { constructor: Session }));
for (let i = 0; i < 6; i++) kept.push(new Tagged(), new Inner(), new Proxy(new Session(), {}));
globalThis.kept = kept;
for (let i = 0; i < 50; i++) new Session(); // garbage
setInterval(() => {}, 1000);
console.log('ready');
`;
const TYPES = ['Session', 'Sub', 'Old', 'Tagged'];

interface Answer {
  readonly rows: readonly { readonly type: string; readonly count: number }[];
  readonly pid: number;
  readonly pause: number;
  readonly longestPause: number;
}

test('count Session Sub Old Tagged --live PID: as in a snapshot taken after it', async () => {
  const port = await freePort();
  const program = await startNode(folder, CLASSES, [`--inspect-port=${port}`]);
  const pid = String(program.pid);
  const { stdout, code } = await heapgraph(['count', ...TYPES, '--live', pid, '--json']);
  const answer = JSON.parse(stdout) as Answer;
  expect(code).toBe(0);
  expect(answer.pid).toBe(program.pid);
  expect(answer.longestPause).toBeGreaterThan(0);
  expect(answer.pause).toBeGreaterThanOrEqual(answer.longestPause);
  expect(listens(port)).toBe(false);
  const file = path.join(folder, 'after.heapsnapshot');
  await heapgraph(['capture', pid, '-o', file, '-q']);
  const snapshot = await heapgraph(['count', ...TYPES, file, '--json']);
  expect(answer.rows).toEqual((JSON.parse(snapshot.stdout) as Answer).rows);
  // 1,000, 7, 3, 4, 12 of Inner and behind proxies; prototypes of classes that extend Session.
  expect(answer.rows.find(({ type }) => type === 'Session')!.count).toBeGreaterThanOrEqual(1026);
  expect(answer.rows.find(({ type }) => type === 'Old')).toEqual({ type: 'Old', count: 10 });
  await program.stop();
});

test('count Nope --live PID --fail-if-none: no such class, and how long the process waited', async () => {
  const program = await startNode(folder, CLASSES);
  const { stdout, stderr, code } = await heapgraph([
    'count',
    'Nope',
    '--live',
    String(program.pid),
    '--fail-if-none',
  ]);
  expect([stdout, code]).toEqual(['0\n', 1]);
  expect(stderr).toContain(`no class called "Nope" in process ${program.pid}`);
  expect(stderr).toMatch(/did nothing else for [\d,]+ ms, [\d,]+ ms at a time/);
  await program.stop();
});

test('count Session --live PID: a program that has replaced functions of JavaScript is not run', async () => {
  const program = await startNode(
    folder,
    `class Session {}
    globalThis.kept = [new Session()];
    const original = Object.getOwnPropertyDescriptor;
    globalThis.ran = 0;
    Object.getOwnPropertyDescriptor = (...args) => { globalThis.ran++; return original(...args); };
    process.on('SIGUSR2', () => console.error('ran ' + globalThis.ran));
    setInterval(() => {}, 1000);
    console.log('ready');`,
  );
  const { stdout, stderr, code } = await heapgraph(['count', 'Session', '--live', String(program.pid)]);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toContain('without running code of its own');
  process.kill(program.pid, 'SIGUSR2');
  await expect.poll(() => program.stderr()).toContain('ran 0');
  await program.stop();
});

test.each([
  [['count', 'Session and retained > 1kb', '--live', '1'], 'more than the name of a class'],
  [['count', 'Session', '--live', 'app'], 'app'],
  [['count', '--live', '4711'], 'no class was named'],
  [['count', 'Session', '--regex', '--live', '4711'], 'more than the name of a class'],
])('%s', async (line, message) => {
  const { stderr, code } = await heapgraph(line);
  expect([stderr, code]).toEqual([expect.stringContaining(message), 2]);
});

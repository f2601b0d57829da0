/** closures: programs whose closures are known, in several versions of Node.js. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/closures/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');
const KINDS = path.join(folder, 'kinds.heapsnapshot');
const KINDS_SCRIPT = path.join(folder, 'kinds.cjs');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'reports.cjs'), LIVE]);
  copyFileSync(path.join(FIXTURES, 'kinds.cjs'), KINDS_SCRIPT);
  execFileSync(process.execPath, [KINDS_SCRIPT, KINDS]);
}, 60_000);

type Rows = readonly Record<string, unknown>[];

async function closures(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['closures', ...line, '--json']);
  const answer = JSON.parse(stdout);
  const [unread, functions] = answer.parts as { rows: Rows; notes: string[] }[];
  return {
    ...answer,
    unread: unread!.rows,
    said: unread!.notes,
    functions: functions!.rows,
    stderr,
    code,
  } as {
    readonly unread: Rows;
    readonly functions: Rows;
    readonly said: readonly string[];
    readonly others: number;
    readonly checked: { contexts: number; scripts: Rows; notChecked: Rows };
    readonly code: number;
  };
}

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 26', path.join(FIXTURES, 'node26.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('closures: the variable that nothing reads, its size, and both functions', async () => {
    const { unread, functions, checked, said, others, code } = await closures(file);
    expect(code).toBe(0);
    expect(unread).toEqual([
      {
        variable: 'report',
        of: 'subscribe() reports.cjs:15',
        contexts: 100,
        retainedSize: expect.any(Number),
        keptBy: 'describe() reports.cjs:20',
        readBy: 'debug() reports.cjs:18',
        id: expect.any(Number),
        scope: expect.objectContaining({ name: 'subscribe', line: 15 }),
        keepers: [expect.objectContaining({ name: 'describe', line: 20 })],
        readers: [expect.objectContaining({ name: 'debug', line: 18 })],
      },
    ]);
    expect(said[0]).toContain('describe() reports.cjs:20 keeps report of subscribe()');
    // The short script is in the snapshot as a whole.
    expect(checked).toMatchObject({ scripts: [{ from: 'snapshot' }], notChecked: [] });
    const describe = functions.find(({ type }) => String(type).startsWith('describe()'))!;
    expect(describe).toMatchObject({ count: 100, contexts: 100, shared: 0, owner: 'program' });
    expect(describe.location).toMatchObject({ line: 20, column: 41 });
    // 200 rows of 40 bytes in each report, and the report itself.
    expect(unread[0]!.retainedSize).toBeGreaterThan(100 * 200 * 40);
    expect(unread[0]!.retainedSize).toBeLessThan(Number(describe.retainedSize));
    expect(describe.retainedSize).toBeLessThan(100 * 200 * 60);
    const subscribe = functions.find(({ type }) => String(type).startsWith('subscribe()'))!;
    expect(subscribe).toMatchObject({ count: 1, contexts: 1 });
    expect(subscribe.retainedSize).toBeGreaterThan(Number(describe.retainedSize));
    expect(others).toBeGreaterThan(1000);
  });
});

test('closures: in all forms of the language, what is not read and nothing else', async () => {
  const { unread, checked } = await closures(KINDS, '--all');
  const declared = readFileSync(KINDS_SCRIPT, 'utf8').match(/\bunread[A-Z]\w*/g)!;
  expect(unread.map(({ variable }) => variable).sort()).toEqual([...new Set(declared)].sort());
  expect(unread.find(({ variable }) => variable === 'unreadItem')).toMatchObject({ contexts: 2 });
  expect(checked).toMatchObject({ scripts: [{ script: KINDS_SCRIPT, from: 'file' }], notChecked: [] });
});

test('closures --no-sources, --sources: which scripts are read', async () => {
  const none = await closures(KINDS, '--no-sources');
  expect(none.unread).toEqual([]);
  expect(none.checked.scripts).toEqual([]);
  expect(none.checked.notChecked).toMatchObject([{ reason: 'files are left alone (--no-sources)' }]);
  const sources = path.join(folder, 'sources');
  mkdirSync(sources);
  expect((await closures(KINDS, '--sources', sources)).checked.notChecked).toMatchObject([
    { reason: 'no file of its name is in the folder of the sources' },
  ]);
  copyFileSync(KINDS_SCRIPT, path.join(sources, 'kinds.cjs'));
  expect((await closures(KINDS, '--sources', sources)).unread).toHaveLength(10);
  // The last one counts.
  expect((await closures(KINDS, '--no-sources', '--sources', sources)).unread).toHaveLength(10);
});

test.each([
  ['another beginning', (text: string) => `// new\n${text}`, /begins with another text/],
  [
    'a line more',
    (text: string) => text.replace('\nclasses();', '\n\nclasses();'),
    /it has no function .*at \d+:\d+/,
  ],
  ['another name', (text: string) => text.replace(/\bagain\(n/g, 'sanga(n'), /it has no function again at/],
  ['no JavaScript', (text: string) => `${text}\n<<`, /no JavaScript/],
  [
    'nested too deeply',
    (text: string) => `${text}\n${'['.repeat(1e5)}${']'.repeat(1e5)}`,
    /nested too deeply/,
  ],
])('closures --sources: a file with %s is not compared', async (name, change, reason) => {
  const sources = path.join(folder, name);
  mkdirSync(sources);
  writeFileSync(path.join(sources, 'kinds.cjs'), change(readFileSync(KINDS_SCRIPT, 'utf8')));
  const { unread, checked, code } = await closures(KINDS, '--sources', sources);
  expect(code).toBe(0);
  expect(unread).toEqual([]);
  expect(checked.notChecked).toMatchObject([{ reason: expect.stringMatching(reason) }]);
});

test('closures --sources: a link out of the folder is not followed', async () => {
  const sources = path.join(folder, 'links');
  mkdirSync(sources);
  symlinkSync(KINDS_SCRIPT, path.join(sources, 'kinds.cjs'));
  const { checked } = await closures(KINDS, '--sources', sources);
  expect(checked.notChecked).toMatchObject([{ reason: expect.stringContaining('no file of its name') }]);
});

test('closures --runtime: functions of the runtime and built-in ones as well', async () => {
  const file = path.join(FIXTURES, 'node26.heapsnapshot.br');
  const { functions } = await closures(file, '--runtime', '--all');
  expect(new Set(functions.map(({ owner }) => owner))).toEqual(new Set(['program', 'runtime', 'built-in']));
});

test('closures page.heapsnapshot.br: Chromium 156 has the scopes of its scripts', async () => {
  const { unread, checked, code } = await closures(path.join(FIXTURES, 'page.heapsnapshot.br'));
  expect(code).toBe(0);
  expect(checked.scripts).toContainEqual({ script: 'http://127.0.0.1:8767/', from: 'scopes' });
  expect(unread).toMatchObject([{ variable: 'rows', contexts: 5, retainedSize: 91_320 }]);
});

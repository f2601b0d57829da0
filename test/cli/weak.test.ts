/** weak: a program whose weak objects are known, in three versions of Node.js. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { expressPath } from '../support/fixtures.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/weak/', import.meta.url));
const LIVE = path.join(temporaryFolder(), 'live.heapsnapshot');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'weak.cjs'), LIVE]);
}, 60_000);

async function weak(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['weak', ...line, '--json']);
  return { ...JSON.parse(stdout), stderr, code } as {
    readonly rows: readonly Record<string, unknown>[];
    readonly others: number;
    readonly references: number;
    readonly holders: number;
    readonly freedCount: number;
    readonly freedSize: number;
    readonly stderr: string;
    readonly code: number;
  };
}

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 24', path.join(FIXTURES, 'node24.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('weak: those of the program, what is in them, and where they are', async () => {
    const { rows, others, code } = await weak(file);
    expect(code).toBe(0);
    const byVariable = Object.fromEntries(
      rows.map((row) => [/weak\.cjs: (\w+)/.exec(String(row.holder))![1], row]),
    );
    expect(byVariable).toMatchObject({
      profiles: { kind: 'WeakMap', count: 1, live: 2, empty: 1, selfHeld: 0 },
      leaks: { kind: 'WeakMap', type: 'Cache', count: 1, live: 4, empty: 0, selfHeld: 4, valueSize: 0 },
      seen: { kind: 'WeakSet', count: 1, live: 2, empty: 1, selfHeld: 0, valueSize: 0 },
      refs: { kind: 'WeakRef', count: 3, live: 2, empty: 1, selfHeld: 0, valueSize: 0 },
      registry: { kind: 'FinalizationRegistry', count: 1, live: 4, empty: 0, selfHeld: 3 },
    });
    expect(rows).toHaveLength(5);
    expect(byVariable.registry!.location).toMatchObject({ line: 39 });
    // Two profiles with an array of 100 doubles each.
    expect(byVariable.profiles!.valueSize).toBeGreaterThan(1600);
    expect(byVariable.profiles!.valueSize).toBeLessThan(2400);
    expect(others).toBeGreaterThan(3);
  });

  test("weak --all: also the runtime's own", async () => {
    const [program, all] = [await weak(file), await weak(file, '--all')];
    const total = all.rows.reduce((sum, { count }) => sum + Number(count), 0);
    const own = program.rows.reduce((sum, { count }) => sum + Number(count), 0);
    expect(total).toBe(own + program.others);
    expect(all.others).toBe(0);
  });

  test("weak --if-weak 'Map[keys]': pages and their profiles, which nothing else holds", async () => {
    const { rows, code } = await weak(file, '--if-weak', 'Map[keys]');
    expect(code).toBe(0);
    const counts = Object.fromEntries(rows.map(({ type, count }) => [type, count]));
    expect(counts).toMatchObject({ Page: 5, Profile: 5 });
    expect(counts.Session).toBeUndefined();
  });

  test('weak --if-weak Profile.text: the arrays', async () => {
    const { references, holders, rows } = await weak(file, '--if-weak', 'Profile.text');
    expect([references, holders]).toEqual([11, 11]);
    expect(rows.find(({ type }) => type === 'Array')).toMatchObject({ count: 11 });
  });

  test('weak --if-weak Profile.session: pages that a leaked profile holds, and no session', async () => {
    const { rows, references } = await weak(file, '--if-weak', '(class = Profile).session');
    const counts = Object.fromEntries(rows.map(({ type, count }) => [type, count]));
    expect(counts.Page).toBe(4);
    expect(counts.Session).toBeUndefined();
    // Two live sessions, and four pages; others are undefined.
    expect(references).toBeGreaterThanOrEqual(6);
  });

  test('weak --if-weak with the variable of a scope', async () => {
    const { rows } = await weak(file, '--if-weak', '(class = "system / Context").leaked');
    const counts = Object.fromEntries(rows.map(({ type, count }) => [type, count]));
    expect(counts).toMatchObject({ Profile: 4, Page: 4 });
  });

  test('weak --if-weak Request.signal: held values hold the same', async () => {
    const { freedCount, references, stderr, code } = await weak(file, '--if-weak', 'Request.signal');
    expect({ freedCount, references, code }).toEqual({ freedCount: 0, references: 3, code: 0 });
    expect(stderr).toContain('other references hold all');
  });
});

test('weak --if-weak with what is not there: exit code 1, and what is missing', async () => {
  const file = path.join(FIXTURES, 'node24.heapsnapshot.br');
  expect(await weak(file, '--if-weak', 'Nobody.x')).toMatchObject({
    code: 1,
    stderr: `heapgraph: no objects of type "Nobody" in ${file}\n`,
  });
  expect(await weak(file, '--if-weak', 'Profile.nothing')).toMatchObject({
    code: 1,
    stderr: 'heapgraph: none of 11 objects that "Profile" accepts has a reference "nothing"\n',
  });
});

test('weak --if-weak with no references, or a wrong query: exit code 2', async () => {
  const file = path.join(FIXTURES, 'node24.heapsnapshot.br');
  for (const [text, message] of [
    ['Profile', '"Profile" names no references'],
    ['(retaind > 1).x', 'retained'],
    ['Profile["a]', 'names no references'],
    ['new.x', 'compares two snapshots'],
  ] as const) {
    const { code, stderr, stdout } = await heapgraph(['weak', '--if-weak', text, file]);
    expect([code, stdout], text).toEqual([2, '']);
    expect(stderr).toContain(message);
  }
});

test('weak: an express server that has no weak object of its own', async () => {
  const { rows, others, stderr } = await weak(expressPath('final'));
  expect([rows, others]).toEqual([[], 55]);
  expect(stderr).toContain('no WeakRef, WeakMap, WeakSet or FinalizationRegistry of the program');
  expect((await weak(expressPath('final'), '--all')).rows.every(({ selfHeld }) => selfHeld === 0)).toBe(true);
});

/** closures: a program whose closures are known, in several versions of Node.js. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/closures/', import.meta.url));
const LIVE = path.join(temporaryFolder(), 'live.heapsnapshot');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'reports.cjs'), LIVE]);
}, 60_000);

async function closures(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['closures', ...line, '--json']);
  return { ...JSON.parse(stdout), stderr, code } as {
    readonly rows: readonly Record<string, unknown>[];
    readonly others: number;
    readonly stderr: string;
    readonly code: number;
  };
}

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 26', path.join(FIXTURES, 'node26.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('closures: how many of each function, and what their contexts keep', async () => {
    const { rows, others, code } = await closures(file);
    expect(code).toBe(0);
    const describe = rows.find(({ type }) => String(type).startsWith('describe()'))!;
    expect(describe).toMatchObject({ count: 100, contexts: 100, shared: 0, owner: 'program' });
    expect(describe.location).toMatchObject({ line: 20, column: 41 });
    // 200 rows of 32 bytes, or with the two numbers as objects of their own, in each report.
    expect(describe.retainedSize).toBeGreaterThan(100 * 200 * 32);
    expect(describe.retainedSize).toBeLessThan(100 * 200 * 60);
    const subscribe = rows.find(({ type }) => String(type).startsWith('subscribe()'))!;
    expect(subscribe).toMatchObject({ count: 1, contexts: 1 });
    expect(subscribe.retainedSize).toBeGreaterThan(Number(describe.retainedSize));
    expect(rows.every(({ owner }) => owner === 'program')).toBe(true);
    expect(others).toBeGreaterThan(1000);
  });
});

test('closures --runtime: functions of the runtime and built-in ones as well', async () => {
  const file = path.join(FIXTURES, 'node26.heapsnapshot.br');
  const { rows } = await closures(file, '--runtime', '--all');
  expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(['program', 'runtime', 'built-in']));
});

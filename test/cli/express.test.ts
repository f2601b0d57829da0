/** A real Express server that leaks: what do the comparisons say of it? 100 requests to the target, 50 to the final. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { EXPRESS, expressPath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const [BASELINE, TARGET, FINAL] = EXPRESS.map(expressPath) as [string, string, string];
const folder = temporaryFolder();

/** Objects that each request leaks, by class. */
const LEAKED = { AuditEntry: 2, Basket: 1, RequestContext: 1, Session: 1 };
/** Built-in classes of which a request leaks as many; others of them come and go. */
const BUILT_IN = { Promise: 2, Array: 1, Function: 1, 'system / Context': 1 };

/** Each class with its number in so many requests. */
function after(requests: number, perRequest: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(perRequest).map(([type, count]) => [type, count * requests]));
}

interface Row {
  readonly snapshot: string;
  readonly type: string;
  readonly [key: string]: number | string;
}

async function rowsOf(...args: string[]): Promise<readonly Row[]> {
  const { stdout, code } = await heapgraph([...args, '--all', '--json']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { rows: Row[] }).rows;
}

/** One number of each class in the list. */
function numbers(rows: readonly Row[], key: string, types: object): Record<string, unknown> {
  return Object.fromEntries(
    rows.filter(({ type }) => Object.hasOwn(types, type)).map((row) => [row.type, row[key]]),
  );
}

const STEPS = [
  ['baseline', 'target', 100, BASELINE, TARGET],
  ['target', 'final', 50, TARGET, FINAL],
] as const;

describe('show-growth', () => {
  test('show-growth baseline target final: exact numbers for each batch of requests', async () => {
    const rows = await rowsOf('show-growth', BASELINE, TARGET, FINAL);
    const leaking = { ...LEAKED, ...BUILT_IN };
    for (const [, , requests, , file] of STEPS) {
      const step = rows.filter(({ snapshot }) => snapshot === file);
      expect(numbers(step, 'countDelta', leaking)).toEqual(after(requests, leaking));
      // Beside what leaks: strings, which the leaked objects hold, and the noise of V8 itself.
      const others = step.filter(({ type }) => !Object.hasOwn(leaking, type)).map(({ type }) => type);
      expect(others.filter((type) => !/^\(.*\)$/.test(type))).toEqual([]);
    }
  });

  test('show-growth baseline target --filter ^[A-Z]: as objgraph prints it', async () => {
    const { stdout, code } = await heapgraph(['show-growth', BASELINE, TARGET, '--filter', '^[A-Z]']);
    expect(stdout).toBe(
      [
        'AuditEntry          320      +200',
        'Promise             331      +200',
        'Array              1827      +100',
        'Basket              160      +100',
        'Function           8434      +100',
        'RequestContext      160      +100',
        'Session             160      +100',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });
});

describe.each(STEPS)('diff %s %s', (_, __, requests, before, later) => {
  test('what is new and stays, by class', async () => {
    const rows = await rowsOf('diff', before, later);
    expect(numbers(rows, 'newCount', LEAKED)).toEqual(after(requests, LEAKED));
    expect(numbers(rows, 'deletedCount', LEAKED)).toEqual(after(0, LEAKED));
    expect(numbers(rows, 'countDelta', BUILT_IN)).toEqual(after(requests, BUILT_IN));
  });

  test('the cache of the last 20 is renewed and does not grow', async () => {
    const rows = await rowsOf('diff', before, later, '--filter', '^CachedQuote$');
    expect(rows).toMatchObject([{ newCount: 20, deletedCount: 20, countDelta: 0 }]);
  });
});

describe.each(STEPS)('get-new-ids %s %s', (_, __, requests, before, later) => {
  test('the numbers of each class', async () => {
    const rows = await rowsOf('get-new-ids', before, later);
    expect(numbers(rows, 'newCount', LEAKED)).toEqual(after(requests, LEAKED));
    expect(numbers(rows, 'countDelta', { ...LEAKED, ...BUILT_IN })).toEqual(
      after(requests, { ...LEAKED, ...BUILT_IN }),
    );
  });

  test('--type Session --ids: as many ids, all of Sessions', async () => {
    const { stdout } = await heapgraph(['get-new-ids', before, later, '--type', 'Session', '--ids']);
    expect(stdout.trim().split('\n')).toHaveLength(requests);
    const all = await heapgraph(['by-type', 'Session', later, '--ids', '--all']);
    const sessions = new Set(all.stdout.split('\n'));
    expect(stdout.split('\n').filter((id) => !sessions.has(id))).toEqual([]);
  });
});

describe('find-backref-chain', () => {
  test.each([
    ['Session', 'variable sessions of /srv/express-leak/server.cjs'],
    ['RequestContext', 'variable settings of /srv/express-leak/server.cjs)._events.changed['],
    ['AuditEntry', 'variable auditLog of /srv/express-leak/server.cjs)['],
  ])('find-backref-chain %s final: held by the %s', async (type, holder) => {
    const { stdout, code } = await heapgraph(['find-backref-chain', type, FINAL]);
    expect(stdout).toContain(holder);
    expect(code).toBe(0);
  });
});

test('make.cjs on this Node.js leaks the same again', async () => {
  const program = fileURLToPath(new URL('../../fixtures/express-leak/make.cjs', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', program, path.join(folder, 'again')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  const again = EXPRESS.map((name) => path.join(folder, `again-${name}.heapsnapshot`));
  const rows = await rowsOf('show-growth', ...again);
  for (const [i, requests] of [100, 50].entries()) {
    const step = rows.filter(({ snapshot }) => snapshot === again[i + 1]);
    expect(numbers(step, 'countDelta', LEAKED)).toEqual(after(requests, LEAKED));
  }
});

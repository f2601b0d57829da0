/** emitters, timers, promises: a program whose listeners, timers and promises are known. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/waiting/', import.meta.url));
const LIVE = path.join(temporaryFolder(), 'live.heapsnapshot');

beforeAll(() => {
  const program = path.join(FIXTURES, 'waiting.cjs');
  execFileSync(process.execPath, ['--no-warnings', program, LIVE, 'numbers']);
}, 60_000);

type Row = Readonly<Record<string, unknown>> & {
  readonly function: string | null;
  readonly locals: readonly string[];
  readonly retainedSize: number;
  readonly location: { readonly line: number } | null;
};

async function asked(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph([...line, '--json']);
  return { ...JSON.parse(stdout), stderr, code } as {
    readonly rows: readonly Row[];
    readonly count: number;
    readonly total: number;
    readonly omitted: number;
    readonly untoldPromises: number;
    readonly stderr: string;
    readonly code: number;
  };
}

const nameOf = (row: Row): string => (row.function ?? '').replace(/\(.*/s, '');

describe.each([
  ['Node.js 20, no numbers', path.join(FIXTURES, 'node20.heapsnapshot.br'), false],
  ['Node.js 24', path.join(FIXTURES, 'node24.heapsnapshot.br'), true],
  ['Node.js 26', path.join(FIXTURES, 'node26.heapsnapshot.br'), true],
  ['this Node.js', LIVE, true],
])('%s', (_, file, numbers) => {
  test('emitters: by class, event and holder', async () => {
    const { rows, code } = await asked('emitters', file, '--all');
    expect(code).toBe(0);
    const of = (holder: RegExp, event: string): unknown =>
      rows.filter((row) => row.event === event && holder.test(String(row.holder)));
    const one = (facts: object): unknown => [expect.objectContaining({ emitters: 1, ...facts })];
    const config = /\.config$/;
    expect(of(config, 'reload')).toEqual(one({ type: 'Config', count: 13, most: 13, once: 0, functions: 2 }));
    expect(of(config, 'close')).toEqual(one({ count: 1, once: 1 }));
    expect(of(config, 'Symbol(changed)')).toEqual(one({ count: 2, once: 1, functions: 1 }));
    // Those of events.once and events.on.
    expect(of(config, 'never')).toEqual(one({ count: 1, once: 1 }));
    expect(of(config, 'item')).toEqual(one({ count: 1, once: 0 }));
    expect(of(config, 'error')).toEqual(one({ count: 2, once: 1 }));
    expect(of(/\.member$/, 'data')).toEqual(one({ count: 1 }));
    expect(of(/\.bus$/, 'tick')).toEqual(
      one({ type: 'Bus', count: 3, once: numbers ? 1 : null, functions: 3 }),
    );
    expect(of(/#signal/, 'abort')).toEqual(one({ count: 4, functions: 2 }));
  });

  test('emitters --by function --where Config', async () => {
    const { rows, count } = await asked('emitters', file, '--by', 'function', '--where', 'Config');
    const counts = Object.fromEntries(rows.map((row) => [nameOf(row), row.count]));
    expect(counts).toMatchObject({ reloaded: 12, onReload: 4, closed: 1 });
    expect(count).toBe(21);
    const reloaded = rows.find((row) => nameOf(row) === 'reloaded')!;
    expect(reloaded).toMatchObject({ emitters: 1, location: { line: 22 }, event: 'reload' });
    // Of each a function, its scope, and an object.
    expect(reloaded.retainedSize).toBeGreaterThan(12 * 100);
  });

  test('emitters --by emitter --where Config --limit 1: the object with the most', async () => {
    const { rows, omitted, total } = await asked(
      'emitters',
      file,
      '--by',
      'emitter',
      '--where',
      'Config',
      '--limit',
      '1',
    );
    expect(rows).toMatchObject([{ type: 'Config', event: null, count: 20, emitters: 1, most: 13 }]);
    expect([omitted, total]).toEqual([1, 2]);
  });

  test('timers: by kind, function, interval and owner', async () => {
    const { rows, count } = await asked('timers', file);
    const ms = (value: number): number | null => (numbers ? value : null);
    const facts = rows.map((row) => [nameOf(row), row.kind, row.ms, row.count, row.unref]);
    const owned = (name: RegExp): number =>
      rows.filter(({ owner }) => name.test(String(owner))).reduce((sum, row) => sum + Number(row.count), 0);
    expect(facts).toContainEqual(['inner', 'timeout', ms(4_000_000), 1, 0]);
    expect(facts).toContainEqual(['', 'interval', ms(3_000_000), 1, 0]);
    expect(facts).toContainEqual(['poll', 'interval', ms(3_000_000), 1, 1]);
    expect(facts.filter(([name, kind]) => name === 'soon' && kind === 'immediate')).toHaveLength(2);
    if (numbers) expect(facts).toContainEqual(['poll', 'timeout', 1_000_000, 4, 0]);
    if (numbers) expect(facts).toContainEqual(['poll', 'timeout', 2_000_000, 1, 0]);
    expect(owned(/\.owner → Object \.timers → Array \[\]$/)).toBe(5);
    expect(owned(/\.beat$/)).toBe(1);
    // Five timeouts, two intervals, the one within the one that is over, two immediates.
    expect(count).toBe(10);
    expect(facts.flat()).not.toContain('cleared');
    expect(facts.flat()).not.toContain('outer');
  });

  test('timers --by kind', async () => {
    const { rows } = await asked('timers', file, '--by', 'kind');
    const counts = Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
    expect(counts).toEqual({ timeout: 6, interval: 2, immediate: 2 });
  });

  test('promises: suspended calls with their variables', async () => {
    const { rows } = await asked('promises', file, '--all');
    const called = (name: string): unknown =>
      rows.filter((row) => nameOf(row) === name && row.kind !== 'promise');
    expect(called('worker')).toMatchObject([{ kind: 'async function', count: 5, locals: ['Payload'] }]);
    expect(called('pages')).toMatchObject([{ kind: 'async generator', count: 1, locals: ['Payload'] }]);
    expect(called('counts')).toMatchObject([{ kind: 'generator', count: 1, locals: ['Payload'] }]);
    expect(called('main')).toEqual([]);
    expect(called('ends')).toEqual([]);
  });

  test('promises: pending ones, stores, resources', async () => {
    const { rows, untoldPromises, stderr } = await asked('promises', file, '--all');
    const promises = rows.filter(({ kind }) => kind === 'promise');
    const sum = (key: string): number => promises.reduce((total, row) => total + Number(row[key]), 0);
    // Of then, Promise.all, five workers and the generator; second; and the iterator of events.on.
    expect(promises.find(({ holder }) => /: never$/.test(String(holder)))).toMatchObject({
      count: 1,
      reactions: 8,
    });
    expect(promises.find((row) => nameOf(row) === 'second')).toMatchObject({ count: 1, reactions: 1 });
    expect(sum('reactions')).toBe(10);
    expect(rows.filter(({ kind }) => kind === 'store')).toMatchObject([{ type: 'Store', count: 5 }]);
    const jobs = rows.filter(({ type }) => type === 'Job');
    expect(jobs).toMatchObject([{ kind: 'resource', count: 2, holder: expect.stringMatching(/\.jobs/) }]);
    expect(untoldPromises).toBeGreaterThan(0);
    expect(stderr).toContain('promises that nobody waits for are not listed');
  });

  test('promises --where Promise --by kind', async () => {
    const { rows, count } = await asked('promises', file, '--where', 'Promise', '--by', 'kind');
    expect(rows).toMatchObject([{ kind: 'promise', type: 'Promise', count }]);
    // never and what its 8 users were given, the chain, the workers', the generator's, and two of once.
    expect(count).toBe(18);
  });
});

test('emitters --where new: there is one snapshot', async () => {
  const { stderr, code } = await heapgraph(['emitters', LIVE, '--where', 'new']);
  expect([stderr, code]).toEqual([expect.stringContaining('compares two snapshots'), 2]);
});

test.each(['emitters', 'timers', 'promises'])('%s --csv: no column twice', async (command) => {
  const { stdout } = await heapgraph([command, LIVE, '--csv']);
  const names = stdout.split('\n')[0]!.split(',');
  expect(names.length).toBeGreaterThan(5);
  expect(names).toEqual([...new Set(names)]);
});

test('timers: a snapshot without any', async () => {
  const file = fileURLToPath(new URL('../../fixtures/chromium156.heapsnapshot.gz', import.meta.url));
  const { rows, stderr } = await asked('timers', file);
  expect(rows).toEqual([]);
  expect(stderr).toContain('no timers that wait in');
});

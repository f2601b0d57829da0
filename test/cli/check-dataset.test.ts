/** Budgets from release to release: `heapgraph check F --dataset DATASET`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { deadPath, fixturePath } from '../support/fixtures.js';
import { fleetHeap } from '../support/fleet-heaps.js';

const folder = temporaryFolder();
const run = (...args: readonly string[]) => heapgraph(args, { cwd: folder });
const check = async (...args: readonly string[]) => {
  const { stdout, code } = await run('check', ...args, '--dataset', 'd', '--no-config', '--json', '-q');
  const { rows, ...head } = JSON.parse(stdout);
  return { rows, code, ...head };
};

beforeAll(async () => {
  for (const sessions of [10, 20, 30])
    writeFileSync(
      path.join(folder, `1-${sessions}.heapsnapshot`),
      fleetHeap({ seed: sessions, leaked: 0, sessions }),
    );
  writeFileSync(path.join(folder, 'same.heapsnapshot'), fleetHeap({ seed: 1, leaked: 0, sessions: 25 }));
  writeFileSync(path.join(folder, 'more.heapsnapshot'), fleetHeap({ seed: 2, leaked: 1500, sessions: 25 }));
  const taken = (day: number) => ['--taken', `2026-01-0${day}`, '-q'];
  const old = fixturePath('node26-before');
  const files = [10, 20, 30].map((sessions) => `1-${sessions}.heapsnapshot`);
  await run('census', old, '--to', 'd', '--release', '0.9', ...taken(1));
  const { code } = await run('census', ...files, '--to', 'd', '--release', '1.0', ...taken(2));
  expect(code).toBe(0);
}, 60_000);

describe('heapgraph check --dataset', () => {
  it('check same --dataset d: nothing grew beyond the release and what it varies by', async () => {
    const { rows, code, ok, failed, baseline } = await check('same.heapsnapshot');
    expect({ code, ok, failed, baseline }).toEqual({
      code: 0,
      ok: true,
      failed: 0,
      baseline: 'd, release 1.0',
    });
    expect(rows.map(({ budget }: { budget: string }) => budget)).toEqual([
      'max-growth *=1000,20%',
      'total of release 1.0 and 20 %',
      'no leak or suspect that release 1.0 has not',
    ]);
  });

  it('check more --dataset d: the class that grew, and the total', async () => {
    const { rows, code } = await check('more.heapsnapshot');
    expect(code).toBe(1);
    const [classes, total, leaks] = rows;
    expect(classes).toMatchObject({ ok: false, kind: 'max-growth', value: 1500, limit: 1000 });
    expect(classes.failing.map(({ type }: { type: string }) => type)).toContain('Entry');
    expect(classes.chain.expression).toContain('cache');
    // Ten sessions of 64 bytes, and their places in the array, are one standard deviation.
    expect(total).toMatchObject({ ok: false, unit: 'bytes', limit: total.before + 3 * 720 });
    expect(leaks.ok).toBe(true);
  });

  it('check same --dataset d --max-growth Session=1: 5 more than the mean are within what the release varies by', async () => {
    const within = await check('same.heapsnapshot', '--max-growth', 'Session=1');
    expect(within.rows[0]).toMatchObject({ ok: true, value: 5, before: 20, noisy: 1 });
    const beyond = await check('same.heapsnapshot', '--max-growth', 'Session=1', '--sigma', '0');
    expect(beyond).toMatchObject({ code: 1 });
    expect(beyond.rows[0]).toMatchObject({ ok: false, value: 5, limit: 1, before: 20 });
  });

  it('check F --dataset d: a leak that the release has not, and one that it has', async () => {
    const F = deadPath('server-node24-2');
    const before = await check(F, '--max-growth', '*=1000000');
    const [, , leaks] = before.rows;
    expect(leaks.ok).toBe(false);
    expect(leaks.findings.length).toBeGreaterThan(0);
    expect(leaks.findings.every(({ known }: { known: unknown }) => known === null)).toBe(true);
    await run('census', F, '--to', 'd', '--release', '2.0', '--taken', '2026-01-03', '-q');
    const after = await check(F, '--max-growth', '*=1000000');
    expect(after).toMatchObject({ code: 0, baseline: 'd, release 2.0' });
    expect(after.rows[2].findings.map(({ known }: { known: { why: string } }) => known.why)).toEqual(
      leaks.findings.map(() => 'in release 2.0'),
    );
    const named = await check('same.heapsnapshot', '--release', '1.0');
    expect(named).toMatchObject({ code: 0, baseline: 'd, release 1.0' });
  }, 30_000);

  it.each([
    [['--dataset', 'd', '--release', '7'], 'is of release 7', 'There are 0.9, 1.0'],
    [['--release', '1.0'], '--release is one of a dataset', '--dataset'],
    [['--dataset', 'nowhere'], 'nowhere is no dataset', 'census'],
  ])('check same %j is refused', async (args, says, hint) => {
    const { stdout, stderr, code } = await run('check', 'same.heapsnapshot', ...args);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
  });

  it('check same --dataset of two services: which is meant has to be said', async () => {
    const common = ['--to', 'two', '--release', '1.0', '--taken', '2026-01-02', '-q'];
    await run('census', '1-30.heapsnapshot', '--service', 'api', ...common);
    await run('census', 'more.heapsnapshot', '--service', 'shop', ...common);
    const line = ['check', 'same.heapsnapshot', '--dataset', 'two', '--no-config'];
    const unsaid = await run(...line);
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('censuses of 2 services')]);
    const api = await run(...line, '--service', 'api');
    expect([api.code, api.stderr]).toEqual([0, expect.stringContaining('with 1 snapshot of release 1.0')]);
    const nothing = await run('check', 'same.heapsnapshot', '--service', 'api', '--no-config');
    expect([nothing.code, nothing.stderr]).toEqual([
      2,
      expect.stringContaining('--service is one of a dataset'),
    ]);
  });
});

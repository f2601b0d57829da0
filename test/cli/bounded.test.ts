/**
 * What fills a container of the runtime that has a limit is no leak, for no command. Each test is named by its command line;
 * 1, 2 and 3 are snapshots of test/support/timings.cjs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const program = fileURLToPath(new URL('../support/timings.cjs', import.meta.url));
const node = process.env.HEAPGRAPH_NODE ?? process.execPath;
const LIMITED = 'heapgraph: left out: the resource timings of node:perf_hooks, 225 of at most 250\n';

interface Survival {
  readonly leaking: number;
  readonly rows: readonly {
    readonly type: string;
    readonly verdict: string | null;
    readonly growsIn: string | null;
    readonly containers: readonly Readonly<Record<string, unknown>>[];
  }[];
}

interface Check {
  readonly type: string;
  readonly where: string | null;
  readonly failing: readonly { readonly type: string; readonly where: string | null }[];
}

describe.each([
  ['a program that keeps its orders', 'leaking'],
  ['the same program without the leak', 'fixed'],
])('%s', (_, kind) => {
  const home = mkdtempSync(path.join(folder, `${kind}-`));
  const files = [1, 2, 3].map((n) => path.join(home, `${n}.heapsnapshot`));

  beforeAll(() => {
    execFileSync(node, ['--expose-gc', program, home, kind], { stdio: ['ignore', 'ignore', 'inherit'] });
  });

  test('leaks 1 2 3', async () => {
    const { stdout, stderr } = await heapgraph(['leaks', ...files]);
    const heads = stdout.split('\n').filter((line) => /^\S.* → /.test(line));
    if (kind === 'leaking')
      expect(heads).toEqual([expect.stringMatching(/^leak: 75 → 150 → 225 × Order in orders, /)]);
    else expect(heads).toEqual([]);
    expect(stderr).toContain(LIMITED);
  });

  test('survival 1 2 3: the same, with the container', async () => {
    const { stdout, stderr } = await heapgraph(['survival', ...files, '--all', '--json']);
    expect(stderr).toContain(LIMITED);
    const { rows, leaking } = JSON.parse(stdout) as Survival;
    const leaks = rows.filter(({ verdict }) => verdict === 'leak');
    expect(leaking).toBe(leaks.length);
    expect(rows.find(({ type }) => type === 'PerformanceResourceTiming')!.verdict).toBe('bounded');
    const isIn = (type: string): number => rows.findIndex((row) => row.type === type);
    if (kind === 'leaking') expect(isIn('PerformanceResourceTiming')).toBeGreaterThan(isIn('Order'));
    if (kind === 'fixed') {
      expect(leaks).toEqual([]);
      expect(stderr).toContain('heapgraph: no class looks like a leak\n');
      return;
    }
    expect(leaks.map(({ type }) => type)).toEqual(expect.arrayContaining(['Order', 'Array', '(string)']));
    expect(new Set(leaks.map(({ growsIn }) => growsIn))).toEqual(new Set(['orders, timings.cjs']));
    const [container, ...others] = rows.find(({ type }) => type === 'Order')!.containers;
    expect(others).toEqual([]);
    expect(container).toMatchObject({
      type: 'Map',
      text: 'orders',
      heldBy: `a variable of the module ${program}`,
      root: 'module',
      owner: 'program',
      count: 1,
      alive: [0, 75, 75],
    });
  });

  test('survival 1 2 3 --min-size 1MB: less than that is no leak', async () => {
    const { stdout } = await heapgraph(['survival', ...files, '--min-size', '1MB', '--json']);
    expect((JSON.parse(stdout) as Survival).leaking).toBe(0);
  });

  test("check 3 --baseline 1 --max-growth '*=50': a class that only such a container holds is said to be that", async () => {
    const args = ['check', files[2]!, '--baseline', files[0]!, '--max-growth'];
    const remark =
      'without the 150 in the resource timings of node:perf_hooks (225 of at most 250) it would be kept';
    const one = await heapgraph([...args, 'PerformanceResourceTiming=50']);
    expect(one.code).toBe(1);
    expect(one.stdout.split('\n')[3]).toBe(
      `all 150 new ones are in resourceTimingBuffer (a variable of node:internal/perf/observe, a part of Node.js); ${remark}`,
    );
    const all = await heapgraph([...args, '*=50', '--format', 'json']);
    const [{ failing, type, where }] = (JSON.parse(all.stdout) as { rows: Check[] }).rows as [Check];
    expect(failing.find((row) => row.type === 'PerformanceResourceTiming')!.where).toContain(remark);
    if (kind === 'fixed') {
      for (const row of failing) expect(row.where).toMatch(/ it would be kept$/);
      return;
    }
    expect(type).toBe('Order');
    expect(where).toMatch(
      /^all 150 new ones are in orders \(a variable of the module .*timings\.cjs\), made at .*timings\.cjs:\d+:\d+$/,
    );
    expect(failing[0]!.where).toBe('150 in orders, timings.cjs');
    expect(failing.at(-1)!.where).toContain(' it would be kept');
  });
});

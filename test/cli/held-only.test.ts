/** --held-by-only: the numbers of Chrome DevTools' filters, see test/analysis/sizes/held-only.test.ts. */
import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const NODE = fixturePath('node26-after');
const CHROMIUM = fixturePath('chromium156');

async function asked(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph([...line, '--json']);
  const answer = JSON.parse(stdout) as {
    readonly rows: readonly { readonly count: number; readonly shallowSize: number }[];
    readonly count: number;
    readonly totalSize: number;
    readonly retainedSize: number;
  };
  return { ...answer, stderr, code };
}

test('heap --held-by-only contexts', async () => {
  const { count, totalSize } = await asked('heap', '--held-by-only', 'contexts', NODE);
  expect([count, totalSize]).toEqual([14_307, 1_323_325]);
});

test('typestats --held-by-only detached: counts and bytes of DevTools', async () => {
  const { rows } = await asked('typestats', '--held-by-only', 'detached', CHROMIUM);
  const sum = (key: 'count' | 'shallowSize'): number => rows.reduce((total, row) => total + row[key], 0);
  expect([sum('count'), sum('shallowSize')]).toEqual([900, 40_400]);
  const { rows: retained } = await asked(
    'typestats',
    '--held-by-only',
    'detached',
    '--retained',
    CHROMIUM,
    '--filter',
    '^Widget$',
  );
  expect(retained.length).toBeLessThanOrEqual(1);
});

test('retained --held-by-only contexts: what is left of it', async () => {
  const all = await asked('retained', 'type = closure', NODE);
  const held = await asked('retained', 'type = closure', '--held-by-only', 'contexts', NODE);
  expect(held.count).toBeGreaterThan(0);
  expect(held.count).toBeLessThan(all.count);
  expect(held.rows.reduce((sum, { shallowSize }) => sum + shallowSize, 0)).toBeLessThanOrEqual(
    held.retainedSize,
  );
});

test('heap --held-by-only console: nothing, and it says so', async () => {
  const { rows, stderr, code } = await asked('heap', '--held-by-only', 'console', NODE);
  expect([rows, code]).toEqual([[], 0]);
  expect(stderr).toMatch(/nothing in .* is held by DevTools' console alone/);
});

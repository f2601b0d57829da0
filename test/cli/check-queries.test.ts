/** Budgets on the objects of a query, on the command line and in a config file. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Check } from '../../src/base/checks.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const BEFORE = fixturePath('node22-before');
const AFTER = fixturePath('node22-after');
const folder = temporaryFolder();

async function checks(...args: readonly string[]): Promise<readonly Check[]> {
  const { stdout } = await heapgraph(['check', ...args, '--json', '-q']);
  return (JSON.parse(stdout) as { readonly rows: readonly Check[] }).rows;
}

const selected = async (...args: readonly string[]): Promise<number> =>
  Number((await heapgraph(['select', ...args, AFTER])).stdout);

test("check --max 'OBJ and edges > 1=5' --max-size … --max-retained … --forbid …: all objects together", async () => {
  const query = 'class in (OBJ, Foo)';
  const [max, size, retained, forbid] = await checks(
    ...[AFTER, '--max', `${query}=5`, '--max-size', `${query}=1gb`, '--max-retained', `${query}=1kb`],
    ...['--forbid', 'OBJ and retained > 1mb'],
  );
  expect(max).toMatchObject({ ok: false, value: await selected(query, '--count'), type: null, failing: [] });
  expect(max!.chain?.steps.at(-1)).toMatchObject({ type: expect.stringMatching(/^(OBJ|Foo)$/) });
  expect(size).toMatchObject({ ok: true, unit: 'bytes', value: await selected(query, '--sum', 'shallow') });
  expect(retained).toMatchObject({ ok: false, value: await selected(query, '--sum', 'retained') });
  expect(forbid).toMatchObject({ ok: true, value: 0, pattern: 'OBJ and retained > 1mb' });
});

test('check: names, quoted names, globs and patterns are about each class by itself, as ever', async () => {
  const found = await checks(
    AFTER,
    '--max',
    'OBJ=5',
    '--max',
    '"OBJ"=5',
    '--max',
    'OB*=5',
    '--max',
    '/^OB/=5',
  );
  expect(found.map(({ value, type }) => [value, type])).toEqual(Array(4).fill([100, 'OBJ']));
});

test('check --max-growth QUERY=10: needs the objects of the baseline, and shows a new one', async () => {
  const query = 'OBJ and edges > 1';
  const [grown] = await checks(AFTER, '--baseline', BEFORE, '--max-growth', `${query}=10,10%`);
  expect(grown).toMatchObject({ ok: false, value: 100, limit: 10 });
  expect(grown!.chain?.steps.at(-1)).toMatchObject({ type: 'OBJ' });
  const file = path.join(folder, 'baseline.json');
  writeFileSync(file, (await heapgraph(['baseline', BEFORE, '-o', '-'])).stdout);
  const counts = await heapgraph(['check', AFTER, '--baseline', file, '--max-growth', `${query}=10`]);
  expect(counts.code).toBe(2);
});

test('check --max \'set("a.ids") and edges > 1=3\': sets of ids', async () => {
  const file = path.join(folder, 'a.ids');
  await heapgraph(['select', 'OBJ', AFTER, '--ids', '--limit', '7', '-o', file, '-q']);
  const [max] = await checks(AFTER, '--max', `set(${JSON.stringify(file)})=3`);
  expect(max).toMatchObject({ ok: false, value: 7 });
});

test('check: a query that cannot be asked, before any file is read', async () => {
  const [wrong, two, noLimit] = await Promise.all(
    ['OBJ and retaind > 1=5', 'OBJ and new=5', 'OBJ and closed = true'].map((budget) =>
      heapgraph(['check', 'gone.heapsnapshot', '--max', budget]),
    ),
  );
  expect([wrong!.code, two!.code, noLimit!.code]).toEqual([2, 2, 2]);
  expect(wrong!.stderr).toContain('Did you mean retained?');
  expect(two!.stderr).toContain('"new" compares two snapshots');
  expect(noLimit!.stderr).toContain('expected a whole number from 0 up, found " true"');
});

test('check --config FILE: queries as keys', async () => {
  const file = path.join(folder, 'heapgraph.config.json');
  writeFileSync(
    file,
    JSON.stringify({ budgets: { max: { 'OBJ and edges > 1': 5 }, forbid: ['@1 and OBJ'] } }),
  );
  const found = await checks(AFTER, '--config', file);
  expect(found.map(({ ok, value }) => [ok, value])).toEqual([
    [false, 100],
    [true, 0],
  ]);
  writeFileSync(file, JSON.stringify({ budgets: { max: { 'OBJ and retaind > 1': 5 } } }));
  const wrong = await heapgraph(['check', AFTER, '--config', file]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('there is no field "retaind"')]);
});

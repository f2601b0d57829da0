/** duplicates: a program whose equal objects are known, in two versions of Node.js. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';

const WASTE = fileURLToPath(new URL('../../fixtures/waste/', import.meta.url));

async function duplicates(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['duplicates', ...line, '--json']);
  const answer = JSON.parse(stdout) as {
    readonly rows: readonly Readonly<Record<string, unknown>>[];
    readonly wastedSize: number;
    readonly copies: number;
  };
  return { ...answer, stderr, code };
}

test.each([
  ['Node.js 20', 'node20'],
  ['Node.js 26', 'node26'],
])('%s: 40 settings, and the tags of each', async (_, name) => {
  const file = path.join(WASTE, `${name}.heapsnapshot.br`);
  const { rows } = await duplicates(file, '--all', '--min-count', '10');
  const settings = rows.find(({ type }) => type === 'Setting');
  expect(settings).toMatchObject({ count: 40, shallowSize: 40 * 48, wastedSize: 39 * 48, sure: true });
  expect(settings!.holders).toMatchObject([
    { count: 40, text: 'exports of /app/waste.cjs .objects → Object .settings → Array []' },
  ]);
  const tags = rows.find(({ name }) => name === '{zone, tier}');
  // And the one that V8 copies for each of them.
  expect(tags).toMatchObject({ count: 41, shallowSize: 41 * 40, wastedSize: 40 * 40, sure: true });
  // 20 objects with one text in common.
  expect(rows.find(({ name }) => name === '{common, own}')).toBeUndefined();

  const byClass = await duplicates(file, '--by', 'class', '--where', 'Setting', '--all');
  expect(byClass.rows).toMatchObject([{ group: 'Setting', count: 40, wastedSize: 39 * 48 }]);
  const byHolder = await duplicates(file, '--by', 'holder', '--where', 'Setting');
  expect(byHolder.rows).toMatchObject([{ count: 40, wastedSize: 39 * 48 }]);
});

test('duplicates --min-size, --unsure', async () => {
  const file = path.join(WASTE, 'node26.heapsnapshot.br');
  const all = await duplicates(file, '--all', '--unsure');
  const sure = await duplicates(file, '--all', '--min-size', '1000');
  expect(sure.rows.length).toBeGreaterThanOrEqual(2);
  expect(sure.rows.every(({ sure, wastedSize }) => sure === true && Number(wastedSize) >= 1000)).toBe(true);
  expect(sure.wastedSize).toBeLessThan(all.wastedSize);
  expect(all.rows.reduce((sum, row) => sum + Number(row.wastedSize), 0)).toBe(all.wastedSize);
});

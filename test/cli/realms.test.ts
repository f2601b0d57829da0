/** realms: what Chrome DevTools attributes to native contexts, and what they are called. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/realms/', import.meta.url));
const devtools = JSON.parse(readFileSync(path.join(FIXTURES, 'devtools.json'), 'utf8')) as Record<
  string,
  {
    readonly contexts: readonly (readonly [id: number, attributed: number, retained: number])[];
    readonly sharedSize: number;
    readonly noAttributionSize: number;
  }
>;

interface Realm {
  readonly kind: string;
  readonly realm: string;
  readonly id: number | null;
  readonly globals: readonly string[];
  readonly attributedSize: number;
  readonly retainedSize: number | null;
}

async function realms(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['realms', ...line, '--json']);
  return { ...JSON.parse(stdout), stderr, code } as {
    readonly rows: readonly Realm[];
    readonly totalSize: number;
    readonly stderr: string;
    readonly code: number;
  };
}

describe.each(Object.keys(devtools))('realms %s.heapsnapshot.br', (name) => {
  test("DevTools' bytes of each context, shared and in none", async () => {
    const { rows, totalSize, code } = await realms(path.join(FIXTURES, `${name}.heapsnapshot.br`));
    const expected = devtools[name]!;
    const contexts = rows.filter(({ id }) => id !== null);
    expect(code).toBe(0);
    expect(
      contexts.map(({ id, attributedSize, retainedSize }) => [id, attributedSize, retainedSize]),
    ).toEqual([...expected.contexts].sort((a, b) => b[1] - a[1]));
    expect(rows.slice(-2).map(({ kind, attributedSize }) => [kind, attributedSize])).toEqual([
      ['shared', expected.sharedSize],
      ['none', expected.noAttributionSize],
    ]);
    expect(rows.reduce((bytes, { attributedSize }) => bytes + attributedSize, 0)).toBe(totalSize);
  });
});

test.each(['node20', 'node26'])('realms %s: contexts by their scripts and globals', async (name) => {
  const { rows } = await realms(path.join(FIXTURES, `${name}.heapsnapshot.br`));
  const names = rows.map(({ realm }) => realm);
  expect(names.filter((each) => /^main .*contexts\.cjs$/.test(each))).toHaveLength(1);
  expect(
    names.filter((each) => /^context orders\.js \{(add, orders|orders, add)\}$/.test(each)),
  ).toHaveLength(1);
  expect(names.filter((each) => /^context users\.js \{users\}$/.test(each))).toHaveLength(1);
  expect(names).toContain('context');
});

test('realms chromium: frames by their URL, their script, and what their globals are', async () => {
  const { rows } = await realms(path.join(FIXTURES, 'chromium.heapsnapshot.br'));
  expect(rows.filter(({ kind }) => kind === 'page')).toHaveLength(3);
  expect(rows.find(({ globals }) => globals.includes('tiles'))!.realm).toContain('frame-a.html');
  expect(rows.some(({ globals }) => globals.includes('parentState'))).toBe(true);
});

test('realms node22-after: a single one is main', async () => {
  const { rows, totalSize } = await realms(fixturePath('node22-after'));
  expect(rows.map(({ kind }) => kind)).toEqual(['main', 'shared', 'none']);
  expect(rows.reduce((bytes, { attributedSize }) => bytes + attributedSize, 0)).toBe(totalSize);
});

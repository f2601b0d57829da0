/** collections: a program whose collections are known, in two versions of Node.js. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const WASTE = fileURLToPath(new URL('../../fixtures/waste/', import.meta.url));

interface Row {
  readonly kind: string;
  readonly group: string;
  readonly count: number;
  readonly empty: number;
  readonly entries: number | null;
  readonly capacity: number;
  readonly size: number;
  readonly keyKinds: Readonly<Record<string, number>>;
  readonly loneKeys: number;
}

async function collections(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['collections', ...line, '--json']);
  const answer = JSON.parse(stdout) as {
    readonly rows: readonly Row[];
    readonly collections: number;
    readonly collectionsSize: number;
    readonly hasNumbers: boolean;
  };
  return { ...answer, stderr, code };
}

const sum = (rows: readonly Row[], key: 'count' | 'size' | 'empty'): number =>
  rows.reduce((total, row) => total + row[key], 0);

// ArrayBuffers and their views have a pointer more in Node.js 26.
describe.each([
  ['Node.js 20', path.join(WASTE, 'node20.heapsnapshot.br'), 96],
  ['Node.js 26', path.join(WASTE, 'node26.heapsnapshot.br'), 104],
])('%s', (_, file, view) => {
  test('collections: how many, how full, what they take', async () => {
    const { rows, collections: count, collectionsSize, stderr } = await collections(file, '--all');
    const found: Record<string, Partial<Row>> = {};
    for (const { group, kind, count, empty, entries, capacity, size, loneKeys, keyKinds } of rows) {
      const place = /waste\.cjs \.collections → Object \.(\w+)( → Array \[\])?$/.exec(group);
      if (!place) continue;
      const keys = Object.fromEntries(Object.entries(keyKinds).filter(([, keys]) => keys > 0));
      found[`${place[1]}${place[2] ? '[]' : ''}`] = {
        kind,
        ...(count === 1 ? {} : { count }),
        ...(empty > 0 ? { empty } : {}),
        entries,
        capacity,
        size,
        ...(Object.keys(keys).length > 0 ? { keyKinds: keys } : {}),
        ...(loneKeys > 0 ? { loneKeys } : {}),
      };
    }
    // A table is 16 + 24 bytes, 8 a bucket, 24 an entry of a Map, 16 of a Set.
    expect(found).toEqual({
      'emptyMaps[]': { kind: 'Map', count: 25, empty: 25, entries: 0, capacity: 100, size: 25 * (32 + 152) },
      emptyMaps: { kind: 'Array', entries: 25, capacity: 25, size: 32 + 16 + 200 },
      map5: { kind: 'Map', entries: 5, capacity: 8, size: 32 + 264, keyKinds: { string: 5 } },
      numberMap: { kind: 'Map', entries: 0, capacity: 128, size: 32 + 3624 },
      keyMap: {
        kind: 'Map',
        entries: 1000,
        capacity: 1024,
        size: 32 + 40 + 512 * 8 + 1024 * 24,
        keyKinds: { object: 1000 },
        loneKeys: 1000,
      },
      'emptySets[]': { kind: 'Set', count: 7, empty: 7, entries: 0, capacity: 28, size: 7 * (32 + 120) },
      emptySets: { kind: 'Array', entries: 7, capacity: 7, size: 104 },
      set10: { kind: 'Set', entries: 10, capacity: 16, size: 32 + 360, keyKinds: { string: 10 } },
      weakMap: { kind: 'WeakMap', entries: 37, capacity: 64, size: 32 + 1064, keyKinds: { object: 37 } },
      weakKeys: { kind: 'Array', entries: 37, capacity: 37, size: 344 },
      'emptyArrays[]': { kind: 'Array', count: 12, empty: 12, entries: 0, capacity: 0, size: 12 * 32 },
      emptyArrays: { kind: 'Array', entries: 12, capacity: 12, size: 144 },
      objects: { kind: 'Array', entries: 50, capacity: 50, size: 448 },
      pushed: { kind: 'Array', entries: 100, capacity: 140, size: 32 + 16 + 140 * 8 },
      room: { kind: 'Array', entries: 0, capacity: 5000, size: 32 + 40_016 },
      sparse: { kind: 'sparse Array', entries: 1, capacity: 4, size: 32 + 144 },
      bytes: { kind: 'typed array', entries: null, capacity: 1000, size: view + 1000 },
      doubles: { kind: 'typed array', entries: null, capacity: 80, size: view + 80 },
      buffer: { kind: 'Buffer', entries: null, capacity: 3000, size: view + 3000 },
      view: { kind: 'typed array', entries: null, capacity: 12_345, size: view + 12_345 },
      dictionary: {
        kind: 'dictionary',
        entries: 200,
        capacity: 512,
        size: 24 + 64 + 512 * 24,
        keyKinds: { string: 200 },
      },
      numbers: {
        kind: 'dictionary',
        entries: 2000,
        capacity: 4096,
        size: 24 + 98_368,
        keyKinds: { string: 2000 },
      },
      deleted: { kind: 'dictionary', entries: 2, capacity: 8, size: 24 + 256, keyKinds: { string: 2 } },
    });
    expect([sum(rows, 'count'), sum(rows, 'size')]).toEqual([count, collectionsSize]);
    expect(stderr).toMatch(/the file has no small integers/);
  });

  test('collections --by class, --by size, --empty --where: the same ones', async () => {
    const byClass = await collections(file, '--by', 'class', '--all');
    const bySize = await collections(file, '--by', 'size', '--all');
    expect(sum(bySize.rows, 'size')).toBe(byClass.collectionsSize);
    expect(byClass.rows.find(({ group }) => group === 'Map')!.loneKeys).toBeGreaterThanOrEqual(1000);
    const empty = await collections(file, '--empty', '--where', 'Set', '--by', 'class');
    expect(empty.rows).toMatchObject([{ kind: 'Set', group: 'Set' }]);
    expect(empty.rows[0]!.count).toBe(empty.rows[0]!.empty);
    expect(empty.rows[0]!.empty).toBeGreaterThanOrEqual(7);
  });
});

test('collections of a page: pointers of four bytes', async () => {
  const { rows } = await collections(fixturePath('chromium156'), '--all');
  // 100 widgets, each with an array of 50 numbers; the array of them has grown by push.
  expect(rows.find(({ group }) => group === 'globalThis .cache → Array [] → Widget .data')).toMatchObject({
    kind: 'Array',
    count: 100,
    capacity: 5000,
    size: 100 * (16 + 8 + 200),
  });
  expect(rows.find(({ group }) => group === 'globalThis .cache')).toMatchObject({
    kind: 'Array',
    entries: 100,
    capacity: 140,
    size: 16 + 8 + 560,
  });
});

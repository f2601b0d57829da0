import { describe, expect, test } from 'vitest';
import { changedNodes, rankedDiff } from '../../../src/analysis/growth/diff.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

function heap(objects: readonly (readonly [id: number, name: string])[]) {
  const specs = objects.map(([id, name]): [string, NodeSpec] => [`o${id}`, { id, name }]);
  return loadSnapshot(
    snapshotBytes({ root: { id: 1, edges: specs.map(([key]) => key) }, ...Object.fromEntries(specs) }),
  );
}

describe('changedNodes', () => {
  test('what came and what went, by id; what changed its class did both', async () => {
    const before = await heap([
      [9, 'A'],
      [3, 'A'],
      [5, 'A'],
      [7, 'B'],
    ]);
    const after = await heap([
      [21, 'A'],
      [5, 'A'],
      [3, 'B'],
      [11, 'A'],
    ]);
    const ids = (type: string) => {
      const { came, went } = changedNodes(before, after, type);
      return [came.map((node) => after.ids[node]), went.map((node) => before.ids[node])];
    };
    expect(ids('A')).toEqual([
      [11, 21],
      [3, 9],
    ]);
    expect(ids('B')).toEqual([[3], [7]]);
    expect(ids('C')).toEqual([[], []]);
  });
});

describe('rankedDiff', () => {
  const row = (type: string, newCount: number, countDelta: number, sizeDelta: number) => ({
    type,
    newCount,
    countDelta,
    sizeDelta,
  });
  const rows = [row('b', 1, 1, 30), row('c', 9, 0, 20), row('a', 5, 1, 10)];
  const types = (by: Parameters<typeof rankedDiff>[1], of = rows) =>
    rankedDiff<{ type: string; newCount?: number; countDelta: number; sizeDelta: number }>(of, by).map(
      ({ type }) => type,
    );

  test('by size as they are, by another key with ties as they are', () => {
    expect(types('size')).toEqual(['b', 'c', 'a']);
    expect(types('count')).toEqual(['b', 'a', 'c']);
    expect(types('new')).toEqual(['c', 'a', 'b']);
    expect(types('name')).toEqual(['a', 'b', 'c']);
  });

  test('without ids the growth in number stands for new objects', () => {
    const known = rows.map(({ newCount: _, ...others }) => others);
    expect(rankedDiff(known, 'new').map(({ type }) => type)).toEqual(['b', 'a', 'c']);
  });
});

import { describe, expect, test } from 'vitest';
import { newIds, newIdsByClass } from '../../../src/analysis/growth/new-ids.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** Objects of the root, by id and class. */
function heap(objects: Readonly<Record<number, string>>) {
  const specs = Object.entries(objects).map(([id, name]): [string, NodeSpec] => [
    `o${id}`,
    { id: Number(id), name },
  ]);
  const root: NodeSpec = { id: 1, edges: specs.map(([key]) => key) };
  return loadSnapshot(snapshotBytes({ root, ...Object.fromEntries(specs) }));
}

const pair = Promise.all([
  heap({ 3: 'A', 5: 'A', 7: 'Gone' }),
  heap({ 5: 'A', 21: 'B', 11: 'A', 9: 'B', 13: 'C' }),
]);

describe('newIds', () => {
  test('ascending, whatever their order in the file', async () => {
    const [before, after] = await pair;
    expect(newIds(before, after)).toEqual([9, 11, 13, 21]);
    expect(newIds(before, after, { type: 'B' })).toEqual([9, 21]);
  });

  test('empty for equal snapshots and for a class that there is not', async () => {
    const [before, after] = await pair;
    expect(newIds(after, after)).toEqual([]);
    expect(newIds(before, after, { type: 'Gone' })).toEqual([]);
    expect(newIds(before, after, { type: 'D' })).toEqual([]);
  });
});

describe('newIdsByClass', () => {
  const rows = async (options?: Parameters<typeof newIdsByClass>[2]) =>
    newIdsByClass(...(await pair), options)
      .filter(({ type }) => type !== '(root)' && type !== 'root')
      .map((row) => [row.type, row.oldCount, row.count, row.newCount, row.countDelta]);

  test('the largest change in number first, ties by name', async () => {
    expect((await rows()).filter(([type]) => String(type).length <= 4)).toEqual([
      ['B', 0, 2, 2, 2],
      ['C', 0, 1, 1, 1],
      ['A', 2, 2, 1, 0],
      ['Gone', 1, 0, 0, -1],
    ]);
  });

  test('by another column, of one class', async () => {
    const order = (await rows({ by: 'oldCount' })).map(([type]) => type);
    expect(order.filter((type) => String(type).length <= 4)).toEqual(['A', 'Gone', 'B', 'C']);
    expect(await rows({ type: 'A' })).toEqual([['A', 2, 2, 1, 0]]);
    expect(await rows({ type: 'D' })).toEqual([]);
  });
});

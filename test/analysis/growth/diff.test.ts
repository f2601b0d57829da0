/** What came and what went: against Chrome DevTools' recorded comparisons, and on small graphs. */
import { describe, expect, test } from 'vitest';
import { type ClassDiff, diff, diffByClass, newNodes, nodeDiff } from '../../../src/analysis/growth/diff.js';
import { growth } from '../../../src/analysis/growth/growth.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { shapeIndex } from '../../../src/v8/shapes.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { type RecordedDiff, recorded } from '../../support/fixtures.js';
import { random } from '../../support/random-graph.js';

const load = (graph: GraphSpec): Promise<Graph> => loadSnapshot(snapshotBytes(graph));

/** A graph of objects with the ids, classes and sizes given, all held by a global object. */
function heap(...objects: readonly (readonly [id: number, name: string, size?: number])[]): Promise<Graph> {
  const nodes = objects.map(([id, name, size = 16], i): [string, NodeSpec] => [`n${i}`, { id, name, size }]);
  return load({
    root: { id: 1, edges: ['global'] },
    global: { id: 3, edges: nodes.map(([key]) => key) },
    ...Object.fromEntries(nodes),
  });
}

describe("DevTools' recorded comparisons", () => {
  test.each([
    ['node18', 34],
    ['node22', 41],
    ['node26', 39],
  ] as const)('%s: all %i classes, all six numbers', async (version, classes) => {
    const { diff: theirs, diffFrom } = recorded(`${version}-after`);
    expect(diffFrom).toBe(`${version}-before.heapsnapshot`);
    const before = await fixtureGraph(`${version}-before`);
    const after = await fixtureGraph(`${version}-after`);
    const ours = Object.fromEntries(
      diff(before, after, { partition: shapeIndex }).map((row): [string, RecordedDiff] => [
        row.type,
        {
          addedCount: row.newCount,
          removedCount: row.deletedCount,
          countDelta: row.countDelta,
          addedSize: row.newSize,
          removedSize: row.deletedSize,
          sizeDelta: row.sizeDelta,
        },
      ]),
    );
    expect(Object.keys(theirs!)).toHaveLength(classes);
    expect(Object.values(theirs!).flatMap((row) => Object.values(row))).toHaveLength(classes * 6);
    expect(ours).toEqual(theirs);
  });
});

describe('diff', () => {
  test('new, deleted and both of one class; classes without a change are left out', async () => {
    const before = await heap([5, 'A'], [7, 'A', 24], [9, 'B'], [11, 'C']);
    const after = await heap([5, 'A'], [13, 'A', 40], [15, 'A'], [9, 'B']);
    expect(diff(before, after)).toEqual([
      { type: 'A', newCount: 2, deletedCount: 1, countDelta: 1, newSize: 56, deletedSize: 24, sizeDelta: 32 },
      {
        type: 'C',
        newCount: 0,
        deletedCount: 1,
        countDelta: -1,
        newSize: 0,
        deletedSize: 16,
        sizeDelta: -16,
      },
    ]);
  });

  test('the largest growth in bytes first; ties by growth in number, then by name', async () => {
    const after = await heap([5, 'Zoe', 32], [7, 'Two'], [9, 'Two'], [11, 'Ann', 32], [13, 'Big', 48]);
    const rows = diff(await heap(), after);
    expect(rows.map(({ type }) => type)).toEqual(['Big', 'Two', 'Ann', 'Zoe']);
  });

  test('an object that changed its class is gone from the one and new in the other', async () => {
    const before = await heap([5, 'A']);
    const after = await heap([5, 'B']);
    expect(diff(before, after).map(({ type, countDelta }) => [type, countDelta])).toEqual([
      ['B', 1],
      ['A', -1],
    ]);
    expect([...newNodes(before, after)]).toEqual([0, 0, 0]);
  });

  test('an object that only changed its size, or its place in the file, stays', async () => {
    expect(diff(await heap([5, 'A'], [7, 'B']), await heap([7, 'B', 64], [5, 'A']))).toEqual([]);
  });

  test('nodes without a size: neither new nor deleted, unless asked for', async () => {
    const before = await heap([5, 'A', 0], [7, 'A']);
    const after = await heap([7, 'A'], [9, 'A', 0]);
    expect(diff(before, after)).toEqual([]);
    expect(diff(before, after, { sizeless: true })).toMatchObject([
      { type: 'A', newCount: 1, deletedCount: 1, countDelta: 0, sizeDelta: 0 },
    ]);
    expect(diff(await heap([5, 'A', 0]), await heap([5, 'A']))).toMatchObject([{ newCount: 1, newSize: 16 }]);
  });

  test('a helper counts for its owner; raw sizes count it apart', async () => {
    const owner = { id: 5, name: 'A', edges: [['internal', 'elements', 'array']] } as const;
    const root = { id: 1, edges: ['global'] };
    const before = await load({ root, global: { id: 3, edges: ['owner'] }, owner: { id: 5, name: 'A' } });
    const after = await load({
      root,
      global: { id: 3, edges: ['owner'] },
      owner,
      array: { id: 7, type: 'array', size: 100 },
    });
    expect(diff(before, after)).toEqual([]);
    expect(diff(before, after, { raw: true })).toMatchObject([{ type: '(array)', newSize: 100 }]);
  });

  test('shapes, a filter', async () => {
    const plain = (...names: string[]): NodeSpec => ({
      name: 'Object',
      edges: names.map((name) => ['property', name, 'value'] as const),
    });
    const before = await load({ root: ['global'], global: { id: 3 }, value: { type: 'string', id: 5 } });
    const after = await load({
      root: ['global'],
      global: { id: 3, edges: ['o1', 'o2', 'o3', 'o4'] },
      value: { type: 'string', id: 5 },
      o1: { ...plain('a', 'b'), id: 11 },
      o2: { ...plain('a', 'b'), id: 13 },
      o3: { ...plain('c'), id: 15 },
      o4: { id: 17, name: 'Other' },
    });
    const types = (rows: readonly ClassDiff[]): string[] => rows.map(({ type }) => type);
    expect(types(diff(before, after))).toEqual(['Object', 'Other']);
    expect(types(diff(before, after, { partition: shapeIndex }))).toContain('{a, b}');
    expect(types(diff(before, after, { filter: /^Ot/g }))).toEqual(['Other']);
    expect(types(diff(before, after, { filter: (type) => type === 'Object' }))).toEqual(['Object']);
  });

  test('the shapes of the later snapshot are given to the objects of both, whatever their string indexes', async () => {
    const plain = (id: number, ...names: string[]): NodeSpec => ({
      name: 'Object',
      id,
      edges: names.map((name) => ['property', name, 'value'] as const),
    });
    const objects = (first: number, count: number, ...names: string[]): Record<string, NodeSpec> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`o${first + 2 * i}`, plain(first + 2 * i, ...names)]),
      );
    const program = (objects: Record<string, NodeSpec>): Promise<Graph> =>
      load({
        root: ['global'],
        global: { id: 3, edges: Object.keys(objects) },
        value: { type: 'string', id: 5, name: Object.keys(objects).join() },
        ...objects,
      });
    // Two {x, id} are a shape in the earlier snapshot; among 5,002 objects they are too few, and {id} fits them.
    const before = await program({ ...objects(101, 2, 'x', 'id'), ...objects(111, 2, 'id') });
    const after = await program({
      ...objects(1001, 5000, 'id'),
      ...objects(101, 2, 'x', 'id'),
      ...objects(111, 2, 'id'),
    });
    expect(diff(before, after, { partition: shapeIndex })).toEqual([
      {
        type: '{id}',
        newCount: 5000,
        deletedCount: 0,
        countDelta: 5000,
        newSize: 80_000,
        deletedSize: 0,
        sizeDelta: 80_000,
      },
    ]);
    expect(shapeIndex(before).labels).toContain('{x, id}');
    expect(shapeIndex(before, [before, after]).labels).not.toContain('{x, id}');
    expect(growth(before, after, { partition: shapeIndex })).toMatchObject([
      { type: '{id}', count: 5004, countDelta: 5000 },
    ]);
  });

  test('empty graphs: nothing against nothing, everything against nothing', async () => {
    const empty = await load({});
    const some = await heap([5, 'A']);
    expect(empty.nodeCount).toBe(0);
    expect(diff(empty, empty)).toEqual([]);
    expect(diff(empty, some).map(({ type, newCount }) => [type, newCount])).toEqual([
      ['A', 1],
      ['global', 1],
    ]);
    expect(
      diff(some, empty).every(({ deletedCount, newCount }) => deletedCount === 1 && newCount === 0),
    ).toBe(true);
    expect([...newNodes(empty, some)]).toEqual([1, 1, 1]);
    expect(newNodes(some, empty)).toHaveLength(0);
  });

  test('several nodes with one id, in a damaged file: the same file twice has no differences', async () => {
    const twice = await heap([5, 'A'], [5, 'A'], [5, 'A'], [7, 'B']);
    expect(diff(twice, twice)).toEqual([]);
    expect(diff(twice, await heap([7, 'B']))).toMatchObject([{ type: 'A', deletedCount: 3 }]);
    expect(diff(await heap([7, 'B']), twice)).toMatchObject([{ type: 'A', newCount: 3 }]);
  });

  test('agrees with sets of ids on random heaps', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed);
      const make = (): Map<number, [name: string, size: number]> => {
        const objects = new Map<number, [string, number]>();
        for (let id = 5; id < 65; id += 2) {
          if (next() < 0.5) objects.set(id, [`C${Math.floor(next() * 3)}`, Math.floor(next() * 3) * 8]);
        }
        return objects;
      };
      const [old, now] = [make(), make()];
      const expected = new Map<string, { newCount: number; deletedCount: number; sizeDelta: number }>();
      const add = (
        one: typeof old,
        other: typeof old,
        key: 'newCount' | 'deletedCount',
        sign: number,
      ): void => {
        for (const [id, [name, size]] of one) {
          const same = other.get(id);
          if (size === 0 || (same?.[0] === name && same[1] > 0)) continue;
          const row = expected.get(name) ?? { newCount: 0, deletedCount: 0, sizeDelta: 0 };
          row[key]++;
          row.sizeDelta += sign * size;
          expected.set(name, row);
        }
      };
      add(now, old, 'newCount', 1);
      add(old, now, 'deletedCount', -1);
      const graphOf = (objects: typeof old): Promise<Graph> =>
        heap(...[...objects].map(([id, [name, size]]) => [id, name, size] as const));
      const rows = diff(await graphOf(old), await graphOf(now));
      const ours = rows.map(({ type, newCount, deletedCount, sizeDelta }): [string, object] => [
        type,
        { newCount, deletedCount, sizeDelta },
      ]);
      expect(new Map(ours), `seed ${seed}`).toEqual(expected);
      expect(rows.every((row) => row.sizeDelta === row.newSize - row.deletedSize)).toBe(true);
      expect(rows.every((row) => row.countDelta === row.newCount - row.deletedCount)).toBe(true);
    }
  });
});

test('nodeDiff marks the nodes themselves', async () => {
  const before = await heap([5, 'A'], [7, 'B']);
  const after = await heap([7, 'B'], [9, 'C']);
  const { isNew, isGone } = nodeDiff(before, after);
  expect([[...isGone], [...isNew]]).toEqual([
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ]);
});

describe('diffByClass', () => {
  test('counts and sizes only, also of nodes without a size; ids do not matter', async () => {
    const before = await heap([5, 'A'], [7, 'B'], [9, 'Gone']);
    const after = await heap([105, 'A'], [107, 'A', 8], [109, 'B'], [111, 'Empty', 0]);
    expect(diffByClass(before, after)).toEqual([
      { type: 'A', countDelta: 1, sizeDelta: 8 },
      { type: 'Empty', countDelta: 1, sizeDelta: 0 },
      { type: 'Gone', countDelta: -1, sizeDelta: -16 },
    ]);
    expect(diffByClass(before, before)).toEqual([]);
    expect(diffByClass(before, after, { filter: /^G/ }).map(({ type }) => type)).toEqual(['Gone']);
  });
});

/** objgraph's growth: above the peak so far, increases only, the largest first. */
import { describe, expect, test } from 'vitest';
import { classesOf } from '../../../src/analysis/classes/classes.js';
import { type GrowthOptions, growth, growthTracker } from '../../../src/analysis/growth/growth.js';
import { UsageError } from '../../../src/base/errors.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

/** A heap with so many objects of each class, of 16 bytes or as said. */
function heap(counts: Readonly<Record<string, number>>, size = 16): Promise<Graph> {
  const nodes = Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i): [string, NodeSpec] => [`${name}${i}`, { name, size }]),
  );
  return loadSnapshot(
    snapshotBytes({
      root: ['global'],
      global: { size: 0, edges: nodes.map(([key]) => key) },
      ...Object.fromEntries(nodes),
    }),
  );
}

/** Class, count now and increase, of each call in turn. */
async function steps(
  heaps: readonly Readonly<Record<string, number>>[],
  options: GrowthOptions = {},
): Promise<(readonly [string, number, number])[][]> {
  const grown = growthTracker(options);
  const answers: (readonly [string, number, number])[][] = [];
  for (const counts of heaps)
    answers.push(
      grown(await heap(counts)).map(({ type, count, countDelta }) => [type, count, countDelta] as const),
    );
  return answers;
}

describe('growthTracker', () => {
  test('the first call counts all there is, as in objgraph', async () => {
    expect(await steps([{ A: 2, B: 5 }])).toEqual([
      [
        ['B', 5, 5],
        ['A', 2, 2],
        ['(synthetic)', 1, 1],
        ['global', 1, 1],
      ],
    ]);
  });

  test('a peak never falls: what only came back has not grown', async () => {
    const answers = await steps([{ A: 5 }, { A: 3 }, { A: 5 }, { A: 7 }, { A: 6 }, { A: 8 }]);
    expect(answers.slice(1)).toEqual([[], [], [['A', 7, 2]], [], [['A', 8, 1]]]);
  });

  test('a class that was gone for a while keeps its peak', async () => {
    const answers = await steps([{ A: 5 }, {}, { A: 4 }, { A: 9 }]);
    expect(answers.slice(1)).toEqual([[], [], [['A', 9, 4]]]);
  });

  test('the first call sets the peaks as they are, however much noise is allowed', async () => {
    const grown = growthTracker({ noise: (type) => (type === 'Session' ? 79.5 : 0) });
    expect(grown(await heap({ Session: 79 })).some(({ isNoise }) => isNoise)).toBe(false);
    expect(grown(await heap({ Session: 80 }))).toMatchObject([
      { type: 'Session', countDelta: 1, isNoise: true },
    ]);
    const [, , leak] = await steps([{ A: 20 }, { A: 25 }, { A: 60 }], { noise: () => 30 });
    expect(leak).toEqual([['A', 60, 40]]);
  });

  test('the largest increase first, ties by name; a new class counts from nothing', async () => {
    const [, answer] = await steps([
      { Zoe: 1, Ann: 4, Same: 3, Less: 3 },
      { Zoe: 3, Ann: 6, Same: 3, Less: 1, New: 5 },
    ]);
    expect(answer).toEqual([
      ['New', 5, 5],
      ['Ann', 6, 2],
      ['Zoe', 3, 2],
    ]);
  });

  test('by size: more bytes in no more objects; each measure has a peak of its own', async () => {
    const small = await heap({ A: 2 }, 16);
    const large = await heap({ A: 1 }, 100);
    const bySize = growthTracker({ by: 'size' });
    bySize(small);
    expect(bySize(large)).toMatchObject([
      { type: 'A', count: 1, countDelta: -1, sizeDelta: 68, shallowSize: 100 },
    ]);
    expect(bySize(small)).toEqual([]);
    expect(growth(small, large)).toEqual([]);
  });

  test('by retained: what it keeps counts, not what it is', async () => {
    const make = (kept: number): Promise<Graph> =>
      loadSnapshot(
        snapshotBytes({
          root: ['global'],
          global: { size: 0, edges: ['a'] },
          a: { name: 'A', edges: Array.from({ length: kept }, (_, i) => `kept${i}`) },
          ...Object.fromEntries(
            Array.from({ length: kept }, (_, i): [string, NodeSpec] => [`kept${i}`, { type: 'string' }]),
          ),
        }),
      );
    const grown = growth(await make(1), await make(4), { by: 'retained', filter: /^A$/ });
    expect(grown).toMatchObject([
      { type: 'A', countDelta: 0, sizeDelta: 0, retainedSize: 80, retainedDelta: 48 },
    ]);
    expect(growth(await make(4), await make(1), { by: 'retained', filter: /^A$/ })).toEqual([]);
  });

  test('only classes that fit the filter, a global pattern too', async () => {
    const before = await heap({});
    const after = await heap({ Apple: 1, Apricot: 2, Pear: 3 });
    expect(growth(before, after, { filter: /^Ap/g }).map(({ type }) => type)).toEqual(['Apricot', 'Apple']);
    expect(growth(before, after, { filter: (type) => type === 'Pear' })).toHaveLength(1);
  });

  test('class counts in place of a graph', async () => {
    const before = classesOf(await heap({ A: 1 }));
    expect(growth(before, await heap({ A: 4 }))).toMatchObject([{ type: 'A', count: 4, countDelta: 3 }]);
  });

  test('empty graphs, and the same one twice', async () => {
    const empty = await loadSnapshot(snapshotBytes({}));
    const some = await heap({ A: 1 });
    expect(growth(empty, empty)).toEqual([]);
    expect(growth(some, some)).toEqual([]);
    expect(growth(some, empty)).toEqual([]);
    expect(growth(empty, some).map(({ type }) => type)).toEqual(['(synthetic)', 'A', 'global']);
  });
});

test.each(['node18', 'node22', 'node26'] as const)('%s: the leak of the fixtures', async (version) => {
  const before = await fixtureGraph(`${version}-before`);
  const after = await fixtureGraph(`${version}-after`);
  const grown = new Map(growth(before, after).map(({ type, countDelta }) => [type, countDelta]));
  expect([grown.get('OBJ'), grown.get('Foo'), grown.get('Child'), grown.get('Parent')]).toEqual([
    100, 50, 50, 10,
  ]);
  expect(growth(after, before).some(({ type }) => type === 'OBJ')).toBe(false);
});

test('one snapshot is not enough', async () => {
  const one = await heap({ A: 1 });
  const asked = () => growth(one, undefined as never);
  expect(asked).toThrow(UsageError);
  expect(asked).toThrow(/^growth takes two snapshots\. Write growth\(before, after\)/);
});

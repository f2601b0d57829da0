import { describe, expect, test } from 'vitest';
import { leaks } from '../../../src/analysis/leaks/leaks.js';
import { type ClassSurvival, type SurvivalOptions, survival } from '../../../src/analysis/leaks/survival.js';
import type { Graph } from '../../../src/graph/graph.js';
import { shapeIndex } from '../../../src/v8/shapes.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + 2 * i);

/** A program with lists of objects, by class; each class has a list of its own, or shares that which `in` names. */
function program(
  classes: readonly (readonly [type: string, ids: readonly number[], list?: string])[],
  spec: NodeSpec = {},
): GraphSpec {
  const lists = new Map<string, number[]>();
  for (const [type, ids, list = `list${type}`] of classes)
    lists.set(list, [...(lists.get(list) ?? []), ...ids]);
  return {
    root: { id: 1, edges: ['app'] },
    app: { id: 3, edges: [...lists.keys()] },
    ...Object.fromEntries(
      Array.from(lists, ([list, ids], i): [string, NodeSpec] => [
        list,
        {
          id: 5 + 2 * i,
          name: 'Array',
          edges: ids.map((id, place) => ['element', place, `o${id}`] as const),
        },
      ]),
    ),
    ...Object.fromEntries(
      classes.flatMap(([name, ids]) =>
        ids.map((id): [string, NodeSpec] => [`o${id}`, { id, name, ...spec }]),
      ),
    ),
  };
}

function survivalOf(graphs: readonly Graph[], options: SurvivalOptions = {}): ClassSurvival[] {
  return survival(graphs, { leaks: leaks(graphs, { minSize: 1 }), ...options });
}

describe('survival', () => {
  const at = (n: number): [string, number[]][] => [
    ['Leak', [0, 1, 2, 3].slice(0, n + 1).flatMap((i) => range(1001 + 100 * i, 10))],
    ['Cache', range(2001 + 40 * n, 20)], // all new ones each time
    [
      'Warm',
      [
        range(3001, 5),
        range(3101, n > 0 ? 30 : 0),
        range(3201, n > 1 ? 2 : 0),
        range(3301, n > 2 ? 1 : 0),
      ].flat(),
    ],
    ['Steady', range(4001, 7)],
  ];

  test('generations, and what their numbers look like', async () => {
    const graphs = await Promise.all([0, 1, 2, 3].map((n) => graphOf(program(at(n)))));
    const found = survivalOf(graphs, { filter: /^(Leak|Cache|Warm|Steady)$/ });
    expect(found.map(({ type, verdict, survivors }) => [type, verdict, survivors])).toEqual([
      ['Leak', 'leak', 20],
      ['Warm', 'cache/warm-up', 32],
      ['Cache', 'cache/warm-up', 0],
      ['Steady', null, 0],
    ]);
    const [leak, , cache] = found;
    expect(leak!.counts).toEqual([10, 20, 30, 40]);
    expect(leak!.alive).toEqual([
      [10, 10, 10, 10],
      [0, 10, 10, 10],
      [0, 0, 10, 10],
      [0, 0, 0, 10],
    ]);
    expect(leak!.leaksIn.map(({ leak: { path }, alive }) => [path, alive])).toEqual([
      ['the global object app .listLeak', [0, 10, 10, 10]],
    ]);
    expect(cache!.alive[1]).toEqual([0, 20, 0, 0]);
    expect(cache!.leaksIn).toEqual([]);
  });

  test('asks leaks itself: what grew by less than 10,000 bytes is no leak', async () => {
    const graphs = await Promise.all([0, 1, 2].map((n) => graphOf(program(at(n)))));
    expect(survival(graphs).some(({ verdict }) => verdict === 'leak')).toBe(false);
    const large = await Promise.all([0, 1, 2].map((n) => graphOf(program(at(n), { size: 600 }))));
    expect(survival(large)[0]).toMatchObject({ type: 'Leak', verdict: 'leak' });
  });

  test('a class leaks where it is added to a container at every step, whatever else comes and goes of it', async () => {
    // 10 a step stay in one list; of the same class many others are there for a while.
    const steps = [
      [0, 40],
      [1, 90],
      [2, 60],
    ].map(([n, passing]): [string, number[], string][] => [
      ['T', [0, 1, 2].slice(0, n! + 1).flatMap((i) => range(1001 + 100 * i, 10)), 'kept'],
      ['T', range(5001 + 1000 * n!, passing!), 'passing'],
    ]);
    const graphs = await Promise.all(steps.map((step) => graphOf(program(step))));
    const [row] = survivalOf(graphs, { filter: /^T$/ });
    expect(row).toMatchObject({ verdict: 'leak', counts: [50, 110, 90] });
    expect(row!.leaksIn.map(({ leak: { path }, alive }) => [path, alive])).toEqual([
      ['the global object app .kept', [0, 10, 10]],
    ]);
  });

  test('a class that grows in no container is no leak, though every generation lives', async () => {
    // Of each list only one step's objects.
    const steps = [0, 1, 2].map((n): [string, number[], string][] => [
      ['T', range(901, 4), 'old'],
      ['T', range(1001, n > 0 ? 10 : 0), 'first'],
      ['T', range(2001, n > 1 ? 10 : 0), 'second'],
    ]);
    const graphs = await Promise.all(steps.map((step) => graphOf(program(step))));
    const [row] = survivalOf(graphs, { filter: /^T$/ });
    expect(row).toMatchObject({ verdict: null, counts: [4, 14, 24], survivors: 10, leaksIn: [] });
  });

  test('what hangs on the members leaks with them, in the same container', async () => {
    const step = (n: number): GraphSpec => {
      const ids = [0, 1, 2].slice(0, n + 1).flatMap((i) => range(1001 + 100 * i, 10));
      return {
        ...program([['Session', ids]]),
        ...Object.fromEntries(
          ids.flatMap((id): [string, NodeSpec][] => [
            [`o${id}`, { id, name: 'Session', edges: [['property', 'cart', `c${id}`]] }],
            [`c${id}`, { id: id + 10_000, name: 'Cart' }],
          ]),
        ),
      };
    };
    const graphs = await Promise.all([0, 1, 2].map((n) => graphOf(step(n))));
    const found = survivalOf(graphs, { filter: /^(Session|Cart)$/ });
    expect(found.map(({ type, verdict, leaksIn }) => [type, verdict, leaksIn[0]?.leak.path])).toEqual([
      ['Cart', 'leak', 'the global object app .listSession'],
      ['Session', 'leak', 'the global object app .listSession'],
    ]);
  });

  test('never against leaks: what it says is added leaks, and nothing does where it finds none', async () => {
    for (const counts of [
      [10, 10, 10],
      [100, 12, 0],
      [2, 2, 2],
      [30, 3, 30],
    ]) {
      const step = (n: number): [string, number[]][] => [
        ['T', counts.slice(0, n + 1).flatMap((count, i) => range(1001 + 1000 * i, count))],
      ];
      const graphs = await Promise.all([0, 1, 2].map((n) => graphOf(program(step(n)))));
      const answer = leaks(graphs, { minSize: 1 });
      const leaking = answer.leaks.filter(({ verdict }) => verdict === 'leak').length;
      const types = survivalOf(graphs).filter(({ verdict }) => verdict === 'leak');
      expect([counts, types.map(({ type }) => type)]).toEqual([counts, leaking > 0 ? ['T'] : []]);
    }
  });

  test('five snapshots: leaks first, then what grew in every step, then by survivors', async () => {
    const step = (n: number): [string, number[], string][] => [
      ['Leak', range(1001, 5 * n), 'kept'],
      // One more each time, in a list of its own: grew, and too little to be a leak.
      ['Slow', range(3001, n), 'slow'],
      ['Once', range(5001, n > 0 ? 50 : 0), 'once'],
    ];
    const graphs = await Promise.all([0, 1, 2, 3, 4].map((n) => graphOf(program(step(n)))));
    const found = survivalOf(graphs, { filter: /^(Leak|Slow|Once)$/ });
    expect(found.map(({ type, verdict, survivors }) => [type, verdict, survivors])).toEqual([
      ['Leak', 'leak', 15],
      ['Slow', null, 3],
      ['Once', 'cache/warm-up', 50],
    ]);
  });

  test("V8's own are left out unless they are asked for; two snapshots have no verdicts", async () => {
    const code: NodeSpec = { id: 101, type: 'code', name: 'x' };
    const [before, after] = await Promise.all([
      graphOf({ ...program([['T', []]]), root: { id: 1, edges: ['app', 'code'] }, code }),
      graphOf({ ...program([['T', [103]]]), root: { id: 1, edges: ['app', 'code'] }, code }),
    ]);
    const types = survival([before!, after!]).map(({ type }) => type);
    expect(types).toContain('T');
    expect(types).not.toContain('(compiled code)');
    const all = survival([before!, after!], { internals: true });
    expect(all.map(({ type }) => type)).toContain('(compiled code)');
    expect(all.every(({ verdict, survivors }) => verdict === null && survivors === 0)).toBe(true);
    expect(survival([])).toEqual([]);
  });

  test('with shapes an object stays in the shape it was born with', async () => {
    const object = (names: string[]): NodeSpec => ({
      name: 'Object',
      edges: names.map((name) => ['property', name, 'listObject'] as const),
    });
    const all = (names: string[], ids = range(101, 5)): GraphSpec =>
      program([['Object', ids]], object(names));
    const both = {
      ...all(['a', 'b'], [...range(101, 5), ...range(201, 5)]),
      ...Object.fromEntries(range(201, 5).map((id) => [`o${id}`, { id, ...object(['a']) }])),
    };
    const graphs = await Promise.all([all(['a']), all(['a', 'b']), both].map(graphOf));
    const rows = survivalOf(graphs, { partition: shapeIndex });
    expect(rows.find(({ type }) => type === '{a}')!.counts).toEqual([5, 5, 10]);
    // The shapes are those of the last snapshot, so that equal objects have one name in all of them.
    const born = survival(graphs.slice(0, 2), { partition: shapeIndex }).find(({ type }) => type === '{a}');
    expect(born).toBeUndefined();
  });
});

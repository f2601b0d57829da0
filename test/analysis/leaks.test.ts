import { describe, expect, test } from 'vitest';
import { leaks } from '../../src/analysis/leaks.js';
import { holdersOfNew } from '../../src/analysis/new-holders.js';
import { shapeIndex } from '../../src/analysis/shapes.js';
import { type ClassSurvival, survival } from '../../src/analysis/survival.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../support/builder.js';
import { fixturePath } from '../support/fixtures.js';

const load = (spec: GraphSpec): Promise<Graph> => loadSnapshot(snapshotBytes(spec));

/** A program whose list holds these objects, by id. */
function program(objects: Readonly<Record<number, NodeSpec>>): GraphSpec {
  const ids = Object.keys(objects).map(Number);
  return {
    root: { id: 1, edges: ['app'] },
    app: { id: 3, edges: ['list'] },
    list: { id: 5, name: 'Array', edges: ids.map((id, i) => ['element', i, `o${id}`] as const) },
    ...Object.fromEntries(ids.map((id) => [`o${id}`, { id, ...objects[id] }])),
  };
}

describe('leaks', () => {
  test('born between the first two and there in the third; of these the topmost', async () => {
    const old = { 101: { name: 'Old' } };
    const leaked: Record<number, NodeSpec> = {
      201: { name: 'Session', size: 100, edges: [['property', 'user', 'user']] },
      203: { name: 'Session', size: 60 },
      205: { type: 'string', name: 'a key', size: 30 },
      207: { type: 'code', name: 'jit', size: 5000 },
      209: { type: 'array', name: '', size: 5000 },
    };
    const user = { id: 301, name: 'User', size: 40 };
    const [first, second, third] = await Promise.all([
      load(program(old)),
      load({ ...program({ ...old, ...leaked, 401: { name: 'Gone' } }), user }),
      load({ ...program({ ...old, ...leaked, 501: { name: 'Young' } }), user }),
    ]);
    const found = leaks(first!, second!, third!);
    expect(found).toMatchObject({ born: 5, alive: 4, systemOnly: 0 });
    expect(found.groups).toHaveLength(1);
    const [group] = found.groups;
    expect(group).toMatchObject({
      path: 'the global object app .list → Array []',
      root: 'global',
      internal: false,
      count: 3,
      retainedSize: 230,
      classes: [
        { type: 'Session', count: 2, retainedSize: 200 },
        { type: '(string)', count: 1, retainedSize: 30 },
      ],
    });
    expect(third!.ids[group!.example]).toBe(201);
  });

  test('what only the stack holds is counted apart; nothing born is nothing', async () => {
    const base: GraphSpec = {
      root: { edges: ['app', ['element', 1, '(Stack roots)']] },
      app: [],
      '(Stack roots)': { id: 9, type: 'synthetic' },
    };
    const later: GraphSpec = {
      ...base,
      '(Stack roots)': { id: 9, type: 'synthetic', edges: [['element', 0, 'local']] },
      local: { id: 101, size: 99_999 },
    };
    const [first, second, third] = await Promise.all([load(base), load(later), load(later)]);
    expect(leaks(first!, second!, third!)).toEqual({ born: 1, alive: 0, systemOnly: 1, groups: [] });
    expect(leaks(first!, first!, first!)).toEqual({ born: 0, alive: 0, systemOnly: 0, groups: [] });
  });

  test('the largest group first, ties by number, then by path', async () => {
    const held = (ids: Record<string, number[]>): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: {
        id: 3,
        edges: Object.entries(ids).flatMap(([name, list]) =>
          list.map((id) => ['property', name, `o${id}`] as const),
        ),
      },
      ...Object.fromEntries(
        Object.values(ids).flatMap((list) =>
          list.map((id) => [`o${id}`, { id, name: 'T', size: 64 / list.length }]),
        ),
      ),
    });
    const ids = { b: [11], a: [13], c: [41, 43] };
    const after = await load(held(ids));
    const before = await load({ root: { id: 1, edges: ['app'] }, app: { id: 3 } });
    expect(leaks(before, after, after).groups.map(({ path, count }) => [path, count])).toEqual([
      ['the global object app .c', 2],
      ['the global object app .a', 1],
      ['the global object app .b', 1],
    ]);
  });
});

describe('survival', () => {
  const snapshots = (lists: readonly (readonly [string, number[]][])[]): Promise<Graph[]> =>
    Promise.all(
      lists.map((list) =>
        load(program(Object.fromEntries(list.flatMap(([name, ids]) => ids.map((id) => [id, { name }]))))),
      ),
    );
  const range = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => from + 2 * i);

  test('generations, and what their numbers look like', async () => {
    const at = (n: number): [string, number[]][] => {
      const leak = [0, 1, 2, 3].slice(0, n + 1).flatMap((i) => range(1001 + 100 * i, 10));
      const cache = range(2001 + 40 * n, 20); // all new ones each time
      const warm = [
        range(3001, 5),
        range(3101, n > 0 ? 30 : 0),
        range(3201, n > 1 ? 2 : 0),
        range(3301, n > 2 ? 1 : 0),
      ];
      return [
        ['Leak', leak],
        ['Cache', cache],
        ['Warm', warm.flat()],
        ['Steady', range(4001, 7)],
      ];
    };
    const graphs = await snapshots([at(0), at(1), at(2), at(3)]);
    const found = survival(graphs, { filter: /^(Leak|Cache|Warm|Steady)$/ });
    expect(found.map(({ type, verdict, survivors }) => [type, verdict, survivors])).toEqual([
      ['Leak', 'leak', 20],
      ['Warm', 'cache/warm-up', 32],
      ['Cache', 'cache/warm-up', 0],
      ['Steady', null, 0],
    ]);
    const leak = found[0] as ClassSurvival;
    expect(leak.counts).toEqual([10, 20, 30, 40]);
    expect(leak.alive).toEqual([
      [10, 10, 10, 10],
      [0, 10, 10, 10],
      [0, 0, 10, 10],
      [0, 0, 0, 10],
    ]);
    expect(found[2]!.alive[1]).toEqual([0, 20, 0, 0]);
  });

  test('half of a generation is enough, less is not; a class that shrinks once does not leak', async () => {
    const grow = (kept: number, dropped: number): [string, number[]][][] => [
      [['T', range(101, 4)]],
      [['T', [...range(101, 4), ...range(201, 10)]]],
      [['T', [...range(101, 4 - dropped), ...range(201, kept), ...range(301, 12)]]],
    ];
    const verdict = async (kept: number, dropped = 0): Promise<string | null> =>
      survival(await snapshots(grow(kept, dropped)), { filter: /^T$/ })[0]!.verdict;
    expect(await verdict(5)).toBe('leak');
    expect(await verdict(4)).toBe('cache/warm-up');
    const shrinks = await snapshots([
      [['T', range(101, 30)]],
      [['T', [...range(101, 5), ...range(201, 10)]]],
      [['T', [...range(201, 10), ...range(301, 12)]]],
    ]);
    expect(survival(shrinks, { filter: /^T$/ })[0]!.verdict).toBeNull();
  });

  test("V8's own are left out unless they are asked for; two snapshots have no verdicts", async () => {
    const graphs = await Promise.all([
      load(program({ 101: { type: 'code', name: 'x' } })),
      load(program({ 101: { type: 'code', name: 'x' }, 103: { name: 'T' } })),
    ]);
    const types = survival(graphs).map(({ type }) => type);
    expect(types).toContain('T');
    expect(types).not.toContain('(compiled code)');
    const all = survival(graphs, { internals: true });
    expect(all.map(({ type }) => type)).toContain('(compiled code)');
    expect(all.every(({ verdict, survivors }) => verdict === null && survivors === 0)).toBe(true);
    expect(survival([])).toEqual([]);
  });

  test('with shapes an object stays in the shape it was born with', async () => {
    const object = (names: string[]): NodeSpec => ({
      name: 'Object',
      edges: names.map((name) => ['property', name, 'list'] as const),
    });
    const all = (names: string[]): Record<number, NodeSpec> =>
      Object.fromEntries(range(101, 5).map((id) => [id, object(names)]));
    const graphs = await Promise.all(
      [['a'], ['a', 'b'], ['a', 'b']].map((names) => load(program(all(names)))),
    );
    const row = survival(graphs, { partition: shapeIndex }).find(({ type }) => type === '{a}')!;
    expect(row.counts).toEqual([5, 5, 5]);
  });
});

test.each(['node18', 'node22', 'node26'] as const)('holdersOfNew: %s', async (name) => {
  const [before, after] = await Promise.all([
    loadSnapshot(fixturePath(`${name}-before`), { edges: true }),
    loadSnapshot(fixturePath(`${name}-after`), { edges: true, locations: true }),
  ]);
  const types = new Set(['OBJ', 'Foo', 'Parent']);
  const held = holdersOfNew(before!, after!, { types });
  expect([...held.keys()].sort()).toEqual(['Foo', 'OBJ', 'Parent']);
  const [obj, ...others] = held.get('OBJ')!;
  expect(others).toEqual([]);
  expect(obj).toMatchObject({ count: 100, size: expect.any(Number) as number });
  expect(obj!.path).toMatch(/^module .*leak\.cjs: _cache → Array \[\]$/);
  expect(held.get('Foo')).toEqual([
    { path: 'globalThis .registry → Object .byId → Map []', count: 50, size: expect.any(Number) as number },
  ]);
});

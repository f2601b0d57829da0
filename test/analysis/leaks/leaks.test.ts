import { describe, expect, test } from 'vitest';
import { leakEntry } from '../../../src/analysis/leaks/leak-entry.js';
import { leaks } from '../../../src/analysis/leaks/leaks.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, graphOf, type NodeSpec, snapshotBytes } from '../../support/builder.js';

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

/** Objects of a class with these ids, each of `size` bytes. */
function many(ids: readonly number[], spec: NodeSpec): Record<number, NodeSpec> {
  return Object.fromEntries(ids.map((id) => [id, spec]));
}
const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + 2 * i);

describe('leaks', () => {
  const old = many(range(101, 4), { name: 'Session', size: 100 });
  const step = (n: number, count = 6): Record<number, NodeSpec> =>
    many(range(1001 + 200 * n, count), { name: 'Session', size: 100 });

  test('members of every step: a leak, with its container, counts and bytes', async () => {
    const graphs = await Promise.all([
      graphOf(program(old)),
      graphOf(program({ ...old, ...step(1), 901: { name: 'Gone' } })),
      graphOf(program({ ...old, ...step(1), ...step(2) })),
    ]);
    const found = leaks(graphs, { minSize: 100 });
    expect(found.leaks).toHaveLength(1);
    const [leak] = found.leaks;
    expect(leak).toMatchObject({
      verdict: 'leak',
      growth: 'members',
      owner: 'program',
      root: 'global',
      path: 'the global object app .list',
      memberCounts: [4, 10, 16],
      size: 1200,
      aloneSize: 1200,
      isList: false,
      alsoIn: [],
    });
    expect(leak!.member).toMatchObject({ type: 'Session', counts: [0, 6, 6], heads: [0, 6, 6], depth: 0 });
    expect(found).toMatchObject({ survivors: 6, survivorSize: 600, explainedSize: 1200, unexplained: [] });
    expect(leaks(graphs, { minSize: 1201 }).leaks).toEqual([]);
  });

  test.each([
    ['the last step added nothing: once', 6, 0, 'once'],
    ['the first step added nothing, the last is not confirmed', 0, 6, undefined],
    ['two a step are taken for chance', 2, 2, undefined],
    ['uneven, of a class with a name of its own', 100, 12, 'uneven'],
    ['a quarter of the larger step is even', 16, 4, 'leak'],
  ] as const)('%s', async (_, first, second, verdict) => {
    const graphs = await Promise.all([
      graphOf(program(old)),
      graphOf(program({ ...old, ...step(1, first) })),
      graphOf(program({ ...old, ...step(1, first), ...step(2, second) })),
    ]);
    expect(leaks(graphs, { minSize: 1 }).leaks.map((leak) => leak.verdict)).toEqual(verdict ? [verdict] : []);
  });

  test('uneven, of objects that many things are made of: none', async () => {
    const objects = (from: number, count: number) => many(range(from, count), { name: 'Object', size: 100 });
    const graphs = await Promise.all([
      graphOf(program(old)),
      graphOf(program({ ...old, ...objects(1001, 100) })),
      graphOf(program({ ...old, ...objects(1001, 100), ...objects(2001, 12) })),
    ]);
    expect(leaks(graphs, { minSize: 1 }).leaks).toEqual([]);
  });

  test('a list: members are counted along it, and its owner is the container', async () => {
    const list = (length: number): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: [['property', 'head', 'n0']] },
      ...Object.fromEntries(
        Array.from({ length }, (_, i): [string, NodeSpec] => [
          `n${i}`,
          {
            id: 101 + 2 * i,
            name: 'Listener',
            size: 50,
            edges: i + 1 < length ? [['property', 'next', `n${i + 1}`]] : [],
          },
        ]),
      ),
    });
    const graphs = await Promise.all([graphOf(list(5)), graphOf(list(15)), graphOf(list(25))]);
    const [leak, ...others] = leaks(graphs, { minSize: 100 }).leaks;
    expect(others).toEqual([]);
    expect(leak).toMatchObject({ isList: true, memberCounts: [5, 15, 25], size: 1000 });
    const last = graphs[2]!;
    expect(leak!.chain.nodes.map((node) => last.ids[node])).toEqual([1, 3].slice(-leak!.chain.nodes.length));
  });

  test('two containers of the same things are one leak, which says where they are as well', async () => {
    const both = (ids: number[]): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['byId', 'recent'] },
      byId: { id: 5, name: 'Map', edges: ids.map((id, i) => ['element', i, `o${id}`] as const) },
      recent: { id: 7, name: 'Array', edges: ids.map((id, i) => ['element', i, `o${id}`] as const) },
      ...Object.fromEntries(ids.map((id) => [`o${id}`, { id, name: 'Order', size: 100 }])),
    });
    const graphs = await Promise.all([both([]), both(range(101, 5)), both(range(101, 10))].map(graphOf));
    const found = leaks(graphs, { minSize: 100 }).leaks;
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ size: 1000, aloneSize: 0, memberCounts: [0, 5, 10] });
    expect([found[0]!.path, ...found[0]!.alsoIn.map(({ path }) => path)].sort()).toEqual([
      'the global object app .byId',
      'the global object app .recent',
    ]);
  });

  test('an array of numbers grows in place; known only where the earlier snapshots have edges', async () => {
    const at = (size: number, id: number): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['latencies'] },
      latencies: { id: 5, name: 'Array', size: 16, edges: [['internal', 'elements', 'store']] },
      store: { id, type: 'array', size },
    });
    const specs = [at(20_000, 7), at(60_000, 9), at(100_000, 11)];
    const graphs = await Promise.all(specs.map(graphOf));
    expect(leaks(graphs).leaks).toMatchObject([
      { verdict: 'leak', growth: 'in place', sizes: [20_016, 60_016, 100_016], size: 80_000 },
    ]);
    const nodesOnly = await Promise.all(
      specs.map((spec, i) => loadSnapshot(snapshotBytes(spec), { edges: i === 2 })),
    );
    const found = leaks(nodesOnly);
    expect(found.leaks).toEqual([]);
    expect(found.rebuilt.map(({ node }) => nodesOnly[2]!.ids[node])).toEqual([5]);
    const shrunk = await Promise.all([at(20_000, 7), at(160_000, 9), at(100_000, 11)].map(graphOf));
    expect(leaks(shrunk).leaks).toEqual([]);
  });

  test('an ArrayBuffer that is resized grows in place, though nothing of it is made anew', async () => {
    const at = (size: number): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['samples'] },
      samples: { id: 5, name: 'ArrayBuffer', size: 96, edges: [['internal', 'backing_store', 'store']] },
      store: { id: 7, type: 'native', name: 'system / JSArrayBufferData', size },
    });
    const found = async (sizes: readonly number[]): Promise<readonly object[]> =>
      leaks(await Promise.all(sizes.map(at).map(graphOf))).leaks;
    expect(await found([20_000, 60_000, 100_000])).toMatchObject([
      { verdict: 'leak', growth: 'in place', sizes: [20_096, 60_096, 100_096], size: 80_000 },
    ]);
    expect(await found([20_000, 100_000, 100_000])).toMatchObject([]);
    expect(await found([100_000, 100_000, 100_000])).toEqual([]);
  });

  test('a thing with two such parts, and with new ones besides, is measured once', async () => {
    const at = (size: number, id: number): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['samples'] },
      samples: {
        id: 5,
        name: 'Samples',
        size: 100,
        edges: [
          ['internal', 'one', 'one'],
          ['internal', 'other', 'other'],
          ['internal', 'elements', 'store'],
        ],
      },
      one: { id: 7, type: 'native', name: 'system / JSArrayBufferData', size },
      other: { id: 9, type: 'native', name: 'system / JSArrayBufferData', size },
      store: { id, type: 'array', size },
    });
    const graphs = await Promise.all([at(20_000, 11), at(60_000, 13), at(100_000, 15)].map(graphOf));
    expect(leaks(graphs).leaks).toMatchObject([{ growth: 'in place', sizes: [60_100, 180_100, 300_100] }]);
  });

  test('a list that did not exist before: its items are the members', async () => {
    const without: GraphSpec = { root: { id: 1, edges: ['app'] }, app: { id: 3 } };
    const items = many(range(1001, 20), { name: 'Session', size: 100 });
    const grown = { ...program(items), list: { ...program(items).list!, id: 901 } };
    const [leak] = leaks(await Promise.all([graphOf(without), graphOf(grown)]), { minSize: 100 }).leaks;
    expect(leak).toMatchObject({ verdict: 'leak', memberCounts: [0, 20], member: { type: 'Session' } });
  });

  test('five snapshots: what grew at every step first, then in some steps, then once', async () => {
    const lists: Record<string, readonly number[]> = {
      every: [5, 5, 5, 5],
      some: [9, 0, 9, 0],
      once: [40, 0, 0, 0],
    };
    const at = (now: number): GraphSpec => {
      const spec: Record<string, NodeSpec> = {
        root: { id: 1, edges: ['app'] },
        app: { id: 3, edges: Object.keys(lists) },
      };
      Object.entries(lists).forEach(([name, counts], place) => {
        const ids = counts.slice(0, now).flatMap((count, n) => range(10_001 + 1000 * place + 200 * n, count));
        spec[name] = {
          id: 5 + 2 * place,
          name: 'Array',
          edges: ids.map((id, i) => ['element', i, `o${id}`]),
        };
        for (const id of ids) spec[`o${id}`] = { id, name: `${name}Thing`, size: 100 };
      });
      return spec;
    };
    const graphs = await Promise.all([0, 1, 2, 3, 4].map((now) => graphOf(at(now))));
    expect(leaks(graphs, { minSize: 1 }).leaks.map(({ verdict, path }) => [verdict, path])).toEqual([
      ['leak', 'the global object app .every'],
      ['sometimes', 'the global object app .some'],
      ['once', 'the global object app .once'],
    ]);
  });

  test('one snapshot, the same snapshot, an empty one: nothing', async () => {
    const graph = await graphOf(program(old));
    const empty = await graphOf({});
    for (const snapshots of [[graph], [graph, graph, graph], [empty, empty]])
      expect(leaks(snapshots)).toMatchObject({ leaks: [], survivors: 0, survivorSize: 0, rebuilt: [] });
  });

  test('two snapshots have one step: what grew', async () => {
    const graphs = await Promise.all([graphOf(program(old)), graphOf(program({ ...old, ...step(1) }))]);
    expect(leaks(graphs, { minSize: 100 }).leaks).toMatchObject([{ verdict: 'leak', memberCounts: [4, 10] }]);
  });
});

describe('what is counted', () => {
  /** Objects with these properties in a list that was there before; three snapshots. */
  const counted = async (member: (key: string, i: number) => Record<string, NodeSpec>) => {
    const spec = (count: number): GraphSpec => {
      const keys = Array.from({ length: count }, (_, i) => `m${i}`);
      const parts = keys.map((key, i) => member(key, i));
      let id = 1001;
      return {
        root: { id: 1, edges: ['app'] },
        app: { id: 3, edges: ['list'] },
        list: { id: 5, name: 'Array', edges: keys.map((key, i) => ['element', i, key] as const) },
        ...Object.fromEntries(
          parts.flatMap((part) =>
            Object.entries(part).map(([key, node]) => {
              id += 2;
              return [key, { size: 50, ...node, id }];
            }),
          ),
        ),
      };
    };
    const graphs = await Promise.all([10, 20, 30].map((count) => graphOf(spec(count))));
    const found = leaks(graphs, { minSize: 100 });
    expect(found.leaks).toHaveLength(1);
    return { leak: found.leaks[0]!, entry: leakEntry(graphs.at(-1)!, found.leaks[0]!) };
  };

  test('members of a class, not what they lead to of the same class', async () => {
    const { leak } = await counted((key) => ({
      [key]: { name: 'Subscriber', edges: [['property', 'destination', `${key}d`]] },
      [`${key}d`]: { name: 'Subscriber' },
    }));
    expect(leak.memberCounts).toEqual([10, 20, 30]);
  });

  test('plain objects of other properties are told apart, also behind a part of the engine', async () => {
    const { leak, entry } = await counted((key) => ({
      [key]: {
        name: 'Object',
        edges: [
          ['property', 'request', 'app'],
          ['internal', 'properties', `${key}p`],
        ],
      },
      [`${key}p`]: { type: 'array', name: '(object properties)', edges: [['internal', '0', `${key}s`]] },
      [`${key}s`]: { name: 'Object', edges: [['property', 'user', 'app']] },
    }));
    expect(leak.memberCounts).toEqual([10, 20, 30]);
    expect(entry.contents.map(({ label, count }) => [label, count])).toEqual([
      ['Object {request}', 20],
      ['Object {user}', 20],
    ]);
  });

  test('plain objects laid over each other, each the prototype of the next', async () => {
    const spec = (count: number): GraphSpec => ({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, name: 'App', edges: [['property', 'settings', `m${count - 1}`]] },
      ...Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `m${i}`,
          {
            id: 101 + 2 * i,
            name: 'Object',
            size: 50,
            edges: [
              ['property', 'note', 'app'] as const,
              ...(i > 0 ? [['property', '__proto__', `m${i - 1}`] as const] : []),
            ],
          },
        ]),
      ),
    });
    const graphs = await Promise.all([10, 20, 30].map((count) => graphOf(spec(count))));
    expect(leaks(graphs, { minSize: 100 }).leaks[0]).toMatchObject({ memberCounts: [10, 20, 30] });
  });

  test('those with a property more are the same kind', async () => {
    const { leak } = await counted((key, i) => ({
      [key]: {
        name: 'Object',
        edges: ['id', 'name', ...(i % 5 === 0 ? ['note'] : [])].map(
          (name) => ['property', name, 'app'] as const,
        ),
      },
    }));
    expect(leak.memberCounts).toEqual([10, 20, 30]);
  });
});

test('a list that is copied at each append: its items, old and new', async () => {
  const spec = (count: number, at: number): GraphSpec => {
    const keys = Array.from({ length: count }, (_, i) => `m${i}`);
    return {
      root: { id: 1, edges: ['app'] },
      app: { id: 3, name: 'Store', edges: [['property', 'state', 'state']] },
      state: { id: 5001 + 10 * at, name: 'Object', edges: [['property', 'log', 'log']] },
      log: { id: 5003 + 10 * at, name: 'Array', edges: keys.map((key, i) => ['element', i, key] as const) },
      ...Object.fromEntries(
        keys.flatMap((key, i) => [
          [key, { id: 101 + 4 * i, name: 'Object', size: 60, edges: [['property', 'at', `${key}d`]] }],
          [`${key}d`, { id: 103 + 4 * i, name: 'Date', size: 60 }],
        ]),
      ),
    } as GraphSpec;
  };
  const graphs = await Promise.all([10, 20, 30].map((count, i) => graphOf(spec(count, i))));
  const found = leaks(graphs, { minSize: 100 });
  expect(found.leaks[0]!.memberCounts).toEqual([10, 20, 30]);
  expect(leakEntry(graphs.at(-1)!, found.leaks[0]!).member.label).toBe('Object {at}');
});

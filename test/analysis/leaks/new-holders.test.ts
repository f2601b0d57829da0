import { describe, expect, test } from 'vitest';
import { containerPlace } from '../../../src/analysis/leaks/container-place.js';
import { frontierOf } from '../../../src/analysis/leaks/frontier.js';
import { holdersOfNew, type NewHolder } from '../../../src/analysis/leaks/new-holders.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

/** A program with two containers; the objects behind each, by id. */
function program(
  sessions: Readonly<Record<number, NodeSpec>>,
  recent: readonly number[] = [],
  more: GraphSpec = {},
): GraphSpec {
  const ids = Object.keys(sessions).map(Number);
  return {
    root: { id: 1, edges: ['app', ...('stack' in more ? ['stack'] : [])] },
    app: { id: 3, edges: ['sessions', 'recent'] },
    sessions: { id: 5, name: 'Map', edges: [['internal', 'table', 'table']] },
    table: { id: 7, type: 'array', edges: ids.map((id) => ['internal', String(id), `o${id}`] as const) },
    recent: { id: 9, name: 'Array', edges: recent.map((id, i) => ['element', i, `o${id}`] as const) },
    ...Object.fromEntries(ids.map((id) => [`o${id}`, { id, ...sessions[id] }])),
    ...more,
  };
}

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + 2 * i);
const many = (ids: readonly number[], spec: NodeSpec): Record<number, NodeSpec> =>
  Object.fromEntries(ids.map((id) => [id, spec]));

function told(holders: readonly NewHolder[] | undefined): unknown[] {
  return (holders ?? []).map(({ path, count, size, group }) => [path, count, size, group?.containers.length]);
}

describe('holdersOfNew', () => {
  test('new objects by the container that was there before; the most bytes first', async () => {
    const old = many(range(101, 3), { name: 'Session' });
    const [before, after] = await Promise.all([
      graphOf(program(old)),
      graphOf(
        program(
          { ...old, ...many(range(201, 5), { name: 'Session', size: 40 }), 301: { name: 'Cart', size: 8 } },
          [101],
        ),
      ),
    ]);
    const held = holdersOfNew(before!, after!);
    expect(told(held.get('Session'))).toEqual([['the global object app .sessions → Map []', 5, 200, 1]]);
    expect(told(held.get('Cart'))).toEqual([['the global object app .sessions → Map []', 1, 8, 1]]);
    expect([...holdersOfNew(before!, after!, { types: new Set(['Cart']) }).keys()]).toEqual(['Cart']);
  });

  test('what hangs on new objects has their container; shapes and numbers have that of what holds them', async () => {
    const session: NodeSpec = {
      name: 'Session',
      size: 40,
      edges: [['internal', 'map', 'shape'], 'id', 'cart'],
    };
    const [before, after] = await Promise.all([
      graphOf(program({})),
      graphOf(
        program({ 201: session }, [], {
          shape: { id: 401, type: 'object shape', size: 80, name: 'system / Map' },
          id: { id: 403, type: 'number', size: 12 },
          cart: { id: 405, name: 'Cart', size: 24 },
        }),
      ),
    ]);
    const held = holdersOfNew(before!, after!, { raw: true });
    const path = 'the global object app .sessions → Map []';
    expect(told(held.get('Cart'))).toEqual([[path, 1, 24, 1]]);
    expect(told(held.get('(number)'))).toEqual([[path, 1, 12, 1]]);
    expect(told(held.get('(object shape)'))).toEqual([[path, 1, 80, 1]]);
  });

  test('what no container reaches has the way from a root to itself', async () => {
    const [before, after] = await Promise.all([
      graphOf(program({})),
      graphOf(
        program({}, [], {
          stack: { id: 501, type: 'synthetic', name: '(Stack roots)', edges: [['element', 0, 'local']] },
          local: { id: 503, name: 'Local', size: 32 },
        }),
      ),
    ]);
    const [holder, ...others] = holdersOfNew(before!, after!).get('Local')!;
    expect(others).toEqual([]);
    expect(holder).toEqual({
      path: 'the stack of a running function: (Stack roots) []',
      count: 1,
      size: 32,
      file: undefined,
      group: undefined,
    });
  });

  test('in two containers: of that which gets more of them', async () => {
    const [before, after] = await Promise.all([
      graphOf(program({})),
      graphOf(program(many(range(201, 4), { name: 'Session', size: 10 }), [201, 203])),
    ]);
    const frontier = frontierOf([before!, after!]);
    const held = holdersOfNew(before!, after!, { frontier });
    expect(told(held.get('Session'))).toEqual([['the global object app .sessions → Map []', 4, 40, 1]]);
    const place = containerPlace(frontier, held.get('Session')![0]!.group!);
    expect(place).toMatchObject({ type: 'Map', root: 'global', owner: 'program', count: 1, file: undefined });
    expect(after!.ids[place.node]).toBe(5);
    expect(containerPlace(frontier, held.get('Session')![0]!.group!)).toBe(place);
  });

  test('equal snapshots, and empty ones: nothing', async () => {
    const graph = await graphOf(program(many(range(101, 3), { name: 'Session' })));
    const empty = await graphOf({});
    expect(holdersOfNew(graph, graph).size).toBe(0);
    expect(holdersOfNew(empty, empty).size).toBe(0);
  });

  test.each(['node18', 'node22', 'node26'] as const)('%s', async (name) => {
    const [before, after] = await Promise.all([
      fixtureGraph(`${name}-before`),
      fixtureGraph(`${name}-after`, { locations: true }),
    ]);
    const frontier = frontierOf([before!, after!]);
    const held = holdersOfNew(before!, after!, { types: new Set(['OBJ', 'Foo', 'Parent']), frontier });
    expect([...held.keys()].sort()).toEqual(['Foo', 'OBJ', 'Parent']);
    const words = (type: string) =>
      held.get(type)!.map(({ count, group }) => [count, containerPlace(frontier, group!).text]);
    expect(words('OBJ')).toEqual([[100, '_cache']]);
    expect(words('Foo')).toEqual([[50, 'globalThis.registry.byId']]);
    expect(words('Parent')).toEqual([[10, 'globalThis.registry.deep.nested.list']]);
    expect(held.get('OBJ')![0]!.path).toMatch(/^module .*leak\.cjs: _cache → Array \[\]$/);
    expect(held.get('OBJ')![0]!.file).toMatch(/leak\.cjs$/);
  });
});

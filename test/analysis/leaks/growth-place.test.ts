import { describe, expect, test } from 'vitest';
import { instancesOf } from '../../../src/analysis/classes/instances.js';
import { holderPaths } from '../../../src/analysis/holders/holder-paths.js';
import { frontierOf } from '../../../src/analysis/leaks/frontier.js';
import { type GrowthPlace, growthPlace } from '../../../src/analysis/leaks/growth-place.js';
import type { Graph } from '../../../src/graph/graph.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + 2 * i);

/** A program with two lists, and a handle of native code; what each holds, by id. */
function program(
  one: readonly number[],
  other: readonly number[] = [],
  handles: readonly number[] = [],
  spec: NodeSpec = {},
): GraphSpec {
  const items = (ids: readonly number[]) => ids.map((id, i) => ['element', i, `o${id}`] as const);
  return {
    root: { id: 1, edges: ['app', ['element', 1, 'handles']] },
    app: { id: 3, edges: ['one', 'other'] },
    one: { id: 5, name: 'Array', edges: items(one) },
    other: { id: 7, name: 'Map', edges: [['internal', 'table', 'table']] },
    table: { id: 9, type: 'array', edges: other.map((id, i) => ['internal', String(i), `o${id}`] as const) },
    handles: { id: 11, type: 'synthetic', name: '(Global handles)', edges: items(handles) },
    ...Object.fromEntries(
      [...one, ...other, ...handles].map((id): [string, NodeSpec] => [`o${id}`, { id, name: 'T', ...spec }]),
    ),
  };
}

async function placeOf(before: GraphSpec, after: GraphSpec, type = 'T'): Promise<[Graph, GrowthPlace]> {
  const graphs = await Promise.all([graphOf(before), graphOf(after)]);
  const frontier = frontierOf(graphs);
  const nodes = instancesOf(frontier.graph, type).filter((node) => frontier.ages[node] === 1);
  return [frontier.graph, growthPlace(frontier, nodes)];
}

function told(graph: Graph, { group, chain, count, total }: GrowthPlace): unknown {
  const path = group && holderPaths(graph).text(group.path);
  return { path, count, total, chain: chain?.nodes.map((node) => graph.ids[node]) };
}

describe('growthPlace', () => {
  test('the container with most of them, and the way to the first in it', async () => {
    const old = program(range(101, 2));
    const [graph, place] = await placeOf(old, program([...range(101, 2), ...range(201, 3)], range(301, 5)));
    expect(told(graph, place)).toEqual({
      path: 'the global object app .other',
      count: 5,
      total: 8,
      chain: [3, 7, 9, 301],
    });
    expect(place).toMatchObject({ bounded: undefined, boundedCount: 0, runtimeCount: 0 });
  });

  test('as many in each: the first', async () => {
    const [graph, place] = await placeOf(program([]), program(range(201, 3), range(301, 3)));
    expect(told(graph, place)).toMatchObject({ path: 'the global object app .one', count: 3, total: 6 });
  });

  test("the program's containers before larger ones of native handles, which the runtime holds for itself", async () => {
    const [graph, place] = await placeOf(program([]), program(range(201, 3), [], range(401, 20)));
    expect(told(graph, place)).toMatchObject({ path: 'the global object app .one', count: 3, total: 23 });
    expect(place.runtimeCount).toBe(20);
    // Less than a tenth of as many says nothing.
    const [other, few] = await placeOf(program([]), program([201], [], range(401, 20)));
    expect(few).toMatchObject({ count: 20, runtimeCount: 20 });
    expect(few.chain!.nodes.map((node) => other.ids[node])).toEqual([11, 401]);
  });

  test('behind others that came since: the way goes through them', async () => {
    const spec: NodeSpec = { name: 'Session', edges: ['cart'] };
    const [graph, place] = await placeOf(
      program([]),
      { ...program([201], [], [], spec), cart: { id: 901, name: 'Cart' } },
      'Cart',
    );
    expect(told(graph, place)).toEqual({
      path: 'the global object app .one',
      count: 1,
      total: 1,
      chain: [3, 5, 201, 901],
    });
    expect(place.depth).toBe(1);
  });

  test('numbers hang on what holds them: the container is known, a way is not', async () => {
    const spec: NodeSpec = { name: 'Session', edges: ['number'] };
    const graphs = await Promise.all([
      graphOf(program([])),
      graphOf({ ...program([201], [], [], spec), number: { id: 901, type: 'number', size: 12 } }),
    ]);
    const frontier = frontierOf(graphs);
    const place = growthPlace(frontier, [frontier.graph.ids.indexOf(901)]);
    expect(told(frontier.graph, place)).toEqual({
      path: 'the global object app .one',
      count: 1,
      total: 1,
      chain: undefined,
    });
  });

  test('nothing, and what no container reaches', async () => {
    const [before, after] = await Promise.all([
      graphOf(program([])),
      graphOf({
        ...program([]),
        root: { id: 1, edges: ['app', ['element', 1, 'handles'], ['element', 2, 'local']] },
        local: { id: 901, name: 'T' },
      }),
    ]);
    const frontier = frontierOf([before!, after!]);
    expect(growthPlace(frontier, [])).toEqual({
      total: 0,
      group: undefined,
      count: 0,
      chain: undefined,
      depth: 0,
      boundedCount: 0,
      bounded: undefined,
      runtimeCount: 0,
    });
    expect(growthPlace(frontier, [after!.ids.indexOf(901)])).toMatchObject({
      total: 1,
      group: undefined,
      count: 0,
      runtimeCount: 1,
    });
  });
});

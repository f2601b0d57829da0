/** The frontier between old and new, against its definition on random graphs and on small exact cases. */
import { describe, expect, test } from 'vitest';
import { nodeRoles, THING, WALL, WAY } from '../../../src/analysis/classes/node-roles.js';
import { agesOf } from '../../../src/analysis/growth/ages.js';
import { type Frontier, frontierOf } from '../../../src/analysis/leaks/frontier.js';
import { keepsAlive } from '../../../src/analysis/sizes/essential-edges.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { NODE } from '../../../src/graph/schema.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { random, randomGraph } from '../../support/random-graph.js';

/** The same graph with an id for each node, and earlier snapshots that have only some of the nodes. */
async function snapshotsOf(seed: number, count: number): Promise<Graph[]> {
  const next = random(seed + 77);
  const names = Object.entries(randomGraph(seed));
  const specs = names.map(([name, spec], i): [string, NodeSpec, number] => [
    name,
    { ...(spec as NodeSpec), id: 2 * i + 1 },
    i === 0 ? 0 : Math.floor(next() * count),
  ]);
  return Promise.all(
    Array.from({ length: count }, (_, now) =>
      graphOf(
        Object.fromEntries(
          specs
            .filter(([, , age]) => age <= now)
            .map(([name, spec]) => [name, now < count - 1 ? { ...spec, edges: [] } : spec]),
        ),
      ),
    ),
  );
}

/** From a container the first new things: the definition, with sets. */
function headsByDefinition(graph: Graph, ages: Uint8Array, container: number): Set<number> {
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const { targets } = graph.edges!;
  const heads = new Set<number>();
  const ways = new Set([container]);
  for (const node of ways) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const target = targets[edge]!;
      if (!keeps(edge, node) || target === container) continue;
      if (roles[target] === WAY) ways.add(target);
      else if (roles[target] === THING && ages[target]! > 0) heads.add(target);
    }
  }
  return heads;
}

/** All new nodes behind the heads. */
function behind(graph: Graph, ages: Uint8Array, heads: Iterable<number>): Set<number> {
  const roles = nodeRoles(graph);
  const keeps = keepsAlive(graph);
  const found = new Set(heads);
  for (const node of found) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const target = graph.edges!.targets[edge]!;
      if (keeps(edge, node) && ages[target]! > 0 && roles[target] !== WALL) found.add(target);
    }
  }
  return found;
}

function headsOf({ headNodes }: Frontier, first: number, last: number): number[] {
  return [...headNodes.subarray(first, last)];
}

describe('frontierOf, on random graphs', () => {
  test('heads, claims and bytes are those of the definition', { tags: 'slow' }, async () => {
    let containers = 0;
    let shared = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const snapshots = await snapshotsOf(seed, 3);
      const graph = snapshots.at(-1)!;
      const frontier = frontierOf(snapshots);
      const { ages, groups, groupOf } = frontier;
      expect([...ages]).toEqual([...agesOf(snapshots)]);
      const roles = nodeRoles(graph);
      const sizes = shallowSizes(graph);
      const byGroup = groups.map(({ firstHead, lastHead }) => headsOf(frontier, firstHead, lastHead));
      // Every old thing with heads is a container of exactly one group, and no other node is.
      const known = new Map(
        groups.flatMap((group) => group.containers.map((node) => [node, group] as const)),
      );
      for (let node = 0; node < graph.nodeCount; node++) {
        const isOld = ages[node] === 0 && roles[node] === THING && node !== graph.root;
        const heads = isOld ? headsByDefinition(graph, ages, node) : new Set<number>();
        expect(known.has(node), `seed ${seed}, node ${node}`).toBe(heads.size > 0);
        containers += heads.size > 0 ? 1 : 0;
      }
      // The groups of a container have all of its heads, each of them once.
      for (const container of known.keys()) {
        const heads: number[] = [];
        for (const { firstHead, lastHead, edgeName } of groups) {
          for (let i = firstHead; i < lastHead; i++) {
            if (frontier.headContainers[i] !== container) continue;
            heads.push(frontier.headNodes[i]!);
            if (edgeName !== undefined) expect(graph.edges!.names[frontier.headEdges[i]!]).toBe(edgeName);
          }
        }
        expect(heads.sort((a, b) => a - b)).toEqual(
          [...headsByDefinition(graph, ages, container)].sort((a, b) => a - b),
        );
      }
      // What a group claims is behind its heads; every node behind any head is claimed, by the first group in order.
      const reach = byGroup.map((heads) => behind(graph, ages, heads));
      for (let node = 0; node < graph.nodeCount; node++) {
        const able = reach.flatMap((nodes, number) => (nodes.has(node) ? [number] : []));
        expect(groupOf[node], `seed ${seed}, node ${node}`).toBe(able[0] ?? -1);
        if (able.length > 1) shared++;
      }
      groups.forEach((group, number) => {
        const own = [...groupOf.keys()].filter((node) => groupOf[node] === number);
        const bytes = own.reduce((sum, node) => sum + sizes[node]!, 0);
        expect(group.bytes.reduce((sum, one) => sum + one, 0)).toBe(bytes);
        expect(group.things.reduce((sum, one) => sum + one, 0)).toBe(
          own.filter((node) => roles[node] === THING).length,
        );
        const isOuter = group.owner !== 'program' && group.owner !== 'timer';
        const others = reach.filter(
          (_, other) =>
            other !== number &&
            (isOuter || groups[other]!.owner === 'program' || groups[other]!.owner === 'timer'),
        );
        const alone = [...reach[number]!].filter((node) => !others.some((nodes) => nodes.has(node)));
        expect(group.aloneSize).toBe(alone.reduce((sum, node) => sum + sizes[node]!, 0));
      });
    }
    expect(containers).toBeGreaterThan(200);
    expect(shared).toBeGreaterThan(20);
  });
});

/** A program whose list holds these objects, by id. */
function program(objects: Readonly<Record<number, NodeSpec>>): GraphSpec {
  const ids = Object.keys(objects).map(Number);
  return {
    root: { id: 1, edges: ['app'] },
    app: { id: 3, edges: ['list'] },
    list: { id: 5, name: 'Array', edges: [['internal', 'elements', 'elements']] },
    elements: {
      id: ids.length * 2 + 7,
      type: 'array',
      edges: ids.map((id, i) => ['element', i, `o${id}`] as const),
    },
    ...Object.fromEntries(ids.map((id) => [`o${id}`, { id, ...objects[id] }])),
  };
}

describe('frontierOf', () => {
  test('through a table that was made anew to what is in it; age by the first snapshot that has the id', async () => {
    const at = (ids: number[]): Promise<Graph> =>
      graphOf(program(Object.fromEntries(ids.map((id) => [id, { name: 'Session', size: 10 }]))));
    const frontier = frontierOf(
      await Promise.all([at([101]), at([101, 201, 203]), at([101, 201, 203, 301])]),
    );
    const { graph, groups } = frontier;
    expect(groups).toHaveLength(1);
    const [group] = groups;
    expect(graph.ids[group!.container]).toBe(5);
    expect([...group!.heads]).toEqual([0, 2, 1]);
    expect([...group!.bytes]).toEqual([0, 20, 10]);
    expect(group!.aloneSize).toBe(30);
  });

  test('no second snapshot, nothing new: no groups', async () => {
    const graph = await graphOf(program({ 101: {} }));
    expect(frontierOf([graph]).groups).toEqual([]);
    expect(frontierOf([graph, graph, graph]).groups).toEqual([]);
  });

  test('an empty graph', async () => {
    const graph = await graphOf({});
    expect(frontierOf([graph, graph]).groups).toEqual([]);
  });

  test('lists of handles are containers, the root and the stack are none', async () => {
    const spec = (ids: number[]): GraphSpec => ({
      root: {
        id: 1,
        edges: [
          ['element', 1, '(Global handles)'],
          ['element', 2, '(Stack roots)'],
        ],
      },
      '(Global handles)': {
        id: 3,
        type: 'synthetic',
        edges: ids.map((id, i) => ['element', i, `p${id}`] as const),
      },
      '(Stack roots)': { id: 5, type: 'synthetic', edges: ids.length > 0 ? [['element', 0, 'local']] : [] },
      ...(ids.length > 0 ? { local: { id: 999, name: 'Local' } } : {}),
      ...Object.fromEntries(ids.map((id) => [`p${id}`, { id, name: 'MessagePort' }])),
    });
    const frontier = frontierOf(await Promise.all([graphOf(spec([])), graphOf(spec([101, 103]))]));
    expect(frontier.groups.map(({ owner, container }) => [owner, frontier.graph.ids[container]])).toEqual([
      ['handles', 3],
    ]);
    expect(frontier.graph.nodeTypes[frontier.groups[0]!.container]).toBe(NODE.synthetic);
  });

  test("of V8's own roots the table of Symbol.for is a container, the others are none", async () => {
    const spec = (ids: number[], table: string): GraphSpec => ({
      root: { id: 1, edges: [['element', 1, '(Strong roots)']] },
      '(Strong roots)': {
        id: 3,
        type: 'synthetic',
        edges: [
          ['internal', 'string_table', 'others'],
          ['internal', table, 'symbols'],
        ],
      },
      // Made anew when it gets larger.
      symbols: {
        id: 5 + 100 * ids.length,
        type: 'array',
        edges: ids.map((id) => ['internal', `${id}`, `s${id}`] as const),
      },
      others: { id: 7, type: 'array', edges: ids.map((id) => ['internal', `${id}`, `o${id}`] as const) },
      ...Object.fromEntries(ids.map((id) => [`s${id}`, { id, type: 'symbol', name: 'symbol' }])),
      ...Object.fromEntries(ids.map((id) => [`o${id}`, { id: id + 2000, name: 'Other' }])),
    });
    const found = async (table: string): Promise<unknown[]> => {
      const { graph, groups } = frontierOf(
        await Promise.all([[], [1001], [1001, 1003, 1005]].map((ids) => graphOf(spec(ids, table)))),
      );
      return groups.map(({ container, edgeName, heads }) => [
        graph.ids[container],
        graph.strings.get(edgeName!),
        [...heads],
      ]);
    };
    expect(await found('public_symbol_table')).toEqual([[3, 'public_symbol_table', [0, 1, 2]]]);
    expect(await found('api_symbol_table')).toEqual([]);
  });

  test("JavaScriptCore's arrays, and scopes that it takes for code, are containers", async () => {
    const spec = (ids: number[], marker: string): GraphSpec => ({
      root: { id: 1, edges: ['scope', ['internal', 'code', marker]] },
      [marker]: { id: 3, type: 'code', size: 0 },
      scope: {
        id: 5,
        type: 'code',
        name: 'JSModuleEnvironment',
        edges: [
          ['context', 'sessions', 'list'],
          ...ids.slice(0, 1).map(() => ['context', 'last', 'o101'] as const),
        ],
      },
      list: {
        id: 7,
        type: 'array',
        name: `Array (${ids.length})`,
        edges: ids.map((id, i) => ['element', i, `o${id}`] as const),
      },
      ...Object.fromEntries(ids.map((id) => [`o${id}`, { id, name: 'Session' }])),
    });
    const containers = async (marker: string): Promise<number[]> => {
      const { graph, groups } = frontierOf(
        await Promise.all([graphOf(spec([], marker)), graphOf(spec([101, 103], marker))]),
      );
      return groups.map(({ container }) => graph.ids[container]!).sort((a, b) => a - b);
    };
    expect(await containers('UnlinkedFunctionExecutable')).toEqual([5, 7]);
    expect(await containers('BytecodeArray')).toEqual([]); // V8's own arrays and code are none
  });

  test('a way that very many containers share is walked from some of them only', async () => {
    const owners = Array.from({ length: 50 }, (_, i) => `owner${i}`);
    const spec = (extra: number[]): GraphSpec => ({
      root: { id: 1, edges: owners },
      ...Object.fromEntries(
        owners.map((name, i) => [
          name,
          { id: 101 + 2 * i, name, edges: [['internal', 'elements', 'store']] as const },
        ]),
      ),
      store: { id: 51, type: 'array', edges: extra.map((id, i) => ['element', i, `o${id}`] as const) },
      ...Object.fromEntries(extra.map((id) => [`o${id}`, { id }])),
    });
    const { groups } = frontierOf(await Promise.all([graphOf(spec([])), graphOf(spec([501, 503]))]));
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.length).toBeLessThanOrEqual(4);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodesOfClass } from '../../../src/analysis/classes/nodes.js';
import { expressionOf } from '../../../src/analysis/expressions/expression.js';
import {
  backrefChains,
  type Chain,
  refChains,
  searchBackrefs,
} from '../../../src/analysis/holders/chains.js';
import { holderChains } from '../../../src/analysis/holders/holder-chains.js';
import { holderPaths } from '../../../src/analysis/holders/holder-paths.js';
import { leakingObjects } from '../../../src/analysis/holders/leaking-objects.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import {
  type EdgeTest,
  hasPage,
  holds,
  keepsAlive,
  pageOwnedNodes,
} from '../../../src/analysis/sizes/essential-edges.js';
import { edgesOf, type Graph, sourceOf } from '../../../src/graph/graph.js';
import { NODE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, graphOf, snapshotText } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { casePath, fixturePath } from '../../support/fixtures.js';

/** Every edge of a chain leads from the node before it to the node behind it. */
function expectWhole(graph: Graph, { nodes, edges }: Chain): void {
  expect(edges.length).toBe(nodes.length - 1);
  const { targets } = edgesOf(graph);
  edges.forEach((edge, i) => {
    expect(edge).toBeGreaterThanOrEqual(graph.firstEdge[nodes[i]!]!);
    expect(edge).toBeLessThan(graph.firstEdge[nodes[i]! + 1]!);
    expect(targets[edge]).toBe(nodes[i + 1]);
  });
  expect(new Set(nodes).size).toBe(nodes.length);
}

/** Edges from each node to the start over edges that are followed, by going over all edges until nothing changes. */
function naiveDistances(
  graph: Graph,
  start: number,
  direction: 'back' | 'forward',
  keeps: EdgeTest,
): number[] {
  const { targets } = edgesOf(graph);
  const distances = new Array<number>(graph.nodeCount).fill(Number.POSITIVE_INFINITY);
  distances[start] = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let node = 0; node < graph.nodeCount; node++) {
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        if (!keeps(edge, node)) continue;
        const [from, to] = direction === 'back' ? [targets[edge]!, node] : [node, targets[edge]!];
        if (distances[from]! + 1 < distances[to]!) {
          distances[to] = distances[from]! + 1;
          changed = true;
        }
      }
    }
  }
  return distances;
}

const edgeType = fc.constantFrom('property', 'element', 'internal', 'hidden', 'context', 'weak', 'shortcut');

/** A graph of up to 14 nodes with any edges, and a start in it. */
const someGraph = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.record({
    edges: fc.array(fc.tuple(fc.nat(size - 1), edgeType, fc.nat(size - 1)), { maxLength: 40 }),
    start: fc.nat(size - 1),
    goals: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
    size: fc.constant(size),
  }),
);

/** Larger ones with longer chains, mostly of edges that hold; few in which something holds the root. `pages`: what a page owns. */
const somePages = fc.integer({ min: 6, max: 14 }).chain((size) => {
  const node = fc.integer({ min: 1, max: size - 1 });
  const type = fc.oneof({ weight: 3, arbitrary: fc.constant('property') }, edgeType);
  const held = fc.oneof({ weight: 60, arbitrary: node }, fc.constant(0));
  return fc.record({
    edges: fc.array(fc.tuple(fc.nat(size - 1), type, held), { minLength: size, maxLength: 2 * size }),
    start: node,
    goals: fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 3 }),
    pages: fc.uniqueArray(node, { minLength: 1, maxLength: 2 }),
    size: fc.constant(size),
  });
});

function specOf(size: number, edges: readonly (readonly [number, string, number])[]): GraphSpec {
  const spec: Record<string, { edges: (readonly [string, string | number, string])[] }> = {};
  for (let node = 0; node < size; node++) spec[`n${node}`] = { edges: [] };
  edges.forEach(([from, type, to], i) => {
    const name = type === 'element' || type === 'hidden' ? i : `e${i}`;
    spec[`n${from}`]!.edges.push([type, name, `n${to}`]);
  });
  return spec;
}

describe.each(['back', 'forward'] as const)('%s chains', (direction) => {
  const find = direction === 'back' ? backrefChains : refChains;

  test('are whole and as short as a naive search says, on random graphs', { tags: 'slow' }, async () => {
    await fc.assert(
      fc.asyncProperty(someGraph, async ({ size, edges, start, goals }) => {
        const graph = await graphOf(specOf(size, edges));
        const isGoal = (node: number): boolean => goals.includes(node);
        const [chain, ...others] = find(graph, start, isGoal);
        // Essential edges first; where they lead to no goal, all that keep something alive.
        const nearestBy = [holds(graph), keepsAlive(graph)].map((keeps) => {
          const distances = naiveDistances(graph, start, direction, keeps);
          return Math.min(Number.POSITIVE_INFINITY, ...goals.map((goal) => distances[goal]!));
        });
        const nearest = nearestBy.find(Number.isFinite) ?? Number.POSITIVE_INFINITY;
        expect(others).toEqual([]);
        expect(chain?.edges.length ?? Number.POSITIVE_INFINITY).toBe(nearest);
        if (!chain) return;
        expectWhole(graph, chain);
        const [first, last] = [chain.nodes[0]!, chain.nodes.at(-1)!];
        expect(direction === 'back' ? last : first).toBe(start);
        expect(goals).toContain(direction === 'back' ? first : last);
        const keeps = nearestBy[0] === nearest ? holds(graph) : keepsAlive(graph);
        chain.edges.forEach((edge, i) => {
          expect(keeps(edge, chain.nodes[i]!)).toBe(true);
        });
      }),
      { seed: 20260, numRuns: 400 },
    );
  });

  test('end at maxDepth', async () => {
    await fc.assert(
      fc.asyncProperty(someGraph, fc.nat(4), async ({ size, edges, start, goals }, maxDepth) => {
        const graph = await graphOf(specOf(size, edges));
        const isGoal = (node: number): boolean => goals.includes(node);
        const [free] = find(graph, start, isGoal);
        const [limited] = find(graph, start, isGoal, { maxDepth });
        if (free && free.edges.length <= maxDepth) expect(limited).toEqual(free);
        // An essential chain that is too long leaves room for a shorter one that is not.
        else expect(limited?.edges.length ?? 0).toBeLessThanOrEqual(maxDepth);
        if (!free) expect(limited).toBeUndefined();
      }),
      { seed: 20261, numRuns: 100 },
    );
  });

  test('several chains are different, those through other neighbours of the start first', {
    tags: 'slow',
  }, async () => {
    let further = 0;
    await fc.assert(
      fc.asyncProperty(somePages, async ({ size, edges, start, goals }) => {
        const graph = await graphOf(specOf(size, edges));
        const isGoal = (node: number): boolean => goals.includes(node);
        const chains = find(graph, start, isGoal, { paths: 50 });
        const neighbours = chains.map(({ nodes }) => nodes.at(direction === 'back' ? -2 : 1));
        const first = new Set(neighbours).size;
        expect(new Set(neighbours.slice(0, first)).size).toBe(first);
        if (!hasPage(graph)) {
          const lengths = chains.slice(0, first).map((chain) => chain.edges.length);
          expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
        }
        expect(new Set(chains.map(({ nodes }) => nodes.join())).size).toBe(chains.length);
        for (const chain of chains) expectWhole(graph, chain);
        expect(find(graph, start, isGoal, { paths: 2 })).toEqual(chains.slice(0, 2));
        if (chains.length > first) further++;
      }),
      { seed: 20262, numRuns: 1000 },
    );
    expect(further).toBeGreaterThan(20);
  });
});

describe('backwards, where a page owns nodes', () => {
  test('the chain that a search by the rule of pages meets first, on random graphs', {
    tags: 'slow',
  }, async () => {
    let onPage = 0;
    let without = 0;
    let beside = 0;
    await fc.assert(
      fc.asyncProperty(somePages, async ({ size, edges, start, goals, pages }) => {
        const shortcuts = pages.map((node): [number, string, number] => [0, 'shortcut', node]);
        const graph = await graphOf(specOf(size, [...edges, ...shortcuts]));
        const isGoal = (node: number): boolean => goals.includes(node);
        const [chain] = backrefChains(graph, start, isGoal);
        // The rule itself takes a search through the whole graph, which must not be known before.
        const byRule = chainByRule(graph, start, isGoal, holds);
        expect(chain).toEqual(byRule ?? chainByRule(graph, start, isGoal, keepsAlive));
        const [again] = backrefChains(graph, start, isGoal);
        expect(again).toEqual(chain);
        const owned = pageOwnedNodes(graph)[start] === 1;
        if (!byRule && chain) without++;
        else if (chain && chain.edges.length > 1) owned ? onPage++ : beside++;
      }),
      { seed: 20263, numRuns: 3000 },
    );
    expect(Math.min(onPage, without, beside)).toBeGreaterThan(50);
  });

  test.each(['node22-after', 'node26-after', 'chromium156'] as const)(
    'the same in %s',
    { tags: 'slow' },
    async (name) => {
      const [graph, known] = await Promise.all([
        loadSnapshot(fixturePath(name)),
        loadSnapshot(fixturePath(name)),
      ]);
      pageOwnedNodes(known);
      for (let node = 0; node < graph.nodeCount; node += 997) {
        // The first few searches of a graph do without the rule, until all together have looked at much.
        expect(backrefChains(graph, node, isRoot(graph))).toEqual(backrefChains(known, node, isRoot(known)));
      }
    },
  );

  /** A search that does nothing to be fast. */
  function chainByRule(
    graph: Graph,
    start: number,
    isGoal: (node: number) => boolean,
    rule: typeof holds,
  ): Chain | undefined {
    const { targets, count } = edgesOf(graph);
    const keeps = rule(graph);
    const chains = new Map<number, Chain>([[start, { nodes: [start], edges: [] }]]);
    // A Map goes on with what is added: breadth first.
    for (const [node, chain] of chains) {
      if (isGoal(node)) return chain;
      for (let edge = 0; edge < count; edge++) {
        const source = sourceOf(graph, edge);
        if (targets[edge] !== node || chains.has(source) || !keeps(edge, source)) continue;
        chains.set(source, { nodes: [source, ...chain.nodes], edges: [edge, ...chain.edges] });
      }
    }
    return undefined;
  }
});

describe("a value in a WeakMap of the page, whose key is not the page's", () => {
  const spec: GraphSpec = {
    root: {
      edges: [
        ['shortcut', 'window', 'window'],
        ['element', 1, '(GC roots)'],
      ],
    },
    window: { edges: [['internal', 'table', 'table']] },
    table: {
      type: 'array',
      edges: [
        ['internal', '1 / part of key (Key @9) -> value (Value @11) pair in WeakMap (table @5)', 'value'],
      ],
    },
    '(GC roots)': { type: 'synthetic', edges: [['element', 1, 'key']] },
    key: {
      edges: [
        ['internal', '2 / part of key (Key @9) -> value (Value @11) pair in WeakMap (table @5)', 'value'],
      ],
    },
    value: { edges: ['inner'] },
    inner: {},
  };

  test('is held by its key, and so is what it holds', async () => {
    const graph = await graphOf(spec);
    const owned = pageOwnedNodes(graph);
    expect([...owned]).toEqual([0, 1, 1, 0, 0, 1, 1]);
    const [chain] = backrefChains(graph, 6, isRoot(graph));
    expect(chain?.nodes).toEqual([3, 4, 5, 6]);
    const { parents } = holderChains(graph);
    expect([...parents]).toEqual([0, 1, 1, 3, 3, 4, 5]);
    const paths = holderPaths(graph);
    expect(paths.text(paths.pathOf(6))).not.toContain('no root');
    // DevTools' numbers go by the rule of pages.
    expect(dominatorTree(graph).dominators[6]).toBe(5);
    expect(dominatorTree(graph).dominators[5]).toBe(0);
    expect(leakingObjects(graph).map(({ node }) => node)).toEqual([4]);
  });
});

test('windows of jsdom are held by what keeps one of their nodes', async () => {
  const graph = await loadSnapshot(casePath('jsdom-windows.heapsnapshot.gz'), { locations: true });
  const owned = pageOwnedNodes(graph);
  const windows = [...nodesOfClass(graph, 'Window')];
  expect(windows).toHaveLength(3);
  const { pathOf, text } = holderPaths(graph);
  for (const node of windows) {
    expect(owned[node]).toBe(1);
    const [chain] = backrefChains(graph, node, isRoot(graph));
    expectWhole(graph, chain!);
    expect(expressionOf(graph, chain!).text).toMatch(/\(variable hydrate of .*17-jsdom\.cjs\)\[\d\]\.footer/);
    expect(text(pathOf(node))).toMatch(/^module .*17-jsdom\.cjs: hydrate → Array \[\] → Object \.footer → /);
  }
  // DevTools' own rule finds no holder: its numbers stay as they are.
  expect(dominatorTree(graph).dominators[windows[0]!]).toBe(graph.root);
});

describe('what a search says besides the chains', () => {
  const deep: GraphSpec = { root: ['a'], a: ['b'], b: ['c'], c: ['x'], x: [], alone: ['lost'], lost: [] };

  test('too deep is not the same as held by nothing', async () => {
    const graph = await graphOf(deep);
    const root = (node: number): boolean => node === 0;
    const near = searchBackrefs(graph, 4, root, { maxDepth: 3 });
    expect(near).toEqual({ chains: [], tooDeep: true, seen: 4, complete: true });
    const far = searchBackrefs(graph, 4, root, { maxDepth: 4 });
    expect(far).toMatchObject({ tooDeep: false, seen: 0, complete: true });
    expect(far.chains).toHaveLength(1);
    expect(searchBackrefs(graph, 4, root).chains).toEqual(far.chains);
    for (const options of [{}, { maxDepth: 1 }])
      expect(searchBackrefs(graph, 6, root, options)).toEqual({
        chains: [],
        tooDeep: false,
        seen: 2,
        complete: true,
      });
  });

  test('goals of last resort count where there is no other, and are not passed', async () => {
    const graph = await graphOf({
      root: ['stack', 'app'],
      stack: ['x', 'y'],
      app: ['a'],
      a: ['b'],
      b: ['x'],
      x: [],
      y: [],
    });
    const [stack, app, x] = [1, 2, 5];
    const isGoal = (node: number): boolean => node === stack || node === app;
    const chains = (start: number, paths = 1): (readonly number[])[] =>
      backrefChains(graph, start, isGoal, { paths, isLastResort: (node) => node === stack }).map(
        ({ nodes }) => nodes,
      );
    const names = (nodes: readonly number[]): string =>
      nodes.map((node) => graph.strings.get(graph.nodeNames[node]!)).join();
    expect(chains(x).map(names)).toEqual(['app,a,b,x']);
    expect(chains(x, 5).map(names)).toEqual(['app,a,b,x', 'stack,x']);
    expect(chains(graph.nodeCount - 1).map(names)).toEqual(['stack,y']);
  });

  test('200,000 references: one chain is found at once, the search for a second is given up', {
    tags: 'slow',
  }, async () => {
    const size = 200_000;
    const graph = await loadSnapshot(listBytes(size));
    const start = performance.now();
    const search = searchBackrefs(graph, size, (node) => node === 0, { paths: 2 });
    expect(search.chains).toHaveLength(1);
    expect(search.chains[0]!.edges).toHaveLength(size);
    expect(search.complete).toBe(false);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  /** A list of so many nodes below the root. */
  function listBytes(size: number): Uint8Array {
    const nodes = ['9,0,1,0,1,0'];
    const edges: string[] = [];
    for (let i = 1; i <= size; i++) nodes.push(`3,1,${2 * i + 1},16,${i < size ? 1 : 0},0`);
    for (let i = 1; i <= size; i++) edges.push(`2,2,${6 * i}`);
    const text = snapshotText({ root: ['x'], x: [] });
    return new TextEncoder().encode(
      text
        .replace(/"node_count":\d+/, `"node_count":${size + 1}`)
        .replace(/"edge_count":\d+/, `"edge_count":${size}`)
        .replace(/"nodes":\[.*?\]/, `"nodes":[${nodes}]`)
        .replace(/"edges":\[.*?\]/, `"edges":[${edges}]`)
        .replace(/"strings":\[.*\]/s, '"strings":["root","Item","next"]'),
    );
  }
});

describe('chains of references', () => {
  test('the first nearest goal in the order of the file wins', async () => {
    const graph = await graphOf({ root: ['a', 'b'], a: ['x'], b: ['x'], x: [] });
    const chains = backrefChains(graph, 3, (node) => node === 1 || node === 2, { paths: 3 });
    expect(chains.map(({ nodes }) => nodes)).toEqual([
      [1, 3],
      [2, 3],
    ]);
  });

  test('a start that is a goal is a chain of one node', async () => {
    const graph = await graphOf({ root: ['a'], a: ['a'] });
    expect(backrefChains(graph, 1, () => true, { paths: 3 })).toEqual([{ nodes: [1], edges: [] }]);
    expect(refChains(graph, 1, () => true)).toEqual([{ nodes: [1], edges: [] }]);
  });

  test('what is ignored is not passed, weak edges only on request', async () => {
    const graph = await graphOf({
      root: ['a', 'b'],
      a: { edges: [['weak', 'w', 'x']] },
      b: ['c'],
      c: ['x'],
      x: [],
    });
    const root = (node: number): boolean => node === 0;
    const nodes = (options: Parameters<typeof backrefChains>[3]): (readonly number[])[] =>
      backrefChains(graph, 4, root, options).map((chain) => chain.nodes);
    expect(nodes({})).toEqual([[0, 2, 3, 4]]);
    expect(nodes({ weak: true })).toEqual([[0, 1, 4]]);
    expect(nodes({ ignoreNode: (node) => node === 2 })).toEqual([]);
    const edge = graph.firstEdge[3]!;
    expect(nodes({ ignoreEdge: (candidate) => candidate === edge })).toEqual([]);
  });

  test('an array and the store of its items are one holder; other ways to the array come then', async () => {
    const graph = await graphOf({
      root: ['a', 'b'],
      a: ['list'],
      b: ['list'],
      list: {
        edges: [
          ['element', 0, 'x'],
          ['internal', 'elements', 'store'],
        ],
      },
      store: { type: 'array', edges: [['internal', '0', 'x']] },
      x: [],
    });
    const names = (chain: Chain): string =>
      chain.nodes.map((node) => graph.strings.get(graph.nodeNames[node]!)).join();
    const x = graph.nodeCount - 1;
    const chains = backrefChains(graph, x, (node) => node === 0, { paths: 10 });
    expect(chains.map(names).map((name) => name.replace('store', 'x'))).toEqual([
      'root,a,list,x',
      'root,b,list,x',
    ]);
  });

  test('a holder of very many objects is read once', async () => {
    const size = 20_000;
    const spec: Record<string, { edges: (readonly [string, string | number, string])[] }> = {
      root: { edges: [['property', 'hub', 'hub']] },
      hub: { edges: [] },
      shape: { edges: [] },
    };
    // builder.ts looks names up one by one: the many edges are written with few nodes.
    for (let i = 0; i < 200; i++) spec[`x${i}`] = { edges: [['internal', 'map', 'shape']] };
    for (let i = 0; i < size; i++) spec.hub!.edges.push(['weak', `w${i}`, `x${i % 200}`]);
    const graph = await graphOf(spec);
    expect(backrefChains(graph, 2, (node) => node === 0)).toEqual([]);
    expect(backrefChains(graph, 2, (node) => node === 0, { weak: true })[0]!.nodes).toEqual([0, 1, 3, 2]);
  });

  test.each(['node18-after', 'node26-after', 'chromium156'] as const)(
    'are whole in %s',
    { tags: 'slow' },
    async (name) => {
      const graph = await fixtureGraph(name);
      const goal = isRoot(graph);
      let found = 0;
      for (let node = 0; node < graph.nodeCount; node += 97) {
        if (graph.nodeTypes[node] === NODE.synthetic) continue;
        for (const chain of backrefChains(graph, node, goal, { paths: 2 })) {
          found++;
          expectWhole(graph, chain);
          expect(goal(chain.nodes[0]!)).toBe(true);
          expect(chain.nodes.slice(1, -1).some(goal)).toBe(false);
        }
      }
      expect(found).toBeGreaterThan(100);
    },
  );
});

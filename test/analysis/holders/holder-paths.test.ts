import { describe, expect, test } from 'vitest';
import { duplicateStrings, isCopyOf } from '../../../src/analysis/classes/duplicate-strings.js';
import { nodesOfClass } from '../../../src/analysis/classes/nodes.js';
import { exampleOfEach } from '../../../src/analysis/holders/examples.js';
import { holderChain, holderChains, UNHELD } from '../../../src/analysis/holders/holder-chains.js';
import { holderPaths } from '../../../src/analysis/holders/holder-paths.js';
import { keepsAlive } from '../../../src/analysis/sizes/essential-edges.js';
import { edgesOf } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, graphOf, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { randomGraph } from '../../support/random-graph.js';

/** Paths by the places of the nodes in the spec; nodes that are only targets come behind. */
async function pathsOf(spec: GraphSpec): Promise<(key: string) => string> {
  const graph = await graphOf(spec);
  const paths = holderPaths(graph);
  const keys = new Set(Object.keys(spec));
  for (const node of Object.values(spec)) {
    for (const edge of 'length' in node ? node : (node.edges ?? []))
      keys.add(typeof edge === 'string' ? edge : edge[2]!);
  }
  const places = [...keys];
  return (key) => paths.text(paths.pathOf(places.indexOf(key)));
}

describe('holderChains', () => {
  test('of random graphs: whole chains over edges that hold, to exactly what a root reaches', {
    tags: 'slow',
  }, async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const graph = await graphOf(randomGraph(seed));
      const keeps = keepsAlive(graph);
      const root = isRoot(graph);
      const { targets } = edgesOf(graph);
      const reached = new Set<number>();
      const work = [...Array(graph.nodeCount).keys()].filter(root);
      for (let node = work.pop(); node !== undefined; node = work.pop()) {
        reached.add(node);
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
          if (keeps(edge, node) && !reached.has(targets[edge]!)) work.push(targets[edge]!);
      }
      const { parents, depths } = holderChains(graph);
      for (let node = 0; node < graph.nodeCount; node++) {
        expect(parents[node] !== UNHELD, `seed ${seed}, node ${node}`).toBe(reached.has(node));
        const { nodes, edges } = holderChain(graph, node);
        expect(nodes.at(-1)).toBe(node);
        expect(depths[node]).toBe(edges.length);
        expect(new Set(nodes).size).toBe(nodes.length);
        // A chain begins at a root and passes no other.
        expect(nodes.filter(root)).toEqual(reached.has(node) ? [nodes[0]] : []);
        edges.forEach((edge, i) => {
          expect(targets[edge]).toBe(nodes[i + 1]);
          expect(edge >= graph.firstEdge[nodes[i]!]! && edge < graph.firstEdge[nodes[i]! + 1]!).toBe(true);
          expect(keeps(edge, nodes[i]!)).toBe(true);
        });
      }
    }
  });

  test("the program's own places go before the stack, and code comes last, however short the way", async () => {
    const path = await pathsOf({
      root: { edges: [['element', 1, '(Stack roots)'], 'app'] },
      '(Stack roots)': {
        type: 'synthetic',
        edges: [
          ['element', 0, 'held'],
          ['element', 1, 'local'],
        ],
      },
      app: { edges: ['a', ['internal', 'code', 'code']] },
      a: { name: 'A', edges: ['b'] },
      b: { name: 'B', edges: ['held'] },
      held: {},
      local: {},
      code: {
        type: 'code',
        edges: [
          ['internal', '3', 'held'],
          ['internal', '4', 'literal'],
        ],
      },
      literal: { type: 'string' },
    });
    expect(path('held')).toBe('the global object app .a → A .b → B .held');
    expect(path('local')).toBe('the stack of a running function: (Stack roots) []');
    expect(path('literal')).toBe('compiled code and object shapes []');
    expect(path('code')).toBe('the global object app (code)');
  });
});

describe('holderPaths', () => {
  test('items, and entries of Map and Set, are one path; tables are no steps', async () => {
    const path = await pathsOf({
      root: ['app'],
      app: ['map', 'set', 'list'],
      map: { name: 'Map', edges: [['internal', 'table', 'table']] },
      table: {
        type: 'array',
        name: '',
        edges: [
          ['internal', '7', 'k0'],
          ['internal', '8', 'v0'],
          ['internal', '10', 'k1'],
          ['internal', '11', 'v1'],
        ],
      },
      v0: { name: 'Session', edges: [['property', 'user', 'u0']] },
      v1: { name: 'Session', edges: [['property', 'user', 'u1']] },
      k0: { type: 'string' },
      k1: { type: 'string' },
      set: { name: 'Set', edges: [['internal', 'table', 'items']] },
      items: { type: 'array', name: '', edges: [['internal', '5', 's0']] },
      list: {
        name: 'Array',
        edges: [
          ['internal', 'elements', 'elements'],
          ['element', 3, 'i3'],
        ],
      },
      elements: { type: 'array', edges: [['internal', '9', 'i9']] },
    });
    for (const key of ['v0', 'v1', 'k0', 'k1']) expect(path(key)).toBe('the global object app .map → Map []');
    for (const key of ['u0', 'u1'])
      expect(path(key)).toBe('the global object app .map → Map [] → Session .user');
    expect(path('table')).toBe('the global object app .map → Map (table)');
    expect(path('s0')).toBe('the global object app .set → Set []');
    for (const key of ['i3', 'i9']) expect(path(key)).toBe('the global object app .list → Array []');
  });

  test('a plain object with many properties is a dictionary, one with few is not, nor is a class', async () => {
    const edges = Array.from({ length: 40 }, (_, i) => ['property', `user-${i}`, `u${i}`] as const);
    const own = Array.from({ length: 40 }, (_, i) => ['property', `p${i}`, `v${i}`] as const);
    const path = await pathsOf({
      root: ['app'],
      app: ['dictionary', 'record', 'options'],
      dictionary: { name: 'Object', edges },
      record: {
        name: 'Object',
        edges: [
          ['property', 'a-b', 'odd'],
          ['property', '__proto__', 'proto'],
        ],
      },
      options: { name: 'Options', edges: own },
    });
    expect([path('u0'), path('u39')]).toEqual(Array(2).fill('the global object app .dictionary → Object []'));
    expect(path('odd')).toBe('the global object app .record → Object ["a-b"]');
    expect(path('proto')).toBe('the global object app .record → Object .__proto__');
    expect(path('v7')).toBe('the global object app .options → Options .p7');
  });

  test('lists and trees come back to themselves: as many paths as there are kinds of references', {
    tags: 'slow',
  }, async () => {
    const length = 20_000;
    const spec: Record<string, NodeSpec> = { root: { edges: ['app'] } };
    spec.app = {
      edges: [
        ['property', 'list', 'l0'],
        ['property', 'plain', 'o0'],
        ['property', 'tree', 't1'],
      ],
    };
    for (let i = 0; i < length; i++) {
      const next = i + 1 < length;
      spec[`l${i}`] = { name: 'Link', edges: next ? [['property', 'next', `l${i + 1}`]] : [] };
      spec[`o${i}`] = { name: 'Object', edges: next ? [['property', 'next', `o${i + 1}`]] : [] };
    }
    for (let i = 1; i < 1024; i++) {
      const edges = [
        ['property', 'left', `t${2 * i}`],
        ['property', 'right', `t${2 * i + 1}`],
      ] as const;
      spec[`t${i}`] = { name: 'Tree', edges: i < 512 ? edges : [] };
    }
    const graph = await graphOf(spec);
    const paths = holderPaths(graph);
    const kinds = new Set(
      Array.from({ length: graph.nodeCount }, (_, node) => paths.text(paths.pathOf(node))),
    );
    expect([...kinds].sort()).toEqual(
      [
        'V8 itself: root',
        'the global object app',
        'the global object app .list',
        'the global object app .list → Link .next',
        'the global object app .plain',
        'the global object app .plain → Object .next',
        'the global object app .plain → Object .next → Object .next',
        'the global object app .plain → Object .next → Object .next → Object .next',
        'the global object app .tree',
        'the global object app .tree → Tree .left',
        'the global object app .tree → Tree .right',
      ].sort(),
    );
    expect(holderChain(graph, 2 * length).nodes.length).toBeGreaterThan(length / 2);
  });

  test("functions by their names, scopes' variables, values of WeakMaps, other references of V8's", async () => {
    const path = await pathsOf({
      root: ['app'],
      app: ['key', 'fn', 'bound'],
      fn: { type: 'closure', name: 'onData', edges: [['internal', 'context', 'scope']] },
      scope: {
        name: 'system / Context',
        edges: [
          ['context', 'buffers', 'array'],
          ['internal', 'previous', 'outer'],
        ],
      },
      outer: { name: 'system / Context', edges: [['context', 'seen', 'set']] },
      array: { name: 'Array' },
      key: {
        id: 901,
        name: 'Key',
        edges: [
          ['internal', '5 / part of key (Key @901) -> value (V @903) pair in WeakMap (table @905)', 'value'],
        ],
      },
      value: { id: 903, name: 'V' },
      bound: { type: 'closure', name: '', edges: [['internal', 'bound_this', 'self']] },
    });
    expect(path('array')).toBe('the global object app .fn → onData() variable buffers');
    expect(path('set')).toBe('the global object app .fn → onData() variable seen');
    expect(path('value')).toBe('the global object app .key → Key (value in a WeakMap)');
    expect(path('self')).toBe('the global object app .bound → function (bound_this)');
  });

  test('what no root reaches says so', async () => {
    const graph = await graphOf({ root: [], lost: ['other'], other: ['lost'] });
    const paths = holderPaths(graph);
    expect([1, 2].map((node) => paths.text(paths.pathOf(node)))).toEqual(Array(2).fill('no root reaches it'));
    expect(paths.rootOf(paths.pathOf(1))).toBeUndefined();
    expect(holderChain(graph, 1)).toEqual({ nodes: [1], edges: [] });
  });

  test('chromium156: detached elements by what holds them, and every node has a path', async () => {
    const graph = await fixtureGraph('chromium156', { locations: true });
    const paths = holderPaths(graph);
    const all = new Set(Array.from({ length: graph.nodeCount }, (_, node) => paths.pathOf(node)));
    for (const path of all) expect(paths.text(path)).not.toBe('');
    const detached = nodesOfClass(graph, /^Detached <div/);
    expect(detached.length).toBeGreaterThanOrEqual(100);
    const places = new Set(Array.from(detached, (node) => paths.text(paths.pathOf(node))));
    expect([...places]).toEqual(['globalThis .cache → Array [] → Widget .el']);
  });

  test.each(['node18-after', 'node22-after', 'node26-after'] as const)(
    '%s',
    { tags: 'slow' },
    async (name) => {
      const graph = await fixtureGraph(name, { locations: true });
      const paths = holderPaths(graph);
      const tally = (type: string): Record<string, number> => {
        const found: Record<string, number> = {};
        for (const node of nodesOfClass(graph, type)) {
          const path = paths.text(paths.pathOf(node));
          found[path] = (found[path] ?? 0) + 1;
        }
        return found;
      };
      const file = [...nodesOfClass(graph, 'OBJ')].map((node) => paths.rootOf(paths.pathOf(node))?.file);
      expect(new Set(file).size).toBe(1);
      expect(tally('OBJ')).toEqual({ [`module ${file[0]}: _cache → Array []`]: 100 });
      expect(tally('Foo')['globalThis .registry → Object .byId → Map []']).toBe(50);
      expect(tally('Child')).toEqual({
        'globalThis .registry → Object .deep → Object .nested → Object .list → Array [] → Parent .children → Array []': 50,
      });
      // Every node has a path, in no time, and there are far fewer paths than nodes.
      const all = new Set(Array.from({ length: graph.nodeCount }, (_, node) => paths.pathOf(node)));
      expect(all.size).toBeLessThan(graph.nodeCount / 2);
      for (const path of all) expect(paths.text(path)).not.toBe('');
    },
  );
});

test('an example is held by the program where it holds any; copies of a string are told', async () => {
  const graph = await fixtureGraph('node26-after');
  const paths = holderPaths(graph);
  const { labels: names, of } = classIndex(graph);
  const arrays = names.indexOf('Array');
  const example = exampleOfEach(graph, (node) => (of[node] === arrays ? 0 : -1)).get(0)!;
  expect(of[example]).toBe(arrays);
  expect(paths.rootOf(paths.pathOf(example))?.kind).not.toBe('internal');
  expect(exampleOfEach(graph, () => -1).size).toBe(0);
  for (const group of duplicateStrings(graph).groups.slice(0, 3)) {
    const copies = Array.from(graph.ids.keys()).filter((node) => isCopyOf(graph, group, node));
    expect([copies.length, copies[0]]).toEqual([group.count, group.node]);
  }
});

describe('edges of types that are not known, numbers 8 and up', () => {
  // Names are numbered one after the other: with a key of name * 8 + type, `beta` of type 8 is `gamma` of type 0.
  const spec: GraphSpec = {
    root: { edges: [['element', 1, 'holder']] },
    holder: {
      edges: [
        ['beta', 'one', 'a'],
        ['context', 'two', 'b'],
        ['alpha', 'three', 'c'],
        ['gamma', 'four', 'd'],
      ],
    },
    a: {},
    b: {},
    c: {},
    d: {},
  };
  const edgeTypes = [
    ...['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    ...['alpha', 'beta', 'gamma'],
  ];
  const expected = ['(one)', 'variable two', '(three)', '(four)'];

  test.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[1, 0, 3, 2]]])(
    'each has its own text, whatever is asked first: %j',
    async (order) => {
      const graph = await loadSnapshot(snapshotBytes(spec, { edgeTypes }));
      const { pathOf, text } = holderPaths(graph);
      const texts = new Map(order.map((place) => [place, text(pathOf(place + 2))]));
      const ends = [0, 1, 2, 3].map((place) => texts.get(place)!.replace('the global object holder ', ''));
      expect(ends).toEqual(expected);
    },
  );
});

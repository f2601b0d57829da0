import { describe, expect, test } from 'vitest';
import { at, byType } from '../../../src/analysis/classes/nodes.js';
import { backrefChains } from '../../../src/analysis/holders/chains.js';
import { chainsSubgraph } from '../../../src/analysis/pictures/chain-pictures.js';
import {
  backrefsSubgraph,
  refsSubgraph,
  type SubgraphOptions,
} from '../../../src/analysis/pictures/subgraph.js';
import type { Subgraph } from '../../../src/base/subgraph.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

const load = (spec: GraphSpec): Promise<Graph> =>
  loadSnapshot(snapshotBytes(spec), { edges: true, locations: true });

/** Ordinals of the nodes with these names. */
function named(graph: Graph, ...names: string[]): number[] {
  return names.map((name) => [...graph.nodeNames].findIndex((index) => graph.strings.equals(index, name)));
}

/** The boxes by depth and the edges, by names: `0 a`, `b -p-> a`. */
function picture(graph: Graph, { nodes, edges, cut }: Subgraph): string[] {
  const nameOf = (id: number): string => graph.strings.get(graph.nodeNames[graph.ids.indexOf(id)]!);
  return [
    ...nodes.map((node) => `${node.depth} ${node.merged ? `${node.merged} × ` : ''}${nameOf(node.id)}`),
    ...edges.map(({ from, name, to }) => `${nameOf(from)} -${name}-> ${nameOf(to)}`),
    ...cut.map(({ at, count, depth }) => `${count} more at ${nameOf(at)}, depth ${depth}`),
  ];
}

function numbered(count: number, spec: (i: number) => NodeSpec | readonly string[]): GraphSpec {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, spec(i)]));
}

const noRoots: SubgraphOptions = { isRoot: () => false };
const oneRoot: SubgraphOptions = { isRoot: (node) => node === 0 };

/** The pictures in which only the root is one, unless the options say otherwise. */
const back = (graph: Graph, targets: readonly number[], options: SubgraphOptions = {}): Subgraph =>
  backrefsSubgraph(graph, targets, { ...oneRoot, ...options });
const refs = (graph: Graph, sources: readonly number[], options: SubgraphOptions = {}): Subgraph =>
  refsSubgraph(graph, sources, { ...oneRoot, ...options });

describe('back references', () => {
  test('breadth first; every edge between shown objects is drawn, also to those seen before', async () => {
    const graph = await load({ root: ['a', 'b'], a: ['t', 'b'], b: ['t'], t: [] });
    expect(picture(graph, back(graph, named(graph, 't')))).toEqual([
      '0 t',
      '1 a',
      '1 b',
      '2 root',
      'a -t-> t',
      'b -t-> t',
      'root -a-> a',
      'root -b-> b',
      'a -b-> b',
    ]);
  });

  test('no targets: an empty picture; the same target twice: one box', async () => {
    const graph = await load({ root: ['a'] });
    expect(back(graph, [])).toMatchObject({ kind: 'subgraph', nodes: [], edges: [], cut: [] });
    expect(back(graph, [...named(graph, 'a', 'a')]).nodes.map((node) => node.asked)).toEqual([true, false]);
  });

  test('maxDepth: what lies beyond is not shown, and said of the last box', async () => {
    const graph = await load({ root: ['a'], a: ['b'], b: ['c'], c: ['d'], d: ['e'], e: ['f'] });
    const f = named(graph, 'f');
    const three = back(graph, f);
    expect(picture(graph, three)).toEqual(['0 f', '1 e', '2 d', '3 c', 'e -f-> f', 'd -e-> e', 'c -d-> d']);
    expect(three.nodes.map((node) => node.beyond)).toEqual([undefined, undefined, undefined, 1]);
    expect(picture(graph, back(graph, f, { maxDepth: 1 }))).toEqual(['0 f', '1 e', 'e -f-> f']);
    expect(back(graph, f, { maxDepth: 20 }).nodes.at(-1)).toMatchObject({
      root: true,
      depth: 6,
    });
  });

  test('edges between two objects at the last depth are drawn', async () => {
    const graph = await load({ root: ['a'], a: ['t', 'b'], b: ['t'], t: [] });
    expect(picture(graph, back(graph, named(graph, 't'), { maxDepth: 1 }))).toContain('a -b-> b');
  });

  test('tooMany: ten neighbours are shown, the others are counted and never looked into', async () => {
    const graph = await load({ root: [], ...numbered(14, () => ['t']), t: [], other: ['n12'] });
    const shown = back(graph, named(graph, 't'), { ...noRoots, merge: false });
    expect(shown.nodes).toHaveLength(11);
    expect(shown.cut).toEqual([
      { at: graph.ids[named(graph, 't')[0]!], count: 4, direction: 'back', depth: 1 },
    ]);
    expect(picture(graph, shown)).not.toContain('2 other');
  });

  test('tooMany: one that is found another way is shown with its edge, and not counted', async () => {
    const graph = await load({ root: [], a: ['t'], b: ['t', 'a'], t: [] });
    expect(picture(graph, back(graph, named(graph, 't'), { tooMany: 1, maxDepth: 2 }))).toEqual([
      '0 t',
      '1 a',
      '2 b',
      'a -t-> t',
      'b -t-> t',
      'b -a-> a',
    ]);
  });

  test('ignored and filtered objects are neither shown nor counted', async () => {
    const graph = await load({ root: [], ...numbered(8, () => ['t']), t: [] });
    const [n0, n1, n2] = named(graph, 'n0', 'n1', 'n2') as [number, number, number];
    const shown = back(graph, named(graph, 't'), {
      merge: false,
      tooMany: 3,
      ignoreNode: (node) => node === n0,
      filter: (node) => node !== n1,
    });
    expect(shown.nodes.map((node) => node.id)).toEqual(
      [...named(graph, 't'), n2, n2 + 1, n2 + 2].map((node) => graph.ids[node]),
    );
    expect(shown.cut).toMatchObject([{ count: 3 }]);
  });

  test('roots are shown first, in their own words, and not followed', async () => {
    const graph = await load({ root: ['a', 'scope'], a: ['t'], scope: ['t'], t: [] });
    const [scope] = named(graph, 'scope');
    const shown = back(graph, named(graph, 't'), {
      isRoot: (node) => (node === scope ? 'module scope' : undefined),
      maxDepth: 1,
      tooMany: 1,
    });
    expect(shown.nodes[1]).toMatchObject({ root: true, rootName: 'module scope', depth: 1 });
    expect(shown.nodes[1]).not.toHaveProperty('beyond');
    expect(shown.cut).toMatchObject([{ count: 1 }]);
    const asked = back(graph, [scope!], { isRoot: (node) => node === scope });
    expect(asked.nodes).toMatchObject([{ root: true, asked: true }]);
    expect(asked.nodes[0]).not.toHaveProperty('rootName');
  });

  test("by default, synthetic nodes and the program's globals are roots", async () => {
    const graph = await load({ root: ['global'], global: ['t'], t: [] });
    expect(picture(graph, backrefsSubgraph(graph, named(graph, 't')))).toEqual([
      '0 t',
      '1 global',
      'global -t-> t',
    ]);
  });

  test('weak edges only on request', async () => {
    const graph = await load({ root: [], a: { edges: [['weak', 'target', 't']] }, t: [] });
    const t = named(graph, 't');
    expect(back(graph, t).nodes).toHaveLength(1);
    expect(back(graph, t, { weak: true }).edges).toMatchObject([{ type: 'weak', name: 'target' }]);
  });

  test('code and shapes hold only what nobody else holds', async () => {
    const graph = await load({
      root: ['a'],
      a: ['t'],
      shape: { type: 'object shape', edges: ['t', 'u'] },
      code: { type: 'code', edges: ['t'] },
      t: [],
      u: [],
    });
    const t = named(graph, 't');
    expect(picture(graph, back(graph, t, { maxDepth: 1 }))).toEqual(['0 t', '1 a', 'a -t-> t']);
    expect(back(graph, t, { maxDepth: 1, internals: true }).nodes).toHaveLength(4);
    expect(picture(graph, back(graph, named(graph, 'u')))).toContain('1 shape');
  });

  test('an object with a FinalizationRegistry', async () => {
    const graph = await load({
      root: ['t', 'u'],
      cell: { type: 'hidden', name: 'system / WeakCell', edges: [['weak', 'target', 't']] },
      t: [],
      u: [],
    });
    const shown = back(graph, named(graph, 't', 'u'));
    expect(shown.nodes.map((node) => node.finalizer)).toEqual([true, false, false]);
  });
});

describe('helpers of V8', () => {
  const list: GraphSpec = {
    root: ['list'],
    list: {
      name: 'Array',
      edges: [
        ['internal', 'elements', 'store'],
        ['element', 0, 'x'],
      ],
    },
    store: { type: 'array', name: '(object elements)', edges: [['internal', '0', 'x']] },
    x: [],
  };
  // 16 bytes, 3 numbers, 2 buckets, 4 entries of 3 pointers: the first entry is in slot 5.
  const map: GraphSpec = {
    root: ['map', 'holder'],
    map: { name: 'Map', edges: [['internal', 'table', 'table']] },
    table: {
      type: 'array',
      name: '',
      size: 16 + 8 * (3 + 2 + 12),
      edges: [
        ['internal', '5', 'k'],
        ['internal', '6', 'v'],
        ['internal', '9', 'w'],
        ['internal', '11', 'o'],
        ['internal', '12', 'u'],
      ],
    },
    k: { type: 'string', name: 'id7' },
    v: [],
    w: [],
    o: [],
    u: [],
  };

  test('an array is drawn with its own edge, its elements are left out', async () => {
    const graph = await load(list);
    expect(picture(graph, back(graph, named(graph, 'x'), { maxDepth: 1 }))).toEqual([
      '0 x',
      '1 Array',
      'Array -0-> x',
    ]);
    expect(picture(graph, refs(graph, named(graph, 'Array')))).toEqual(['0 Array', '1 x', 'Array -0-> x']);
    expect(back(graph, named(graph, 'x'), { maxDepth: 1, internals: true }).nodes).toHaveLength(3);
    expect(refs(graph, named(graph, 'Array'), { internals: true }).nodes).toHaveLength(3);
  });

  test("a Map's table is folded: values by their keys, keys as keys", async () => {
    const graph = await load(map);
    const held = (name: string): string[] => picture(graph, back(graph, named(graph, name), { maxDepth: 1 }));
    expect(held('v')).toEqual(['0 v', '1 Map', 'Map -.get("id7")-> v']);
    expect(held('w')).toContain('Map -.get(…)-> w');
    expect(held('o')).toContain('Map -key-> o');
    expect(held('u')).toContain('Map -.get({})-> u');
    expect(picture(graph, refs(graph, named(graph, 'Map'), { merge: false }))).toEqual([
      '0 Map',
      '1 v',
      '1 w',
      '1 o',
      '1 u',
      'Map -.get("id7")-> v',
      'Map -.get(…)-> w',
      'Map -key-> o',
      'Map -.get({})-> u',
    ]);
  });

  test('a helper that nobody owns, or many do, is an object like any other', async () => {
    const orphan = await load({ root: [], store: { type: 'array', name: 'store', edges: ['x'] }, x: [] });
    expect(picture(orphan, back(orphan, named(orphan, 'x')))).toContain('1 store');
    const shared = await load({
      root: [],
      ...numbered(20, () => ({ edges: [['internal', 'elements', 'store']] })),
      store: { type: 'array', name: 'store', edges: ['x'] },
      x: [],
    });
    expect(picture(shared, back(shared, named(shared, 'x'), { maxDepth: 1 }))).toEqual([
      '0 x',
      '1 store',
      'store -x-> x',
    ]);
  });

  test('a Proxy is an object, although a hidden one', async () => {
    const graph = await load({
      root: ['p'],
      p: { type: 'hidden', name: 'system / JSProxy', edges: [['internal', 'target', 'x']] },
      x: [],
    });
    const drawn = ['root -p-> system / JSProxy', 'system / JSProxy -target-> x'];
    expect(picture(graph, back(graph, named(graph, 'x')))).toEqual(expect.arrayContaining(drawn));
    expect(picture(graph, refs(graph, [graph.root]))).toEqual(expect.arrayContaining(drawn));
  });

  test('a value in a WeakMap hangs from its key', async () => {
    const pair = '1 / part of key (Key @7) -> value (Value @9) pair in WeakMap (table @5)';
    const graph = await load({
      root: { id: 1, edges: ['wm', 'key'] },
      wm: { id: 3, name: 'WeakMap', edges: [['internal', 'table', 'table']] },
      table: { id: 5, type: 'array', edges: [['internal', pair, 'value']] },
      key: { id: 7, edges: [['internal', pair, 'value']] },
      value: { id: 9 },
    });
    expect(picture(graph, back(graph, named(graph, 'value'), { maxDepth: 1 }))).toEqual([
      '0 value',
      '1 key',
      'key -value in a WeakMap-> value',
    ]);
    expect(picture(graph, refs(graph, named(graph, 'WeakMap')))).toContain(
      'WeakMap -value in a WeakMap-> value',
    );
  });
});

describe('references', () => {
  test('shapes, code, hidden objects and __proto__ are left out', async () => {
    const graph = await load({
      root: ['t'],
      t: {
        edges: [
          'a',
          ['property', '__proto__', 'proto'],
          ['internal', 'map', 'shape'],
          ['internal', 'code', 'code'],
          ['internal', 'oddball', 'undefined'],
          ['weak', 'w', 'w'],
        ],
      },
      shape: { type: 'object shape' },
      code: { type: 'code' },
      undefined: { type: 'hidden' },
      w: [],
    });
    const t = named(graph, 't');
    expect(picture(graph, refs(graph, t))).toEqual(['0 t', '1 a', 't -a-> a']);
    expect(refs(graph, t, { internals: true }).nodes).toHaveLength(6);
    expect(refs(graph, t, { internals: true, weak: true }).nodes).toHaveLength(7);
  });

  test('tooMany counts boxes, and says references', async () => {
    const graph = await load({ root: Array.from({ length: 12 }, (_, i) => `n${i}`) });
    const shown = refs(graph, [graph.root], { tooMany: 5 });
    expect(shown.nodes).toHaveLength(6);
    expect(shown.cut).toEqual([{ at: 1, count: 7, direction: 'forward', depth: 1 }]);
  });
});

test('sizes are those of DevTools: helpers count for their owners', async () => {
  const graph = await fixtureGraph('node26-after', { locations: true });
  const objects = byType(graph, 'OBJ').map((node) => node.ordinal);
  for (const { id, shallowSize, merged } of back(graph, objects).nodes)
    expect([id, merged ? shallowSize / merged : shallowSize]).toEqual([id, at(graph, id)!.shallowSize]);
  const list = back(graph, objects).nodes.find(({ type }) => type === 'Array')!;
  expect(list.shallowSize).toBe(1168); // 16 of its own
});

describe('merging', () => {
  const array = (name: string, items: readonly string[]): NodeSpec => ({
    name,
    edges: items.map((item, i) => ['element', i, item] as const),
  });
  const names = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => `n${from + i}`);
  const things = (count: number): GraphSpec => numbered(count, () => ({ name: 'Thing' }));

  test('a hundred targets in one array are one box', async () => {
    const graph = await load({ root: ['list'], list: array('Array', names(0, 100)), ...things(100) });
    const targets = byType(graph, 'Thing').map((node) => node.ordinal);
    const shown = back(graph, targets);
    expect(shown.nodes).toMatchObject([
      { type: 'Thing', merged: 100, asked: true, shallowSize: 1600, retainers: 100 },
      { type: 'Array' },
      { root: true },
    ]);
    expect(shown.edges[0]).toMatchObject({ type: 'element', name: '0…99', count: 100 });
    const apart = back(graph, targets, { merge: false });
    expect(apart.nodes).toHaveLength(102);
    expect(apart.edges).toHaveLength(101);
  });

  test('so are a hundred items of an array, before they are too many', async () => {
    const graph = await load({ root: ['list'], list: array('Array', names(0, 100)), ...things(100) });
    const shown = refs(graph, named(graph, 'Array'));
    expect(shown.nodes).toMatchObject([{ type: 'Array' }, { type: 'Thing', merged: 100, asked: false }]);
    expect(shown.cut).toEqual([]);
  });

  test('three stay three; highlighted objects and roots stay alone', async () => {
    const three = await load({ root: array('Array', names(0, 3)), ...things(3) });
    expect(refs(three, [three.root]).nodes).toHaveLength(4);
    const graph = await load({ root: array('Array', names(0, 10)), ...things(10) });
    const [first, second] = byType(graph, 'Thing').map((node) => node.ordinal);
    const shown = refs(graph, [graph.root], {
      highlight: (node) => node === first,
      isRoot: (node) => node === second,
    });
    expect(shown.nodes.slice(1)).toMatchObject([
      { root: true },
      { highlighted: true },
      { merged: 8, highlighted: false },
    ]);
  });

  test('what is held in different ways stays apart', async () => {
    const graph = await load({
      root: ['list', 'a', 'b'],
      list: array('Array', names(0, 8)),
      a: { edges: names(4, 8).map((name) => ['property', 'item', name] as const) },
      b: [],
      ...things(8),
    });
    const targets = byType(graph, 'Thing').map((node) => node.ordinal);
    const shown = back(graph, targets, { maxDepth: 1 });
    expect(shown.nodes.map((node) => [node.type, node.merged])).toEqual([
      ['Thing', 4],
      ['Thing', 4],
      ['Array', undefined],
      ['a', undefined],
    ]);
  });

  test('functions and plain objects are of a kind only by name and by properties', async () => {
    const graph = await load({
      root: array('Array', names(0, 12)),
      ...numbered(12, (i) =>
        i < 8
          ? { type: 'closure', name: i % 2 ? 'odd' : 'even' }
          : { name: 'Object', edges: [['property', i < 10 ? 'p' : 'q', 'x']] },
      ),
      x: [],
    });
    expect(refs(graph, [graph.root], { maxDepth: 1 }).nodes.map((node) => [node.name, node.merged])).toEqual([
      ['Array', undefined],
      ['even()', 4],
      ['odd()', 4],
      ['{p}', undefined],
      ['{p}', undefined],
      ['{q}', undefined],
      ['{q}', undefined],
    ]);
  });

  test('the further line is asked for with all objects of a box', async () => {
    const graph = await load({ root: array('Array', names(0, 10)), ...things(10) });
    const shown = refs(graph, [graph.root], { extraInfo: (nodes) => `${nodes.length} here` });
    expect(shown.nodes.map((node) => node.extra)).toEqual(['1 here', '10 here']);
  });
});

describe('chains', () => {
  test('their members and nothing else, without the helpers between them', async () => {
    const graph = await load({
      root: ['list'],
      list: {
        name: 'Array',
        edges: [
          ['internal', 'elements', 'store'],
          ['element', 0, 'x'],
        ],
      },
      store: { type: 'array', name: '(object elements)', edges: [['internal', '0', 'x']] },
      x: [],
      other: ['x'],
    });
    const [root, list, store, x] = named(graph, 'root', 'Array', '(object elements)', 'x') as number[];
    const { firstEdge } = graph;
    const chain = { nodes: [root!, list!, store!, x!], edges: [0, firstEdge[list!]!, firstEdge[store!]!] };
    const shown = chainsSubgraph(graph, [chain, chain]);
    expect(picture(graph, shown)).toEqual(['0 x', '1 Array', '2 root', 'root -list-> Array', 'Array -0-> x']);
    expect(shown).toMatchObject({ maxDepth: 2, direction: 'back' });
    expect(picture(graph, chainsSubgraph(graph, [chain], { internals: true, direction: 'forward' }))).toEqual(
      [
        '0 root',
        '1 Array',
        '2 (object elements)',
        '3 x',
        'root -list-> Array',
        'Array -elements-> (object elements)',
        '(object elements) -0-> x',
      ],
    );
    expect(chainsSubgraph(graph, [])).toMatchObject({ nodes: [], edges: [] });
  });
});

describe('real heaps', async () => {
  const graph = await fixtureGraph('node26-after', { locations: true });
  const isRoot = (node: number): boolean => className(graph, node).startsWith('global ');
  const pictureOf = (type: string, maxDepth: number): string[] => {
    const targets = byType(graph, type).map((node) => node.ordinal);
    const { nodes, edges } = backrefsSubgraph(graph, targets, {
      isRoot,
      maxDepth,
      filter: (node) => !isScope(node),
    });
    const box = (id: number): string => {
      const node = nodes.find((candidate) => candidate.id === id)!;
      return node.merged ? `${node.merged} × ${node.type}` : node.type;
    };
    return edges.map(({ from, name, to }) => `${box(from)} -${name}-> ${box(to)}`);
  };
  const isScope = (node: number): boolean => className(graph, node) === 'system / Context';

  test('a hundred OBJ in a cache', () => {
    expect(pictureOf('OBJ', 3)).toEqual([
      'Array -0…99-> 100 × OBJ',
      'Object -_cache-> Array',
      'global (global*) -registry-> Object',
    ]);
  });

  test('values of a Map, and one of a WeakMap', () => {
    expect(pictureOf('Foo', 3)).toEqual([
      'Map -.get(…)-> 50 × Foo',
      'Weakly -value in a WeakMap-> Foo',
      'Object -byId-> Map',
      'global (global*) -weakOwner-> Weakly',
      'global (global*) -registry-> Object',
    ]);
  });

  test('a cycle', () => {
    expect(pictureOf('Child', 3)).toEqual([
      '10 × Array -0…4-> 50 × Child',
      '10 × Parent -children-> 10 × Array',
      'Array -0…9-> 10 × Parent',
      '50 × Child -parent-> 10 × Parent',
    ]);
  });

  test('a chain through a Map', () => {
    const foo = byType(graph, 'Foo')
      .map((node) => node.ordinal)
      .at(1)!;
    const shown = chainsSubgraph(graph, backrefChains(graph, foo, isRoot), { isRoot });
    expect(shown.edges.map(({ name }) => name)).toContain('byId');
    expect(shown.nodes.every((node) => node.nodeType !== 'array')).toBe(true);
  });
});

import { describe, expect, test } from 'vitest';
import { backrefChains } from '../../src/analysis/holders/chains.js';
import { chainEnding } from '../../src/analysis/holders/endings.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { NODE } from '../../src/graph/schema.js';
import { globalObjects } from '../../src/v8/realms.js';
import { isRoot, type Root, rootOf } from '../../src/v8/roots.js';
import { userRoots } from '../../src/v8/user-roots.js';
import { type GraphSpec, graphOf } from '../support/builder.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { FIXTURES } from '../support/fixtures.js';

const NODE_FIXTURES = FIXTURES.filter((name) => name.startsWith('node'));

function called(graph: Graph, name: string, type: keyof typeof NODE): number {
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== NODE[type]) continue;
    if (graph.strings.equals(graph.nodeNames[node]!, name)) return node;
  }
  throw new Error(`no ${type} called ${name}`);
}

/** The scope that has a variable of this name. */
function scopeWith(graph: Graph, variable: string): number {
  const { names, types } = edgesOf(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      if (types[edge] === 0 && graph.strings.equals(names[edge]!, variable)) return node;
    }
  }
  throw new Error(`no scope with ${variable}`);
}

describe.each(NODE_FIXTURES)('%s', (name) => {
  const graph = fixtureGraph(name);

  test('user roots, the objects behind globalThis and synthetic nodes are roots', async () => {
    const g = await graph;
    for (const node of userRoots(g)) expect(isRoot(g)(node)).toBe(true);
    for (const node of globalObjects(g).keys())
      expect(rootOf(g, node)).toEqual({ kind: 'global', words: 'a property of globalThis' });
    expect(globalObjects(g).size).toBeGreaterThan(0);
    expect(new Set(globalObjects(g).values())).toEqual(new Set(['main']));
    const kindOf = (title: string): string => rootOf(g, called(g, title, 'synthetic'))!.kind;
    expect(kindOf('(Global handles)')).toBe('native handle');
    expect(kindOf('(Eternal handles)')).toBe('native handle');
    expect(kindOf('Node / Environment')).toBe('native handle');
    expect(kindOf('(Stack roots)')).toBe('stack');
    expect(kindOf('(Handle scope)')).toBe('stack');
    expect(kindOf('(Strong roots)')).toBe('internal');
    expect(kindOf('(GC roots)')).toBe('internal');
  });

  test("the scope of a CommonJS module, of Node.js's own, and the list of timers", async () => {
    const g = await graph;
    expect(rootOf(g, scopeWith(g, '_cache'))).toEqual({
      kind: 'module',
      words: 'a variable of the module /tmp/corpus/leak.cjs',
      file: '/tmp/corpus/leak.cjs',
    });
    expect(rootOf(g, scopeWith(g, 'timerListMap'))).toEqual({
      kind: 'internal',
      words: 'a variable of node:internal/timers, a part of Node.js',
      file: 'node:internal/timers',
    });
  });

  test('the require cache, process, and nothing else that the program made', async () => {
    const g = await graph;
    const kinds = new Map<string, number>();
    for (let node = 0; node < g.nodeCount; node++) {
      const root = rootOf(g, node);
      if ((root !== undefined) !== isRoot(g)(node)) throw new Error(`node ${node} is a root for one of them`);
      if (root) kinds.set(root.words, (kinds.get(root.words) ?? 0) + 1);
      if (root && (g.nodeTypes[node] === NODE.string || g.nodeTypes[node] === NODE.closure))
        throw new Error(`node ${node}, a string or a closure, is ${root.words}`);
    }
    expect(kinds.get('require.cache')).toBe(1);
    expect(kinds.get('a property of process')).toBe(1);
    expect(kinds.get('a variable of the module /tmp/corpus/leak.cjs')).toBe(1);
  });
});

test('what the leak of the fixtures hangs from', async () => {
  const graph = await fixtureGraph('node22-after');
  const endings = new Map<string, Root>();
  for (const type of ['OBJ', 'Foo', 'Parent', 'Weakly']) {
    const { types, names } = edgesOf(graph);
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.nodeTypes[node] !== NODE.object) continue;
      if (!graph.strings.equals(graph.nodeNames[node]!, type)) continue;
      const isPrototype = [...range(graph.firstEdge[node]!, graph.firstEdge[node + 1]!)].some(
        (edge) => types[edge] === 2 && graph.strings.equals(names[edge]!, 'constructor'),
      );
      const chain = isPrototype ? undefined : backrefChains(graph, node, isRoot(graph))[0];
      if (chain && !endings.has(type)) endings.set(type, chainEnding(graph, chain));
    }
  }
  const file = '/tmp/corpus/leak.cjs';
  const module = { kind: 'module', words: `a variable of the module ${file}`, file };
  const global = { kind: 'global', words: 'a property of globalThis' };
  expect(Object.fromEntries(endings)).toEqual({ OBJ: module, Foo: global, Parent: global, Weakly: global });
});

describe('built graphs', () => {
  test('a graph of one node', async () => {
    const graph = await graphOf({ root: [] });
    expect(rootOf(graph, 0)).toEqual({ kind: 'internal', words: 'V8 itself: root' });
  });

  test('without names that V8 gives, roots are what hangs from the root', async () => {
    const graph = await graphOf({
      root: { type: 'synthetic', edges: ['a', 's'] },
      a: ['b'],
      s: { type: 'synthetic' },
    });
    expect([0, 1, 2, 3].map((node) => rootOf(graph, node)?.kind)).toEqual([
      'internal',
      'global',
      'internal',
      undefined,
    ]);
  });

  const realm: GraphSpec = {
    root: { type: 'synthetic', edges: [['shortcut', '1', 'native']] },
    native: {
      type: 'hidden',
      name: 'system / NativeContext',
      edges: [['internal', 'global_object', 'global']],
    },
    global: { edges: [['property', 'f', 'f']] },
    f: {
      type: 'closure',
      edges: [
        ['internal', 'context', 'scope'],
        ['internal', 'shared', 'shared'],
      ],
    },
    shared: { type: 'code', edges: [['internal', 'script', 'script']] },
    scope: {
      name: 'system / Context',
      edges: [
        ['internal', 'previous', 'native'],
        ['context', 'x', 'x'],
      ],
    },
    x: [],
  };

  test.each([
    ['/app/cache.js', 'module'],
    ['C:\\app\\cache.js', 'module'],
    ['file:///app/cache.mjs', 'module'],
    ['node:fs', 'internal'],
    ['evalmachine.<anonymous>', undefined],
    ['', undefined],
  ])('the outermost scope of functions in %j is %s', async (file, kind) => {
    const graph = await graphOf({ ...realm, script: { type: 'code', name: file } });
    const scope = [...range(0, graph.nodeCount)].find((node) =>
      graph.strings.equals(graph.nodeNames[node]!, 'system / Context'),
    )!;
    const root = rootOf(graph, scope);
    expect(root?.kind).toBe(kind);
    if (kind) expect(root?.file).toBe(file);
  });

  test("an ES module's scope and its record are roots without functions, too", async () => {
    const graph = await graphOf({
      ...realm,
      scope: {
        name: 'system / Context',
        edges: [
          ['internal', 'previous', 'native'],
          ['internal', 'extension', 'record'],
        ],
      },
      record: { type: 'hidden', name: 'system / SourceTextModule' },
      script: { type: 'code', name: '' },
    });
    const record = called(graph, 'system / SourceTextModule', 'hidden');
    const scope = called(graph, 'system / Context', 'object');
    for (const node of [record, scope])
      expect(rootOf(graph, node)).toEqual({ kind: 'module', words: 'a variable of an ES module' });
  });

  test('of several objects that hold modules the one with most under their file names is the cache', async () => {
    const module = (file: string): GraphSpec[string] => ({
      name: 'Module',
      edges: [
        ['property', 'filename', file],
        ['property', 'exports', `exports of ${file}`],
      ],
    });
    const graph = await graphOf({
      root: { type: 'synthetic', edges: ['cache', 'other', 'list'] },
      cache: {
        edges: [
          ['property', '/a.js', 'a'],
          ['property', '/b.js', 'b'],
        ],
      },
      other: { edges: [['property', '/a.js', 'a']] },
      list: {
        edges: [
          ['element', 0, 'a'],
          ['element', 1, 'b'],
          ['element', 2, 'c'],
        ],
      },
      a: module('/a.js'),
      b: module('/b.js'),
      c: module('/c.js'),
      '/a.js': { type: 'string' },
      '/b.js': { type: 'string' },
      '/c.js': { type: 'string' },
      'exports of /a.js': ['x'],
      'exports of /c.js': ['y'],
    });
    expect(rootOf(graph, called(graph, 'cache', 'object'))?.kind).toBe('require cache');
    const endingOf = (name: string): Root =>
      chainEnding(graph, backrefChains(graph, called(graph, name, 'object'), isRoot(graph))[0]!);
    expect(endingOf('x')).toEqual({
      kind: 'require cache',
      words: 'the exports of /a.js, kept by require.cache',
      file: '/a.js',
    });
    // A module that was taken out of the cache is an object like others.
    expect(endingOf('y')).toEqual({ kind: 'global', words: 'a property of the global object list' });
  });

  test('timers, promises and microtasks near the root', async () => {
    const graph = await graphOf({
      root: {
        type: 'synthetic',
        edges: [
          ['element', 1, 'tasks'],
          ['element', 2, 'handles'],
        ],
      },
      tasks: { type: 'synthetic', name: '(Strong roots)', edges: [['internal', '1', 'task']] },
      task: { type: 'hidden', name: 'system / CallableTask', edges: [['hidden', 0, 'a']] },
      handles: { type: 'synthetic', name: '(Global handles)', edges: [['internal', '1', 'request']] },
      request: ['reaction', 'timeout'],
      reaction: { type: 'hidden', name: 'system / PromiseReaction', edges: ['b'] },
      timeout: { name: 'Timeout', edges: ['c'] },
      a: [],
    });
    const endings = ['a', 'b', 'c'].map((name) => {
      const chain = backrefChains(graph, called(graph, name, 'object'), isRoot(graph))[0]!;
      return chainEnding(graph, chain);
    });
    expect(endings).toEqual([
      { kind: 'microtask', words: 'a microtask' },
      { kind: 'microtask', words: 'a promise that waits' },
      { kind: 'timer', words: 'a timer' },
    ]);
  });
});

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

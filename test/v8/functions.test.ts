import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { diff } from '../../src/analysis/growth/diff.js';
import { growth, growthTracker } from '../../src/analysis/growth/growth.js';
import type { Graph } from '../../src/graph/graph.js';
import { partitionAmong } from '../../src/graph/partition.js';
import { NODE } from '../../src/graph/schema.js';
import { loadSnapshot } from '../../src/load/load.js';
import { classIndex } from '../../src/v8/class-names.js';
import { closuresWithLabel, functionIndex, functionPlaces, functionsIn } from '../../src/v8/functions.js';
import { shapeIndex } from '../../src/v8/shapes.js';
import { type NodeSpec, snapshotBytes } from '../support/builder.js';
import { fixturePath } from '../support/fixtures.js';

/** Closures by key: name, script, line and column from 0 as V8 counts. No place: a built-in function. */
type Functions = Readonly<
  Record<string, readonly [name: string, script?: string, line?: number, column?: number]>
>;

const SCRIPT_IDS: string[] = [];

function load(functions: Functions, others: Readonly<Record<string, NodeSpec>> = {}): Promise<Graph> {
  const keys = Object.keys(functions);
  const spec: Record<string, NodeSpec> = { root: { edges: [...keys, ...Object.keys(others)] } };
  const locations: number[] = [];
  keys.forEach((key, i) => {
    const [name, script, line = 0, column = 0] = functions[key]!;
    const named = script !== undefined && script !== '';
    spec[key] = {
      type: 'closure',
      name,
      id: 101 + 2 * i,
      edges: script === undefined ? [] : [['internal', 'shared', `shared ${key}`]],
    };
    if (script === undefined) return;
    let id = SCRIPT_IDS.indexOf(script);
    if (id < 0) id = SCRIPT_IDS.push(script) - 1;
    locations.push((i + 1) * 6, id, line, column);
    if (named)
      others = { ...others, [`shared ${key}`]: { type: 'code', edges: [['internal', 'script', script]] } };
    else others = { ...others, [`shared ${key}`]: { type: 'code' } };
  });
  return loadSnapshot(snapshotBytes({ ...spec, ...others }, { sections: { locations } }), {
    locations: true,
  });
}

const closures = (graph: Graph, partition = functionIndex(graph)): string[] => {
  const found: string[] = [];
  for (let node = 0; node < graph.nodeCount; node++)
    if (graph.nodeTypes[node] === NODE.closure) found.push(partition.labels[partition.of[node]!]!);
  return found;
};

describe('labels', () => {
  test('name, script and line from 1; functions without a name are (anonymous)', async () => {
    const graph = await load({
      a: ['onReload', '/srv/app.js', 4, 10],
      b: ['onReload', '/srv/app.js', 4, 10],
      c: ['', '/srv/app.js', 6, 2],
      d: ['emit', 'node:events', 464, 0],
      e: ['push'],
      f: [''],
    });
    expect(closures(graph)).toEqual([
      'onReload() app.js:5',
      'onReload() app.js:5',
      '(anonymous) app.js:7',
      'emit() node:events:465',
      'push()',
      '(anonymous)',
    ]);
    expect(functionPlaces([graph]).get('onReload() app.js:5')).toEqual({
      script: '/srv/app.js',
      scriptId: SCRIPT_IDS.indexOf('/srv/app.js'),
      line: 5,
      column: 11,
    });
  });

  test('one name in several places: several rows; the column only where it is needed', async () => {
    const graph = await load({
      a: ['handler', '/srv/a/index.js', 4, 10],
      b: ['handler', '/srv/b/index.js', 4, 10],
      c: ['handler', '/srv/b/index.js', 5, 10],
      d: ['t', '/srv/bundle.js', 0, 10],
      e: ['t', '/srv/bundle.js', 0, 4530],
      f: ['u', '/srv/bundle.js', 0, 99],
    });
    expect(closures(graph)).toEqual([
      'handler() a/index.js:5',
      'handler() b/index.js:5',
      'handler() b/index.js:6',
      't() bundle.js:1:11',
      't() bundle.js:1:4531',
      'u() bundle.js:1',
    ]);
  });

  test('a script without a name is called by its number; long names are cut', async () => {
    const graph = await load({ a: ['f', '', 1, 1], b: ['n'.repeat(100), '/srv/app.js', 0, 0] });
    expect(closures(graph)).toEqual([
      `f() (script ${SCRIPT_IDS.indexOf('')}):2`,
      `${'n'.repeat(59)}…() app.js:1`,
    ]);
  });

  test('every other node stays in its class, and a class that is called like a function is one class', async () => {
    const graph = await load({ a: ['f', '/srv/app.js', 0, 0] }, { 'f() app.js:1': {}, Session: {} });
    const { labels, of } = functionIndex(graph);
    const before = classIndex(graph);
    for (let node = 0; node < graph.nodeCount; node++)
      if (graph.nodeTypes[node] !== NODE.closure)
        expect(labels[of[node]!]).toBe(before.labels[before.of[node]!]);
    expect(
      typeStats(graph, { partition: functionIndex }).find(({ type }) => type === 'f() app.js:1')?.count,
    ).toBe(2);
    expect(new Set(labels).size).toBe(labels.length);
  });

  test('shapes beside functions', async () => {
    const point: NodeSpec = { name: 'Object', edges: [['property', 'x', 'one']] };
    const graph = await load({ a: ['f', '/srv/app.js', 0, 0] }, { p: point, q: point, r: point });
    const types = typeStats(graph, { partition: functionsIn(shapeIndex) }).map(({ type }) => type);
    expect(types).toContain('{x}');
    expect(types).toContain('f() app.js:1');
  });
});

describe('graphs that are compared', () => {
  const before: Functions = { a: ['f', '/srv/a/app.js', 0, 5] };
  const after: Functions = { ...before, b: ['f', '/srv/b/app.js', 0, 5], c: ['f', '/srv/a/app.js', 0, 9] };

  test('the same function has the same label in both', async () => {
    const graphs = [await load(before), await load(after)];
    const [first, last] = graphs as [Graph, Graph];
    expect(closures(first)).toEqual(['f() app.js:1']);
    expect(closures(first, functionIndex(first, graphs))).toEqual(['f() a/app.js:1:6']);
    const changed = diff(first, last, { partition: functionIndex, filter: /\(\)/ });
    expect(changed.map(({ type, newCount, deletedCount }) => [type, newCount, deletedCount])).toEqual([
      ['f() a/app.js:1:10', 1, 0],
      ['f() b/app.js:1', 1, 0],
    ]);
    expect(growth(first, last, { partition: functionIndex }).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['f() b/app.js:1', 'f() a/app.js:1:10']),
    );
    const grown = growthTracker({ partition: partitionAmong(functionIndex, graphs) });
    grown(first);
    expect(grown(last).map(({ type }) => type)).not.toContain('f() a/app.js:1:6');
  });
});

describe('functions by their label', () => {
  test('the script may have more or fewer folders; a column is needed only to choose', async () => {
    const graph = await load({
      a: ['f', '/srv/a/app.js', 0, 5],
      b: ['f', '/srv/a/app.js', 0, 9],
      c: ['f', '/srv/b/app.js', 0, 5],
      d: ['f'],
      e: ['', '/srv/b/app.js', 2, 0],
      g: ['f', '/srv/b/myapp.js', 0, 5],
    });
    const ids = (text: string): number[] =>
      Array.from(closuresWithLabel(graph, text), (node) => graph.ids[node]!);
    expect(ids('f() app.js:1')).toEqual([101, 103, 105]);
    expect(ids('f() a/app.js:1')).toEqual([101, 103]);
    expect(ids('f() /srv/a/app.js:1:10')).toEqual([103]);
    expect(ids('f() srv/a/app.js:1:6')).toEqual([101]);
    expect(ids('f()')).toEqual([107]);
    expect(ids('(anonymous) app.js:3')).toEqual([109]);
    expect(ids('(anonymous)')).toEqual([109]);
    for (const text of ['f', 'g()', 'f() app.js:2', 'f() app.js:1:7', 'f() p.js:1', '', 'Session'])
      expect(ids(text)).toEqual([]);
  });

  test('every label of a real snapshot finds its closures and no others', async () => {
    const graph = await loadSnapshot(fixturePath('node26-after'), { locations: true });
    const { labels, of } = functionIndex(graph);
    const members = new Map<string, number[]>();
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.nodeTypes[node] !== NODE.closure) continue;
      const label = labels[of[node]!]!;
      members.set(label, [...(members.get(label) ?? []), node]);
    }
    expect(members.size).toBeGreaterThan(1000);
    const every = Math.floor(members.size / 100);
    for (const [label, nodes] of [...members].filter((_, i) => i % every === 0))
      expect([label, [...closuresWithLabel(graph, label)]]).toEqual([label, nodes]);
  });
});

test('a real program: three closures of one place are one row, with the line of the source', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-functions-'));
  try {
    const source = [
      'const held = [];',
      'function makeReload(n) {',
      '  return function onReload() { return n; };',
      '}',
      'for (let i = 0; i < 30; i++) held.push(makeReload(i), () => i);',
      'class Cart { static of() {} }',
      'globalThis.held = held; globalThis.Cart = Cart;',
      "require('node:v8').writeHeapSnapshot('heap.heapsnapshot');",
    ];
    writeFileSync(path.join(folder, 'app.cjs'), source.join('\n'));
    execFileSync(process.execPath, ['app.cjs'], { cwd: folder });
    const graph = await loadSnapshot(path.join(folder, 'heap.heapsnapshot'), { locations: true });
    const stats = typeStats(graph, { partition: functionIndex, nodeTypes: ['closure'] });
    const own = stats
      .filter(({ type }) => type.includes(' app.cjs:') && type !== '(anonymous) app.cjs:1') // the module's wrapper
      .map(({ type, count }) => [type, count]);
    expect(own).toEqual([
      ['(anonymous) app.cjs:5', 30],
      ['onReload() app.cjs:3', 30],
      ['Cart() app.cjs:6', 1],
      ['makeReload() app.cjs:2', 1],
      ['of() app.cjs:6', 1],
    ]);
    expect(stats.reduce((sum, { count }) => sum + count, 0)).toBe(
      typeStats(graph, { nodeTypes: ['closure'] }).reduce((sum, { count }) => sum + count, 0),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

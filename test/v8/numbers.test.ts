/** Numbers, where a snapshot has them: values, expressions, pictures, and what is no growth. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkBudgets } from '../../src/analysis/budgets/budgets.js';
import { count } from '../../src/analysis/classes/classes.js';
import { at, byType } from '../../src/analysis/classes/nodes.js';
import { expressionOf } from '../../src/analysis/expressions/expression.js';
import { diffByClass, newNodes } from '../../src/analysis/growth/diff.js';
import { growth } from '../../src/analysis/growth/growth.js';
import { backrefChains } from '../../src/analysis/holders/chains.js';
import { survival } from '../../src/analysis/leaks/survival.js';
import { linksOf } from '../../src/analysis/pictures/links.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { isRoot } from '../../src/v8/roots.js';
import { numberText, shortValue } from '../../src/v8/values.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../support/builder.js';
import { casePath } from '../support/fixtures.js';

const number = (name: string, text?: string, size = 0): Record<string, NodeSpec> => ({
  n: { type: 'number', name, size, edges: text === undefined ? [] : [['internal', 'value', 't']] },
  ...(text === undefined ? {} : { t: { type: 'string', name: text, size: 0 } }),
});

describe('a number node', () => {
  test.each([
    ['smi number', '-7'],
    ['heap number', '1.7976931348623157e+308'],
    ['heap number', 'NaN'],
    ['int', '12'],
    ['double', '0.1'],
    ['bool', 'true'],
  ])('%s of %s', async (name, text) => {
    const graph = await loadSnapshot(snapshotBytes({ root: ['n'], ...number(name, text) }));
    const [found] = byType(graph, '(number)');
    expect(found!.name).toBe(text);
    expect(numberText(graph, found!.ordinal)).toBe(text);
  });

  test('without its text shows what V8 calls it', async () => {
    const graph = await loadSnapshot(snapshotBytes({ root: ['n'], ...number('heap number') }));
    expect(byType(graph, '(number)')[0]!.name).toBe('heap number');
    expect(numberText(graph, byType(graph, '(number)')[0]!.ordinal)).toBeUndefined();
  });

  test('a `value` of another node is no number', async () => {
    const graph = await loadSnapshot(
      snapshotBytes({ root: ['x'], x: { edges: [['internal', 'value', 't']] }, t: { type: 'string' } }),
    );
    expect(numberText(graph, 1)).toBeUndefined();
  });
});

describe('a snapshot of Node.js 26 with numbers', async () => {
  const graph = await loadSnapshot(casePath('node26-numeric-values.heapsnapshot.gz'));

  test('properties', () => {
    const shown = [...at(graph, 105111)!.edges()]
      .filter(({ type, name }) => type === 'property' && name !== '__proto__')
      .map(({ name, target }) => [name, target.name]);
    expect(shown).toEqual([
      ['x', '3.25'],
      ['y', '-4e+100'],
    ]);
  });

  test('a picture has the number, and no box for its text', () => {
    const links = linksOf(graph, { isRoot: isRoot(graph) });
    const targets = links.references([at(graph, 105111)!.ordinal]).map(({ target }) => target);
    expect(targets.map((node) => shortValue(graph, node))).toEqual(
      expect.arrayContaining(['3.25', '-4e+100']),
    );
    const numbers = targets.filter((node) => numberText(graph, node) !== undefined);
    expect(numbers.length).toBeGreaterThan(0);
    expect(links.references(numbers)).toEqual([]);
    const all = linksOf(graph, { isRoot: isRoot(graph), internals: true });
    expect(all.references(numbers).length).toBeGreaterThan(0);
  });

  test('the text of a number is nothing that the program has', () => {
    const x = [...at(graph, 105111)!.edges()].find(({ name }) => name === 'y');
    const text = [...x!.target.edges()].find(({ name }) => name === 'value')!.target;
    const [chain] = backrefChains(graph, text.ordinal, isRoot(graph));
    const { text: words, evaluable } = expressionOf(graph, chain!);
    expect(words).toMatch(/^\(text of globalThis\.pts\[\d\]\.y in the snapshot\)$/);
    expect(evaluable).toBe(false);
  });
});

/** V8 numbers a small integer and its text anew in each snapshot; the heap number stays. */
function withNumbers(step: number): Promise<Graph> {
  const graph: GraphSpec = {
    root: { id: 1, edges: ['x', 'small', 'heap'] },
    x: { id: 3 },
    small: {
      id: 101 + step * 100,
      type: 'number',
      name: 'smi number',
      size: 0,
      edges: [['internal', 'value', 'a']],
    },
    a: { id: 103 + step * 100, type: 'string', name: '5', size: 0 },
    heap: { id: 5, type: 'number', name: 'heap number', size: 16, edges: [['internal', 'value', 'b']] },
    b: { id: 105 + step * 100, type: 'string', name: '5.5', size: 0 },
    ...(step > 0 ? { [`s${step}`]: { id: 11 + step * 2, type: 'string', name: 'new', size: 24 } } : {}),
  };
  return loadSnapshot(snapshotBytes(graph));
}

test('numbers and their texts are not new in the next snapshot', async () => {
  const [before, after] = [await withNumbers(0), await withNumbers(1)];
  const isNew = newNodes(before, after);
  expect(byType(after, /./).flatMap(({ ordinal, rawName }) => (isNew[ordinal] ? [rawName] : []))).toEqual([
    'new',
  ]);
});

test('numbers and their texts neither die nor survive', async () => {
  const snapshots = [await withNumbers(0), await withNumbers(1), await withNumbers(2)];
  const of = (type: string) => survival(snapshots).find((row) => row.type === type)?.alive;
  expect(of('(number)')).toEqual([
    [1, 1, 1],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(of('(string)')).toEqual([
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test('keys of Maps: the expression gives the very object', () => {
  const library = new URL('../../dist/index.js', import.meta.url).href;
  const program = `
    import { backrefChains, expressionOf, instancesOf, isRoot, takeSnapshot } from ${JSON.stringify(library)};
    class Kept { constructor(key) { this.key = key; } }
    globalThis.byNumber = new Map([1.5, NaN, -1e300, 2 ** 40].map((key) => [key, new Kept(key)]));
    const graph = await takeSnapshot();
    const found = [];
    for (const node of instancesOf(graph, 'Kept')) {
      const [chain] = backrefChains(graph, node, isRoot(graph));
      const { text, evaluable } = expressionOf(graph, chain);
      found.push([text, evaluable, String(eval(text).key)]);
    }
    console.log(JSON.stringify(found));`;
  const node = process.env.HEAPGRAPH_NODE ?? process.execPath;
  const printed = execFileSync(node, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect((JSON.parse(printed) as unknown[]).toSorted()).toEqual([
    ['globalThis.byNumber.get(-1e+300)', true, '-1e+300'],
    ['globalThis.byNumber.get(1.5)', true, '1.5'],
    ['globalThis.byNumber.get(1099511627776)', true, '1099511627776'],
    ['globalThis.byNumber.get(NaN)', true, 'NaN'],
  ]);
});

/** As many numbers and texts as `numbers`, and so many strings of the program. */
function counted(numbers: number, strings: number): Uint8Array {
  const keys = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}${i}`);
  return snapshotBytes({
    root: [...keys('n', numbers), ...keys('s', strings)],
    ...Object.fromEntries(
      keys('n', numbers).flatMap((key): [string, NodeSpec][] => [
        [key, { type: 'number', name: 'smi number', size: 0, edges: [['internal', 'value', `t${key}`]] }],
        [`t${key}`, { type: 'string', name: key, size: 0 }],
      ]),
    ),
    ...Object.fromEntries(keys('s', strings).map((key) => [key, { type: 'string', name: key, size: 24 }])),
  });
}

describe('more numbers are no growth', () => {
  const [before, after] = [counted(1, 2), counted(100, 3)];

  test.each([
    ['graphs', (bytes: Uint8Array) => loadSnapshot(bytes)],
    ['class counts', (bytes: Uint8Array) => loadClasses(bytes)],
  ])('of %s', async (_, load) => {
    const [old, now] = [await load(before), await load(after)];
    expect(count(now, '(string)')).toBe(103);
    expect(growth(old, now)).toMatchObject([{ type: '(string)', count: 103, countDelta: 1 }]);
    expect(diffByClass(old, now, { raw: true })).toEqual([
      { type: '(string)', countDelta: 1, sizeDelta: 24 },
    ]);
    const budget = { kind: 'max-growth', pattern: '*', text: '*=1', matches: () => true, limit: 1 } as const;
    expect(checkBudgets(now, [budget], { before: old }).map(({ ok }) => ok)).toEqual([true]);
  });
});

import { describe, expect, it } from 'vitest';
import type { PageFolded, PageTreeNode } from '../../src/base/page-report.js';
import { heapData, type Report } from '../../src/page/heap-data.js';
import { routeOf } from '../../src/page/route.js';
import { hasWords, sortRows } from '../../src/page/sort-rows.js';
import { type TreeCell, treeCells } from '../../src/page/tree-layout.js';

type Node = readonly [name: string, parent: number, size: number, folded?: readonly PageFolded[]];

function cellsOf(
  nodes: readonly Node[],
  top = 0,
  shape: 'treemap' | 'icicle' = 'treemap',
): readonly TreeCell[] {
  const tree = {
    leastSize: 1,
    nodes: nodes.map(
      ([name, parent, retainedSize, folded = []], id): PageTreeNode => ({
        id,
        class: name,
        name,
        parent,
        shallowSize: 0,
        retainedSize,
        folded,
      }),
    ),
  };
  const report = { tree, objects: [], classes: [], suspects: [] } as unknown as Report;
  return treeCells(heapData(report, false), top, { shape, width: 1000, height: 600 });
}

describe('treeCells', () => {
  const nodes: readonly Node[] = [
    ['root', -1, 1000],
    ['a', 0, 600, [{ class: 'F', count: 3, size: 90 }]],
    ['b', 0, 300],
    ['c', 1, 500],
    ['tiny', 0, 0.5],
  ];

  it.each(['treemap', 'icicle'] as const)(
    '%s: areas are as sizes, and parts lie in their dominators',
    (shape) => {
      const cells = cellsOf(nodes, 0, shape);
      expect(cells.map(({ label }) => label).sort()).toEqual(
        ['3 × F', 'a', 'b', 'c', 'itself and smaller parts', 'itself and smaller parts', 'root'].sort(),
      );
      const named = (label: string): TreeCell => cells.find((cell) => cell.label === label)!;
      const within = (inner: TreeCell, outer: TreeCell): boolean =>
        inner.x >= outer.x &&
        inner.x + inner.width <= outer.x + outer.width &&
        (shape === 'icicle' || (inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height));
      for (const [inner, outer] of [
        ['a', 'root'],
        ['b', 'root'],
        ['c', 'a'],
        ['3 × F', 'a'],
      ] as const)
        expect([inner, within(named(inner), named(outer))]).toEqual([inner, true]);
      const area = ({ width, height }: TreeCell): number => (shape === 'icicle' ? width : width * height);
      expect(area(named('a')) / area(named('b'))).toBeGreaterThan(1.7);
      expect(area(named('a')) / area(named('b'))).toBeLessThan(2.3);
    },
  );

  it('makes one part of dominators that only hand on', () => {
    const cells = cellsOf([
      ['root', -1, 100],
      ['x', 0, 99],
      ['y', 1, 98],
      ['p', 2, 50],
      ['q', 2, 40],
    ]);
    expect(cells[0]).toMatchObject({ label: 'root › x › y', place: 0, chain: [0, 1, 2], size: 100 });
    expect(cells.slice(1).map(({ label }) => label)).toEqual(['p', 'q', 'itself and smaller parts']);
  });

  it('names the ends of a long chain', () => {
    const chain = Array.from({ length: 30 }, (_, i): Node => [`n${i}`, i - 1, 100]);
    expect(cellsOf(chain).map(({ label }) => label)).toEqual(['n0 › … 28 more › n29']);
  });

  it('has nothing of nothing', () => {
    expect(cellsOf([])).toEqual([]);
    expect(cellsOf([['root', -1, 0]])).toEqual([]);
  });
});

describe('routeOf', () => {
  it.each([
    ['', { view: 'overview' }],
    ['#@12', { view: 'object', id: 12 }],
    ['#@12x', { view: '@12x' }],
    ['#memory', { view: 'memory', id: undefined }],
    ['#memory/@7', { view: 'memory', id: 7 }],
    ['#class/a%2Fb', { view: 'class', name: 'a/b' }],
    ['#class/%zz', { view: 'class', name: '%zz' }],
    ['#class/', { view: 'class', name: '' }],
    ['#suspect/0123abcd', { view: 'suspect', fingerprint: '0123abcd' }],
    ['#query/a%20%3E%201', { view: 'query', text: 'a > 1' }],
    ['#query', { view: 'query', text: '' }],
    ['#constructor', { view: 'constructor' }],
  ])('%s', (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });
});

describe('sortRows', () => {
  it('sorts numbers by size, texts by code units, what is missing last, and keeps ties', () => {
    const rows = [3, null, 10, 2].map((n, i) => ({ n, i }));
    const order = (descending: boolean): (number | null)[] =>
      sortRows(rows, { key: 'n', descending }, ({ n }) => n).map(({ n }) => n);
    expect(order(false)).toEqual([2, 3, 10, null]);
    expect(order(true)).toEqual([10, 3, 2, null]);
    expect(sortRows(['b', 'Z', 'a'], { key: '', descending: false }, (text) => text)).toEqual([
      'Z',
      'a',
      'b',
    ]);
    expect(sortRows(rows, { key: '', descending: true }, () => 1)).toEqual(rows);
  });

  it('finds all words, in any order and case', () => {
    expect(['Foo Bar', 'bar', 'foo'].filter((text) => hasWords(text, 'BAR foo'))).toEqual(['Foo Bar']);
    expect(hasWords('anything', '')).toBe(true);
  });
});

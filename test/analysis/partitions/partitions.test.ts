/** Parts of a heap, and Heapy's table of them. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeRoles, WAY } from '../../../src/analysis/classes/node-roles.js';
import { heapTable } from '../../../src/analysis/partitions/heap-table.js';
import { DIVISIONS, type Division, divide } from '../../../src/analysis/partitions/partitions.js';
import { nested, type Parts } from '../../../src/analysis/partitions/parts.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { PairNumbers } from '../../../src/graph/pair-numbers.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { random, randomGraph } from '../../support/random-graph.js';

const EXPRESS = fileURLToPath(new URL('../../../fixtures/express-final.heapsnapshot.gz', import.meta.url));

const labelsOf = (parts: Parts): string[] => Array.from(parts.of, (part) => parts.label(part));

describe('random graphs, against the definitions', () => {
  /** The classes that refer to a node, through V8's arrays and tables. */
  function referrers(graph: Graph, node: number): string {
    const { types, targets } = edgesOf(graph);
    const roles = nodeRoles(graph);
    const found = new Set<string>();
    const seen = new Set([node]);
    const work = [node];
    while (work.length > 0) {
      const target = work.pop()!;
      for (let source = 0; source < graph.nodeCount; source++)
        for (let edge = graph.firstEdge[source]!; edge < graph.firstEdge[source + 1]!; edge++) {
          if (targets[edge] !== target || types[edge] === EDGE.weak || source === target) continue;
          if (roles[source] !== WAY) found.add(className(graph, source));
          else if (!seen.has(source)) {
            seen.add(source);
            work.push(source);
          }
        }
    }
    const names = [...found].sort();
    if (names.length === 0) return '(nothing)';
    return names.length <= 4
      ? names.join(', ')
      : `${names.slice(0, 4).join(', ')}, … ${names.length - 4} more`;
  }

  test('referrers', { tags: 'slow' }, async () => {
    for (let seed = 0; seed < 200; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const labels = labelsOf(divide(graph, ['referrers']));
      for (let node = 0; node < graph.nodeCount; node++)
        expect(labels[node], `node ${node}, seed ${seed}`).toBe(referrers(graph, node));
    }
  });

  test('every division: each node is in one part; nested ones are together that are together in both', {
    tags: 'slow',
  }, async () => {
    const names = Object.keys(DIVISIONS) as Division[];
    for (let seed = 0; seed < 60; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const next = random(seed);
      const [a, b] = [names[Math.floor(next() * names.length)]!, names[Math.floor(next() * names.length)]!];
      const parts = divide(graph, [a, b]);
      const [outer, inner] = [labelsOf(divide(graph, [a])), labelsOf(divide(graph, [b]))];
      expect(labelsOf(parts)).toEqual(outer.map((label, node) => `${label}, ${inner[node]}`));
      const table = heapTable(graph, parts);
      const sizes = shallowSizes(graph);
      expect(table.count).toBe(graph.nodeCount);
      expect(table.rows.reduce((sum, { count }) => sum + count, 0)).toBe(graph.nodeCount);
      expect(table.rows.reduce((sum, { size }) => sum + size, 0)).toBe(
        sizes.reduce((sum, size) => sum + size, 0),
      );
      expect(table.rows.map(({ size }) => size)).toEqual(
        table.rows.map(({ size }) => size).sort((x, y) => y - x),
      );
    }
  });

  test('a mask: parts of the nodes that it has; retained sizes are those of the sets', async () => {
    for (let seed = 0; seed < 100; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const next = random(seed);
      const mask = Uint8Array.from({ length: graph.nodeCount }, () => (next() < 0.5 ? 1 : 0));
      const parts = divide(graph, ['type']);
      const table = heapTable(graph, parts, { mask, sizes: 'retained' });
      const whole = heapTable(
        graph,
        { ...parts, count: 1, of: new Uint32Array(graph.nodeCount) },
        { mask, sizes: 'retained' },
      );
      expect(table.size).toBe(whole.rows[0]?.size ?? 0);
      expect(table.rows.every(({ size }) => size <= table.size)).toBe(true);
      const { dominators } = dominatorTree(graph);
      const sizes = shallowSizes(graph);
      for (const { kind, count, size } of table.rows) {
        const members = [...mask.keys()].filter(
          (node) => mask[node] === 1 && parts.label(parts.of[node]!) === kind,
        );
        expect(count).toBe(members.length);
        // Of the members that no other one dominates, those with a size of their own: DevTools leaves others out.
        const isMember = (node: number): boolean => members.includes(node) && sizes[node]! > 0;
        let expected = 0;
        for (let node = 0; node < graph.nodeCount; node++) {
          for (let at = node; ; at = dominators[at]!) {
            if (isMember(at)) {
              expected += sizes[node]!;
              break;
            }
            if (dominators[at] === at) break;
          }
        }
        expect(size).toBe(expected);
        if (members.length === 1 && isMember(members[0]!))
          expect(size).toBe(retainedSet(graph, members).size);
      }
    }
  });
});

test('via: properties, items, variables, V8 names', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: { edges: ['app'] },
      app: {
        edges: [
          ['property', 'cache', 'a'],
          ['element', 0, 'a'],
          ['element', 7, 'b'],
          ['context', 'sessions', 'c'],
          ['internal', 'elements', 'd'],
          ['weak', 'gone', 'e'],
        ],
      },
    }),
  );
  const parts = divide(graph, ['via']);
  const labels = Object.fromEntries(
    labelsOf(parts).map((label, node) => [graph.strings.get(graph.nodeNames[node]!), label]),
  );
  expect(labels).toMatchObject({
    a: '.cache, […]',
    b: '[…]',
    c: 'variable sessions',
    d: '(elements)',
    e: '(nothing)',
    app: '.app',
  });
});

test('places are inherited from the nearest dominator that has one', async () => {
  const graph = await loadSnapshot(EXPRESS, { edges: true, locations: true });
  const table = heapTable(graph, divide(graph, ['package']));
  const kinds = table.rows.map(({ kind }) => kind);
  expect(kinds).toContain('(program)');
  expect(kinds).toContain('(runtime)');
  expect(kinds).toContain('express');
  expect(table.rows.reduce((sum, { size }) => sum + size, 0)).toBe(table.size);
});

test('generations', async () => {
  const [before, after] = [await fixtureGraph('node22-before'), await fixtureGraph('node22-after')];
  const parts = divide(after, ['class', 'generation'], [before]);
  const { rows } = heapTable(after, parts);
  expect(rows.find(({ kind }) => kind.startsWith('OBJ, after '))?.count).toBe(100);
});

test('pairs are numbered in the order in which they come', { tags: 'slow' }, () => {
  const numbers = new PairNumbers();
  const next = random(1);
  const known = new Map<string, number>();
  for (let i = 0; i < 50_000; i++) {
    const [a, b] = [Math.floor(next() * 300), Math.floor(next() * 2 ** 32) % 400];
    const key = `${a} ${b}`;
    if (!known.has(key)) known.set(key, known.size);
    expect(numbers.numberOf(a, b)).toBe(known.get(key));
  }
  expect(numbers.count).toBe(known.size);
  expect(
    [...known.keys()].every((key, number) => key === `${numbers.first(number)} ${numbers.second(number)}`),
  ).toBe(true);
});

test('nested parts of nothing', async () => {
  const graph = await loadSnapshot(snapshotBytes({ root: [] }));
  const parts = nested(divide(graph, ['class']), divide(graph, ['type']));
  expect(heapTable(graph, parts, { mask: new Uint8Array(1) })).toEqual({
    count: 0,
    size: 0,
    parts: 0,
    rows: [],
  });
});

/** The collections that keep the most: exact small graphs, and the definition on random ones. */
import { describe, expect, test } from 'vitest';
import { largestCollections } from '../../../src/analysis/accumulation/largest-collections.js';
import { linksOf } from '../../../src/analysis/pictures/links.js';
import { childrenOf } from '../../../src/analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { expressPath } from '../../support/fixtures.js';
import { random } from '../../support/random-graph.js';

const found = (graph: Graph, most = 5, below = graph.root) =>
  largestCollections(graph, below, most).map(({ node, type, count, retainedSize }) => [
    graph.strings.get(graph.nodeNames[node]!),
    type,
    count,
    retainedSize,
  ]);

/** So many objects of a class. */
function items(prefix: string, count: number, name: string, size: number): Record<string, NodeSpec> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i): [string, NodeSpec] => [`${prefix}${i}`, { name, size }]),
  );
}
const keys = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('collections', () => {
  test('eight of a class, the items of a backing array for their owner, the largest first', async () => {
    const graph = await graphOf({
      root: ['frame'],
      frame: ['app', 'other', 'few'],
      app: { name: 'Cache', edges: [['internal', 'table', 'table']], size: 16 },
      table: { type: 'array', name: '(object elements)', size: 100, edges: [...keys('a', 9), 'odd'] },
      other: { name: 'List', size: 16, edges: keys('b', 8) },
      few: { name: 'Few', size: 16, edges: keys('c', 7) },
      odd: { name: 'Odd', size: 90 },
      ...items('a', 9, 'Item', 10),
      ...items('b', 8, 'Entry', 100),
      ...items('c', 7, 'Entry', 1000),
    });
    expect(found(graph)).toEqual([['List', 'Entry', 8, 800]]);
  });

  test('what keeps half or less of its owner is none; shared members are nobody’s', async () => {
    const graph = await graphOf({
      root: ['frame'],
      frame: ['half', 'more', 'x', 'y'],
      half: { name: 'Half', size: 80, edges: keys('a', 8) },
      more: { name: 'More', size: 79, edges: keys('b', 8) },
      x: { name: 'X', edges: keys('c', 8) },
      y: { name: 'Y', edges: keys('c', 8) },
      ...items('a', 8, 'Item', 10),
      ...items('b', 8, 'Item', 10),
      ...items('c', 8, 'Item', 1000),
    });
    expect(found(graph)).toEqual([['More', 'Item', 8, 80]]);
  });

  test('only below what is named, and no more than asked for', async () => {
    const graph = await graphOf({
      root: ['frame'],
      frame: ['app', 'b'],
      app: ['inner'],
      inner: { name: 'Inner', edges: keys('a', 8) },
      b: { name: 'B', edges: keys('b', 8) },
      ...items('a', 8, 'Item', 10),
      ...items('b', 8, 'Item', 20),
    });
    const app = [...Array(graph.nodeCount).keys()].find(
      (node) => graph.strings.get(graph.nodeNames[node]!) === 'app',
    )!;
    expect(found(graph, 5, app)).toEqual([['Inner', 'Item', 8, 80]]);
    expect(found(graph, 1)).toEqual([['B', 'Item', 8, 160]]);
    expect(found(graph, 0)).toEqual([]);
  });
});

/** A random tree with a few busy owners, a third of it backing arrays. */
function randomTree(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const edges: string[][] = Array.from({ length: 300 }, () => []);
  for (let i = 1; i < edges.length; i++) edges[i === 1 ? 0 : 1 + below(Math.min(i - 1, 20))]!.push(`n${i}`);
  return Object.fromEntries(
    edges.map((list, i): [string, NodeSpec] => [
      `n${i}`,
      i === 0
        ? { type: 'synthetic', name: '', edges: list }
        : {
            ...(i > 1 && below(3) === 0
              ? { type: 'array', name: '(object elements)' }
              : { name: 'ABC'[below(3)]! }),
            size: 1 + below(50),
            edges: list,
          },
    ]),
  );
}

test('random trees: the definition, object by object', { tags: 'slow' }, async () => {
  let collections = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const graph = await graphOf(randomTree(seed));
    const { of, labels } = classIndex(graph);
    const retained = retainedSizes(graph);
    const { isHelper } = linksOf(graph, { isRoot: isRoot(graph) });
    const below = (node: number): number[] =>
      [...childrenOf(graph, node)].flatMap((child) => (isHelper(child) ? below(child) : [child]));
    const expected: [number, string, number, number][] = [];
    for (let node = 0; node < graph.nodeCount; node++) {
      if (isRoot(graph)(node) || isHelper(node)) continue;
      labels.forEach((label, number) => {
        const members = below(node).filter((member) => of[member] === number);
        const sum = members.reduce((all, member) => all + retained[member]!, 0);
        if (members.length >= 8 && 2 * sum > retained[node]!)
          expected.push([node, label, members.length, sum]);
      });
    }
    expected.sort(([a], [b]) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!);
    const answer = largestCollections(graph, graph.root, 1e6);
    expect(answer.map(({ node, type, count, retainedSize }) => [node, type, count, retainedSize])).toEqual(
      expected,
    );
    collections += answer.length;
  }
  expect(collections).toBeGreaterThan(50);
});

test('an Express server with three leaks: one snapshot names all three containers', async () => {
  const graph = await loadSnapshot(expressPath('final'), { locations: true });
  expect(largestCollections(graph, graph.root, 3).map(({ type, count }) => [type, count])).toEqual([
    ['AuditEntry', 420],
    ['Session', 210],
    ['Function', 210],
  ]);
});

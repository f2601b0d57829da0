import { describe, expect, it } from 'vitest';
import { heavyTree } from '../../../src/analysis/report/heavy-tree.js';
import { largestOfClasses } from '../../../src/analysis/report/largest-of-classes.js';
import { objectFacts } from '../../../src/analysis/report/object-facts.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { className } from '../../../src/v8/class-names.js';
import { graphOf } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

const ALL = { leastShare: 0, most: 1e9, levels: 1e9, foldedClasses: 1e9 };

/** Every node is in the tree, or in what one of its nodes has folded: sizes add up. */
function checkSums(graph: Graph, tree: ReturnType<typeof heavyTree>): void {
  const { nodes } = tree;
  const below = nodes.map(() => 0);
  nodes.forEach(({ parent, retainedSize }, place) => {
    if (parent < 0) expect(place).toBe(0);
    else {
      expect(parent).toBeLessThan(place);
      below[parent]! += retainedSize;
    }
  });
  const wrong = nodes.filter(({ retainedSize, folded, shallowSize }, place) => {
    const inFolded = folded.reduce((sum, { size }) => sum + size, 0);
    // What no node stands for belongs to the root.
    const extra = place === 0 ? graph.extraNativeBytes : 0;
    return Math.abs(retainedSize - below[place]! - inFolded - shallowSize) > extra;
  });
  expect(wrong).toEqual([]);
}

describe('heavyTree', () => {
  it('has the nodes that keep most, each after its dominator, and sums up the others', async () => {
    const graph = await graphOf({
      root: ['big', 'small'],
      big: { size: 10, edges: ['inner', 'a1', 'a2', 'b1'] },
      inner: { size: 500, edges: [] },
      a1: { name: 'A', size: 20 },
      a2: { name: 'A', size: 30 },
      b1: { name: 'B', size: 5 },
      small: { size: 1 },
    });
    const { nodes, leastSize } = heavyTree(graph, { leastShare: 0.2, most: 10, levels: 9, foldedClasses: 1 });
    expect(leastSize).toBeCloseTo(566 * 0.2);
    expect(nodes.map((node) => [node.class, node.parent, node.retainedSize, node.folded])).toEqual([
      [nodes[0]!.class, -1, 566, [{ class: 'small', count: 1, size: 1 }]],
      [
        'big',
        0,
        565,
        [
          { class: 'A', count: 2, size: 50 },
          { class: 'B', count: 1, size: 5 },
        ],
      ],
      ['inner', 1, 500, []],
    ]);
  });

  it('names the largest folded classes, and counts the others together', async () => {
    const graph = await graphOf({
      root: ['a', 'b', 'c', 'd'],
      a: { size: 1 },
      b: { size: 2 },
      c: { size: 3 },
      d: { size: 4 },
    });
    const { nodes } = heavyTree(graph, { leastShare: 0.9, most: 10, levels: 9, foldedClasses: 2 });
    expect(nodes[0]!.folded).toEqual([
      { class: 'd', count: 1, size: 4 },
      { class: 'c', count: 1, size: 3 },
      { class: null, count: 2, size: 3 },
    ]);
  });

  it('is bounded in nodes and levels, however deep a list is', async () => {
    const spec: Record<string, { size: number; edges: string[] }> = { root: { size: 0, edges: ['n0'] } };
    for (let i = 0; i < 3000; i++) spec[`n${i}`] = { size: 1, edges: i < 2999 ? [`n${i + 1}`] : [] };
    const graph = await graphOf(spec);
    const deep = heavyTree(graph, { leastShare: 0.001, most: 1000, levels: 40, foldedClasses: 3 });
    expect(deep.nodes).toHaveLength(41);
    expect(deep.nodes.at(-1)!.folded).toEqual([{ class: 'n40', count: 1, size: 2960 }]);
    expect(heavyTree(graph, { ...ALL, most: 7 }).nodes).toHaveLength(7);
  });

  it.each(['node26-after', 'chromium156'] as const)('adds up in %s', async (name) => {
    const graph = await fixtureGraph(name);
    const options = { leastShare: 0.001, most: 200, levels: 40, foldedClasses: 6 };
    const tree = heavyTree(graph, options);
    expect(tree.nodes).toHaveLength(200);
    checkSums(graph, tree);
    // A naive version: the 200 largest of all that are large enough.
    const retained = retainedSizes(graph);
    const { order } = dominatorTree(graph);
    const sizes = Array.from(order, (node) => retained[node]!).sort((a, b) => b - a);
    expect(tree.nodes.map(({ retainedSize }) => retainedSize).sort((a, b) => b - a)).toEqual(
      sizes.slice(0, 200),
    );
    expect(tree.leastSize).toBe(sizes[199]);
  });

  it('has nothing of an empty heap', async () => {
    const graph = { nodeCount: 0 } as Graph;
    expect(heavyTree(graph, ALL)).toEqual({ nodes: [], leastSize: 0, ordinals: [] });
  });
});

describe('largestOfClasses', () => {
  it('agrees with sorting all objects of each class', async () => {
    const graph = await fixtureGraph('node26-after');
    const retained = retainedSizes(graph);
    const members = new Map<string, number[]>();
    for (let node = 0; node < graph.nodeCount; node++) {
      const type = className(graph, node);
      const list = members.get(type) ?? [];
      if (retained[node]! > 0) list.push(node);
      members.set(type, list);
    }
    for (const list of members.values()) list.sort((a, b) => retained[b]! - retained[a]! || a - b).splice(3);
    expect(largestOfClasses(graph, 3)).toEqual(members);
  });
});

describe('objectFacts', () => {
  it('tells references to what an object dominates first, and retainers near a root first', async () => {
    const graph = await graphOf({
      root: ['global', 'holder'],
      global: ['shared', 'holder'],
      holder: {
        edges: [
          ['property', 'own', 'own'],
          ['property', 'shared', 'shared'],
          ['weak', '1', 'seen'],
          ['element', 7, 'seen'],
        ],
      },
      own: { size: 8 },
      shared: { size: 800 },
      seen: { size: 100, edges: ['shared'] },
    });
    const node = (name: string): number =>
      Array.from({ length: graph.nodeCount }, (_, i) => i).find((i) => className(graph, i) === name)!;
    const [holder, shared] = objectFacts(graph, [node('holder'), node('shared')], { edges: 3, retainers: 2 });
    expect(holder!.edges.map(({ name, class: type, size }) => [name, type, size])).toEqual([
      [expect.anything(), 'seen', 100],
      [7, 'seen', 100],
      ['own', 'own', 8],
    ]);
    expect(holder!.edgeCount).toBe(4);
    expect(shared!.retainerCount).toBe(3);
    expect(shared!.retainers.map(({ name, class: type }) => [name, type])).toEqual([
      ['shared', 'global'],
      ['shared', 'holder'],
    ]);
    expect(shared!.dominator).toBe(graph.ids[graph.root]);
  });
});

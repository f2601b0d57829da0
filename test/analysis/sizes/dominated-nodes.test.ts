/** The dominator tree downwards, against the tree itself. */
import { describe, expect, test } from 'vitest';
import {
  dominatedClasses,
  dominatedNodes,
  dominatorTreeBelow,
} from '../../../src/analysis/sizes/dominated-nodes.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { snapshotBytes } from '../../support/builder.js';
import { randomGraph } from '../../support/random-graph.js';

test('every node but the root is below its dominator, the largest first, ties by id', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const { dominators } = dominatorTree(graph);
    const retained = retainedSizes(graph);
    for (let node = 0; node < graph.nodeCount; node++) {
      const expected = Array.from({ length: graph.nodeCount }, (_, other) => other)
        .filter((other) => other !== graph.root && dominators[other] === node)
        .sort((a, b) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!);
      expect(dominatedNodes(graph, node), `seed ${seed}, node ${node}`).toEqual(expected);
    }
  }
});

describe('parts of the tree', () => {
  const graph = loadSnapshot(
    snapshotBytes({
      root: { id: 1, size: 0, edges: ['list', 'small'] },
      list: { id: 3, name: 'List', size: 10, edges: ['x', 'y', 'z'] },
      small: { id: 5, name: 'Small', size: 5 },
      x: { id: 7, name: 'Item', size: 20, edges: ['deep'] },
      y: { id: 9, name: 'Other', size: 70 },
      z: { id: 11, name: 'Item', size: 20 },
      deep: { id: 13, name: 'Deep', size: 30 },
    }),
  );
  const below = async (roots: readonly number[], levels: number, limit: number) => {
    const snapshot = await graph;
    const { nodes, omitted } = dominatorTreeBelow(snapshot, roots, { levels, limit });
    return [nodes.map(({ node, depth }) => `${depth}:${snapshot.ids[node]}`).join(' '), omitted];
  };

  test('each node before those below it, the largest first', async () => {
    expect(await below([0], 3, 10)).toEqual(['0:1 1:3 2:9 2:7 3:13 2:11 1:5', 0]);
    expect(await below([0], 0, 10)).toEqual(['0:1', 0]);
  });

  test('the limit counts below each node, and what it leaves out on the first level', async () => {
    expect(await below([0], 3, 1)).toEqual(['0:1 1:3 2:9', 1]);
    expect(await below([1, 2], 1, 1)).toEqual(['0:3 1:9 0:5', 2]);
  });

  test('by class: the most retained bytes first, ties by name', async () => {
    const rows = dominatedClasses(await graph, [1, 2]);
    expect(rows).toEqual([
      { type: 'Item', count: 2, retainedSize: 70 },
      { type: 'Other', count: 1, retainedSize: 70 },
    ]);
    expect(dominatedClasses(await graph, [2])).toEqual([]);
  });

  test('a list of 100,000 is no recursion', { tags: 'slow' }, async () => {
    const spec: Record<string, readonly string[]> = { root: ['n0'] };
    for (let i = 0; i < 100_000; i++) spec[`n${i}`] = i < 99_999 ? [`n${i + 1}`] : [];
    const long = await loadSnapshot(snapshotBytes(spec));
    const { nodes } = dominatorTreeBelow(long, [0], { levels: Number.POSITIVE_INFINITY, limit: 1 });
    expect(nodes.length).toBe(100_001);
    expect(nodes.at(-1)).toEqual({ node: 100_000, depth: 100_000 });
  });
});

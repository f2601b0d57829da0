/** The heap as stacks: merged dominators and merged chains, against naive versions. */
import { describe, expect, test } from 'vitest';
import { childrenOf } from '../../../src/analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { mergedChains } from '../../../src/analysis/stacks/merged-chains.js';
import { mergedDominators } from '../../../src/analysis/stacks/merged-dominators.js';
import { SMALLER, type StackNode } from '../../../src/analysis/stacks/stack-tree.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { randomGraph } from '../../support/random-graph.js';

const ALL = { depth: 100, least: 0 };

/** Bytes by stack, from each node's own way down. */
function naive(graph: Graph): Map<string, number> {
  const found = new Map<string, number>();
  const sizes = shallowSizes(graph);
  const walk = (node: number, above: string): void => {
    const stack = above === '' ? className(graph, node) : `${above};${className(graph, node)}`;
    found.set(stack, (found.get(stack) ?? 0) + sizes[node]!);
    for (const child of childrenOf(graph, node)) walk(child, stack);
  };
  walk(graph.root, '');
  return found;
}

function byStack(nodes: Iterable<StackNode>): Map<string, number> {
  const found = new Map<string, number>();
  const names: string[] = [];
  for (const { name, depth, ownSize } of nodes) {
    names.length = depth;
    names.push(name);
    const stack = names.join(';');
    if (found.has(stack)) throw new Error(`twice: ${stack}`);
    found.set(stack, ownSize);
  }
  return found;
}

describe('merged dominators', () => {
  test('random graphs, as each node alone', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const found = byStack(mergedDominators(graph, [graph.root], ALL));
      if (JSON.stringify([...found].sort()) !== JSON.stringify([...naive(graph)].sort()))
        throw new Error(`seed ${seed}`);
    }
    expect.assertions(0);
  });

  test('sizes are those of what stands on a frame, whatever is merged or cut', async () => {
    const graph = await fixtureGraph('node26-after');
    const total = retainedSizes(graph)[graph.root]!;
    for (const options of [ALL, { depth: 3, least: 0 }, { depth: 100, least: total / 500 }]) {
      const nodes = [...mergedDominators(graph, [graph.root], options)];
      expect(nodes.reduce((sum, { ownSize }) => sum + ownSize, 0)).toBe(total);
      const wrong = nodes.filter(({ size, ownSize, depth }, i) => {
        let below = 0;
        for (let j = i + 1; j < nodes.length && nodes[j]!.depth > depth; j++)
          if (nodes[j]!.depth === depth + 1) below += nodes[j]!.size;
        return size !== ownSize + below;
      });
      expect(wrong).toEqual([]);
      expect(nodes.every(({ depth }) => depth <= options.depth)).toBe(true);
      expect(nodes.some(({ name }) => name === SMALLER)).toBe(options.least > 0);
    }
  });

  test('the largest first, at each level', async () => {
    const graph = await fixtureGraph('node26-after');
    const nodes = [...mergedDominators(graph, [graph.root], { depth: 1, least: 0 })].slice(1);
    expect(nodes.map(({ size }) => size)).toEqual(nodes.map(({ size }) => size).sort((a, b) => b - a));
  });

  test('no nodes', async () => {
    expect([...mergedDominators(await fixtureGraph('node26-after'), [], ALL)]).toEqual([]);
  });
});

describe('merged chains', () => {
  test('bytes of all objects, on the branches of patterns', async () => {
    const graph = await loadSnapshot(
      snapshotBytes({
        root: { edges: [['shortcut', 'window', 'app']] },
        app: { name: 'App', size: 10, edges: ['cache', 'log'] },
        cache: { name: 'Cache', size: 20, edges: [['property', 'first', 's1']] },
        log: {
          name: 'Array',
          size: 30,
          edges: [
            ['element', 0, 's2'],
            ['element', 1, 's3'],
          ],
        },
        s1: { name: 'Session', size: 100 },
        s2: { name: 'Session', size: 200 },
        s3: { name: 'Session', size: 300 },
      }),
    );
    const sessions = [...graph.ids.keys()].filter((node) => className(graph, node) === 'Session');
    const rows = [...mergedChains(graph, sessions, ALL)].map(
      ({ name, depth, count, size, ownSize }) => `${'  '.repeat(depth)}${name} ${count} ${size} ${ownSize}`,
    );
    expect(rows).toEqual([
      'App 3 600 0',
      '  .log Array 2 500 0',
      '    […] Session 2 500 500',
      '  .cache Cache 1 100 0',
      '    .first Session 1 100 100',
    ]);
    expect([...mergedChains(graph, sessions, { depth: 100, least: 200 })].at(-1)).toEqual({
      name: SMALLER,
      count: 1,
      size: 100,
      ownSize: 100,
      ownCount: 1,
      depth: 1,
    });
    expect([...mergedChains(graph, sessions, { depth: 0, least: 0 })]).toEqual([
      { name: 'App', count: 3, size: 600, ownSize: 600, ownCount: 3, depth: 0 },
    ]);
  });
});

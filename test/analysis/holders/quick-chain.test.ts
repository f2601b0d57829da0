import { describe, expect, it } from 'vitest';
import { searchBackrefs } from '../../../src/analysis/holders/chains.js';
import { quickChain } from '../../../src/analysis/holders/quick-chain.js';
import { distances } from '../../../src/analysis/sizes/distances.js';
import { edgesOf, sourceOf } from '../../../src/graph/graph.js';
import { isRoot } from '../../../src/v8/roots.js';
import { graphOf } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

describe('quickChain', () => {
  it('is the shortest chain where a short search finds it', async () => {
    const graph = await fixtureGraph('node26-after');
    const isGoal = isRoot(graph);
    for (let node = 100; node < graph.nodeCount; node += 997) {
      const [chain] = searchBackrefs(graph, node, isGoal).chains;
      const found = quickChain(graph, node, isGoal, { looks: 1e9 });
      expect([node, found]).toEqual([node, chain && { chain, isNearest: true }]);
    }
  });

  it('goes along decreasing distances where the search would take too long', async () => {
    const graph = await fixtureGraph('node26-after');
    const far = distances(graph);
    const { targets } = edgesOf(graph);
    let found = 0;
    for (let node = 100; node < graph.nodeCount; node += 499) {
      if (far[node]! < 0) continue;
      const { chain, isNearest } = quickChain(graph, node, isRoot(graph), { looks: 0 })!;
      if (isNearest) continue; // a root itself
      expect(chain.nodes.at(-1)).toBe(node);
      const wrong = chain.edges.filter(
        (edge, i) =>
          sourceOf(graph, edge) !== chain.nodes[i] ||
          targets[edge] !== chain.nodes[i + 1] ||
          far[chain.nodes[i]!]! !== far[chain.nodes[i + 1]!]! - 1,
      );
      expect([node, wrong]).toEqual([node, []]);
      if (chain.nodes[0] === graph.root || far[chain.nodes[0]!]! <= 1) found++;
    }
    expect(found).toBeGreaterThan(50);
  });

  it('is none for what nobody holds', async () => {
    const graph = await graphOf({ root: ['a'], a: [], lost: ['other'], other: [] });
    const lost = [...Array(graph.nodeCount).keys()].find(
      (node) => graph.strings.get(graph.nodeNames[node]!) === 'lost',
    )!;
    expect(quickChain(graph, lost, () => false, { looks: 100 })).toBeUndefined();
  });
});

/** The dominator tree downwards, against the tree itself. */
import { expect, test } from 'vitest';
import { dominatedNodes } from '../../../src/analysis/sizes/dominated-nodes.js';
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

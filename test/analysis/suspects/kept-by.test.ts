import { expect, test } from 'vitest';
import { retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import { keptBy } from '../../../src/analysis/suspects/kept-by.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { snapshotBytes } from '../../support/builder.js';
import { random, randomGraph } from '../../support/random-graph.js';

test('random members and holders of random graphs: the same as retainedSet', { tags: 'slow' }, async () => {
  for (let seed = 0; seed < 300; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const next = random(seed);
    for (let i = 0; i < 10; i++) {
      const holder = Math.floor(next() * graph.nodeCount);
      const members = [...Array(graph.nodeCount).keys()].filter(
        (node) => next() < 0.3 && node !== graph.root,
      );
      for (const of of [members, [holder]]) {
        if (of.length === 0) continue;
        const found = keptBy(graph, {
          kind: 'gathering',
          verdict: 'large',
          members: of,
          holder,
          functions: [],
          word: '',
          places: 1,
          estimate: 0,
        });
        expect(found, `seed ${seed}`).toEqual(retainedSet(graph, of));
      }
    }
  }
});

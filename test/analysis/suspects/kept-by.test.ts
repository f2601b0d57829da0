import { expect, test } from 'vitest';
import { retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import type { Finding } from '../../../src/analysis/suspects/finding.js';
import { keptBy, keptByEach } from '../../../src/analysis/suspects/kept-by.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { snapshotBytes } from '../../support/builder.js';
import { random, randomGraph } from '../../support/random-graph.js';

test('random members and holders of random graphs: the same as retainedSet', { tags: 'slow' }, async () => {
  for (let seed = 0; seed < 300; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const next = random(seed);
    const findings: Finding[] = [];
    for (let i = 0; i < 10; i++) {
      const holder = Math.floor(next() * graph.nodeCount);
      const some = [...Array(graph.nodeCount).keys()].filter((node) => next() < 0.3 && node !== graph.root);
      for (const members of [some, [holder]]) {
        if (members.length === 0) continue;
        findings.push({
          kind: 'gathering',
          verdict: 'large',
          members,
          holder,
          functions: [],
          word: '',
          places: 1,
          estimate: 0,
        });
      }
    }
    const sets = findings.map(({ members }) => retainedSet(graph, members));
    expect(findings.map((finding) => keptBy(graph, finding))).toEqual(sets);
    expect(keptByEach(graph, findings), `seed ${seed}`).toEqual(sets);
  }
});

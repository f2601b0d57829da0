import { expect, test } from 'vitest';
import { leakingObjects } from '../../src/analysis/leaking-objects.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';

test('what V8 holds through arrays of its own leaks; what an object holds through them does not', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: ['(Strong root list)', 'window'],
      '(Strong root list)': { type: 'synthetic', edges: ['weak_refs', 'handle'] },
      weak_refs: { type: 'array', edges: [['internal', '0', 'slots']] },
      slots: { type: 'hidden', edges: [['internal', '0', 'onlyWeakly']] },
      window: ['map'],
      map: { edges: [['internal', 'table', 'table']] },
      table: { type: 'array', edges: [['internal', '0', 'inMap']] },
      handle: [],
      lost: [],
      inMap: [],
      onlyWeakly: [],
    }),
  );
  const found = leakingObjects(graph).map(({ node, heldBy }) => [
    graph.strings.get(graph.nodeNames[node]!),
    heldBy,
  ]);
  expect(found).toEqual([
    ['handle', '(Strong root list)'],
    ['lost', 'nothing'],
    ['onlyWeakly', '(Strong root list)'],
  ]);
});

import { expect, test } from 'vitest';
import { objectStates } from '../../../src/analysis/dead/object-states.js';
import { suspectSearch } from '../../../src/analysis/suspects/suspect-search.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** Reservoirs of one class, with so many samples each. */
function reservoirs(counts: readonly number[]): Promise<Graph> {
  const nodes: Record<string, NodeSpec> = {
    root: { id: 1, edges: ['app'] },
    app: { id: 3, name: 'Object', edges: counts.map((_, i) => ['property', `/r${i}`, `r${i}`]) },
  };
  let id = 5;
  for (const [i, count] of counts.entries()) {
    nodes[`r${i}`] = { id, name: 'Reservoir', edges: [['property', 'samples', `list${i}`]] };
    nodes[`list${i}`] = {
      id: id + 2,
      name: 'Array',
      edges: Array.from({ length: count }, (_, n) => ['element', n, `s${i}_${n}`] as const),
    };
    id += 4;
  }
  for (const [i, count] of counts.entries())
    for (let n = 0; n < count; n++) {
      nodes[`s${i}_${n}`] = { id: id + 1000, name: 'Sample', size: 1000 };
      id += 2;
    }
  return loadSnapshot(snapshotBytes(nodes), { locations: true });
}

const search = (graph: Graph, earlier: readonly Graph[] = []) =>
  suspectSearch(graph, { states: objectStates(graph, []), earlier, grown: undefined, minSize: 1000 }).entries;

test('places with one fingerprint are one entry, which says how many there are and what they keep', async () => {
  const entries = search(await reservoirs([40, 30, 30]));
  const prints = entries.map(({ fingerprint }) => fingerprint);
  expect(new Set(prints).size).toBe(prints.length);
  expect(entries.flatMap(({ evidence }) => evidence).join(' ')).toContain(
    '2 more places with this fingerprint keep 60.0 kB.',
  );
});

test('with earlier snapshots it is told how many of the members they have', async () => {
  const graph = await reservoirs([40]);
  const [entry] = search(graph, [await reservoirs([0]), await reservoirs([0])]);
  expect([entry?.count, entry?.counts, entry?.stayed]).toEqual([40, [40], [0, 0]]);
});

import { describe, expect, it } from 'vitest';
import { edgesOf } from '../../src/graph/graph.js';
import { retainersOf } from '../../src/graph/retainers.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { FIXTURES } from '../support/fixtures.js';

describe('retainersOf', () => {
  it('lists who refers to a node, in the order of the edges, one entry an edge', async () => {
    const graph = await loadSnapshot(
      snapshotBytes({ root: ['a', 'b', 'a'], a: ['b', 'a'], b: { edges: ['a', ['weak', 'w', 'c']] }, d: [] }),
    );
    const { firstRetainer, sources } = retainersOf(graph);
    const names = ['root', 'a', 'b', 'd', 'c'];
    const retainers = Object.fromEntries(
      names.map((name, node) => [
        name,
        [...sources.subarray(firstRetainer[node], firstRetainer[node + 1])].map((source) => names[source]),
      ]),
    );
    expect(retainers).toEqual({ root: [], a: ['root', 'root', 'a', 'b'], b: ['root', 'a'], c: ['b'], d: [] });
  });

  it('are none in a graph without edges, or without nodes', async () => {
    const graph = await loadSnapshot(snapshotBytes({ root: [], a: [] }));
    expect(retainersOf(graph)).toEqual({ firstRetainer: new Uint32Array(3), sources: new Uint32Array(0) });
  });

  it.each(FIXTURES)('are the edges the other way round: %s', async (name) => {
    const graph = await fixtureGraph(name);
    const { targets, count } = edgesOf(graph);
    const { firstRetainer, sources } = retainersOf(graph);
    expect(firstRetainer[0]).toBe(0);
    expect(firstRetainer[graph.nodeCount]).toBe(count);
    const next = firstRetainer.slice();
    for (let node = 0; node < graph.nodeCount; node++) {
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        if (sources[next[targets[edge]!]!++] !== node) throw new Error(`edge ${edge} is missing`);
      }
    }
    for (let node = 0; node < graph.nodeCount; node++) {
      if (next[node] !== firstRetainer[node + 1]) throw new Error(`node ${node} has too many retainers`);
    }
  });
});

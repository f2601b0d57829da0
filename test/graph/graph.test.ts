import { describe, expect, it } from 'vitest';
import { edgesOf, nodeWithId } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';

const bytes = snapshotBytes({ root: ['a', 'b'], a: { id: 4_294_967_295 }, b: { id: 0 } });

describe('edgesOf', () => {
  it('gives the edges, or says how to load them', async () => {
    const graph = await loadSnapshot(bytes);
    expect(edgesOf(graph)).toBe(graph.edges);
    const without = await loadSnapshot(bytes, { edges: false });
    expect(() => edgesOf(without)).toThrow(TypeError);
    expect(() => edgesOf(without)).toThrow('(memory) was loaded without edges; load it with { edges: true }');
  });
});

describe('nodeWithId', () => {
  it('finds ids from 0 to 4,294,967,295, and undefined for others', async () => {
    const graph = await loadSnapshot(bytes);
    expect(
      [1, 4_294_967_295, 0, 2, -1, 4_294_967_296, Number.NaN, 0.5].map((id) => nodeWithId(graph, id)),
    ).toEqual([0, 1, 2, undefined, undefined, undefined, undefined, undefined]);
  });
});

/** What a kernel computes is what TypeScript computes, value by value, however small the parts are in which it works. */
import { describe, expect, it } from 'vitest';
import { distanceSearch } from '../../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { accelerate, useGraph, withKernel } from '../../../src/graph/accelerated.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { createGraphKernel, runSteps } from '../../../src/graph/kernel/graph-kernel.js';
import { graphKernelModule } from '../../../src/graph/kernel/kernel-module.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { difference } from '../../load/compare.js';
import { snapshotBytes } from '../../support/builder.js';
import { COMPUTED, differences } from '../../support/computed.js';
import { FIXTURES, fixtureBytes } from '../../support/fixtures.js';
import { randomGraph } from '../../support/random-graph.js';
import { ruledGraph } from '../../support/ruled-graph.js';

/** Lets the kernel work in parts of so many numbers. */
function inParts(graph: Graph, part: number): Graph {
  withKernel(graph, ({ arena }) => {
    const kernel = createGraphKernel(graphKernelModule()!, arena.memory);
    runSteps(kernel, [useGraph(graph, arena)!]);
    accelerate(graph, {
      arena,
      isTight: false,
      kernel,
      run: (steps) => runSteps(kernel, steps, undefined, part),
    });
  });
  return graph;
}

async function bothOf(bytes: Uint8Array): Promise<readonly [Graph, Graph]> {
  const kernel = await loadSnapshot(bytes, { largeFrom: 0 });
  const plainly = await loadSnapshot(bytes, { largeFrom: Number.POSITIVE_INFINITY });
  expect(withKernel(kernel, () => true)).toBe(true);
  expect(withKernel(plainly, () => true)).toBeUndefined();
  expect(difference(kernel, plainly)).toBeUndefined();
  return [kernel, plainly];
}

const ORDERS: readonly (readonly string[])[] = [
  Object.keys(COMPUTED),
  ['typeStats', 'pageOwnedNodes', 'distances'],
  ['dominatorTree', 'distances', 'retainedSizesOfClasses'],
  ['dominatorTree', 'pageOwnedNodes', 'essentialEdges'],
];

describe('a kernel computes what TypeScript does', () => {
  it.each([
    ['plain', randomGraph, 300],
    ['ruled', ruledGraph, 600],
  ] as const)('of random graphs: %s', { tags: 'slow' }, async (_, specOf, count) => {
    const wrong: unknown[] = [];
    let pairs = 0;
    let unreached = 0;
    for (let seed = 0; seed < count; seed++) {
      const bytes = snapshotBytes(specOf(seed));
      if ((await loadSnapshot(bytes)).edges?.count === 0) continue; // the head does not say how many
      const [kernel, plainly] = await bothOf(bytes);
      const graph = inParts(kernel, [1, 2, 3, 1000][seed % 4]!);
      const differing = differences(graph, plainly, ORDERS[seed % ORDERS.length]!);
      if (differing.length > 0) wrong.push({ seed, differing });
      pairs += distanceSearch(graph).withheld.length;
      unreached += graph.nodeCount - dominatorTree(graph).searched;
    }
    expect(wrong).toEqual([]);
    expect(unreached).toBeGreaterThan(10);
    if (specOf === ruledGraph) expect(pairs).toBeGreaterThan(100);
  });

  it.each(FIXTURES)('of %s', { tags: 'slow' }, async (name) => {
    const [kernel, plainly] = await bothOf(fixtureBytes(name));
    expect(differences(kernel, plainly, Object.keys(COMPUTED))).toEqual([]);
    const [again, other] = await bothOf(fixtureBytes(name));
    expect(differences(inParts(again, 997), other, ['typeStats', 'dominatorTree', 'distances'])).toEqual([]);
  });

  it('of one node, of nodes that nothing leads to, of a long list', { tags: 'slow' }, async () => {
    const list = Object.fromEntries(
      Array.from({ length: 2e4 }, (_, i): [string, string[]] => [`n${i}`, i < 19_999 ? [`n${i + 1}`] : []]),
    );
    for (const spec of [{ root: ['root'] }, { root: ['a'], a: [], b: [] }, list]) {
      const [kernel, plainly] = await bothOf(snapshotBytes(spec));
      expect(differences(kernel, plainly, Object.keys(COMPUTED))).toEqual([]);
    }
  });
});

/** A graph in whose memory there is room for dominators and what they are computed from. */
async function tightOf(bytes: Uint8Array, plainly: Graph, threads: number): Promise<Graph> {
  const { nodeCount } = plainly;
  const arenaLimit = 42 * nodeCount + 7 * edgesOf(plainly).count;
  const graph = await loadSnapshot(bytes, { largeFrom: 0, arenaLimit, threads });
  expect(withKernel(graph, ({ isTight }) => isTight)).toBe(true);
  expect(difference(graph, plainly)).toBeUndefined();
  return graph;
}

describe('a kernel computes what TypeScript does where only the columns for dominators fit', () => {
  it.each([1, 2])('of random graphs, threads: %s', { tags: 'slow' }, async (threads) => {
    const wrong: unknown[] = [];
    for (let seed = 0; seed < 60; seed++) {
      const bytes = snapshotBytes((seed % 2 === 0 ? randomGraph : ruledGraph)(seed));
      const plainly = await loadSnapshot(bytes, { largeFrom: Number.POSITIVE_INFINITY });
      if (edgesOf(plainly).count === 0) continue;
      const graph = await tightOf(bytes, plainly, threads);
      const differing = differences(graph, plainly, ORDERS[seed % ORDERS.length]!);
      if (differing.length > 0) wrong.push({ seed, differing });
    }
    expect(wrong).toEqual([]);
  });

  it('of a fixture; the others stand in memory of their own', { tags: 'slow' }, async () => {
    const bytes = fixtureBytes('node26-after');
    const plainly = await loadSnapshot(bytes, { largeFrom: Number.POSITIVE_INFINITY });
    const graph = await tightOf(bytes, plainly, 2);
    const { types, targets, names } = edgesOf(graph);
    const [first, ...together] = [graph.firstEdge, types, targets].map(({ buffer }) => buffer);
    expect(together.every((buffer) => buffer === first)).toBe(true);
    for (const { buffer } of [names, graph.nodeTypes, graph.nodeNames, graph.ids, graph.selfSizes]) {
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(buffer).not.toBe(first);
    }
    expect(differences(graph, plainly, Object.keys(COMPUTED))).toEqual([]);
  });

  it('and in TypeScript where these do not fit either', async () => {
    const bytes = fixtureBytes('node22-after');
    const { nodeCount, edges } = await loadSnapshot(bytes);
    const arenaLimit = 42 * nodeCount + 7 * edges!.count - 1;
    const graph = await loadSnapshot(bytes, { largeFrom: 0, arenaLimit });
    expect(withKernel(graph, () => true)).toBeUndefined();
  });
});

describe('a graph is worked on in TypeScript', () => {
  it('when it is small, has no edges, or was asked for in other memory', async () => {
    const bytes = fixtureBytes('node22-after');
    for (const options of [{}, { largeFrom: 0, edges: false }, { largeFrom: 0, buffers: ArrayBuffer }]) {
      const graph = await loadSnapshot(bytes, options);
      expect(withKernel(graph, () => true)).toBeUndefined();
      expect(graph.nodeTypes.buffer).toBeInstanceOf(
        'edges' in options || !('largeFrom' in options) || 'buffers' in options
          ? ArrayBuffer
          : SharedArrayBuffer,
      );
    }
  });

  it('when there is no room for what a kernel needs', async () => {
    const [kernel, plainly] = await bothOf(snapshotBytes(ruledGraph(5)));
    withKernel(kernel, (accelerated) =>
      accelerate(kernel, {
        ...accelerated,
        run() {
          throw new RangeError('no room');
        },
      }),
    );
    expect(differences(kernel, plainly, Object.keys(COMPUTED))).toEqual([]);
  });

  it('when its sizes or ids are too wide for the memory of the others', async () => {
    const [kernel, plainly] = await bothOf(
      snapshotBytes({ root: ['a'], a: { size: 5e9, edges: ['b'] }, b: { id: 2 ** 40 + 1 } }),
    );
    expect(kernel.selfSizes).toBeInstanceOf(Float64Array);
    expect(edgesOf(kernel).types.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(differences(kernel, plainly, Object.keys(COMPUTED))).toEqual([]);
  });
});

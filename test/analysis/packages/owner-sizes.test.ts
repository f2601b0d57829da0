import { describe, expect, test } from 'vitest';
import { type OwnedHeap, ownerSizes } from '../../../src/analysis/packages/owner-sizes.js';
import { essentialEdges } from '../../../src/analysis/sizes/essential-edges.js';
import { retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { edgesOf } from '../../../src/graph/graph.js';
import { FIRST_PACKAGE, OWNER } from '../../../src/v8/made-by.js';
import { graphOf } from '../../support/builder.js';
import { random, randomGraph } from '../../support/random-graph.js';

const NAMES = ['p', 'q', 'r', 's'];

function heapOf(graph: Graph, of: Uint16Array): OwnedHeap {
  return ownerSizes(graph, { names: NAMES, of, sources: new Set(), merged: 0 });
}

/** Exclusive, retained and shared bytes by owner, of those that have any. */
function sizesOf(heap: OwnedHeap): Record<string, readonly number[]> {
  return Object.fromEntries(
    heap.owners
      .map(({ kind, name, exclusiveSize, retainedSize, sharedSize }) => {
        return [kind === 'package' ? name : kind, [exclusiveSize, retainedSize, sharedSize]] as const;
      })
      .filter(([, sizes]) => sizes.some((size) => size > 0)),
  );
}

/** Owners of the named nodes of a graph by their names: `p.cache` is p's. */
function byName(graph: Graph): Uint16Array {
  return Uint16Array.from(graph.nodeNames, (name) => {
    const owner = graph.strings.get(name).split('.')[0]!;
    if (owner === 'app') return OWNER.app;
    if (owner === 'node') return OWNER.runtime;
    return NAMES.includes(owner) ? FIRST_PACKAGE + NAMES.indexOf(owner) : 0;
  });
}

async function sizes(spec: Parameters<typeof graphOf>[0]) {
  const graph = await graphOf(spec);
  return sizesOf(heapOf(graph, byName(graph)));
}

describe('ownerSizes', () => {
  test('what one package holds is its own, what two hold is shared, each byte counts once', async () => {
    expect(
      await sizes({
        root: ['node.cache', 'map'],
        'node.cache': { size: 10, edges: ['p.module', 'q.module'] },
        map: { size: 5 },
        'p.module': { size: 20, edges: ['mine', 'ours', 'map'] },
        'q.module': { size: 30, edges: ['ours'] },
        mine: { size: 100 },
        ours: { size: 1000 },
      }),
    ).toEqual({
      p: [120, 120, 1000],
      q: [30, 30, 1000],
      runtime: [10, 10, 0],
      engine: [5, 5, 0],
      shared: [1000, 1000, 0],
    });
  });

  test('several objects of a package hold what none of them holds alone', async () => {
    expect(
      await sizes({ root: ['p.a', 'p.b'], 'p.a': ['data'], 'p.b': ['data'], data: { size: 500 } }),
    ).toEqual({ p: [532, 532, 0] });
  });

  test('a package in a package: bytes count for the inner one, and both would free them', async () => {
    expect(
      await sizes({
        root: ['app.main'],
        'app.main': { size: 1, edges: ['p.client'] },
        'p.client': { size: 10, edges: ['q.cache'] },
        'q.cache': { size: 100, edges: ['entries'] },
        entries: { size: 1000, edges: ['p.value'] },
        'p.value': { size: 10_000 },
      }),
    ).toEqual({
      p: [10_010, 11_110, 0],
      q: [1100, 11_100, 0],
      app: [1, 11_111, 0],
    });
  });

  test('what the runtime made for a package is of the package, what stays without it is not', async () => {
    expect(
      await sizes({
        root: ['node.loop'],
        'node.loop': { size: 1, edges: ['node.timer', 'p.server'] },
        'node.timer': { size: 10 },
        'p.server': { size: 100, edges: ['node.socket'] },
        'node.socket': { size: 1000 },
      }),
    ).toEqual({ p: [1100, 1100, 0], runtime: [11, 11, 0] });
  });

  test('nodes that nobody holds stay where they are', async () => {
    expect(
      await sizes({
        root: { edges: ['p.a'] },
        'p.a': { size: 1 },
        'p.loose': { size: 10, edges: ['below'] },
        below: { size: 100 },
        'q.cycle': { size: 1000, edges: ['other'] },
        other: { size: 10_000, edges: ['q.cycle'] },
      }),
    ).toEqual({ p: [111, 111, 0], q: [1000, 1000, 0], engine: [10_000, 10_000, 0] });
  });

  test('without owners all is of the engine', async () => {
    expect(await sizes({ root: ['a'], a: { size: 7 } })).toEqual({ engine: [7, 7, 0] });
  });

  test('a mask counts some nodes, held as they are', async () => {
    const graph = await graphOf({ root: ['p.a'], 'p.a': { size: 1, edges: ['x'] }, x: { size: 10 } });
    const mask = Uint8Array.from(graph.nodeNames, (name) => (graph.strings.get(name) === 'x' ? 1 : 0));
    const made = { names: NAMES, of: byName(graph), sources: new Set<number>(), merged: 0 };
    const heap = ownerSizes(graph, made, mask);
    expect([sizesOf(heap), heap.totalSize]).toEqual([{ p: [10, 10, 0] }, 10]);
  });
});

/** The same by definition: one search for each owner, and all ways walked backwards. */
function naive(graph: Graph, of: Uint16Array): Record<string, readonly number[]> {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const sizes = shallowSizes(graph);
  const nodes = Array.from({ length: nodeCount }, (_, node) => node);
  const freedBy = (is: (owner: number) => boolean): Set<number> =>
    new Set(
      retainedSet(
        graph,
        nodes.filter((node) => is(of[node]!)),
      ).nodes,
    );
  const program = freedBy((owner) => owner >= OWNER.app);
  const owned = freedBy((owner) => owner >= OWNER.runtime);
  const owners = [OWNER.app, ...NAMES.map((_, i) => FIRST_PACKAGE + i)];
  const freed = new Map(owners.map((owner) => [owner, freedBy((other) => other === owner)]));
  const sourcesOf = (node: number): number[] =>
    nodes.filter((source) => {
      for (let edge = firstEdge[source]!; edge < firstEdge[source + 1]!; edge++)
        if (targets[edge] === node && essential[edge] === 1) return true;
      return false;
    });
  const isLoose = (node: number): boolean => {
    // Nothing but nodes of cycles that nobody holds leads to it.
    const seen = new Set([node]);
    for (const each of seen) {
      if (each === graph.root) return false;
      const sources = sourcesOf(each);
      if (sources.length === 0) return false;
      for (const source of sources) seen.add(source);
    }
    return true;
  };
  const lastOwners = (node: number): Set<number> => {
    const found = new Set<number>();
    const seen = new Set([node]);
    for (const each of seen) {
      if (of[each]! >= OWNER.app) found.add(of[each]!);
      else for (const source of sourcesOf(each)) if (!isLoose(source)) seen.add(source);
    }
    return found;
  };
  const rows = new Map<string, [number, number, number]>();
  const rowOf = (owner: number | string) => {
    const key =
      typeof owner === 'string'
        ? owner
        : owner >= FIRST_PACKAGE
          ? NAMES[owner - FIRST_PACKAGE]!
          : owner === OWNER.app
            ? 'app'
            : owner === OWNER.runtime
              ? 'runtime'
              : 'engine';
    if (!rows.has(key)) rows.set(key, [0, 0, 0]);
    return rows.get(key)!;
  };
  for (const node of nodes) {
    const size = sizes[node]!;
    if (isLoose(node)) {
      const row = rowOf(of[node]!);
      row[0] += size;
      row[1] += size;
      continue;
    }
    if (!program.has(node)) {
      const row = rowOf(owned.has(node) ? OWNER.runtime : OWNER.engine);
      row[0] += size;
      row[1] += size;
      continue;
    }
    const by = owners.filter((owner) => freed.get(owner)!.has(node));
    for (const owner of by) rowOf(owner)[1] += size;
    const last = [...lastOwners(node)];
    if (by.length === 1) rowOf(by[0]!)[0] += size;
    else if (by.length > 1 && last.length === 1) rowOf(last[0]!)[0] += size;
    else {
      rowOf('shared')[0] += size;
      rowOf('shared')[1] += size;
      for (const owner of last) rowOf(owner)[2] += size;
    }
  }
  return Object.fromEntries(rows);
}

test('random graphs: the sizes are those of one search for each owner, and add up', {
  tags: 'slow',
}, async () => {
  for (let seed = 1; seed <= 1000; seed++) {
    const graph = await graphOf(randomGraph(seed));
    const next = random(seed * 7);
    const of = Uint16Array.from({ length: graph.nodeCount }, () =>
      next() < 0.5 ? 0 : 1 + Math.floor(next() * 6),
    );
    of[graph.root] = 0;
    const heap = heapOf(graph, of);
    const expected = naive(graph, of);
    const got = sizesOf(heap);
    for (const [key, row] of Object.entries(expected))
      if (row.every((size) => size === 0)) delete expected[key];
    expect(got, `seed ${seed}`).toEqual(expected);
    const sum = heap.owners.reduce((bytes, { exclusiveSize }) => bytes + exclusiveSize, 0);
    const total = shallowSizes(graph).reduce((bytes, size) => bytes + size, 0);
    if (sum !== total || heap.totalSize !== total) expect([seed, sum]).toEqual([seed, total]);
  }
});

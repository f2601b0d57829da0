/** Few edges among all, by a kernel and without: those of a plain loop, in the order of the file. */
import { describe, expect, it } from 'vitest';
import { withKernel } from '../../src/graph/accelerated.js';
import { eachAlikeEdge } from '../../src/graph/alike-edges.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { eachNamedEdge } from '../../src/graph/named-edges.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';
import { fixtureBytes } from '../support/fixtures.js';
import { randomGraph } from '../support/random-graph.js';

type Pair = readonly [source: number, edge: number];

/** All edges of a graph that a test accepts. */
function naive({ nodeCount, firstEdge }: Graph, isOne: (source: number, edge: number) => boolean): Pair[] {
  const found: Pair[] = [];
  for (let node = 0; node < nodeCount; node++)
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++)
      if (isOne(node, edge)) found.push([node, edge]);
  return found;
}

function alikeOf(graph: Graph, type: number, marks: Uint8Array): Pair[] {
  const found: Pair[] = [];
  eachAlikeEdge(graph, { type, mark: (zeros) => zeros.set(marks) }, (source, edge) =>
    found.push([source, edge]),
  );
  return found;
}

function namedOf(graph: Graph, marks: Uint8Array): Pair[] {
  const found: Pair[] = [];
  eachNamedEdge(graph, marks, (source, edge) => found.push([source, edge]));
  return found;
}

/** Pseudorandom marks: few kinds, and some zeros. */
function marksOf(length: number, kinds: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2654435761 + seed) >>> 13) % kinds);
}

function check(graph: Graph, seed: number): number {
  const { types, targets, names } = edgesOf(graph);
  const byNode = marksOf(graph.nodeCount, 4, seed);
  let sum = 0;
  for (const type of [0, 2, 3]) {
    const wanted = naive(
      graph,
      (source, edge) =>
        types[edge] === type && byNode[source] !== 0 && byNode[source] === byNode[targets[edge]!],
    );
    expect(alikeOf(graph, type, byNode)).toEqual(wanted);
    sum += wanted.length;
  }
  const byName = marksOf(graph.strings.length, 3, seed);
  const wanted = naive(graph, (_, edge) => (byName[names[edge]!] ?? 0) !== 0);
  expect(namedOf(graph, byName)).toEqual(wanted);
  return sum + wanted.length;
}

describe.each([
  ['by a kernel', 0],
  ['without', Number.POSITIVE_INFINITY],
])('edges between marked nodes and edges with marked names, %s', (_, largeFrom) => {
  it('of random graphs', async () => {
    let sum = 0;
    for (let seed = 0; seed < 40; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)), { largeFrom });
      if ((graph.edges?.count ?? 0) > 0) sum += check(graph, seed);
    }
    expect(sum).toBeGreaterThan(100);
  });

  it('of a heap of Node.js, in several parts', { tags: 'slow' }, async () => {
    const graph = await loadSnapshot(fixtureBytes('node26-after'), { largeFrom });
    expect(withKernel(graph, () => true)).toBe(largeFrom === 0 ? true : undefined);
    expect(graph.edges!.count).toBeGreaterThan(2 ** 17); // more than one part
    expect(check(graph, 7)).toBeGreaterThan(1000);
  });
});

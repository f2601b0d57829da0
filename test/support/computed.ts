/** What is computed of a graph with kernels and on two threads, to compare it with what TypeScript computes on one. */
import { createHash } from 'node:crypto';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { leadingTo } from '../../src/analysis/cuts/leading.js';
import { reachedFromRoot } from '../../src/analysis/cuts/reach.js';
import { holderChains, searchHolders } from '../../src/analysis/holders/holder-chains.js';
import { Ahead } from '../../src/analysis/sizes/ahead.js';
import { distanceSearch } from '../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { essentialEdges, pageOwnedNodes } from '../../src/analysis/sizes/essential-edges.js';
import { retainedSetSizes, retainedSets } from '../../src/analysis/sizes/retained-set.js';
import { retainedSizes, retainedSizesOfClasses } from '../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../src/analysis/sizes/shallow-sizes.js';
import { withKernel } from '../../src/graph/accelerated.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { retainersOf } from '../../src/graph/retainers.js';

export const COMPUTED: Readonly<Record<string, (graph: Graph) => unknown>> = {
  shallowSizes,
  distances: distanceSearch,
  pageOwnedNodes,
  dominatorTree,
  retainedSizes,
  retainedSizesOfClasses: (graph) => retainedSizesOfClasses(graph),
  retainersOf,
  essentialEdges,
  retainedSets: (graph) => retainedSets(graph, setsOf(graph)),
  retainedSetSizes: (graph) => retainedSetSizes(graph, setsOf(graph)),
  ahead,
  holderChains,
  holdersAround: (graph) =>
    searchHolders(graph, {
      isLeaf: (node) => node % 5 === 3,
      isLast: (node) => node % 7 === 2,
      skips: (edge, source) => source % 3 === 1 && edge % 4 === 0,
      maySkip: (node) => node % 3 === 1,
      isNoRoot: (node) => node % 11 === 5,
    }),
  reachedFromRoot: (graph) => [
    reachedFromRoot(graph),
    reachedFromRoot(graph, { fixedOnly: true }),
    reachedFromRoot(graph, { around: Uint8Array.from(graph.nodeTypes, (_, node) => Number(node % 5 === 3)) }),
    reachedFromRoot(graph, { without: new Set([0, 3, 4, 11].filter((edge) => edge < edgesOf(graph).count)) }),
    reachedFromRoot(graph),
  ],
  leadingTo: (graph) =>
    leadingTo(
      graph,
      columnOf(graph, edgesOf(graph).count, (edge) => edge % 3 !== 1),
      columnOf(graph, graph.nodeCount, (node) => node % 4 === 2),
      columnOf(graph, graph.nodeCount, (node) => node % 6 === 1 || node % 8 === 2),
    ),
  typeStats: (graph) => typeStats(graph, { by: 'retained', retained: true }),
};

/** A byte each, in the arena where the graph stands in one. */
function columnOf(graph: Graph, length: number, test: (i: number) => boolean): Uint8Array {
  const column = withKernel(graph, ({ arena }) => arena.take(Uint8Array, length)) ?? new Uint8Array(length);
  for (let i = 0; i < length; i++) column[i] = test(i) ? 1 : 0;
  return column;
}

/** More sets than a search takes: small and large ones, that overlap, one with the root. */
function setsOf({ nodeCount, root }: Graph): number[][] {
  const every = (step: number, first: number): number[] =>
    Array.from({ length: nodeCount }, (_, node) => node).filter(
      (node) => node % step === first % step && node !== root,
    );
  return [[], [root], ...Array.from({ length: 8 }, (_, i) => every(2 + i * 3, i)), every(nodeCount, 3)];
}

/** What the second thread does while the first one goes on. */
function ahead(graph: Graph): unknown {
  const work = new Ahead(graph);
  try {
    work.page();
    work.retainers();
    work.sizes();
    work.dominators();
    return [retainersOf(graph), shallowSizes(graph)];
  } finally {
    work.end();
  }
}

/** Columns as digests of their type and bytes: they may stand in other memory, and are long. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name} ${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** The names of what differs, computed in this order. */
export function differences(one: Graph, other: Graph, names: readonly string[]): string[] {
  return names.filter(
    (name) => JSON.stringify(plain(COMPUTED[name]!(one))) !== JSON.stringify(plain(COMPUTED[name]!(other))),
  );
}

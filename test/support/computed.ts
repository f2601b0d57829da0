/** What is computed of a graph with kernels and on two threads, to compare it with what TypeScript computes on one. */
import { createHash } from 'node:crypto';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { arcsOf } from '../../src/analysis/cuts/arcs.js';
import { cutOf } from '../../src/analysis/cuts/cut.js';
import { type LeadingSearch, leadingSearch } from '../../src/analysis/cuts/leading.js';
import { GOAL, type LevelSearch, levelSearch, STOP } from '../../src/analysis/cuts/levels.js';
import { reachedAround, reachedFromRoot } from '../../src/analysis/cuts/reach.js';
import { referencesOf } from '../../src/analysis/cuts/references.js';
import { holderChains, searchHolders } from '../../src/analysis/holders/holder-chains.js';
import { Ahead } from '../../src/analysis/sizes/ahead.js';
import { distanceSearch } from '../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { essentialEdges, pageOwnedNodes } from '../../src/analysis/sizes/essential-edges.js';
import { retainedSetSizes, retainedSets } from '../../src/analysis/sizes/retained-set.js';
import { retainedSizes, retainedSizesOfClasses } from '../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../src/graph/graph.js';
import { retainersOf, retainingEdges } from '../../src/graph/retainers.js';

export const COMPUTED: Readonly<Record<string, (graph: Graph) => unknown>> = {
  shallowSizes,
  distances: distanceSearch,
  pageOwnedNodes,
  dominatorTree,
  retainedSizes,
  retainedSizesOfClasses: (graph) => retainedSizesOfClasses(graph),
  retainersOf,
  retainingEdges,
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
    reachedFromRoot(graph, new Set([0, 3, 4, 11].filter((edge) => edge < edgesOf(graph).count))),
    reachedFromRoot(graph),
  ],
  reachedAround: (graph) => {
    const { all, fixed, around } = reachedAround(graph, everyFifth(graph));
    return [all, fixed, around];
  },
  arcs: (graph) => {
    const { all, fixed, around } = reachedAround(graph, everyFifth(graph));
    const arcs = arcsOf(graph, around, fixed);
    const { isArc, firstSource, sources } = arcs;
    const levels = levelSearch(graph, isArc);
    const leading = leadingSearch(graph, arcs);
    try {
      const count = firstSource[graph.nodeCount]!;
      return [
        all,
        isArc.slice(),
        firstSource.slice(),
        sources.slice(0, count),
        levelsOf(graph, levels),
        leadingOf(graph, leading),
      ];
    } finally {
      leading.release();
      levels.release();
      arcs.release();
    }
  },
  referencesOf,
  cutOf: (graph) => [cutOf(graph, everyFifth(graph)), cutOf(graph, everyFifth(graph), { nearest: 'roots' })],
  typeStats: (graph) => typeStats(graph, { by: 'retained', retained: true }),
};

function everyFifth({ nodeTypes }: Graph): Uint8Array {
  return Uint8Array.from(nodeTypes, (_, node) => Number(node % 5 === 3));
}

/** A search from the root, that stops at some nodes and meets some goals. */
function levelsOf(graph: Graph, { levels, flags, queue, goOn }: LevelSearch): unknown {
  const { nodeCount, root } = graph;
  if (nodeCount === 0) return [];
  for (let node = 0; node < nodeCount; node++)
    flags[node] = node % 7 === 4 ? STOP : node % 11 === 6 ? GOAL : 0;
  levels[root] = 1;
  queue[0] = root;
  const states: unknown[] = [];
  for (let state = { head: 0, tail: 1, goal: 0 }; ; ) {
    state = goOn(state);
    states.push(state);
    const { head, tail, goal } = state;
    if (head === tail || levels[queue[head]!] === goal) break;
  }
  return [states, levels.slice()];
}

function leadingOf({ nodeCount }: Graph, { leading, stack, goOn }: LeadingSearch): unknown {
  for (const rest of [1, 3]) {
    let waiting = 0;
    for (let node = 0; node < nodeCount; node++) {
      if (node % 6 !== rest || leading[node] === 1) continue;
      leading[node] = 1;
      stack[waiting++] = node;
    }
    goOn(waiting);
  }
  return leading.slice();
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

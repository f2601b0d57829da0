/** `dominatorTree` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { globalOf, type Step } from '../../graph/kernel/graph-kernel.js';
import type { DominatorTree } from './dominators.js';

/** What the tree depends on, beside the types of the edges. */
export interface Limits {
  /** By node: 1 where a page owns it. */
  readonly owned: Uint8Array;
  /** Edges that are not essential though their type is, ascending. */
  readonly lost: ArrayLike<number>;
  /** The nodes that they come from. */
  readonly losers: Iterable<number>;
}

/** As assembly.ts has it. */
const LOSES = 2;

/** The work in two parts: after the first it is known how many edges lead to an earlier node. */
interface Plan {
  readonly scratch: Scratch;
  readonly numbering: readonly Step[];
  /** In: the address of room for one number for each of these edges. */
  readonly rest: (sources: number) => readonly Step[];
  readonly tree: (reached: number, searched: number) => DominatorTree;
}

/** - Throws: RangeError when there is no memory for it. */
function planOf(graph: Graph, { arena }: Accelerated, { owned, lost, losers }: Limits): Plan {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  const at = (view: Parameters<Scratch['at']>[0]): number => scratch.at(view);
  try {
    const holds = scratch.take(Uint8Array, nodeCount, true);
    holds.set(owned);
    for (const node of losers) holds[node]! |= LOSES;
    const lostEdges = scratch.take(Uint32Array, lost.length, true);
    lostEdges.set(lost);
    const vertices = scratch.take(Uint32Array, nodeCount + 1, true);
    const parents = scratch.take(Uint32Array, nodeCount + 1, true);
    const least = scratch.take(Uint32Array, nodeCount + 1, true);
    const slots = scratch.take(Uint32Array, 2 * nodeCount + 2);
    const stack = scratch.take(Uint32Array, nodeCount + 1, true);
    const nextEdges = scratch.take(Uint32Array, nodeCount + 1, true);
    const held = scratch.take(Uint8Array, nodeCount);
    const batch = at(scratch.take(Uint32Array, 64, true));
    const lists = [holds, lostEdges].map(at) as [number, number];
    const columns = [slots, vertices, parents, least, stack, nextEdges].map(at);
    // What is done with by then gives its room to what comes after it.
    const [ends, links, path, dominators] = [nextEdges, slots, stack, parents].map(at) as [
      number,
      number,
      number,
      number,
    ];
    return {
      scratch,
      numbering: [
        { call: 'startNumbers', args: [...lists, lost.length, ...columns] },
        { call: 'enter', args: [graph.root, 0] },
        { until: 'number' },
        { call: 'startLoose', args: [at(held)] },
        { each: 'markHeld', from: 0, to: nodeCount, args: [] },
        { until: 'numberLoose' },
        { call: 'numberRest', args: [] },
      ],
      rest: (sources) => [
        { each: 'placeSources', from: 1, to: 'behindSearched', args: [ends] },
        { each: 'collectSources', from: 1, to: 'behindSearched', args: [sources, batch] },
        { each: 'startLinks', from: 0, to: 'behindSearched', args: [links] },
        { each: 'findSemidominators', from: 'searched', to: 1, args: [ends, sources, links, path] },
        { each: 'findDominators', from: 2, to: 'behindSearched', args: [] },
        { each: 'nameDominators', from: 1, to: nodeCount + 1, args: ['searched', dominators] },
      ],
      tree(reached, searched) {
        scratch.keep(parents);
        scratch.keep(vertices);
        scratch.release();
        return {
          dominators: parents.subarray(0, nodeCount),
          order: vertices.subarray(1),
          reached,
          searched,
        };
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

/**
 * The tree.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 30 bytes a node and 4 an edge that leads to a node before its own, while it runs.
 */
export function acceleratedDominators(graph: Graph, accelerated: Accelerated, limits: Limits): DominatorTree {
  const { kernel, run } = accelerated;
  const { scratch, numbering, rest, tree } = planOf(graph, accelerated, limits);
  try {
    run(numbering);
    const sources = scratch.take(Uint32Array, globalOf(kernel, 'laterCount'), true);
    run(rest(scratch.at(sources)));
    return tree(globalOf(kernel, 'reached'), globalOf(kernel, 'searched'));
  } catch (error) {
    scratch.release();
    throw error;
  }
}

/**
 * What computes the tree in one go, in any thread.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: addresses for a number an edge; memory as `acceleratedDominators`.
 */
export function dominatorStage(graph: Graph, accelerated: Accelerated, limits: Limits): Stage<DominatorTree> {
  const { scratch, numbering, rest, tree } = planOf(graph, accelerated, limits);
  try {
    const sources = scratch.take(Uint32Array, edgesOf(graph).count, true);
    return {
      steps: [...numbering, ...rest(scratch.at(sources))],
      reads: ['reached', 'searched'],
      finish: (values) => tree(values[0]!, values[1]!),
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

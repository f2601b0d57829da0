/** The loop of `searchHolders` by a kernel. */
import { withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import type { Graph } from '../../graph/graph.js';
import { essentialEdges } from '../sizes/essential-edges.js';

/** Marks of nodes: it was found. */
export const FOUND = 1;
/** The search does not simply go on from it. */
export const ASIDE = 2;
/** Its edges have rules of their own. */
export const STOPS = 4;
/** They have while the search is among the program's own. */
export const STOPS_FIRST = 8;

/** What a search writes to. By node, or with room for all nodes. */
export interface HolderColumns {
  readonly parents: Uint32Array;
  readonly edges: Uint32Array;
  readonly depths: Uint32Array;
  readonly marks: Uint8Array;
  readonly queue: Uint32Array;
  readonly aside: Uint32Array;
  /** Absent: all is done in TypeScript. */
  readonly kernel?: HolderKernel;
  /** Gives back what is not a part of the answer. */
  release(): void;
}

/** Where a search stands. */
export interface HolderPlace {
  /** The place in the queue of the next node. */
  readonly head: number;
  /** The end of the queue. */
  readonly tail: number;
  /** How many were put aside. */
  readonly waiting: number;
}

/** Goes on up to a node with one of these marks, or to the end of the queue. */
export type HolderKernel = (place: HolderPlace, stops: number) => HolderPlace;

/** Numbers behind the four of the place that the kernel works with. */
const BATCHES = 64;

/**
 * Columns for a search. A kernel works on them where `essentialEdges` are known: to compute them
 * for one search alone takes more time than it saves, and a byte an edge.
 *
 * - Out: zeros.
 */
export function holderColumns(graph: Graph): HolderColumns {
  return acceleratedColumns(graph) ?? plainColumns(graph);
}

function plainColumns({ nodeCount }: Graph): HolderColumns {
  return {
    parents: new Uint32Array(nodeCount),
    edges: new Uint32Array(nodeCount),
    depths: new Uint32Array(nodeCount),
    marks: new Uint8Array(nodeCount),
    queue: new Uint32Array(nodeCount),
    aside: new Uint32Array(nodeCount),
    release() {},
  };
}

/** Undefined without a kernel, and without memory for it. */
function acceleratedColumns(graph: Graph): HolderColumns | undefined {
  const essential = essentialEdges.known(graph);
  if (essential === undefined) return undefined;
  return withKernel(graph, ({ arena, run }) => {
    const { nodeCount } = graph;
    const scratch = new Scratch(arena);
    try {
      if (arena.addressOf(essential) === undefined) return undefined;
      const parents = scratch.take(Uint32Array, nodeCount, true);
      const edges = scratch.take(Uint32Array, nodeCount);
      const depths = scratch.take(Uint32Array, nodeCount);
      const marks = scratch.take(Uint8Array, nodeCount);
      const queue = scratch.take(Uint32Array, nodeCount, true);
      const aside = scratch.take(Uint32Array, nodeCount, true);
      const state = scratch.take(Uint32Array, 4 + BATCHES);
      const args = [essential, marks, parents, edges, depths, queue, aside, state].map((view) =>
        scratch.at(view),
      );
      run([{ call: 'startHolders', args }]);
      const steps = [{ until: 'searchHolders' }] as const;
      const kernel: HolderKernel = ({ head, tail, waiting }, stops) => {
        state[0] = head;
        state[1] = tail;
        state[2] = waiting;
        state[3] = stops;
        run(steps);
        return { head: state[0]!, tail: state[1]!, waiting: state[2]! };
      };
      for (const view of [parents, edges, depths]) scratch.keep(view);
      return { parents, edges, depths, marks, queue, aside, kernel, release: () => scratch.release() };
    } catch (error) {
      scratch.release();
      throw error;
    }
  });
}

/** A breadth-first search over arcs, that stops where it is asked to: the level of each node. */
import { withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { globalOf } from '../../graph/kernel/graph-kernel.js';

/** The search ends with the level of the first such node that it meets. */
export const GOAL = 1;
/** The search stops in front of such a node. */
export const STOP = 2;

/** Where a search stands. */
export interface LevelState {
  /** The next node in the queue, and behind the last one. */
  readonly head: number;
  readonly tail: number;
  /** The level of the goals that were met; 0: none was. */
  readonly goal: number;
}

export interface LevelSearch {
  /** By node its level, 0 where it was not found. */
  readonly levels: Uint32Array;
  /** By node GOAL and STOP. */
  readonly flags: Uint8Array;
  /** Room for all nodes, in the order in which they are found. */
  readonly queue: Uint32Array;
  /**
   * Goes on with the queue, also where its first node is one to stop at: until a later one is, or
   * it has the level of the goals, or none is left.
   */
  goOn(state: LevelState): LevelState;
  /** Gives the columns back. */
  release(): void;
}

/**
 * A search over arcs, which may change while it stands.
 *
 * - In: by edge 1 for an arc.
 * - Cost: 9 bytes a node. Each node's edges are read once.
 */
export function levelSearch(graph: Graph, isArc: Uint8Array): LevelSearch {
  return byKernel(graph, isArc) ?? plainly(graph, isArc);
}

function byKernel(graph: Graph, isArc: Uint8Array): LevelSearch | undefined {
  const { nodeCount } = graph;
  return withKernel(graph, ({ arena, run, kernel }) => {
    const scratch = new Scratch(arena);
    try {
      const levels = scratch.take(Uint32Array, nodeCount);
      const flags = scratch.take(Uint8Array, nodeCount);
      const queue = scratch.take(Uint32Array, nodeCount, true);
      const batch = scratch.take(Uint32Array, 64, true);
      const columns = [isArc, levels, flags, queue, batch].map((view) => scratch.at(view));
      // Where a kernel cannot, it says so at once.
      run([{ call: 'startLevels', args: columns }]);
      return {
        levels,
        flags,
        queue,
        goOn: ({ head, tail, goal }) => {
          run([
            { call: 'startLevels', args: columns },
            { call: 'goOnLevels', args: [head, tail, goal] },
            { until: 'searchLevels' },
          ]);
          const read = (name: string): number => globalOf(kernel, name);
          return { head: read('levelHead'), tail: read('levelTail'), goal: read('goalLevel') };
        },
        release: () => scratch.release(),
      };
    } catch (error) {
      scratch.release();
      throw error;
    }
  });
}

function plainly(graph: Graph, isArc: Uint8Array): LevelSearch {
  const { nodeCount, firstEdge } = graph;
  const { targets } = edgesOf(graph);
  const levels = new Uint32Array(nodeCount);
  const flags = new Uint8Array(nodeCount);
  const queue = new Uint32Array(nodeCount);
  const goOn = (state: LevelState): LevelState => {
    let { head, tail, goal } = state;
    for (; head < tail; head++) {
      const node = queue[head]!;
      const level = levels[node]!;
      if (level === goal || (head > state.head && (flags[node]! & STOP) !== 0)) break;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        if (isArc[edge] === 0) continue;
        const target = targets[edge]!;
        if (levels[target] !== 0) continue;
        levels[target] = level + 1;
        queue[tail++] = target;
        if ((flags[target]! & GOAL) !== 0) goal = level + 1;
      }
    }
    return { head, tail, goal };
  };
  return { levels, flags, queue, goOn, release() {} };
}

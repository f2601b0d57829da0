/** `dominatorTree` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { globalOf, type Step } from '../../graph/kernel/graph-kernel.js';
import type { DominatorTree } from './dominators.js';

/** What the tree depends on, beside the types of the edges. */
export interface Limits {
  /** Where the page begins. */
  readonly pageRoots: Iterable<number>;
  /** Edges that are not essential though their type is, ascending. */
  readonly lost: ArrayLike<number>;
  /** The nodes that they come from. */
  readonly losers: ArrayLike<number>;
}

/** A tree, and what was found out on the way to it. */
export interface NumberedTree {
  readonly tree: DominatorTree;
  /** What a page owns, by node: made when it is asked for. */
  readonly pageOwned: () => Uint8Array;
}

/** As assembly-numbering.ts has it. */
const OWNED = 1;
const LOSES = 2;
const STARTS = 4;

/** Two threads can do this together. */
interface Collecting {
  readonly steps: readonly Step[];
  /** For a second thread. In: globals of the kernel after the numbering. */
  readonly beside: (global: (name: string) => number) => readonly Step[];
  /** Whether all is done. */
  readonly isDone: (behindSearched: number) => boolean;
}

/** Nodes that a thread takes at once, as the kernel has it. */
const PART = 1 << 15;

/** The work in two parts: after the first it is known how many edges lead to an earlier node. */
interface Plan {
  readonly scratch: Scratch;
  readonly numbering: readonly Step[];
  /** Gives back what is not needed after it. */
  readonly afterNumbering: () => void;
  /** In: room for one number for each of these edges. */
  readonly collecting: (sources: Uint32Array) => Collecting;
  readonly rest: (sources: Uint32Array) => readonly Step[];
  readonly finish: (values: readonly number[]) => NumberedTree;
}

/** Globals that `finish` takes. */
const READS = ['reached', 'searched', 'pageLast', 'hasOwned'];

/** - Throws: RangeError when there is no memory for it. */
function planOf(graph: Graph, { arena }: Accelerated, { pageRoots, lost, losers }: Limits): Plan {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  const at = (view: Parameters<Scratch['at']>[0]): number => scratch.at(view);
  const listed = (list: ArrayLike<number>): number => {
    const column = scratch.take(Uint32Array, list.length, true);
    column.set(list);
    return at(column);
  };
  try {
    const holds = scratch.take(Uint8Array, nodeCount);
    for (const node of pageRoots) holds[node]! |= STARTS;
    for (let i = 0; i < losers.length; i++) holds[losers[i]!]! |= LOSES;
    const slots = scratch.take(Uint32Array, 2 * (nodeCount + 1));
    const vertices = scratch.take(Uint32Array, nodeCount + 1, true);
    const parents = scratch.take(Uint32Array, nodeCount + 1, true);
    const least = scratch.take(Uint32Array, nodeCount + 1, true);
    const held = scratch.take(Uint8Array, nodeCount);
    const lists = [lost, losers].map(listed);
    const batches = [0, 1].map(() => at(scratch.take(Uint32Array, 64, true)));
    const taken = scratch.take(Uint32Array, 2);
    // Behind all others: the room that it gives back is that of what comes next.
    const frames = scratch.take(Uint32Array, 4 * (nodeCount + 1), true);
    const columns = [vertices, parents, least, frames].map(at);
    const half = 4 * (nodeCount + 1);
    const numbers = at(slots);
    const counts = numbers + half;
    // What is done with by then gives its room to what comes after it.
    const ends = at(frames);
    const lasts = ends + half;
    const [links, path, dominators] = [numbers, lasts, at(parents)];
    const start: Step = {
      call: 'startNumbers',
      args: [numbers, at(holds), ...lists, lost.length, ...columns, counts],
    };
    const collect = (thread: number, sources: Uint32Array): readonly Step[] => [
      {
        call: 'startSources',
        args: [at(taken), thread === 0 ? counts : lasts, thread, at(sources), batches[thread]!],
      },
      { until: 'collectSources' },
    ];
    return {
      scratch,
      afterNumbering: () => scratch.shorten(frames, 2 * (nodeCount + 1)),
      numbering: [
        start,
        { each: 'findLeaves', from: 0, to: nodeCount, args: [] },
        { call: 'markLosers', args: [] },
        { call: 'enterRoot', args: [] },
        { until: 'number' },
        { call: 'endPage', args: [] },
        { each: 'ownBeyond', from: 2, to: 'behindPage', args: [] },
        { until: 'searchOwned' },
        { call: 'startRest', args: [] },
        { until: 'number' },
        { call: 'startLoose', args: [at(held)] },
        { each: 'markHeld', from: 0, to: nodeCount, args: [] },
        { until: 'numberLoose' },
        { call: 'numberRest', args: [] },
        { each: 'placeSources', from: 1, to: 'behindSearched', args: [ends, lasts] },
      ],
      collecting: (sources) => ({
        steps: collect(0, sources),
        beside: (global) => [
          start,
          { call: 'goOnAfter', args: ['pageLast', 'hasOwned', 'behindSearched'].map(global) },
          ...collect(1, sources),
        ],
        isDone: (behindSearched) => Atomics.load(taken, 1) === Math.ceil((behindSearched - 1) / PART),
      }),
      rest: (sources) => [
        { each: 'startLinks', from: 0, to: 'behindSearched', args: [links] },
        { each: 'findSemidominators', from: 'searched', to: 1, args: [ends, at(sources), links, path] },
        { each: 'findDominators', from: 2, to: 'behindSearched', args: [] },
        { each: 'nameDominators', from: 1, to: nodeCount + 1, args: ['searched', dominators] },
      ],
      finish([reached, searched, pageLast, hasOwned]) {
        scratch.keep(parents);
        scratch.keep(vertices);
        const others = hasOwned === 1 ? holds.slice() : undefined;
        scratch.release();
        const order = vertices.subarray(1);
        return {
          tree: {
            dominators: parents.subarray(0, nodeCount),
            order,
            reached: reached!,
            searched: searched!,
          },
          pageOwned() {
            const owned = new Uint8Array(nodeCount);
            for (let i = 1; i < pageLast!; i++) owned[order[i]!] = 1;
            if (others === undefined) return owned;
            for (let node = 0; node < nodeCount; node++) owned[node]! |= others[node]! & OWNED;
            return owned;
          },
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
 * - Cost: 34 bytes a node and 4 an edge that leads to a node before its own, while it runs.
 */
export function acceleratedDominators(graph: Graph, accelerated: Accelerated, limits: Limits): NumberedTree {
  const { kernel, run, fork } = accelerated;
  const { scratch, numbering, afterNumbering, collecting, rest, finish } = planOf(graph, accelerated, limits);
  const global = (name: string): number => globalOf(kernel, name);
  try {
    run(numbering);
    afterNumbering();
    const sources = scratch.take(Uint32Array, global('laterCount'), true);
    const { steps, beside, isDone } = collecting(sources);
    const second = fork?.(() => ({ steps: beside(global), reads: [], finish: () => true }));
    /** Memory that a thread may still write to, which does not answer, is left to it. */
    const end = (): boolean => {
      const isOver = second === undefined || second.join() === true;
      if (!isOver) scratch.abandon();
      return isOver;
    };
    run(steps);
    const behind = global('behindSearched');
    const isComplete = isDone(behind);
    if (!isComplete && !end()) throw new RangeError('the second thread has left a part undone');
    run(rest(sources));
    // It may begin late. Then it finds nothing to do, but the numbers that say so have to stand.
    if (isComplete) end();
    return finish(READS.map(global));
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
export function dominatorStage(graph: Graph, accelerated: Accelerated, limits: Limits): Stage<NumberedTree> {
  const { scratch, numbering, collecting, rest, finish } = planOf(graph, accelerated, limits);
  try {
    const sources = scratch.take(Uint32Array, edgesOf(graph).count, true);
    const steps = [...numbering, ...collecting(sources).steps, ...rest(sources)];
    return { steps, reads: READS, finish };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

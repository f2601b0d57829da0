/**
 * Graphs whose columns stand in one memory that WebAssembly works on. Analyses ask for it and have
 * a way of their own for all other graphs; the numbers are the same.
 */
import { type Arena, Scratch } from './arena.js';
import { edgesOf, type Graph } from './graph.js';
import { type GraphKernel, globalOf, type Step } from './kernel/graph-kernel.js';
import { EDGE } from './schema.js';

/** The means to work on a graph with a kernel. */
export interface Accelerated {
  readonly arena: Arena;
  /** There is room for one stage at a time, and some columns of the graph stand elsewhere. */
  readonly isTight: boolean;
  /** It knows the graph: see `useGraph` in assembly.ts. */
  readonly kernel: GraphKernel;
  /** Runs steps in this thread. */
  run(steps: readonly Step[]): void;
  /** Hands a stage to the second thread. Absent, or undefined, where there is none. */
  fork?<T>(stage: () => Stage<T>): Pending<T> | undefined;
}

/** What the second thread works on. */
export interface Pending<T> {
  /** Waits for it. Undefined when it failed: the stage is to be done again, with other memory. */
  join(): T | undefined;
}

/** Work that any thread can do, and what is made of it. */
export interface Stage<T> {
  readonly steps: readonly Step[];
  /** Globals of the kernel that hold results afterwards. */
  readonly reads: readonly string[];
  /** The last call: `values` are those of the globals. */
  finish(values: readonly number[]): T;
}

/** Does a stage in this thread. */
export function complete<T>({ run, kernel }: Accelerated, { steps, reads, finish }: Stage<T>): T {
  run(steps);
  return finish(reads.map((name) => globalOf(kernel, name)));
}

/**
 * What a kernel makes of a graph, or undefined where none can: the graph is not of the kind, or
 * there is no room for it.
 */
export function withKernel<T>(graph: Graph, work: (accelerated: Accelerated) => T): T | undefined {
  const accelerated = acceleratedOf(graph);
  return accelerated && ifRoom(() => work(accelerated));
}

/** Does work that takes memory. Out: what it says; undefined where there is not enough. */
export function ifRoom<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * A column where those of the graph stand, so that a kernel can work on it; elsewhere where there
 * is none, or no room.
 *
 * - Out: zeros, or anything at all when `dirty`.
 */
export function columnBeside<T extends Uint8Array | Uint32Array>(
  graph: Graph,
  array: {
    readonly BYTES_PER_ELEMENT: number;
    new (length: number): T;
    new (buffer: ArrayBuffer, offset: number, length: number): T;
  },
  length: number,
  dirty = false,
): T {
  return withKernel(graph, ({ arena }) => arena.take<T>(array, length, dirty)) ?? new array(length);
}

/**
 * Runs a loop of the kernel over all of a range, with the addresses of these columns as arguments.
 *
 * - In: bytes that it reads, which are copied where they stand elsewhere; behind them the column
 *   that it writes.
 * - Out: false where it cannot, or that column stands elsewhere: nothing was done.
 */
export function runLoop(
  graph: Graph,
  name: string,
  length: number,
  read: readonly Uint8Array[],
  written: Uint8Array,
): boolean {
  const isDone = withKernel(graph, ({ arena, run }) => {
    const scratch = new Scratch(arena);
    try {
      const args = [...read.map((column) => scratch.placed(column)), scratch.at(written)];
      run([{ each: name, from: 0, to: length, args }]);
      return true;
    } finally {
      scratch.release();
    }
  });
  return isDone === true;
}

/** Gives such columns back, which are not used any more. */
export function releaseBeside(graph: Graph, ...columns: readonly (Uint8Array | Uint32Array)[]): void {
  withKernel(graph, ({ arena }) => {
    for (const each of columns) if (arena.addressOf(each) !== undefined) arena.release(each);
  });
}

const known = new WeakMap<Graph, Accelerated>();

/** Undefined for a graph that is worked on in JavaScript. */
function acceleratedOf(graph: Graph): Accelerated | undefined {
  return known.get(graph);
}

/** Edge types that a kernel can tell apart by one bit each. */
const MOST_TYPES = 31;

/** What tells a kernel about a graph; undefined for one that is not its kind. */
export function useGraph(graph: Graph, arena: Arena): Step | undefined {
  const { nodeCount, root, firstEdge, edgeTypeNames } = graph;
  if (nodeCount === 0 || graph.edges === undefined || edgeTypeNames.length > MOST_TYPES) return undefined;
  const { types, targets, count } = edgesOf(graph);
  const addresses = [firstEdge, types, targets].map((column) => arena.addressOf(column));
  if (addresses.includes(undefined)) return undefined;
  return {
    call: 'useGraph',
    args: [nodeCount, count, root, ...(addresses as number[]), EDGE.weak, EDGE.shortcut],
  };
}

/** Lets analyses of a graph work with a kernel from now on. */
export function accelerate(graph: Graph, accelerated: Accelerated): void {
  known.set(graph, accelerated);
}

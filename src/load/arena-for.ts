/** Which graphs are worked on with WebAssembly, and how. */
import { accelerate, type Pending, type Stage, useGraph } from '../graph/accelerated.js';
import { ARENA_LIMIT, Arena } from '../graph/arena.js';
import type { Graph } from '../graph/graph.js';
import { createGraphKernel, runSteps, type Step } from '../graph/kernel/graph-kernel.js';
import { graphKernelModule } from '../graph/kernel/kernel-module.js';
import { outcomeOf, sharedNumbers } from '../graph/kernel/task.js';
import type { ByteSource } from './byte-sources.js';
import { roomFor } from './counts.js';
import { BYTES_PER_EDGE } from './edges.js';
import type { LoadOptions } from './load.js';
import type { Layout } from './meta.js';
import { BYTES_PER_NODE } from './nodes.js';
import { helperThread, usefulThreads } from './threads/helper-thread.js';

/** Bytes of columns from which on it pays. */
const LARGE = 1 << 24;

/** Bytes a node and an edge that analyses take beside the columns. */
const WORK_PER_NODE = 56;
const WORK_PER_EDGE = 4;

/** An arena for a graph that is large and not too large; undefined for all others. */
export function arenaFor(layout: Layout, source: ByteSource, options: LoadOptions): Arena | undefined {
  const { nodeCount, declaredEdges } = layout;
  const { edges = true, buffers, largeFrom = LARGE } = options;
  if (edges !== true || buffers !== undefined || declaredEdges === undefined) return undefined;
  if (layout.declaredNodes === undefined) return undefined;
  const nodes = roomFor(nodeCount, layout.nodes.count, source);
  const bytes = nodes * (BYTES_PER_NODE + 5) + declaredEdges * BYTES_PER_EDGE;
  if (bytes < largeFrom || bytes + nodes * WORK_PER_NODE + declaredEdges * WORK_PER_EDGE > ARENA_LIMIT)
    return undefined;
  return Arena.create(bytes);
}

/** Lets analyses work with a kernel on a graph whose columns stand in an arena. */
export function accelerateIn(arena: Arena, graph: Graph, options: LoadOptions): void {
  const use = useGraph(graph, arena);
  if (use === undefined) return;
  const module = graphKernelModule();
  const kernel = createGraphKernel(module, arena.memory);
  const run = (steps: readonly Step[]): void => runSteps(kernel, steps);
  run([use]);
  const fork = <T>(stageOf: () => Stage<T>): Pending<T> | undefined => {
    if (!helperThread.take()) {
      tellNews(options);
      return undefined;
    }
    const shared = sharedNumbers();
    const { memory } = arena;
    let stage: Stage<T>;
    try {
      stage = stageOf();
    } catch (error) {
      helperThread.release();
      throw error;
    }
    const { reads } = stage;
    helperThread.post({ kind: 'kernel', module, memory, steps: [use, ...stage.steps], reads, shared });
    return {
      join: () => {
        const values = outcomeOf(shared, helperThread.isLost ? 0 : undefined);
        if (values === undefined && !helperThread.isLost) void helperThread.giveUp();
        tellNews(options);
        helperThread.release();
        return values && stage.finish(values);
      },
    };
  };
  accelerate(graph, threadsOf(options) > 1 ? { arena, kernel, run, fork } : { arena, kernel, run });
}

/** Says once what has become of the second thread. */
export function tellNews({ onWarning }: LoadOptions): void {
  const news = onWarning && helperThread.news;
  if (news !== undefined) onWarning?.(news);
}

/** Threads that may work on a snapshot. */
export function threadsOf({ threads }: LoadOptions): number {
  return threads ?? usefulThreads();
}

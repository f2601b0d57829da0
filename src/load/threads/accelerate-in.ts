/**
 * Lets analyses of a graph work with a kernel and a second thread. Loaded for large graphs alone:
 * a count is over before this is read.
 */
import { type Accelerated, type Pending, type Stage, useGraph } from '../../graph/accelerated.js';
import type { Arena } from '../../graph/arena.js';
import type { Graph } from '../../graph/graph.js';
import { createGraphKernel, runSteps, type Step } from '../../graph/kernel/graph-kernel.js';
import { graphKernelModule } from '../../graph/kernel/kernel-module.js';
import { outcomeOf, sharedNumbers } from '../../graph/kernel/task.js';
import type { ReadOptions } from '../sections.js';
import { helperThread, tellNews, threadsOf } from './helper-thread.js';

/**
 * - In: a graph whose columns, or those that dominators are computed from, stand in the arena.
 * - Out: the means; undefined for a graph that no kernel can work on.
 */
export function accelerateIn(arena: Arena, graph: Graph, options: ReadOptions): Accelerated | undefined {
  const use = useGraph(graph, arena);
  const module = graphKernelModule();
  if (use === undefined || module === undefined) return undefined;
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
  const isTight = arena.addressOf(graph.nodeTypes) === undefined;
  return { arena, isTight, kernel, run, ...(threadsOf(options) > 1 ? { fork } : {}) };
}

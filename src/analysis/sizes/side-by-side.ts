/** Sizes, distances and dominators at the same time, where there is a second thread. */
import { phase } from '../../base/phases.js';
import { type Accelerated, type Stage, withKernel } from '../../graph/accelerated.js';
import type { Graph } from '../../graph/graph.js';
import { userRoots } from '../../v8/user-roots.js';
import { distanceSearch, distanceStageOf } from './distances.js';
import { dominatorTree } from './dominators.js';
import { shallowSizes, shallowStageOf } from './shallow-sizes.js';

/** What is computed beside the dominators, and in which thread. */
export interface Together {
  readonly distances: boolean;
  /** For this thread, before the dominators. */
  readonly meanwhile?: () => void;
}

/**
 * Computes what will be asked for: dominators in this thread; in the other one shallow sizes and,
 * when they are wanted, distances. Without one nothing happens; each is then computed when it is
 * asked for.
 */
export function computeTogether(graph: Graph, { distances, meanwhile }: Together): void {
  if (graph.edges === undefined || dominatorTree.known(graph)) return;
  /** Hands a stage over. Out: what waits for it, and gives `keep` what comes of it. */
  const hand = <T>(stage: (accelerated: Accelerated) => Stage<T>, keep: (graph: Graph, value: T) => void) => {
    let pending = withKernel(graph, (accelerated) =>
      accelerated.isTight ? undefined : accelerated.fork?.(() => stage(accelerated)),
    );
    return (
      pending &&
      ((): void => {
        const value = pending && phase('waiting for the second thread', pending.join);
        pending = undefined;
        if (value !== undefined) keep(graph, value);
      })
    );
  };
  const needsSizes = !shallowSizes.known(graph) && userRoots(graph).length > 0;
  const sizes = needsSizes
    ? hand((accelerated) => shallowStageOf(graph, accelerated), shallowSizes.keep)
    : undefined;
  const search =
    distances && !distanceSearch.known(graph)
      ? hand((accelerated) => distanceStageOf(graph, accelerated), distanceSearch.keep)
      : undefined;
  if (sizes ?? search) {
    try {
      meanwhile?.();
      dominatorTree(graph);
    } finally {
      sizes?.();
      search?.();
    }
  }
}

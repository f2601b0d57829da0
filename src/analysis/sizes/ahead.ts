/** What an analysis will ask for, computed in the second thread while the first one does others. */
import { phase } from '../../base/phases.js';
import { type Accelerated, type Stage, withKernel } from '../../graph/accelerated.js';
import { retainersStage, retainingEdgesStage } from '../../graph/accelerated-retainers.js';
import type { Graph } from '../../graph/graph.js';
import type { Memo } from '../../graph/memo.js';
import { retainersOf, retainingEdges } from '../../graph/retainers.js';
import { userRoots } from '../../v8/user-roots.js';
import { distanceSearch } from './distances.js';
import { dominatorStageOf, dominatorTree } from './dominators.js';
import { essentialEdges, essentialStageOf, pageOwnedNodes, pageStageOf } from './essential-edges.js';
import { shallowSizes, shallowStageOf } from './shallow-sizes.js';

/**
 * Hands stages to the second thread, one after another. Whoever asks for one of the results waits
 * for it; they are what they would be without, and without a second thread nothing happens here.
 */
export class Ahead {
  private readonly open = new Set<() => void>();

  constructor(private readonly graph: Graph) {}

  /** What a page owns. */
  page(): void {
    if (!distanceSearch.known(this.graph)) this.hand(pageOwnedNodes, pageStageOf);
  }

  /** Edges the other way round. */
  retainers(): void {
    this.hand(retainersOf, retainersStage);
  }

  /** The edges behind the retainers. Waits for these. */
  retainingEdges(): void {
    this.hand(retainingEdges, (graph, accelerated) =>
      retainingEdgesStage(graph, accelerated, retainersOf(graph)),
    );
  }

  /** Essential edges. Waits for `page`. */
  essential(): void {
    this.hand(essentialEdges, essentialStageOf);
  }

  /** Shallow sizes. */
  sizes(): void {
    if (userRoots(this.graph).length > 0) this.hand(shallowSizes, shallowStageOf);
  }

  /** The dominator tree; what a page owns follows from it. */
  dominators(): void {
    this.hand(dominatorTree, dominatorStageOf);
  }

  /** Waits for all that nobody has asked for. To be called at the end, whatever happens. */
  end(): void {
    for (const wait of this.open) wait();
  }

  private hand<T>(memo: Memo<Graph, T>, stageOf: (graph: Graph, accelerated: Accelerated) => Stage<T>): void {
    const { graph, open } = this;
    const pending = withKernel(graph, (accelerated) =>
      memo.has(graph) || accelerated.isTight
        ? undefined
        : accelerated.fork?.(() => stageOf(graph, accelerated)),
    );
    if (pending === undefined) return;
    const take = (): T | undefined => {
      open.delete(wait);
      return phase('waiting for the second thread', pending.join);
    };
    const wait = (): void => {
      const value = take();
      if (value !== undefined) memo.keep(graph, value);
    };
    open.add(wait);
    memo.give(graph, () => (open.has(wait) ? take() : undefined));
  }
}

/** Work that needs sizes and dominators late. */
export interface Beside<T> {
  /**
   * What a search for holders needs, and soon: retainers, which take as much memory as the
   * dominators, and essential edges.
   */
  readonly holders?: boolean;
  /** What is done first, and asks for none of these. */
  readonly meanwhile?: () => void;
  readonly work: () => T;
}

/** Does work while the second thread computes what it needs late. Out: what the work says. */
export function beside<T>(graph: Graph, { holders = false, meanwhile, work }: Beside<T>): T {
  const ahead = new Ahead(graph);
  try {
    ahead.page();
    if (holders) {
      ahead.essential();
      ahead.retainers();
    }
    meanwhile?.();
    ahead.sizes();
    ahead.dominators();
    return work();
  } finally {
    ahead.end();
  }
}

/**
 * Does work that needs shallow sizes, while the second thread prepares the search for holders that
 * follows. Out: what the work says.
 */
export function besideHolders<T>(graph: Graph, work: () => T): T {
  const ahead = new Ahead(graph);
  try {
    ahead.sizes();
    ahead.page();
    ahead.retainers();
    return work();
  } finally {
    ahead.end();
  }
}

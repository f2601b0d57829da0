/** What the explorer asks its thread, and what comes back. */
import type { Chain } from '../../analysis/holders/chains.js';
import type { DistanceSearch } from '../../analysis/sizes/distances.js';
import type { DominatorTree } from '../../analysis/sizes/dominators.js';
import type { SharedGraph } from '../../graph/shared-graph.js';

/** What the thread is started with. */
export interface AskedHeap {
  readonly graph: SharedGraph;
  readonly sizes: {
    readonly retained: Float64Array;
    readonly shallow: Float64Array;
    readonly distances: DistanceSearch;
    readonly tree: DominatorTree;
  };
}

export type Question =
  /** The objects that a query accepts. */
  | { readonly kind: 'select'; readonly text: string }
  /** The chain that keeps an object alive. */
  | { readonly kind: 'chain'; readonly node: number };

export type QuestionAnswer =
  | { readonly kind: 'nodes'; readonly nodes: Uint32Array }
  | {
      readonly kind: 'chain';
      /** Undefined: no root holds it. */
      readonly chain: Chain | undefined;
      /** The chain as JavaScript. */
      readonly expression: string;
      /** What holds its beginning, in words. */
      readonly heldBy: string | null;
    }
  /** Why there is no answer. */
  | { readonly kind: 'error'; readonly message: string };

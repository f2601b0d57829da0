/** What a question needs of a snapshot, and what was opened for it. */
import type { Classes, Countable } from '../analysis/classes/classes.js';
import type { TypeMatcher } from '../analysis/classes/type-matcher.js';
import type { Graph, Head, Truncation } from '../graph/graph.js';

/** What of the snapshot a question needs. What is not needed is not parsed. */
export type Need =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'head' }
  /** Class counts; `types` says which classes matter. */
  | { readonly kind: 'classes'; readonly types: TypeMatcher }
  /** The head, and class counts with DevTools' sizes and retained sizes; the graph is not kept. */
  | { readonly kind: 'summary' }
  | GraphNeed;

/**
 * What a question computes of a graph:
 *
 * - `counts`: no more than classes;
 * - `ids`: a table of them, too;
 * - `sizes`: classes and shallow sizes;
 * - `holders`: who holds what, and shallow sizes;
 * - `retained`: dominators and retained sizes;
 * - `both`: holders and retained sizes;
 * - `all`: these, and how objects are grouped and kept.
 */
export type Work = 'counts' | 'ids' | 'sizes' | 'holders' | 'retained' | 'both' | 'all';

export interface GraphNeed {
  readonly kind: 'graph';
  readonly edges: boolean | 'for-names';
  readonly locations: boolean;
  /** The stacks on which objects were made, where allocations were tracked. Default false. */
  readonly traces?: boolean;
  /**
   * What will be computed of the graph, for an estimate of the memory: see memory-estimate.ts.
   * Default: `retained` with edges, else `counts`.
   */
  readonly work?: Work;
  /**
   * Whether the question looks at few nodes and edges, beside their types, names, ids and classes:
   * an index is then read in parts. Default false.
   */
  readonly few?: boolean;
}

/**
 * What was opened of a snapshot or a baseline. Throws: when a part is asked for that was not
 * needed.
 */
export interface OpenedSnapshot {
  /** As it was named; `-` is standard input. */
  readonly name: string;
  readonly head: Head;
  readonly classes: Classes;
  readonly graph: Graph;
  /** The graph where there is one, else the class counts. */
  readonly countable: Countable;
  /** Where the file ends too early, if it does. */
  readonly truncation: Truncation | undefined;
  /**
   * Whether more of it can be opened. False for standard input, and for a baseline, which has no
   * more.
   */
  readonly isReadable: boolean;
}

/** All of a snapshot: what serves any other need of a graph. */
export const WHOLE_SNAPSHOT: GraphNeed = { kind: 'graph', edges: true, locations: true, traces: true };

/** The one door to files that hold heaps: no question reads one in another way. */
export interface Session {
  /**
   * Opens a file for a need.
   *
   * In: the name of the file; `baselines` says whether it may be a baseline (default false).
   * Out: what was opened before, while it is in use and has all that is needed; else the file is
   * read.
   * Throws: SnapshotError; UsageError for a baseline where there has to be a snapshot, and when
   * more is needed of standard input than was read of it.
   */
  open(file: string, need: Need, options?: { readonly baselines?: boolean }): Promise<OpenedSnapshot>;
}

/** Whether what was opened for one need has all that another one names. */
export function serves(had: Need, need: Need): boolean {
  if (need.kind === 'nothing') return true;
  if (had.kind !== 'graph') {
    if (need.kind === 'head') return had.kind === 'head' || had.kind === 'summary';
    // Class counts for one question may have no exact names for the classes of another one.
    return need.kind === 'classes' ? had === need : need.kind === 'summary' && had.kind === 'summary';
  }
  if (need.kind === 'summary') return false;
  if (need.kind === 'head') return true;
  if (need.kind === 'classes') return had.edges !== false;
  return (
    edgesIn(had) >= edgesIn(need) &&
    (had.locations || !need.locations) &&
    (had.traces === true || need.traces !== true) &&
    (had.few !== true || need.few === true)
  );
}

function edgesIn({ edges }: GraphNeed): number {
  return edges === true ? 2 : edges === 'for-names' ? 1 : 0;
}

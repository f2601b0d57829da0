/** `distanceSearch` by a kernel. */
import type { Accelerated, Stage } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { EDGE } from '../../graph/schema.js';

/** What a search has to know beside the edges. */
export interface DistanceRules {
  /** By node: whether the number of an edge decides, and whether some of its edges are listed. */
  readonly marks: Uint8Array;
  /** Edges with a rule of their own, ascending. */
  readonly listed: ArrayLike<number>;
  /** The rule of each: `NEVER`, or the number of its pair. */
  readonly rules: ArrayLike<number>;
  readonly pairCount: number;
  /** Nodes that are marked. */
  readonly markedCount: number;
}

/** Marks of `DistanceRules`, as assembly.ts has them. */
export const NUMBERED = 2;
export const LISTED = 4;

/** The rule of an edge that is not followed. */
export const NEVER = 0xffffffff;

/** What the kernel finds out. */
export interface AcceleratedDistances {
  readonly found: Int32Array;
  readonly withheld: readonly number[];
  readonly meetsRoot: boolean;
}

/**
 * What computes the distances.
 *
 * - In: where the search begins, the distance of nodes that nothing reaches, and what the root
 *   gets. `ruled` writes the marks and says the rest of the rules.
 * - Throws: RangeError when there is no memory for it.
 */
export function distanceStage(
  graph: Graph,
  { arena }: Accelerated,
  starts: readonly number[],
  { none, system }: { readonly none: number; readonly system: number },
  ruled: (marks: Uint8Array) => Omit<DistanceRules, 'marks'>,
): Stage<AcceleratedDistances> {
  const { nodeCount, root } = graph;
  const scratch = new Scratch(arena);
  try {
    const names = scratch.at(edgesOf(graph).names);
    const marks = scratch.take(Uint8Array, nodeCount);
    const { listed, rules, pairCount, markedCount } = ruled(marks);
    const found = scratch.take(Int32Array, nodeCount, true);
    const queue = scratch.take(Uint32Array, nodeCount + 2, true);
    const listedEdges = scratch.take(Uint32Array, listed.length, true);
    listedEdges.set(listed);
    const ruleOf = scratch.take(Uint32Array, listed.length, true);
    ruleOf.set(rules);
    const pending = scratch.take(Uint8Array, pairCount);
    const withheld = scratch.take(Uint32Array, markedCount + 2, true);
    const batch = scratch.take(Uint32Array, 64, true);
    const { element, hidden } = EDGE;
    const at = (view: Parameters<Scratch['at']>[0]): number => scratch.at(view);
    return {
      steps: [
        { each: 'fillNumbers', from: 0, to: nodeCount, args: [at(found), none >>> 0] },
        {
          call: 'startDistances',
          args: [
            ...[at(found), at(marks), at(queue), names, element, hidden],
            ...[at(listedEdges), at(ruleOf), listed.length, at(pending), at(withheld), at(batch)],
          ],
        },
        ...starts.map((node) => ({ call: 'meet', args: [node] })),
        { call: 'startLevel', args: [1] },
        { until: 'searchDistances' },
        { call: 'noteMet', args: [root] },
        { call: 'meet', args: [root] },
        { call: 'startLevel', args: [starts.length > 0 ? system : 0] },
        { until: 'searchDistances' },
      ],
      reads: ['withheldCount', 'wasMet'],
      finish([count, wasMet]) {
        const nodes = Array.from(withheld.subarray(0, count));
        scratch.keep(found);
        scratch.release();
        return { found, withheld: nodes, meetsRoot: wasMet === 1 };
      },
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

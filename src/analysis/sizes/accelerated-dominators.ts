/** `dominatorTree` by a kernel. */
import type { Accelerated } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import type { Graph } from '../../graph/graph.js';
import { globalOf } from '../../graph/kernel/graph-kernel.js';
import type { DominatorTree } from './dominators.js';

/** What the tree depends on, beside the types of the edges. */
export interface Limits {
  /** By node: 1 where a page owns it. */
  readonly owned: Uint8Array;
  /** Edges that are not essential though their type is, ascending. */
  readonly lost: ArrayLike<number>;
  /** The nodes that they come from. */
  readonly losers: Iterable<number>;
}

/** As assembly.ts has it. */
const LOSES = 2;

/**
 * The tree.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: 41 bytes a node and 4 an edge that leads to a node before its own, while it runs.
 */
export function acceleratedDominators(
  graph: Graph,
  { arena, kernel, run }: Accelerated,
  { owned, lost, losers }: Limits,
): DominatorTree {
  const { nodeCount } = graph;
  const scratch = new Scratch(arena);
  const at = (view: Parameters<Scratch['at']>[0]): number => scratch.at(view);
  const call = (name: string, ...args: number[]): void => run([{ call: name, args }]);
  const each = (name: string, from: number, to: number, ...args: number[]): void =>
    run([{ each: name, from, to, args }]);
  try {
    const holds = scratch.take(Uint8Array, nodeCount, true);
    holds.set(owned);
    for (const node of losers) holds[node]! |= LOSES;
    const lostEdges = scratch.take(Uint32Array, lost.length, true);
    lostEdges.set(lost);
    const vertices = scratch.take(Uint32Array, nodeCount + 1, true);
    const parents = scratch.take(Uint32Array, nodeCount + 1, true);
    const least = scratch.take(Uint32Array, nodeCount + 1, true);
    const slots = scratch.take(Uint32Array, 2 * nodeCount + 2);
    const stack = scratch.take(Uint32Array, nodeCount + 1, true);
    const nextEdges = scratch.take(Uint32Array, nodeCount + 1, true);
    const batch = scratch.take(Uint32Array, 64, true);
    const lists = [holds, lostEdges].map(at);
    const columns = [slots, vertices, parents, least, stack, nextEdges].map(at);
    call('startNumbers', lists[0]!, lists[1]!, lost.length, ...columns);
    const search = (from: number, parent: number): void =>
      run([{ call: 'enter', args: [from, parent] }, { until: 'number' }]);
    search(graph.root, 0);
    const reached = globalOf(kernel, 'last');
    if (reached < nodeCount) {
      // Only nodes that the root does not reach lead to others of them.
      const held = scratch.take(Uint8Array, nodeCount);
      each('markHeld', 0, nodeCount, at(held));
      const nextUnheld = kernel.nextUnheld as (from: number, held: number) => number;
      for (let node = 0; ; node++) {
        node = nextUnheld(node, at(held)) >>> 0;
        if (node >= nodeCount) break;
        search(node, 1);
      }
      scratch.release(held);
    }
    const searched = globalOf(kernel, 'last');
    call('numberRest');
    scratch.release(stack, nextEdges);
    const ends = scratch.take(Uint32Array, searched + 1);
    const sources = scratch.take(Uint32Array, globalOf(kernel, 'laterCount'), true);
    each('placeSources', 1, searched + 1, at(ends));
    each('collectSources', 1, searched + 1, at(sources), at(batch));
    scratch.release(slots, holds, lostEdges);
    const links = scratch.take(Uint32Array, 2 * searched + 2, true);
    const path = scratch.take(Uint32Array, searched + 1, true);
    each('startLinks', 0, searched + 1, at(links));
    each('findSemidominators', searched, 1, at(ends), at(sources), at(links), at(path));
    scratch.release(ends, sources, links, path);
    each('findDominators', 2, searched + 1);
    scratch.release(parents);
    const dominators = scratch.take(Uint32Array, nodeCount, true);
    each('nameDominators', 1, nodeCount + 1, searched, at(dominators));
    scratch.keep(dominators);
    scratch.keep(vertices);
    scratch.release();
    return { dominators, order: vertices.subarray(1), reached, searched };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

/** From where arcs lead to nodes. */
import { withKernel } from '../../graph/accelerated.js';
import { Scratch } from '../../graph/arena.js';
import type { Graph } from '../../graph/graph.js';
import type { Arcs } from './arcs.js';

/** A search against the direction of arcs, that stops and goes on. */
export interface LeadingSearch {
  /** By node 1 where a way leads from it to one of those that the search began with. */
  readonly leading: Uint8Array;
  /** Room for all nodes. */
  readonly stack: Uint32Array;
  /** Goes on from the first `waiting` nodes of the stack, which are leading, to the end. */
  goOn(waiting: number): void;
  /** Gives the columns back. */
  release(): void;
}

/**
 * A search over the sources of arcs.
 *
 * - Cost: linear in nodes and arcs; 5 bytes a node.
 */
export function leadingSearch(graph: Graph, arcs: Pick<Arcs, 'firstSource' | 'sources'>): LeadingSearch {
  const { nodeCount } = graph;
  const { firstSource, sources } = arcs;
  const quick = withKernel(graph, ({ arena, run }): LeadingSearch => {
    const scratch = new Scratch(arena);
    try {
      const leading = scratch.take(Uint8Array, nodeCount);
      const stack = scratch.take(Uint32Array, nodeCount, true);
      const columns = [firstSource, sources, leading, stack].map((view) => scratch.at(view));
      const goOn = (waiting: number): void =>
        run([{ call: 'startLeading', args: [...columns, waiting] }, { until: 'searchLeading' }]);
      // Where a kernel cannot, it says so at once.
      goOn(0);
      return {
        leading,
        stack,
        goOn,
        release: () => scratch.release(),
      };
    } catch (error) {
      scratch.release();
      throw error;
    }
  });
  if (quick) return quick;
  const leading = new Uint8Array(nodeCount);
  const stack = new Uint32Array(nodeCount);
  const goOn = (starts: number): void => {
    for (let waiting = starts; waiting > 0; ) {
      const node = stack[--waiting]!;
      for (let at = firstSource[node]!, last = firstSource[node + 1]!; at < last; at++) {
        const source = sources[at]!;
        if (leading[source] === 1) continue;
        leading[source] = 1;
        stack[waiting++] = source;
      }
    }
  };
  return { leading, stack, goOn, release() {} };
}

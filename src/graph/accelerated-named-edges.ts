/** Edges with certain names, by a kernel. */
import { withKernel } from './accelerated.js';
import { Scratch } from './arena.js';
import { edgesOf, type Graph } from './graph.js';
import { globalOf } from './kernel/graph-kernel.js';

/** Edges that are listed; a kernel does not look for more. */
const ROOM = 1 << 20;

/**
 * The edges of a type whose names are marked.
 *
 * - In: a byte a string, 1 where it is such a name; some are.
 * - Out: ascending; undefined where no kernel can look for them, or there are more than a million.
 * - Cost: a pass over the names of all edges.
 */
export function namedEdges(graph: Graph, type: number, isName: Uint8Array): Uint32Array | undefined {
  return withKernel(graph, ({ arena, kernel, run }) => {
    const { names, count } = edgesOf(graph);
    const scratch = new Scratch(arena);
    try {
      const low = isName.indexOf(1);
      const high = isName.lastIndexOf(1);
      const marks = scratch.take(Uint8Array, high + 1 - low, true);
      marks.set(isName.subarray(low, high + 1));
      const list = scratch.take(Uint32Array, ROOM, true);
      const at = [names, marks, list].map((view) => scratch.at(view)) as [number, number, number];
      run([{ each: 'findNamed', from: 0, to: count, args: [at[0], type, at[1], low, high, at[2], ROOM] }]);
      const found = globalOf(kernel, 'namedCount');
      return found <= ROOM ? new Uint32Array(list.subarray(0, found)) : undefined;
    } finally {
      scratch.release();
    }
  });
}

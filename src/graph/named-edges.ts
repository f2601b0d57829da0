/** Edges with few names among all edges. */
import { withKernel } from './accelerated.js';
import { Scratch } from './arena.js';
import { edgesOf, type Graph } from './graph.js';
import { globalOf } from './kernel/graph-kernel.js';

/** Edges that are looked at in one call of the kernel. */
const PART = 1 << 16;

/**
 * Calls `visit` with source and edge of each edge whose name has a mark.
 *
 * - In: by string a byte that is not zero for the names; of any type, indexes of elements too.
 * - Order: as in the file.
 * - Cost: one pass over the names of all edges.
 */
export function eachNamedEdge(
  graph: Graph,
  marks: Uint8Array,
  visit: (source: number, edge: number) => void,
): void {
  const { firstEdge } = graph;
  const { names, count } = edgesOf(graph);
  // Mostly decided by the range of the names: looking one up costs more than all the rest.
  const low = marks.findIndex((mark) => mark !== 0);
  const high = marks.findLastIndex((mark) => mark !== 0);
  if (low < 0) return;
  let source = 0;
  const meet = (edge: number): void => {
    while (firstEdge[source + 1]! <= edge) source++;
    visit(source, edge);
  };
  const found = withKernel(graph, ({ arena, run, kernel }) => {
    const scratch = new Scratch(arena);
    try {
      const table = scratch.take(Uint8Array, high + 1 - low, true);
      table.set(marks.subarray(low, high + 1));
      const places = scratch.take(Uint32Array, PART + 1, true);
      const args = [scratch.at(names), scratch.at(table), low, high - low, scratch.at(places)];
      const find = (from: number): Uint32Array => {
        run([{ call: 'findMarkedNames', args: [from, Math.min(count, from + PART), ...args] }]);
        return places.subarray(0, globalOf(kernel, 'markedCount'));
      };
      // Where a kernel cannot, it says so at once.
      return { first: find(0), find, release: () => scratch.release() };
    } catch (error) {
      scratch.release();
      throw error;
    }
  });
  if (found === undefined) {
    for (let edge = 0; edge < count; edge++) {
      const name = names[edge]!;
      if (name >= low && name <= high && marks[name] !== 0) meet(edge);
    }
    return;
  }
  try {
    for (let from = 0; from < count; from += PART) {
      const places = from === 0 ? found.first : found.find(from);
      for (let i = 0; i < places.length; i++) meet(places[i]!);
    }
  } finally {
    found.release();
  }
}

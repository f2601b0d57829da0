/** Edges between nodes that are marked alike. */
import { type Accelerated, withKernel } from './accelerated.js';
import { Scratch } from './arena.js';
import { edgesOf, type Graph, sourceOf } from './graph.js';
import { globalOf } from './kernel/graph-kernel.js';

/** Edges that are looked at in one call of the kernel. */
const PART = 1 << 16;

/**
 * Calls `visit` with source and edge of each edge of a type between two nodes with the same mark.
 *
 * - In: what writes the marks into zeros: by node a byte, zero for those that are left out.
 * - Order: as in the file.
 * - Cost: one pass over the edges of marked nodes; a byte a node while it runs.
 */
export function eachAlikeEdge(
  graph: Graph,
  { type, mark }: { readonly type: number; readonly mark: (marks: Uint8Array) => void },
  visit: (source: number, edge: number) => void,
): void {
  const found = withKernel(graph, (accelerated) => quickAlike(graph, accelerated, { type, mark }));
  if (found) {
    try {
      found.each(visit);
    } finally {
      found.release();
    }
    return;
  }
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const marks = new Uint8Array(nodeCount);
  mark(marks);
  for (let node = 0; node < nodeCount; node++) {
    const own = marks[node]!;
    if (own === 0) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === type && marks[targets[edge]!] === own) visit(node, edge);
  }
}

interface QuickAlike {
  each(visit: (source: number, edge: number) => void): void;
  release(): void;
}

/** - Throws: RangeError when there is no memory for it. */
function quickAlike(
  graph: Graph,
  { arena, run, kernel }: Accelerated,
  { type, mark }: { readonly type: number; readonly mark: (marks: Uint8Array) => void },
): QuickAlike {
  const { nodeCount, firstEdge } = graph;
  let most = PART;
  for (let node = 0; node < nodeCount; node++) most = Math.max(most, firstEdge[node + 1]! - firstEdge[node]!);
  const scratch = new Scratch(arena);
  try {
    const marks = scratch.take(Uint8Array, nodeCount);
    const found = scratch.take(Uint32Array, 2 * most + 2, true);
    const args = [scratch.at(marks), type, scratch.at(found)];
    mark(marks);
    /** Finds those of a part that begins at a node. Out: where the next part begins. */
    const find = (from: number): number => {
      const end = firstEdge[from]! + PART;
      // All nodes whose edges end before that; one with more edges by itself.
      const to = end >= firstEdge[nodeCount]! ? nodeCount : Math.max(from + 1, sourceOf(graph, end));
      run([{ call: 'findAlike', args: [from, to, ...args] }]);
      return to;
    };
    // Where a kernel cannot, it says so at once.
    const second = find(0);
    return {
      each(visit) {
        for (let from = 0, to = second; ; to = find(from)) {
          const last = 2 * globalOf(kernel, 'alikeCount');
          for (let i = 0; i < last; i += 2) visit(found[i]!, found[i + 1]!);
          if (to >= nodeCount) return;
          from = to;
        }
      },
      release: () => scratch.release(),
    };
  } catch (error) {
    scratch.release();
    throw error;
  }
}

/** The class of each node by a kernel. */
import { withKernel } from './accelerated.js';
import { useKinds } from './accelerated-kinds.js';
import { Scratch } from './arena.js';
import type { Graph } from './graph.js';

/** A type is a byte. */
const TYPES = 256;

/** Nodes of a call: V8 puts better code in place between calls. */
const PART = 1 << 15;

/**
 * The class of each node, which goes by its type, or by its name where the type is one of `named`.
 *
 * - In: `numberOf` says the class of a node. It is asked once for each type and name, at the first
 *   node that has them, and for each node whose name is beyond the strings.
 * - Out: undefined where no kernel can do it. `numberOf` may have been asked then.
 * - Cost: a pass over the nodes; 4 bytes a node, and 5 a string while it runs.
 */
export function acceleratedClasses(
  graph: Graph,
  named: readonly number[],
  numberOf: (node: number) => number,
): Uint32Array | undefined {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  return withKernel(graph, ({ arena, kernel, run }) => {
    const scratch = new Scratch(arena);
    try {
      const byType = scratch.take(Uint32Array, TYPES);
      const byName = scratch.take(Uint32Array, strings.length);
      const of = scratch.take(Uint32Array, nodeCount, true);
      run([
        useKinds(graph, scratch, { types: named.map((type) => [type, 1]), names: [] }),
        { call: 'startClasses', args: [byType, byName, of].map((view) => scratch.at(view)) },
      ]);
      const classNodes = kernel.classNodes as (from: number, to: number) => number;
      for (let node = 0; node < nodeCount; ) {
        const end = Math.min(node + PART, nodeCount);
        node = classNodes(node, end) >>> 0;
        if (node === end) continue;
        const type = nodeTypes[node]!;
        const name = nodeNames[node]!;
        const own = numberOf(node);
        if (!named.includes(type)) byType[type] = own + 1;
        else if (name < strings.length) byName[name] = own + 1;
        else of[node++] = own;
      }
      return scratch.keep(of);
    } finally {
      scratch.release();
    }
  });
}

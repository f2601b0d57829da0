/** Which nodes are of a kind, by a kernel: a kind goes by V8's type of a node, and by its name. */
import { type Accelerated, withKernel } from './accelerated.js';
import { Scratch } from './arena.js';
import type { Graph } from './graph.js';
import { globalOf, type Step } from './kernel/graph-kernel.js';

/** Bits by type and by name: a node is of the kind where its type and its name share one. */
export interface Kinds {
  readonly types: readonly (readonly [type: number, bits: number])[];
  /** By the numbers of strings. */
  readonly names: readonly (readonly [indexes: readonly number[], bits: number])[];
}

/** The bit of a type whose nodes are all of the kind, whatever their names. */
export const ALL_OF_TYPE = 0x80;

const TYPES = 256;

/**
 * What tells a kernel about kinds.
 *
 * - Throws: RangeError when there is no memory for it.
 * - Cost: a byte a string, as long as `scratch` has it; five a node where these stand elsewhere.
 */
export function useKinds(graph: Graph, scratch: Scratch, { types, names }: Kinds): Step {
  const { nodeTypes, nodeNames, strings } = graph;
  const bytes = scratch.take(Uint8Array, TYPES + strings.length);
  for (const [type, bits] of types) bytes[type]! |= bits;
  for (const [indexes, bits] of names) for (const index of indexes) bytes[TYPES + index]! |= bits;
  return {
    call: 'startKinds',
    args: [scratch.placed(nodeTypes), scratch.placed(nodeNames), scratch.at(bytes), strings.length],
  };
}

/**
 * The nodes of a kind, ascending; undefined where no kernel can look for them.
 *
 * - Cost: one pass over the nodes, which reads names of those types alone; 4 bytes for each found.
 */
export function nodesOfKinds(graph: Graph, kinds: Kinds): Uint32Array | undefined {
  return withKernel(graph, ({ arena, kernel, run }: Accelerated) => {
    const scratch = new Scratch(arena);
    try {
      const list = scratch.take(Uint32Array, graph.nodeCount, true);
      run([
        useKinds(graph, scratch, kinds),
        { each: 'findKinds', from: 0, to: graph.nodeCount, args: [scratch.at(list)] },
      ]);
      return new Uint32Array(list.subarray(0, globalOf(kernel, 'kindCount')));
    } finally {
      scratch.release();
    }
  });
}

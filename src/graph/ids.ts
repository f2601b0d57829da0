/** Ids the other way round: which node has one. */
import type { Graph } from './graph.js';
import { memo } from './memo.js';

/** Finds nodes of one graph by V8's id. */
export interface IdIndex {
  /** Ordinal of the node with this id, or -1. Of several (possible only in a damaged file) the first. */
  nodeOf(id: number): number;
}

/**
 * A hash table with open addressing. V8 numbers objects upwards by twos, so an id's own bits are its hash: neighbours in
 * the heap stay neighbours in the table. The upper bits are mixed into the lower ones, so that ids at wide even distances,
 * which another program may write, do not all meet in one cell; ids without gaps still have a cell each.
 * Memory: 8 to 16 bytes a node. Cost: one pass over the nodes; a lookup is constant.
 */
export const idIndex = memo((graph: Graph): IdIndex => {
  const { nodeCount, ids } = graph;
  let size = 16;
  while (size < nodeCount * 2) size *= 2;
  const mask = size - 1;
  const table = new Uint32Array(size); // ordinals plus one
  for (let node = 0; node < nodeCount; node++) {
    const id = ids[node]!;
    let cell = hash(id) & mask;
    while (table[cell] !== 0 && ids[table[cell]! - 1] !== id) cell = (cell + 1) & mask;
    if (table[cell] === 0) table[cell] = node + 1;
  }
  return {
    nodeOf(id) {
      let cell = hash(id) & mask;
      for (;;) {
        const node = table[cell]! - 1;
        if (node < 0 || ids[node] === id) return node;
        cell = (cell + 1) & mask;
      }
    },
  };
});

/** One to one on 31 bits: the upper half stays as it is. The factor is the odd number next to 2^16 / the golden ratio. */
function hash(id: number): number {
  const number = id >>> 1;
  return number ^ (Math.imul(number >>> 16, 0x9e37) & 0xffff);
}

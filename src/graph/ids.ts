/** Ids the other way round: which node has one. */
import type { Graph } from './graph.js';
import { memo } from './memo.js';

/** Finds nodes of one graph by V8's id. */
export interface IdIndex {
  /** Ordinal of the node with this id, or -1. Of several (possible only in a damaged file) the first. */
  nodeOf(id: number): number;
}

/** Ids of one cache line of the table: neighbours in the heap, and in the table. */
const LINE_BITS = 4;

/**
 * A hash table with open addressing. V8 numbers objects upwards by twos, so sixteen neighbours share a cache line; lines
 * are spread over the table. Spread they have to be: ids are dense, and with the id itself as its hash a dense range
 * would be one run of full cells, through which every id that is not there and falls into it would have to go.
 * Memory: 8 to 16 bytes a node. Cost: one pass over the nodes; a lookup is constant.
 */
export const idIndex = memo((graph: Graph): IdIndex => indexOfIds(graph.ids, graph.nodeCount));

/** The same for any column of numbers: its first `count`. */
export function indexOfIds(ids: Uint32Array | Float64Array, count: number): IdIndex {
  let lineBits = 0;
  while (1 << (lineBits + LINE_BITS) < count * 2) lineBits++;
  const cellOf = ids instanceof Float64Array ? wideCells(lineBits + LINE_BITS) : cells(lineBits);
  const mask = (1 << (lineBits + LINE_BITS)) - 1;
  const table = new Uint32Array(mask + 1); // ordinals plus one
  for (let node = 0; node < count; node++) {
    const id = ids[node]!;
    let cell = cellOf(id);
    while (table[cell] !== 0 && ids[table[cell]! - 1] !== id) cell = (cell + 1) & mask;
    if (table[cell] === 0) table[cell] = node + 1;
  }
  return {
    nodeOf(id) {
      let cell = cellOf(id);
      for (;;) {
        const node = table[cell]! - 1;
        if (node < 0 || ids[node] === id) return node;
        cell = (cell + 1) & mask;
      }
    },
  };
}

/** The odd number next to 2^32 / the golden ratio. */
const FACTOR = 0x9e3779b1;

function cells(lineBits: number): (id: number) => number {
  const shift = 32 - lineBits;
  return (id) => {
    const number = id >>> 1;
    const line = lineBits === 0 ? 0 : Math.imul(number >>> LINE_BITS, FACTOR) >>> shift;
    return (line << LINE_BITS) | (number & ((1 << LINE_BITS) - 1));
  };
}

/** Addresses: both halves count, and the lowest bits are alike in all of them. */
function wideCells(bits: number): (id: number) => number {
  const shift = 32 - bits;
  return (id) => Math.imul((id >>> 3) ^ Math.imul((id / 2 ** 32) | 0, 0x85ebca6b), FACTOR) >>> shift;
}

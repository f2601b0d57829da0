/** Ids the other way round: which node has one. */
import type { Graph } from './graph.js';
import { memo } from './memo.js';

/** Finds nodes of one graph by V8's id. */
export interface IdIndex {
  /**
   * Ordinal of the node with this id, or -1. Of several (possible only in a damaged file) the
   * first.
   */
  nodeOf(id: number): number;
}

/** Ids of one cache line of the table: neighbours in the heap, and in the table. */
const LINE_BITS = 4;

/**
 * A hash table with open addressing. V8 numbers objects upwards by twos, so sixteen neighbours
 * share a cache line; lines are spread over the table. Spread they have to be: ids are dense, and
 * with the id itself as its hash a dense range would be one run of full cells, through which every
 * id that is not there and falls into it would have to go.
 * Memory: 8 to 16 bytes a node. Cost: one pass over the nodes; a lookup is constant.
 */
export const idIndex = memo(
  (graph: Graph): IdIndex => indexOfIds(graph.ids, graph.nodeCount),
  'index of ids',
);

/** Values of the lowest bits of an id. */
const LOWEST = 1 << 16;

/**
 * Ordinals of the nodes with these ids, -1 for those that are not there: for a few of them.
 *
 * - Order: as the ids.
 * - Ties: as `nodeOf`.
 * - Cost: one pass over the ids of the graph, until all are found; none where there is an index.
 */
export function nodesWithIds(graph: Graph, wanted: readonly number[]): number[] {
  const index = idIndex.known(graph);
  if (index) return wanted.map((id) => index.nodeOf(id));
  const { ids, nodeCount } = graph;
  const missing = new Set(wanted);
  const found = new Map<number, number>();
  const mayBe = new Uint8Array(LOWEST);
  for (const id of missing) mayBe[id & (LOWEST - 1)] = 1;
  for (let node = 0; node < nodeCount && missing.size > 0; node++) {
    const id = ids[node]!;
    if (mayBe[id & (LOWEST - 1)] === 1 && missing.delete(id)) found.set(id, node);
  }
  return wanted.map((id) => found.get(id) ?? -1);
}

/** An index of any column of numbers: its first `count`. */
export function indexOfIds(ids: Uint32Array | Float64Array, count: number): IdIndex {
  let lineBits = 0;
  while (1 << (lineBits + LINE_BITS) < count * 2) lineBits++;
  const cellsBy = (factor: number, upper: number): ((id: number) => number) =>
    ids instanceof Float64Array ? wideCells(lineBits + LINE_BITS, factor, upper) : cells(lineBits, factor);
  const mask = (1 << (lineBits + LINE_BITS)) - 1;
  const table = new Uint32Array(mask + 1); // ordinals plus one
  let cellOf = cellsBy(FACTOR, UPPER_FACTOR);
  // Ids can be chosen so that they pile up under a factor that is known, and filling the table
  // takes quadratic time.
  for (let tries = 0; !fill(table, ids, count, cellOf, tries < MOST_TRIES); tries++) {
    table.fill(0);
    cellOf = cellsBy(randomFactor(), randomFactor());
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

/** With other factors, before ids are taken to pile up by themselves. */
const MOST_TRIES = 4;

/** Steps to the next cell for each id, on average: V8's ids take less than one. */
const MOST_STEPS = 8;

/** False when it was given up because ids pile up. */
function fill(
  table: Uint32Array,
  ids: Uint32Array | Float64Array,
  count: number,
  cellOf: (id: number) => number,
  mayGiveUp: boolean,
): boolean {
  const mask = table.length - 1;
  let left = mayGiveUp ? count * MOST_STEPS + 1024 : Number.POSITIVE_INFINITY;
  for (let node = 0; node < count; node++) {
    const id = ids[node]!;
    let cell = cellOf(id);
    while (table[cell] !== 0 && ids[table[cell]! - 1] !== id) {
      cell = (cell + 1) & mask;
      left--;
    }
    if (table[cell] === 0) table[cell] = node + 1;
    if (left < 0) return false;
  }
  return true;
}

/** The odd number next to 2^32 / the golden ratio. */
const FACTOR = 0x9e3779b1;

/** For the upper half of an address. */
const UPPER_FACTOR = 0x85ebca6b;

function randomFactor(): number {
  return (Math.random() * 2 ** 32) | 1;
}

function cells(lineBits: number, factor: number): (id: number) => number {
  const shift = 32 - lineBits;
  return (id) => {
    const number = id >>> 1;
    const line = lineBits === 0 ? 0 : Math.imul(number >>> LINE_BITS, factor) >>> shift;
    return (line << LINE_BITS) | (number & ((1 << LINE_BITS) - 1));
  };
}

/** Addresses: both halves count, and the lowest bits are alike in all of them. */
function wideCells(bits: number, factor: number, upper: number): (id: number) => number {
  const shift = 32 - bits;
  return (id) => Math.imul((id >>> 3) ^ Math.imul((id / 2 ** 32) | 0, upper), factor) >>> shift;
}

/** Heapy's table of a partition. */
import { byDescending, byText, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { retainedSizesOfClasses } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import type { Parts } from './parts.js';

/** One part of a heap. */
export interface HeapRow {
  readonly kind: string;
  readonly count: number;
  /** Bytes: the shallow sizes of its nodes, or what it retains. */
  readonly size: number;
}

/** A heap, or the nodes of it that a mask has, in parts. */
export interface HeapTable {
  /** Nodes of all parts. */
  readonly count: number;
  /** Their bytes; with `retained` and a mask what they keep alive together. */
  readonly size: number;
  /** How many parts have nodes. */
  readonly parts: number;
  readonly rows: readonly HeapRow[];
}

/** How a heap is counted. */
export interface HeapTableOptions {
  /** By node 1 where it counts. Default: all. */
  readonly mask?: Uint8Array;
  /**
   * `retained`: exact bytes that each part keeps alive; parts overlap, so that their sum may exceed
   * the heap.
   */
  readonly sizes?: 'shallow' | 'retained' | 'raw';
  /** Rows that are made. Default: all. */
  readonly limit?: number;
}

/**
 * Counts and sizes of the parts.
 *
 * - In: a graph with edges (without them for `raw`), and parts of it.
 * - Out, Order: the parts that have nodes, most bytes first. Ties: most nodes, then by label.
 * - Cost: one pass over the nodes; 16 bytes a part; labels of the rows alone. `retained`:
 *   dominators.
 */
export function heapTable(graph: Graph, parts: Parts, options: HeapTableOptions = {}): HeapTable {
  const { mask, sizes: kind = 'shallow', limit = Number.POSITIVE_INFINITY } = options;
  const sizes = kind === 'raw' ? graph.selfSizes : shallowSizes(graph);
  const counts = new Float64Array(parts.count);
  const bytes = new Float64Array(parts.count);
  let count = 0;
  let size = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    if (mask && mask[node] === 0) continue;
    const part = parts.of[node]!;
    counts[part]! += 1;
    bytes[part]! += sizes[node]!;
    count++;
    size += sizes[node]!;
  }
  const shown = kind === 'retained' ? retainedOf(graph, parts, mask) : bytes;
  // No part keeps more than all of them together.
  if (kind === 'retained' && mask)
    size = retainedOf(graph, { count: 1, of: new Uint32Array(graph.nodeCount) }, mask)[0]!;
  const filled = new Uint32Array(parts.count);
  let found = 0;
  for (let part = 0; part < parts.count; part++) if (counts[part]! > 0) filled[found++] = part;
  const order = filled.subarray(0, found).sort((a, b) => shown[b]! - shown[a]! || counts[b]! - counts[a]!);
  const rows = Array.from(
    order.subarray(0, Math.min(limit, found)),
    (part): HeapRow => ({ kind: parts.label(part), count: counts[part]!, size: shown[part]! }),
  );
  rows.sort(
    inOrder<HeapRow>(
      byDescending((row) => row.size),
      byDescending((row) => row.count),
      byText((row) => row.kind),
    ),
  );
  return { count, size, parts: found, rows };
}

/** Nodes outside of the mask are together in a part of their own, which is thrown away. */
function retainedOf(
  graph: Graph,
  parts: Pick<Parts, 'count' | 'of'>,
  mask: Uint8Array | undefined,
): Float64Array {
  const of = mask ? parts.of.map((part, node) => (mask[node] === 1 ? part : parts.count)) : parts.of;
  // `retainedSizesOfClasses` reads how many labels there are, and none of them.
  return retainedSizesOfClasses(graph, { labels: { length: parts.count + 1 } as readonly string[], of });
}

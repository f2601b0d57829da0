/**
 * The counts of a snapshot: what the head declares, what the nodes add up to, and what the bytes
 * can hold.
 */
import { SnapshotError } from '../base/errors.js';
import { formatCount } from '../base/units.js';
import type { ByteSource } from './byte-sources.js';
import { DAMAGED } from './json.js';
import { COUNT_LIMIT, countFound, type Layout } from './meta.js';

/** Records to make room for: never more than the bytes can hold, whatever the head declares. */
export function roomFor(declared: number, fields: number, source: ByteSource): number {
  // Deflate shrinks text to a 1,032nd at best; brotli and zstd have no bound.
  const inflated =
    source.compression === 'gzip' && source.storedSize !== undefined ? source.storedSize * 1100 : undefined;
  const bytes = source.size ?? inflated ?? Number.POSITIVE_INFINITY;
  return Math.min(declared, Math.ceil(bytes / (2 * fields)));
}

/**
 * Strings at most: a node, an edge or a function names each. Generous, because other tools may
 * write more.
 */
export function mostStrings({ nodeCount, edgeCount, traceFunctionCount }: Layout): number {
  return (1 << 20) + 4 * (nodeCount + edgeCount + traceFunctionCount);
}

/** Turns the edge counts of the nodes into `firstEdge`, in place. Out: the sum. */
export function sumEdgeCounts(firstEdge: Uint32Array, nodeCount: number): number {
  let sum = 0;
  for (let node = 0; node < nodeCount; node++) {
    const count = firstEdge[node]!;
    firstEdge[node] = sum;
    sum += count;
  }
  firstEdge[nodeCount] = sum;
  return sum;
}

/**
 * Compares the number of nodes and the sum of their edge counts with the head, and puts them in its
 * place. Throws SnapshotError `mismatch`, `malformed`, `too-large`. `offset` is where the nodes
 * begin, for messages.
 */
export function closeCounts(
  nodeCount: number,
  edgeSum: number,
  layout: Layout,
  file: string,
  offset: number,
): void {
  if (layout.declaredEdges !== undefined && edgeSum !== layout.declaredEdges)
    throw edgeSumError(edgeSum, layout, file, offset);
  if (edgeSum > COUNT_LIMIT) throw tooManyEdges(edgeSum, file, offset);
  layout.nodeCount = nodeCount;
  layout.edgeCount = edgeSum;
  if (layout.root < nodeCount || nodeCount === 0) return;
  throw new SnapshotError('malformed', '"root_index" is wrong', {
    file,
    section: 'snapshot',
    expected: `the place of one of ${formatCount(nodeCount)} nodes`,
    found: `that of node ${formatCount(layout.root)}`,
    ...DAMAGED,
  });
}

function edgeSumError(sum: number, layout: Layout, file: string, offset: number): SnapshotError {
  return new SnapshotError('mismatch', "the nodes' edge counts do not add up", {
    file,
    section: 'nodes',
    offset,
    expected: `${formatCount(layout.edgeCount)} (edge_count)`,
    found: formatCount(sum),
    ...DAMAGED,
  });
}

function tooManyEdges(sum: number, file: string, offset: number): SnapshotError {
  return new SnapshotError('too-large', 'the nodes have too many edges', {
    file,
    section: 'nodes',
    offset,
    expected: `at most ${formatCount(COUNT_LIMIT)}`,
    found: countFound('edge_count', sum),
    ...DAMAGED,
  });
}

/** Which graphs stand in one memory. */
import { ARENA_LIMIT, Arena } from '../graph/arena.js';
import type { ByteSource } from './byte-sources.js';
import { roomFor } from './counts.js';
import { BYTES_PER_EDGE } from './edges.js';
import type { LoadOptions } from './load.js';
import type { Layout } from './meta.js';
import { BYTES_PER_NODE } from './nodes.js';

/** Bytes of columns from which on it pays. */
const LARGE = 1 << 24;

/** Bytes a node and an edge that analyses take beside the columns. */
const WORK_PER_NODE = 56;
const WORK_PER_EDGE = 4;

/** An arena for a graph that is large and not too large; undefined for all others. */
export function arenaFor(layout: Layout, source: ByteSource, options: LoadOptions): Arena | undefined {
  const { nodeCount, declaredEdges } = layout;
  const { edges = true, buffers, largeFrom = LARGE } = options;
  if (edges !== true || buffers !== undefined || declaredEdges === undefined) return undefined;
  if (layout.declaredNodes === undefined) return undefined;
  const nodes = roomFor(nodeCount, layout.nodes.count, source);
  const bytes = nodes * (BYTES_PER_NODE + 5) + declaredEdges * BYTES_PER_EDGE;
  if (bytes < largeFrom || bytes + nodes * WORK_PER_NODE + declaredEdges * WORK_PER_EDGE > ARENA_LIMIT)
    return undefined;
  return Arena.create(bytes);
}

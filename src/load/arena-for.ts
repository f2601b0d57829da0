/** Which graphs stand in one memory. */
import { ARENA_LIMIT, Arena } from '../graph/arena.js';
import { bytesPer, type ColumnMemory, type ColumnName } from '../graph/columns.js';
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

/** What dominators are computed from. */
const CORE_OF_NODES: readonly ColumnName[] = ['firstEdge'];
const CORE_OF_EDGES: readonly ColumnName[] = ['edgeTypes', 'edgeTargets'];
const CORE = [...CORE_OF_NODES, ...CORE_OF_EDGES];
/** Bytes that they take beside it: by edge, where half of the edges lead to an earlier node. */
const DOMINATORS_PER_NODE = 38;
const DOMINATORS_PER_EDGE = 2;

/** An arena, and what stands in it. */
export interface ArenaColumns {
  readonly arena: Arena;
  /** For all columns of nodes and edges. */
  readonly memory: ColumnMemory;
}

/** Which columns of so many nodes and edges stand in an arena: all, or those for dominators. */
export function roomInArena(nodes: number, edges: number, limit = ARENA_LIMIT): 'all' | 'core' | undefined {
  const all = nodes * (BYTES_PER_NODE + 5 + WORK_PER_NODE) + edges * (BYTES_PER_EDGE + WORK_PER_EDGE);
  if (all <= limit) return 'all';
  const core =
    nodes * (bytesPer(CORE_OF_NODES) + DOMINATORS_PER_NODE) +
    edges * (bytesPer(CORE_OF_EDGES) + DOMINATORS_PER_EDGE);
  return core <= limit ? 'core' : undefined;
}

/**
 * An arena for a graph that is large; undefined for all others.
 *
 * - Out: of a graph that does not fit with all that analyses take, an arena for the columns that
 *   dominators need; the others stand beside it. Undefined where these do not fit either.
 */
export function arenaFor(layout: Layout, source: ByteSource, options: LoadOptions): ArenaColumns | undefined {
  const { nodeCount, declaredEdges } = layout;
  const { edges = true, buffers, largeFrom = LARGE, arenaLimit } = options;
  if (edges !== true || buffers !== undefined || declaredEdges === undefined) return undefined;
  if (layout.declaredNodes === undefined) return undefined;
  const nodes = roomFor(nodeCount, layout.nodes.count, source);
  const all = nodes * (BYTES_PER_NODE + 5) + declaredEdges * BYTES_PER_EDGE;
  if (all < largeFrom) return undefined;
  const fitting = roomInArena(nodes, declaredEdges, arenaLimit);
  if (fitting === undefined) return undefined;
  if (fitting === 'all') {
    const arena = Arena.create(all);
    return arena && { arena, memory: arena };
  }
  const arena = Arena.create(nodes * bytesPer(CORE_OF_NODES) + declaredEdges * bytesPer(CORE_OF_EDGES));
  return arena && { arena, memory: { of: (name) => (CORE.includes(name) ? arena : SharedArrayBuffer) } };
}

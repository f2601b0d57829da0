/**
 * A heap snapshot as a struct of arrays. Two number spaces, and no others: ordinals (`node`
 * 0…nodeCount-1 and `edge` 0…edgeCount-1, in the order of the file) and V8's ids, which stay the
 * same across snapshots of one process.
 *
 * The edges of a node are `edge = firstEdge[node] … firstEdge[node + 1] - 1`.
 *
 * The graph is views of the columns of columns.ts, which says what memory they take.
 */
import type { AllocationTraces } from './allocation-traces.js';
import type { Locations } from './locations.js';
import type { PartFacts } from './part-facts.js';
import type { StringTable } from './strings.js';

/** The edges of a graph as columns; `edge` is the place in each of them. */
export interface Edges {
  readonly count: number;
  /** Our numbers of the edge types (`EDGE` in schema.ts). */
  readonly types: Uint8Array;
  /** A string index; for `element` and `hidden` edges the index itself. */
  readonly names: Uint32Array;
  /** Ordinals of the nodes that the edges lead to. */
  readonly targets: Uint32Array;
}

/** A part of the file: where it stands, and its bytes where they were kept. */
export interface Section {
  readonly name: string;
  /** Bytes from the start of the decompressed text to the section's value. */
  readonly offset: number;
  /** Length of the value in bytes. */
  readonly length: number;
  /** Whether the file can be read again: no stream, no bytes in memory. */
  readonly rereadable: boolean;
  readonly kept?: readonly Uint8Array[];
}

/** Where a salvaged snapshot ended. */
export interface Truncation {
  readonly section: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

/** What the head of a snapshot says, and what kind of file it is. */
export interface Head {
  /** The path, `(standard input)`, `(memory)` or `(stream)`. */
  readonly file: string;
  readonly compression: 'gzip' | 'brotli' | 'zstd' | undefined;
  /** Bytes on disk; undefined for a stream. */
  readonly storedSize: number | undefined;
  /** Promised counts. */
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly traceFunctionCount: number;
  /** Native memory that V8 knows of and no node stands for, in bytes; 0 before Node.js 24. */
  readonly extraNativeBytes: number;
  /** Names of the record fields, as the file has them. */
  readonly fieldNames: Readonly<Record<'node' | 'edge' | 'location', readonly string[]>>;
  /** The same of the sections on scopes, since V8 15; undefined where the file has none. */
  readonly scopeFieldNames?: Readonly<Record<'scope' | 'variable' | 'use', readonly string[]>> | undefined;
  /** What the file says of itself where it is a part of another snapshot. */
  readonly part?: PartFacts;
}

/** A heap snapshot as columns; `node` is the place in each of them. */
export interface Graph {
  readonly head: Head;
  /** The path, or `(standard input)`, `(memory)`, `(stream)`. */
  readonly file: string;
  /** Set when the file ended early and was salvaged. */
  readonly truncation: Truncation | undefined;
  readonly nodeCount: number;
  /** Ordinal of the root. */
  readonly root: number;
  /** Native bytes that no node stands for (0 before Node.js 24). */
  readonly extraNativeBytes: number;
  /** Our numbers of the node types (`NODE` in schema.ts). */
  readonly nodeTypes: Uint8Array;
  /** String indexes. */
  readonly nodeNames: Uint32Array;
  /** V8's ids, of 32 bits. Wider ones, such as Julia's addresses, are doubles (8 bytes a node). */
  readonly ids: Uint32Array | Float64Array;
  /** False when some of them are beyond 2^53 and rounded: then they tell no two objects apart. */
  readonly idsAreExact: boolean;
  /** V8's own `self_size` in bytes. */
  readonly selfSizes: Uint32Array | Float64Array;
  readonly firstEdge: Uint32Array;
  /** As V8 wrote it: 0 unknown, 1 attached, 2 detached. Absent when the file does not say. */
  readonly detachedness: Uint8Array | undefined;
  /** The trace that made each node, 0 for none. Absent when no allocations were recorded. */
  readonly traceNodeIds: Uint32Array | undefined;
  /** Absent when they were not asked for, or no allocations were recorded. */
  readonly traces: AllocationTraces | undefined;
  /** Absent when they were not asked for. */
  readonly edges: Edges | undefined;
  readonly strings: StringTable;
  /** Absent when they were not asked for, or the file has none. */
  readonly locations: Locations | undefined;
  readonly nodeTypeNames: readonly string[];
  readonly edgeTypeNames: readonly string[];
  readonly sections: readonly Section[];
}

/** The graph's edges. Throws when it was loaded without them: a mistake in the calling code. */
export function edgesOf(graph: Graph): Edges {
  if (graph.edges) return graph.edges;
  throw new TypeError(`${graph.file} was loaded without edges; load it with { edges: true }`);
}

/** Ordinal of the node with this id, or undefined. Cost: one pass over the ids. */
export function nodeWithId(graph: Graph, id: number): number | undefined {
  const node = graph.ids.indexOf(id);
  return node < 0 ? undefined : node;
}

/**
 * Ordinal of the node that an edge leads from: the last one whose edges begin at it or before.
 * Cost: a binary search.
 */
export function sourceOf({ firstEdge, nodeCount }: Graph, edge: number): number {
  let low = 0;
  let high = nodeCount;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle;
  }
  return low;
}

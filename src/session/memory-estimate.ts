/**
 * How much memory a question about a file will take at most, told from the head of the file. The
 * shares were measured on snapshots of 100 MB to 1.2 GB; a test holds them to 15 %.
 */
import type { Head } from '../graph/graph.js';
import { roomInArena } from '../load/arena-for.js';
import type { GraphNeed, Need, Work } from './need.js';

/** What is known of a file before its nodes are read. */
export interface FileFacts {
  readonly head: Head;
  /** Bytes of the strings; undefined where they are not known. Asked where they are kept. */
  readonly stringBytes: () => number | undefined;
  /** Bytes that the process had in memory before the first snapshot. */
  readonly resident: number;
  /** Bytes that other snapshots take which are held at the same time. */
  readonly others: number;
}

export interface MemoryEstimate {
  readonly head: Head;
  /** The peak of the process, in bytes. */
  readonly bytes: number;
  /** Those of this snapshot. */
  readonly own: number;
  /** What it is made of. */
  readonly parts: readonly { readonly what: string; readonly bytes: number }[];
}

/** Bytes of the columns: see columns.ts. */
const NODE = 18;
const EDGE = 9;
const LOCATION = 4;

/** Bytes that work takes at its peak, beside the columns. */
const WORK: Readonly<Record<Work, { readonly node: number; readonly edge: number }>> = {
  counts: { node: 4, edge: 0 },
  ids: { node: 28, edge: 0 },
  sizes: { node: 18, edge: 0 },
  holders: { node: 22, edge: 4 },
  retained: { node: 54, edge: 4 },
  both: { node: 60, edge: 8 },
  all: { node: 100, edge: 9 },
};

/** The same of dominators where nothing else is computed beside them. */
const ALONE = { node: 32, edge: 3.5 };

/** What code, its compilation and small things take, beside what was there before. */
const PROGRAM = 20e6;
/** The same for counts without a graph. */
const COUNTING = 13e6;
/** Chunks of text that was compressed, until they are collected; with a graph and without. */
const INFLATED = { graph: 15e6, counts: 32e6 };

/** Bytes of text that a node and an edge take, where nothing else says how long the strings are. */
const TEXT = { node: 22, edge: 15 };
/** Bytes of strings for a byte of this text. */
const STRING_SHARE = 0.15;

/** Undefined where a need takes next to nothing. */
export function estimateMemory(facts: FileFacts, need: Need): MemoryEstimate | undefined {
  const { head, resident, others } = facts;
  if (need.kind === 'nothing' || need.kind === 'head') return undefined;
  const graph = graphNeedOf(need, head);
  const inflated = head.compression === undefined ? 0 : INFLATED[graph ? 'graph' : 'counts'];
  const program = { what: 'the program', bytes: resident + (graph ? PROGRAM : COUNTING) + inflated };
  const own = graph ? partsOf(facts, graph) : [];
  const sum = own.reduce((total, { bytes }) => total + bytes, 0);
  return {
    head,
    parts: [program, ...own, { what: 'other snapshots', bytes: others }],
    own: sum,
    bytes: program.bytes + sum + others,
  };
}

function partsOf({ head, stringBytes }: FileFacts, graph: GraphNeed): MemoryEstimate['parts'] {
  const { nodeCount, edgeCount } = head;
  const edges = graph.edges === true ? edgeCount : 0;
  const work = graph.work ?? (graph.edges === true ? 'retained' : 'counts');
  const isAlone = work === 'retained' && roomInArena(nodeCount, edgeCount) === 'core';
  const { node, edge } = isAlone ? ALONE : WORK[work];
  const text = nodeCount * TEXT.node + edgeCount * TEXT.edge;
  return [
    { what: 'nodes', bytes: nodeCount * (NODE + (graph.locations ? LOCATION : 0)) },
    { what: 'edges', bytes: edges * EDGE },
    { what: 'strings', bytes: stringBytes() ?? text * STRING_SHARE },
    { what: 'what is computed of them', bytes: nodeCount * node + edges * edge },
  ];
}

/** The graph that is loaded for a need; undefined where there is none. */
function graphNeedOf(need: Need, head: Head): GraphNeed | undefined {
  switch (need.kind) {
    case 'graph':
      return need;
    case 'summary':
      return { kind: 'graph', edges: true, locations: false, work: 'retained' };
    case 'classes':
      // A stream cannot be read twice.
      return head.storedSize === undefined ? { kind: 'graph', edges: false, locations: false } : undefined;
    default:
      return undefined;
  }
}

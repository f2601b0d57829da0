/**
 * V8's hash tables behind Map and Set: an array of pointers with 3 numbers, b buckets (a power of
 * 2), then 2b entries, of a key, a Map's value, and the next entry's number. Deleted entries stay
 * in their place until the table is made anew.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/objects/ordered-hash-table.h
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE } from '../graph/schema.js';
import { holeNames } from './names.js';

/** Pointers of an entry. */
export const ENTRY_SIZE = { Map: 3, Set: 2 } as const;

/**
 * The slot in which the first entry begins, by the size of the table in bytes; undefined for an
 * array that is no table with such entries. Works for pointers of 8 bytes and, as in Chromium, of
 * 4; two of them come before the first slot.
 */
export function firstEntrySlot(bytes: number, entrySize: number): number | undefined {
  for (const pointer of [8, 4]) {
    const buckets = (bytes / pointer - 2 - 3) / (1 + 2 * entrySize);
    if (Number.isInteger(buckets) && buckets > 0 && (buckets & (buckets - 1)) === 0) return 3 + buckets;
  }
  return undefined;
}

/** Targets of an array's internal edges that are named by a number. */
export function slotsOf(graph: Graph, array: number): Map<number, number> {
  const { types, names, targets } = edgesOf(graph);
  const slots = new Map<number, number>();
  for (let edge = graph.firstEdge[array]!, end = graph.firstEdge[array + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.internal) continue;
    const slot = slotNumber(graph.strings.get(names[edge]!));
    if (slot !== undefined) slots.set(slot, targets[edge]!);
  }
  return slots;
}

/** The number that an edge is named by; undefined for other names. */
export function slotNumber(name: string): number | undefined {
  return /^\d{1,10}$/.test(name) ? Number(name) : undefined;
}

/** Entries of a Map's or Set's hash table that hold something other than small integers. */
export function tableEntries(graph: Graph, table: number, entrySize: number): number {
  const { types, names, targets } = edgesOf(graph);
  const holes = holeNames(graph);
  const start = firstEntrySlot(graph.selfSizes[table]!, entrySize) ?? 3;
  let entries = 0;
  let last = -1;
  for (let edge = graph.firstEdge[table]!, end = graph.firstEdge[table + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.internal || holes.has(graph.nodeNames[targets[edge]!]!)) continue;
    const slot = Number(graph.strings.get(names[edge]!));
    if (!Number.isInteger(slot) || slot < start) continue;
    const entry = Math.floor((slot - start) / entrySize);
    if (entry !== last) entries++;
    last = entry;
  }
  return entries;
}

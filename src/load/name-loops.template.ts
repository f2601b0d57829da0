/**
 * The hot loops over names alone: whole records of a section, as V8 writes them, into what their
 * strings are used for. `build/record-loops.mjs` makes `name-loops.generated.ts` of this file;
 * record-loops.template.ts says how, and what such a loop takes and gives.
 */
import type { Taken } from './record-loops.generated.js';

const COMMA = 44 - 48;
/** V8 up to Node.js 22 writes a newline in front of the comma. */
const NEWLINE = 10 - 48;

/** What the loops over names need to know. */
export interface NameLoop {
  /** By the file's number of a type, the bits that its names get; 0 for those that are none. */
  readonly roleOf: Uint16Array;
  /** Ordinals are below it. */
  readonly limit: number;
}

/** What a loop over names took. */
export interface TakenRoles extends Taken {
  /** The largest string index that got a bit, or -1. */
  readonly largest: number;
}

/** The same of nodes, with the sum of their edge counts. */
export interface TakenNodeRoles extends TakenRoles {
  readonly edges: number;
}

/**
 * Marks the names of nodes whose fields are in V8's order, by string. Stops at a name beyond the
 * room.
 */
export function markNodes(
  b: Uint8Array,
  from: number,
  end: number,
  roles: Uint16Array,
  first: number,
  { roleOf, limit, fields }: NameLoop & { readonly fields: number },
): TakenNodeRoles {
  const typeCount = roleOf.length;
  const room = roles.length;
  let largest = -1;
  let sum = 0;
  let node = first;
  let start = from;
  let p = from;
  let done = p;
  let c = 0;
  while (p < end && node < limit) {
    // @digits type 2
    if (c !== COMMA || type >= typeCount) break;
    // @number name
    if (c !== COMMA || name >= room) break;
    // @skipped id 20
    if (c !== COMMA) break;
    // @skipped size
    if (c !== COMMA) break;
    // @number edges
    if (fields > 5) {
      if (c !== COMMA) break;
      // @skipped sixth
    }
    if (fields > 6) {
      if (c !== COMMA) break;
      // @skipped seventh
    }
    // @end
    roles[name]! |= roleOf[type]!;
    if (name > largest) largest = name;
    sum += edges;
    node = (node + 1) | 0;
    done = p;
  }
  return { at: done, next: node, largest, edges: sum };
}

/** The same of edges. */
export function markEdges(
  b: Uint8Array,
  from: number,
  end: number,
  roles: Uint16Array,
  first: number,
  { roleOf, limit }: NameLoop,
): TakenRoles {
  const typeCount = roleOf.length;
  const room = roles.length;
  let largest = -1;
  let edge = first;
  let start = from;
  let p = from;
  let done = p;
  let c = 0;
  while (p < end && edge < limit) {
    // @digits type 1
    if (c !== COMMA || type >= typeCount) break;
    // @number name
    if (c !== COMMA) break;
    // @skipped target
    // @end
    const role = roleOf[type]!;
    if (role !== 0) {
      if (name >= room) break;
      roles[name]! |= role;
      if (name > largest) largest = name;
    }
    edge = (edge + 1) | 0;
    done = p;
  }
  return { at: done, next: edge, largest };
}

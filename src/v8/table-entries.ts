/**
 * Entries of the hash tables behind Map and Set, as JavaScript would reach them.
 *
 * For what a table is made of, see tables.ts. Small integers have no edges there, also where
 * the snapshot has numbers, nor have `true`, `false`, `null` and `undefined`: an entry that shows
 * nothing may be any of these, or deleted.
 */

import { printable } from '../base/printable.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { isObject, oddballOf } from './names.js';
import { ENTRY_SIZE, firstEntrySlot, slotNumber } from './tables.js';
import { numberText, stringText } from './values.js';

/** V8 cuts strings at this length in a snapshot. */
const CUT = 1024;

/**
 * Whether a text is what the program has: not cut, and without characters that stand for others. V8
 * writes a character beyond U+FFFF with its last four digits only: U+1F600 becomes U+F600. The
 * range has what emoji and the like become, private use, and lone surrogates.
 *
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 *   (WriteUChar)
 */
export function isExact(text: string): boolean {
  return text.length < CUT && !/[\ud400-\ufaff]/.test(text);
}

/** The text as a JavaScript literal, in characters that every reader can see. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

/** Symbols that are properties of `Symbol`. */
export const WELL_KNOWN_SYMBOL =
  /^Symbol\.(asyncIterator|hasInstance|isConcatSpreadable|iterator|match|matchAll|replace|search|species|split|toPrimitive|toStringTag|unscopables|dispose|asyncDispose)$/;

/** What comes behind the expression of a Map or a Set to reach the content of a slot. */
export interface Entry {
  /** The expression for a container. */
  readonly of: (container: string) => string;
  readonly evaluable: boolean;
}

/**
 * How to reach what stands in a slot of the table of a Map or Set; undefined when the slot is none
 * of an entry. A value whose key can be written is `.get(key)`; all else is counted: among all
 * entries when each one before it shows something, otherwise among those of the same kind (objects,
 * strings, symbols), which a snapshot shows in full.
 *
 * - Cost: the table's edges.
 */
export function tableEntry(graph: Graph, table: number, slot: number): Entry | undefined {
  const layout = layoutOf(graph.selfSizes[table]!);
  if (layout === undefined || slot < layout.start) return undefined;
  const { size, start } = layout;
  const place = Math.floor((slot - start) / size);
  const part = (slot - start) % size;
  if (part === size - 1) return undefined;

  const counts = countEntries(graph, table, layout, place, part);
  if (counts === undefined) return undefined;
  const { key, test, live, alike, doubtful } = counts;
  const literal = part === 1 && key !== undefined ? keyLiteral(graph, key) : undefined;
  if (literal !== undefined) return { of: (map) => `${map}.get(${literal})`, evaluable: true };

  const list = (container: string): string =>
    size === 2 ? `[...${container}]` : `[...${container}.${part === 0 ? 'keys' : 'values'}()]`;
  if (!doubtful) return { of: (container) => `${list(container)}[${live}]`, evaluable: true };
  if (test !== undefined)
    return { of: (container) => `${list(container)}.filter((v) => ${test})[${alike}]`, evaluable: true };
  return {
    of: (container) => `(one of ${list(container)}, not before the ${ordinal(live + 1)})`,
    evaluable: false,
  };
}

interface Layout {
  /** Pointers of an entry: 3 of a Map, 2 of a Set. */
  readonly size: 2 | 3;
  /** The first slot of the entries. */
  readonly start: number;
}

interface Counts {
  readonly key: number | undefined;
  /** A test that the content passes; undefined when a snapshot does not show all that pass it. */
  readonly test: string | undefined;
  /**
   * Entries before the content's that are live for certain, and those whose content passes the
   * test.
   */
  readonly live: number;
  readonly alike: number;
  /** Whether there are entries before it that show nothing. */
  readonly doubtful: boolean;
}

/**
 * Counts the entries before one, in a pass over the table's edges. V8 writes them by ascending
 * slots; undefined for a table in another order, or without the content.
 */
function countEntries(
  graph: Graph,
  table: number,
  { size, start }: Layout,
  place: number,
  part: number,
): Counts | undefined {
  const { types, names, targets } = edgesOf(graph);
  const first = graph.firstEdge[table]!;
  const end = graph.firstEdge[table + 1]!;
  const slotOf = (edge: number): number | undefined =>
    types[edge] === EDGE.internal ? slotNumber(graph.strings.get(names[edge]!)) : undefined;
  let key: number | undefined;
  let content: number | undefined;
  for (let edge = end - 1; edge >= first && content === undefined; edge--) {
    if (slotOf(edge) === start + place * size + part) content = targets[edge]!;
  }
  if (content === undefined) return undefined;
  const test = kindTest(graph, content);
  let last = -1;
  let entry = -1;
  let shown = 0;
  let deleted = 0;
  let alike = 0;
  for (let edge = first; edge < end; edge++) {
    const slot = slotOf(edge);
    if (slot === undefined || slot < start) continue;
    if (slot <= last) return undefined;
    last = slot;
    const current = Math.floor((slot - start) / size);
    const target = targets[edge]!;
    if (current === place && (slot - start) % size === 0) key = target;
    if (current >= place) break;
    if (current !== entry) {
      shown++;
      if (isHole(graph, target)) deleted++;
    }
    entry = current;
    if ((slot - start) % size === part && test !== undefined && kindTest(graph, target) === test) alike++;
  }
  return { key, test, live: shown - deleted, alike, doubtful: shown < place };
}

/**
 * What the size of an array in bytes says; undefined for one that is no such table. No size fits
 * both.
 */
function layoutOf(bytes: number): Layout | undefined {
  for (const size of [ENTRY_SIZE.Map, ENTRY_SIZE.Set]) {
    const start = firstEntrySlot(bytes, size);
    if (start !== undefined) return { size, start };
  }
  return undefined;
}

/**
 * A Map's key as JavaScript; undefined when only the program has it, or the snapshot does not tell
 * its value.
 */
function keyLiteral(graph: Graph, key: number): string | undefined {
  const name = graph.strings.get(graph.nodeNames[key]!);
  switch (graph.nodeTypes[key]) {
    case NODE.string:
      return isExact(name) ? quoted(name) : undefined;
    case NODE['concatenated string']: {
      const text = stringText(graph, key, CUT);
      return isExact(text) ? quoted(text) : undefined;
    }
    case NODE.symbol: {
      const description = symbolDescription(graph, key);
      return WELL_KNOWN_SYMBOL.test(description) ? description : undefined;
    }
    case NODE.number:
      return numberText(graph, key);
    default: {
      const oddball = oddballOf(graph, key);
      return oddball === 'hole' ? undefined : oddball;
    }
  }
}

function symbolDescription(graph: Graph, symbol: number): string {
  const name = edgeTarget(graph, symbol, EDGE.internal, ['name']);
  return name === undefined ? '' : stringText(graph, name, CUT);
}

/** A test that tells such values from others, for kinds of which a snapshot shows every one. */
function kindTest(graph: Graph, node: number): string | undefined {
  switch (graph.nodeTypes[node]) {
    case NODE.string:
    case NODE['concatenated string']:
    case NODE['sliced string']:
      return 'typeof v === "string"';
    case NODE.symbol:
      return 'typeof v === "symbol"';
    case NODE.bigint:
      return 'typeof v === "bigint"';
    default:
      return isObject(graph, node) ? 'Object(v) === v' : undefined;
  }
}

function isHole(graph: Graph, node: number): boolean {
  return oddballOf(graph, node) === 'hole';
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

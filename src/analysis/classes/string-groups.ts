/** Strings by their text, as columns: which are equal, and what each group takes. */

import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import {
  CUT,
  isFlattened,
  isText,
  type Length,
  lengthOf,
  numberBelow,
  SLICED,
  textOf,
} from '../../v8/string-facts.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** Groups of equal strings, the group being the place in each column. */
export interface StringGroups {
  readonly count: number;
  /** Ordinal of the first string. */
  readonly first: Uint32Array;
  readonly counts: Uint32Array;
  /** Bytes of all of them. */
  readonly bytes: Float64Array;
  /** Bytes of the largest. */
  readonly largest: Float64Array;
  /** How many of them count as equal by a guess. */
  readonly assumed: Uint32Array;
  /**
   * Cut strings that begin like another one, and of which the file does not tell whether they are
   * equal.
   */
  readonly unknown: number;
  /** The strings, ascending, and the group of each: where they were asked for. */
  readonly members?: { readonly nodes: Uint32Array; readonly groups: Uint32Array };
}

/**
 * Groups of equal strings, those of one string among them: strings of V8's types `string` and
 * `concatenated string` that have a size, without concatenated ones that were flattened (they only
 * point to the flat string). The rules are those of `duplicateStrings`.
 *
 * - Order: by the first string.
 * - Cost: each distinct text is read once; 40 bytes a string, 10 bytes a name while it runs.
 *   Members are 8 bytes a string.
 */
export function groupStrings(graph: Graph, { members = false } = {}): StringGroups {
  const { nodeCount, nodeTypes, nodeNames } = graph;
  let candidates = 0;
  for (let node = 0; node < nodeCount; node++) if (isText(nodeTypes[node]!)) candidates++;
  const names = flatNames(graph);
  // Another thread may be at work on these.
  const sizes = shallowSizes(graph);
  // Groups stand in an open hash table: a slot has the number of a group plus one.
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, candidates * 2))) - 1;
  const slots = new Uint32Array(mask + 1);
  const firstNode = new Uint32Array(candidates);
  const counts = new Uint32Array(candidates);
  const bytes = new Float64Array(candidates);
  const largest = new Float64Array(candidates);
  const hashes = new Uint32Array(candidates);
  const whole = wholeNames(graph, names.lengths);
  let groupCount = 0;
  const memberNodes = new Uint32Array(members ? candidates : 0);
  const memberGroups = new Uint32Array(members ? candidates : 0);
  let memberCount = 0;
  const assumedIn = new Uint32Array(candidates); // by group
  let unknown = 0;
  const textOfFirst = rememberedText(graph);
  const textOfNode = lastText(graph);
  const search = (hash: number, node: number): Found => {
    let isUnknown = false;
    let isTaken = false;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const group = slots[slot]! - 1;
      if (group < 0) return { group, slot, isUnknown, isTaken, isAssumed: false };
      if (hashes[group] !== hash) continue;
      const first = firstNode[group]!;
      const likeness = compare(graph, first, node, textOfFirst, textOfNode);
      if (likeness === 'equal' || likeness === 'assumed')
        return { group, slot, isUnknown, isTaken, isAssumed: likeness === 'assumed' };
      isUnknown ||= likeness === 'unknown';
      isTaken ||= isFlat(graph, first) === isFlat(graph, node) && textOfFirst(first) === textOfNode(node);
    }
  };
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeTypes[node]!;
    const size = sizes[node]!;
    if (size === 0 || !isText(type) || isFlattened(graph, node)) continue;
    const name = nodeNames[node]!;
    let group = type === NODE.string ? whole.groupOf(name, node, size) : -1;
    if (group < 0) {
      let hash = (type === NODE.string ? names.hashes[name] : undefined) ?? hashOf(textOfNode(node));
      // Under the hash of its text a group has its place, and one more where some are flat and some
      // are not. What is equal to neither is looked for under what it would have to agree in:
      // millions of strings may begin alike.
      let found = search(hash, node);
      let isUnknown = found.isUnknown;
      const isTaken = found.group < 0 && found.isTaken;
      if (isTaken) {
        hash = mixed(hash, keyOf(graph, node, textOfNode(node)));
        found = search(hash, node);
        isUnknown ||= found.isUnknown;
      }
      group = found.group;
      if (group < 0) {
        group = groupCount++;
        slots[found.slot] = group + 1;
        hashes[group] = hash;
        firstNode[group] = node;
        if (isUnknown) unknown++;
        else if (!isTaken && type === NODE.string) whole.keep(name, node, size, group);
      } else if (found.isAssumed) assumedIn[group]! += 1;
    }
    if (members) {
      memberNodes[memberCount] = node;
      memberGroups[memberCount++] = group;
    }
    counts[group]! += 1;
    bytes[group]! += size;
    if (size > largest[group]!) largest[group] = size;
  }
  return {
    count: groupCount,
    first: firstNode,
    counts,
    bytes,
    largest,
    assumed: assumedIn,
    unknown,
    ...(members
      ? {
          members: {
            nodes: memberNodes.subarray(0, memberCount),
            groups: memberGroups.subarray(0, memberCount),
          },
        }
      : {}),
  };
}

/** What flat strings are called: by number of the text, for those that are a string's. */
interface FlatNames {
  readonly hashes: Uint32Array;
  /** Characters; `CUT` stands for more as well. */
  readonly lengths: Uint16Array;
}

/** Cost: each distinct text is read once. */
function flatNames({ nodeCount, nodeTypes, nodeNames, strings }: Graph): FlatNames {
  const hashes = new Uint32Array(strings.length);
  const lengths = new Uint16Array(strings.length);
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeNames[node]!;
    if (nodeTypes[node] !== NODE.string || hashes[name] !== 0) continue;
    const text = strings.get(name);
    hashes[name] = hashOf(text);
    lengths[name] = Math.min(CUT, text.length);
  }
  return { hashes, lengths };
}

/**
 * Groups of strings by the number of their text, where that is enough to tell: it is whole, and no
 * group before has it. Most strings of a large heap have the text of one before them.
 */
function wholeNames(
  graph: Graph,
  lengths: Uint16Array,
): {
  /** The group of a string with this name that is whole, or -1. */
  groupOf(name: number, node: number, size: number): number;
  /** Notes the group of a string, the first with its text, where it is whole. */
  keep(name: number, node: number, size: number, group: number): void;
} {
  const groups = new Uint32Array(lengths.length);
  const isWhole = (name: number, node: number, size: number): boolean =>
    !lengthOf(graph, node, lengths[name]!, size).isCut;
  return {
    groupOf(name, node, size) {
      const group = groups[name] ?? 0;
      return group !== 0 && isWhole(name, node, size) ? group - 1 : -1;
    },
    keep(name, node, size, group) {
      if (name < groups.length && lengths[name]! < CUT && isWhole(name, node, size)) groups[name] = group + 1;
    },
  };
}

/** Whether two strings count as equal. Cost: what it takes to compare two texts. */
export function areEqual(graph: Graph, one: number, other: number): boolean {
  const likeness = compare(graph, one, other, lastText(graph), lastText(graph));
  return likeness === 'equal' || likeness === 'assumed';
}

/** Reads texts and remembers the last one: a comparison asks for the same text several times. */
function lastText(graph: Graph): (node: number) => string {
  let last = -1;
  let text = '';
  return (node) => {
    if (node !== last) text = textOf(graph, node);
    last = node;
    return text;
  };
}

/** Characters of concatenated strings that are remembered: they are put together piece by piece. */
const MOST_REMEMBERED = 8_000_000;

/** The same for the first strings of groups, which are asked for again and again. */
function rememberedText(graph: Graph): (node: number) => string {
  const read = lastText(graph);
  const known = new Map<number, string>();
  let characters = 0;
  return (node) => {
    if (graph.nodeTypes[node] === NODE.string) return read(node);
    const found = known.get(node);
    if (found !== undefined) return found;
    const text = read(node);
    characters += text.length;
    if (characters <= MOST_REMEMBERED) known.set(node, text);
    return text;
  };
}

/** Where a string belongs in the table. */
interface Found {
  /** Its group, or -1 when it has none yet. */
  readonly group: number;
  readonly slot: number;
  /** There is a group of which nobody knows whether it is its own. */
  readonly isUnknown: boolean;
  /** There is a group of the same text, flat as this one or not, that is another one. */
  readonly isTaken: boolean;
  readonly isAssumed: boolean;
}

/**
 * What strings with one text have to agree in to be equal: nothing where none of them is cut. A
 * number that no other string has where it is equal to none.
 */
function keyOf(graph: Graph, node: number, text: string): number {
  const name = graph.nodeNames[node]!;
  if (text.includes(SLICED)) return graph.nodeTypes[node] === NODE.string ? name : node;
  const { known, isCut } = lengthIn(graph, node, text);
  if (!isCut) return 0;
  const hash = numberBelow(graph, node, 'hash');
  if (known !== undefined && hash !== undefined) return mixed(known, hash);
  const size = shallowSizes(graph)[node]!;
  return isFlat(graph, node) && size >= text.length ? size : node;
}

/** Whether its characters are its own: the size of any other string says nothing of its text. */
function isFlat(graph: Graph, node: number): boolean {
  return graph.nodeTypes[node] === NODE.string;
}

type Likeness = 'equal' | 'assumed' | 'unknown' | 'different';

function compare(
  graph: Graph,
  a: number,
  b: number,
  textOfA: (node: number) => string,
  textOfB: (node: number) => string,
): Likeness {
  const sameName =
    graph.nodeTypes[a] === NODE.string &&
    graph.nodeTypes[b] === NODE.string &&
    graph.nodeNames[a] === graph.nodeNames[b];
  const text = textOfA(a);
  if (!sameName && (text !== textOfB(b) || text.includes(SLICED))) return 'different';
  const [one, other] = [a, b].map((node) => lengthIn(graph, node, text)) as [Length, Length];
  if (!one.isCut && !other.isCut) return 'equal';
  if (one.known !== undefined && other.known !== undefined) {
    if (one.known !== other.known) return 'different';
    const [hash, otherHash] = [a, b].map((node) => numberBelow(graph, node, 'hash'));
    if (hash !== undefined && otherHash !== undefined) return hash === otherHash ? 'equal' : 'different';
  }
  const sizes = shallowSizes(graph);
  const tellSizes = [a, b].every((node) => isFlat(graph, node) && sizes[node]! >= text.length);
  if (!tellSizes) return 'unknown';
  return sizes[a] === sizes[b] ? 'assumed' : 'different';
}

function lengthIn(graph: Graph, node: number, text: string): Length {
  return lengthOf(graph, node, text.length, shallowSizes(graph)[node]!);
}

/** Differs from run to run, so that no file can be made whose texts all meet in one slot. */
const SEED = (Math.random() * 2 ** 32) | 0;

/** FNV-1a over the characters' codes; never 0, which stands for "not known yet". */
function hashOf(text: string): number {
  let hash = 0x811c9dc5 ^ SEED;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}

function mixed(hash: number, key: number): number {
  const one = Math.imul(hash ^ SEED ^ (key | 0), 0x9e3779b1);
  return Math.imul(one ^ (one >>> 15), 0x85ebca6b) >>> 0 || 1;
}

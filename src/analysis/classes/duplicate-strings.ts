/** Strings that the heap holds more than once. */

import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { edgeTarget } from '../../graph/walk.js';
import { stringText } from '../../v8/values.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** One text that several strings hold. */
export interface DuplicateString {
  /** The text, as far as the snapshot has it: V8 cuts at 1,024 characters unless told otherwise. */
  readonly text: string;
  readonly count: number;
  /** Bytes of all of them. */
  readonly size: number;
  /** Bytes that would be free with one of them: all but the largest. */
  readonly wastedSize: number;
  /** Ordinal of the first. */
  readonly node: number;
}

/** What a heap holds twice. */
export interface DuplicateStrings {
  /** Most bytes wasted first, ties by the order of the file. */
  readonly groups: readonly DuplicateString[];
  /** Bytes, summed over all groups. */
  readonly wastedSize: number;
  /**
   * Strings of these groups that V8 cut: the file has their beginnings alone, and they count as
   * equal because these and their sizes are.
   */
  readonly assumed: number;
  /**
   * Cut strings that begin like another one, and of which the file does not tell whether they are
   * equal: not counted.
   */
  readonly unknown: number;
}

/** Where V8 cuts texts by default. A text of this length may be a longer one that was cut. */
const CUT = 1024;

/** The most bytes in front of a string's characters, and behind them to the next multiple of 8. */
const HEADER = 40;

/** What V8 writes in place of the text of a part of another string: what it says is not known. */
const SLICED = '(sliced string)';

/**
 * Groups of equal strings: those of V8's types `string` and `concatenated string` that have a size,
 * without concatenated ones that were flattened (they only point to the flat string).
 *
 * Of texts that V8 cut, the true length and V8's hash have to be equal too, where the file has them
 * (few V8 write them). Otherwise equal beginnings and equal sizes count as equal, which is a guess:
 * `assumed` says how many. The size says nothing of a string whose characters lie elsewhere
 * (concatenated, or outside of V8's heap): `unknown`. Empty when nothing is there twice. Needs
 * edges.
 * Cost: each distinct text is read once; 12 bytes a string, 4 bytes a name while it runs.
 */
export const duplicateStrings = memo((graph: Graph): DuplicateStrings => {
  const sizes = shallowSizes(graph);
  const { nodeCount, nodeTypes, nodeNames } = graph;
  let candidates = 0;
  for (let node = 0; node < nodeCount; node++) if (isText(nodeTypes[node]!)) candidates++;
  // Groups stand in an open hash table: a slot has the number of a group plus one.
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, candidates * 2))) - 1;
  const slots = new Uint32Array(mask + 1);
  const firstNode = new Uint32Array(candidates);
  const counts = new Uint32Array(candidates);
  const bytes = new Float64Array(candidates);
  const largest = new Float64Array(candidates);
  const hashes = new Uint32Array(candidates);
  const hashOfName = new Uint32Array(graph.strings.length);
  let groupCount = 0;
  const assumedIn = new Uint32Array(candidates); // by group
  let unknown = 0;
  const textOfFirst = lastText(graph);
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
    let hash = type === NODE.string ? (hashOfName[name] ?? 0) : 0;
    if (hash === 0) {
      hash = hashOf(textOfNode(node));
      if (type === NODE.string && name < hashOfName.length) hashOfName[name] = hash;
    }
    // Under the hash of its text a group has its place, and one more where some are flat and some
    // are not. What is equal to neither is looked for under what it would have to agree in:
    // millions of strings may begin alike.
    let found = search(hash, node);
    let isUnknown = found.isUnknown;
    if (found.group < 0 && found.isTaken) {
      hash = mixed(hash, keyOf(graph, node, textOfNode(node)));
      found = search(hash, node);
      isUnknown ||= found.isUnknown;
    }
    let { group } = found;
    if (group < 0) {
      group = groupCount++;
      slots[found.slot] = group + 1;
      hashes[group] = hash;
      firstNode[group] = node;
      if (isUnknown) unknown++;
    } else if (found.isAssumed) assumedIn[group]! += 1;
    counts[group]! += 1;
    bytes[group]! += size;
    if (size > largest[group]!) largest[group] = size;
  }
  const groups: DuplicateString[] = [];
  let wastedSize = 0;
  let assumed = 0;
  for (let group = 0; group < groupCount; group++) {
    if (counts[group]! < 2) continue;
    const wasted = bytes[group]! - largest[group]!;
    wastedSize += wasted;
    if (assumedIn[group]! > 0) assumed += assumedIn[group]! + 1; // and the first
    groups.push({
      text: textOf(graph, firstNode[group]!),
      count: counts[group]!,
      size: bytes[group]!,
      wastedSize: wasted,
      node: firstNode[group]!,
    });
  }
  groups.sort((a, b) => b.wastedSize - a.wastedSize || a.node - b.node);
  return { groups, wastedSize, assumed, unknown };
}, 'equal strings');

/** Whether a node is one of the group's strings. Cost: what it takes to compare two texts. */
export function isCopyOf(graph: Graph, { node: first }: DuplicateString, node: number): boolean {
  if (!isText(graph.nodeTypes[node]!) || shallowSizes(graph)[node] === 0 || isFlattened(graph, node))
    return false;
  const likeness = compare(graph, first, node, lastText(graph), lastText(graph));
  return likeness === 'equal' || likeness === 'assumed';
}

function isText(type: number): boolean {
  return type === NODE.string || type === NODE['concatenated string'];
}

/**
 * A concatenated string that was flattened: one half is the flat string, the other is empty.
 * DevTools: isFlatConsString.
 */
function isFlattened(graph: Graph, node: number): boolean {
  if (graph.nodeTypes[node] !== NODE['concatenated string']) return false;
  return ['first', 'second'].some((half) => {
    const part = edgeTarget(graph, node, EDGE.internal, [half]);
    return (
      part !== undefined &&
      graph.nodeTypes[part] === NODE.string &&
      graph.strings.equals(graph.nodeNames[part]!, '')
    );
  });
}

function textOf(graph: Graph, node: number): string {
  return graph.nodeTypes[node] === NODE.string
    ? graph.strings.get(graph.nodeNames[node]!)
    : stringText(graph, node, CUT).slice(0, CUT);
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
  const { known, isCut } = lengthOf(graph, node, text);
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
  const [one, other] = [a, b].map((node) => lengthOf(graph, node, text)) as [Length, Length];
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

interface Length {
  /** The true length, where the file has it. */
  readonly known: number | undefined;
  /** Whether the text is, or may be, only a beginning. */
  readonly isCut: boolean;
}

/**
 * A character beyond U+FFFF counts twice for V8 where it cuts, and is one character of the text
 * that it writes: a cut text may be shorter than CUT. It is still told by its size, at most two
 * bytes for each of its own characters.
 */
function lengthOf(graph: Graph, node: number, text: string): Length {
  const known = numberBelow(graph, node, 'length');
  if (childOf(graph, node, 'truncated') !== undefined) return { known, isCut: true };
  if (known !== undefined) return { known, isCut: known > text.length };
  const isLarger = isFlat(graph, node) && shallowSizes(graph)[node]! > 2 * text.length + HEADER;
  return { known, isCut: text.length >= CUT || isLarger };
}

function childOf(graph: Graph, node: number, name: string): number | undefined {
  return edgeTarget(graph, node, EDGE.internal, [name]);
}

/**
 * A number that V8 notes below a node: as the name of the child, or as that of the child's `value`.
 */
function numberBelow(graph: Graph, node: number, name: string): number | undefined {
  const child = childOf(graph, node, name);
  if (child === undefined) return undefined;
  for (const place of [child, childOf(graph, child, 'value')]) {
    if (place === undefined) continue;
    const text = graph.strings.get(graph.nodeNames[place]!);
    if (/^-?\d+$/.test(text)) return Number(text);
  }
  return undefined;
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

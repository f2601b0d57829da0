/** Strings that the heap holds more than once. */

import type { Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { isFlattened, isText, textOf } from '../../v8/string-facts.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { areEqual, groupStrings } from './string-groups.js';

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
  const found = groupStrings(graph);
  const groups: DuplicateString[] = [];
  let wastedSize = 0;
  let assumed = 0;
  for (let group = 0; group < found.count; group++) {
    if (found.counts[group]! < 2) continue;
    const wasted = found.bytes[group]! - found.largest[group]!;
    wastedSize += wasted;
    if (found.assumed[group]! > 0) assumed += found.assumed[group]! + 1; // and the first
    groups.push({
      text: textOf(graph, found.first[group]!),
      count: found.counts[group]!,
      size: found.bytes[group]!,
      wastedSize: wasted,
      node: found.first[group]!,
    });
  }
  groups.sort((a, b) => b.wastedSize - a.wastedSize || a.node - b.node);
  return { groups, wastedSize, assumed, unknown: found.unknown };
}, 'equal strings');

/** Whether a node is one of the group's strings. Cost: what it takes to compare two texts. */
export function isCopyOf(graph: Graph, { node: first }: DuplicateString, node: number): boolean {
  if (!isText(graph.nodeTypes[node]!) || shallowSizes(graph)[node] === 0 || isFlattened(graph, node))
    return false;
  return areEqual(graph, first, node);
}

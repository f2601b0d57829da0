/** Texts that are there more than once, as far as one pass over the nodes tells. */
import { byDescending, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** One text. */
export interface RepeatedText {
  readonly text: string;
  readonly count: number;
  /** Bytes of all of them. */
  readonly size: number;
  /** Bytes that would be free with one of them: all but the largest. */
  readonly wastedSize: number;
  /** Ordinal of the first. */
  readonly node: number;
}

export interface RepeatedTexts {
  /** Most bytes wasted first, ties in the order of the file. */
  readonly texts: readonly RepeatedText[];
  /** How many there are, and what all of them waste. */
  readonly total: number;
  readonly wastedSize: number;
  /** Of these strings those that V8 cut: equal beginnings and sizes count as equal. */
  readonly assumed: number;
}

/** Where V8 cuts texts by default. */
const CUT = 1024;

/**
 * Flat strings with the same text: V8 writes each text once, and nodes refer to it by its number.
 * Strings that are in pieces are not looked at; `duplicateStrings` puts them together. Texts that
 * V8 cut are told apart by the sizes of their strings: where these differ, or say nothing, they
 * are no group.
 *
 * - In: `most` texts are listed.
 * - Cost: one pass over the nodes, 32 bytes a text while it runs; texts that are there more than
 *   once are read.
 */
export function repeatedTexts(graph: Graph, most: number): RepeatedTexts {
  const { nodeCount, nodeTypes, nodeNames, strings } = graph;
  const sizes = shallowSizes(graph);
  const counts = new Uint32Array(strings.length);
  const bytes = new Float64Array(strings.length);
  const largest = new Float64Array(strings.length);
  const smallest = new Float64Array(strings.length);
  const first = new Uint32Array(strings.length);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.string) continue;
    const size = sizes[node]!;
    const name = nodeNames[node]!;
    if (size === 0 || name >= strings.length) continue;
    if (counts[name] === 0) {
      first[name] = node;
      smallest[name] = size;
    }
    counts[name]! += 1;
    bytes[name]! += size;
    if (size > largest[name]!) largest[name] = size;
    if (size < smallest[name]!) smallest[name] = size;
  }
  const names: number[] = [];
  let wastedSize = 0;
  let assumed = 0;
  for (let name = 0; name < counts.length; name++) {
    if (counts[name]! < 2) continue;
    const { length } = strings.get(name);
    if (length >= CUT) {
      // The size of a string whose characters lie elsewhere says nothing of its text.
      if (smallest[name] !== largest[name] || largest[name]! < length) continue;
      assumed += counts[name]!;
    }
    names.push(name);
    wastedSize += bytes[name]! - largest[name]!;
  }
  names.sort(
    inOrder(
      byDescending((name) => bytes[name]! - largest[name]!),
      (a, b) => first[a]! - first[b]!,
    ),
  );
  const texts = names.slice(0, most).map(
    (name): RepeatedText => ({
      text: strings.get(name),
      count: counts[name]!,
      size: bytes[name]!,
      wastedSize: bytes[name]! - largest[name]!,
      node: first[name]!,
    }),
  );
  return { texts, total: names.length, wastedSize, assumed };
}

/** What V8 notes of a string: its parts, its true length and hash, and whether its text was cut. */

import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import type { StringIndexes } from '../graph/strings.js';
import { edgeTargetIn } from '../graph/walk.js';
import { stringText } from './values.js';

/** Where V8 cuts texts by default. A text of this length may be a longer one that was cut. */
export const CUT = 1024;

/** The most bytes in front of a string's characters, and behind them to the next multiple of 8. */
const HEADER = 40;

/** What V8 writes in place of the text of a part of another string: what it says is not known. */
export const SLICED = '(sliced string)';

/** Numbers of the names of edges below strings. */
interface StringEdges {
  readonly first: StringIndexes;
  readonly second: StringIndexes;
  readonly parent: StringIndexes;
  readonly truncated: StringIndexes;
  readonly length: StringIndexes;
  readonly hash: StringIndexes;
  readonly value: StringIndexes;
}

const stringEdges = memo(
  ({ strings }: Graph): StringEdges => ({
    first: strings.indexesOf('first'),
    second: strings.indexesOf('second'),
    parent: strings.indexesOf('parent'),
    truncated: strings.indexesOf('truncated'),
    length: strings.indexesOf('length'),
    hash: strings.indexesOf('hash'),
    value: strings.indexesOf('value'),
  }),
);

/** Ordinal of a part of a string: a half of a concatenated one, what a sliced one is a part of. */
export function stringPart(
  graph: Graph,
  node: number,
  name: 'first' | 'second' | 'parent',
): number | undefined {
  return edgeTargetIn(graph, node, EDGE.internal, stringEdges(graph)[name]);
}

/** Whether a node has a text of its own: flat or concatenated. */
export function isText(type: number): boolean {
  return type === NODE.string || type === NODE['concatenated string'];
}

/**
 * A concatenated string that was flattened: one half is the flat string, the other is empty.
 * DevTools: isFlatConsString.
 */
export function isFlattened(graph: Graph, node: number): boolean {
  if (graph.nodeTypes[node] !== NODE['concatenated string']) return false;
  return (
    isEmpty(graph, stringPart(graph, node, 'first')) || isEmpty(graph, stringPart(graph, node, 'second'))
  );
}

function isEmpty(graph: Graph, part: number | undefined): boolean {
  if (part === undefined || graph.nodeTypes[part] !== NODE.string) return false;
  return graph.strings.equals(graph.nodeNames[part]!, '');
}

/** Its text, as far as the file has it. */
export function textOf(graph: Graph, node: number): string {
  return graph.nodeTypes[node] === NODE.string
    ? graph.strings.get(graph.nodeNames[node]!)
    : stringText(graph, node, CUT).slice(0, CUT);
}

/** The length of a string. */
export interface Length {
  /** The true length, where the file has it. */
  readonly known: number | undefined;
  /** Whether the text is, or may be, only a beginning. */
  readonly isCut: boolean;
}

/**
 * A character beyond U+FFFF counts twice for V8 where it cuts, and is one character of the text
 * that it writes: a cut text may be shorter than CUT. It is still told by its size, at most two
 * bytes for each of its own characters.
 *
 * - In: the characters that the file has, and the bytes that the string takes.
 */
export function lengthOf(graph: Graph, node: number, characters: number, size: number): Length {
  const edges = stringEdges(graph);
  const known = numberBelow(graph, node, 'length');
  if (edgeTargetIn(graph, node, EDGE.internal, edges.truncated) !== undefined) return { known, isCut: true };
  if (known !== undefined) return { known, isCut: known > characters };
  const isLarger = graph.nodeTypes[node] === NODE.string && size > 2 * characters + HEADER;
  return { known, isCut: characters >= CUT || isLarger };
}

/**
 * A number that V8 notes below a node: as the name of the child, or as that of the child's `value`.
 */
export function numberBelow(graph: Graph, node: number, name: 'length' | 'hash'): number | undefined {
  const edges = stringEdges(graph);
  const child = edgeTargetIn(graph, node, EDGE.internal, edges[name]);
  if (child === undefined) return undefined;
  for (const place of [child, edgeTargetIn(graph, child, EDGE.internal, edges.value)]) {
    if (place === undefined) continue;
    const text = graph.strings.get(graph.nodeNames[place]!);
    if (/^-?\d+$/.test(text)) return Number(text);
  }
  return undefined;
}

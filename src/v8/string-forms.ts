/**
 * How V8 keeps a string: in one or two bytes a character, in pieces, or outside of its heap. The
 * file says only which are in pieces. The rest follows from size, length and characters.
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';
import { pointerSize } from './pointer-size.js';
import { CUT, isFlattened, lengthOf } from './string-facts.js';
import { V8_NAME } from './system-names.js';

/** The forms, and what is said of each. */
export const STRING_FORMS = [
  { key: 'oneByte', title: 'one byte a character' },
  { key: 'twoByte', title: 'two bytes a character' },
  { key: 'cut', title: 'one or two bytes: the file has the beginning alone' },
  { key: 'externalOneByte', title: 'external, one byte a character' },
  { key: 'externalTwoByte', title: 'external, two bytes a character' },
  { key: 'externalUncounted', title: 'external, bytes of the characters not in the file' },
  { key: 'concatenated', title: 'concatenated: two parts' },
  { key: 'flattened', title: 'concatenated, and flattened since: points to the flat one' },
  { key: 'sliced', title: 'sliced: a part of another one' },
  { key: 'unknown', title: 'not known: no size that V8 gives to such a text' },
] as const;

/** Places in STRING_FORMS. */
const ONE_BYTE = 0;
const TWO_BYTE = 1;
const CUT_TEXT = 2;
const EXTERNAL_ONE = 3;
const EXTERNAL_TWO = 4;
const EXTERNAL_UNCOUNTED = 5;
const CONCATENATED = 6;
const FLATTENED = 7;
const SLICED = 8;
const UNKNOWN = 9;

/** Bytes of a string whose characters are elsewhere: four pointers at most. */
const LARGEST_HEADER = 40;
/** Bytes in front of the characters of an external string of Chromium: those of a StringImpl. */
const DATA_HEADER = 12;

/**
 * A test of which form a string has, as a place in STRING_FORMS.
 *
 * A flat string is its header (16 bytes, 12 with pointers of 4) and its characters, up to the next
 * multiple of the pointer. An external one is 32 bytes and, from Node.js 24 on, its characters;
 * in Chromium these are a node of their own. Where both widths give one size, the characters
 * decide: one beyond U+00FF takes two bytes.
 *
 * - In: nodes of the three types of strings. Needs edges.
 * - Cost: a pass over the bytes of the text; very short ones and cut ones are decoded.
 */
export const stringForm = memo((graph: Graph): ((node: number) => number) => {
  const { nodeTypes, nodeNames, selfSizes, strings } = graph;
  const pointer = pointerSize(graph);
  const header = pointer === 8 ? 16 : 12;
  const external = strings.indexesOf(V8_NAME.externalStringData);
  const isWide = (name: number): boolean => /[^\0-\xff]/.test(strings.get(name).slice(0, CUT));
  const hasSize = (size: number, bytes: number): boolean =>
    size === upTo(header + bytes, pointer) || size === upTo(header + bytes, 8);

  return (node) => {
    const type = nodeTypes[node]!;
    if (type === NODE['sliced string']) return SLICED;
    if (type === NODE['concatenated string']) return isFlattened(graph, node) ? FLATTENED : CONCATENATED;
    const name = nodeNames[node]!;
    const size = selfSizes[node]!;
    const characters = strings.lengthOf(name);
    const data = dataOf(graph, node, external);
    const { known, isCut } = lengthOf(graph, node, characters, size);
    const length = known ?? (isCut ? undefined : characters);
    if (data !== undefined) {
      const bytes = selfSizes[data]!;
      if (length === undefined || bytes < length) return EXTERNAL_UNCOUNTED; // compressed, or on disk
      return bytes >= 2 * length + DATA_HEADER || isWide(name) ? EXTERNAL_TWO : EXTERNAL_ONE;
    }
    if (length === undefined) {
      if (size <= LARGEST_HEADER) return EXTERNAL_UNCOUNTED;
      return isWide(name) ? TWO_BYTE : CUT_TEXT;
    }
    const one = hasSize(size, length);
    const two = hasSize(size, 2 * length);
    if (one && two) return isWide(name) ? TWO_BYTE : ONE_BYTE;
    if (one) return ONE_BYTE;
    if (two) return TWO_BYTE;
    if (size === 2 * header + length) return EXTERNAL_ONE;
    if (size === 2 * header + 2 * length) return EXTERNAL_TWO;
    if (size <= LARGEST_HEADER && size < header + length) return EXTERNAL_UNCOUNTED;
    // V8 writes one character for two where the code is beyond U+FFFF.
    if (size > header + 2 * length && size <= upTo(header + 4 * length, 8) && isWide(name)) return TWO_BYTE;
    return UNKNOWN;
  };
});

function upTo(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}

/** Ordinal of the characters of an external string, where they are a node of their own. */
function dataOf(
  graph: Graph,
  node: number,
  external: { readonly size: number; has(name: number): boolean },
): number | undefined {
  if (external.size === 0) return undefined;
  const { targets } = edgesOf(graph);
  for (let edge = graph.firstEdge[node]!, end = graph.firstEdge[node + 1]!; edge < end; edge++)
    if (external.has(graph.nodeNames[targets[edge]!]!)) return targets[edge];
  return undefined;
}

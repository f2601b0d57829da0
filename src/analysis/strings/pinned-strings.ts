/**
 * Strings that keep more than their own text: parts of a larger string, and strings that are still
 * in pieces.
 */
import { placesOfLargest } from '../../base/largest.js';
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { pointerSize } from '../../v8/pointer-size.js';
import { isFlattened, lengthOf, numberBelow, stringPart } from '../../v8/string-facts.js';
import { STRING_FORMS, stringForm } from '../../v8/string-forms.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** A string that is kept by its parts, or in pieces. */
export interface PinnedString {
  readonly kind: 'sliced' | 'concatenated';
  /** Ordinal of the larger string, or of the concatenated one. */
  readonly node: number;
  /** Ordinal of a string that keeps it: a part of it, or itself. */
  readonly example: number;
  /** How many parts it has that keep it; of a concatenated one its pieces. */
  readonly parts: number;
  /** Bytes that are kept: the larger string, or all pieces and what joins them. */
  readonly size: number;
  /** Characters that the parts need; undefined where the file does not say it. */
  readonly used: number | undefined;
  /**
   * Bytes that copies of the parts, or one flat string, would save at most: without what the parts
   * need, where that is not known.
   */
  readonly wastedSize: number;
  /** Whether something else holds the larger string as well: then the parts pin nothing. */
  readonly isHeldOtherwise: boolean;
}

/** The pinned strings of a heap: some, and how many there are. */
export interface PinnedStrings {
  readonly rows: readonly PinnedString[];
  readonly total: number;
  /** Sums over all. */
  readonly wastedSize: number;
  /** Sliced strings, and strings that are in pieces. */
  readonly sliced: number;
  readonly ropes: number;
}

/**
 * A sliced string is 32 bytes (20 with pointers of 4) and keeps all of its parent. A concatenated
 * one is as large and keeps its two parts; it saves nothing to flatten what something else holds.
 *
 * - Order: most bytes wasted first. Ties: the order of the file, concatenated ones first.
 * - Cost: two passes over nodes, one over edges; 14 bytes a node while it runs.
 */
export function pinnedStrings(graph: Graph, most: number): PinnedStrings {
  const { nodeCount, nodeTypes } = graph;
  const sizes = shallowSizes(graph);
  const ropes = ropesOf(graph);
  const slices = slicesOf(graph);
  const count = ropes.roots.length + slices.parents.length;
  const wasted = new Float64Array(count);
  let wastedSize = 0;
  for (let i = 0; i < count; i++) {
    const slice = i - ropes.roots.length;
    wasted[i] =
      slice < 0
        ? Math.max(0, ropes.bytes[i]! - ropes.flat[i]!)
        : slices.isHeldOtherwise[slice]
          ? 0
          : Math.max(0, sizes[slices.parents[slice]!]! - Math.max(0, slices.used[slice]!));
    wastedSize += wasted[i]!;
  }
  const rows = placesOfLargest(wasted, most).map((i): PinnedString => {
    const slice = i - ropes.roots.length;
    if (slice < 0)
      return {
        kind: 'concatenated',
        node: ropes.roots[i]!,
        example: ropes.roots[i]!,
        parts: ropes.parts[i]!,
        size: ropes.bytes[i]!,
        used: ropes.lengths[i]! < 0 ? undefined : ropes.lengths[i]!,
        wastedSize: wasted[i]!,
        isHeldOtherwise: false,
      };
    const node = slices.parents[slice]!;
    return {
      kind: 'sliced',
      node,
      example: slices.examples[slice]!,
      parts: slices.counts[slice]!,
      size: sizes[node]!,
      used: slices.used[slice]! < 0 ? undefined : slices.used[slice]!,
      wastedSize: wasted[i]!,
      isHeldOtherwise: slices.isHeldOtherwise[slice] === 1,
    };
  });
  let sliced = 0;
  for (let node = 0; node < nodeCount; node++) if (nodeTypes[node] === NODE['sliced string']) sliced++;
  return { rows, total: count, wastedSize, sliced, ropes: ropes.roots.length };
}

interface Slices {
  readonly parents: readonly number[];
  /** By parent: a part of it. */
  readonly examples: readonly number[];
  readonly counts: readonly number[];
  /** By parent: characters of its parts, -1 where one of them does not say it. */
  readonly used: readonly number[];
  readonly isHeldOtherwise: Uint8Array;
}

function slicesOf(graph: Graph): Slices {
  const { nodeCount, nodeTypes, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const placeOf = new Map<number, number>();
  const parents: number[] = [];
  const examples: number[] = [];
  const counts: number[] = [];
  const used: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE['sliced string']) continue;
    const parent = stringPart(graph, node, 'parent');
    if (parent === undefined) continue;
    let place = placeOf.get(parent);
    if (place === undefined) {
      place = parents.push(parent) - 1;
      placeOf.set(parent, place);
      examples.push(node);
      counts.push(0);
      used.push(0);
    }
    counts[place]! += 1;
    const length = numberBelow(graph, node, 'length');
    if (length === undefined) used[place] = -1;
    else if (used[place]! >= 0) used[place]! += length;
  }
  const isHeldOtherwise = new Uint8Array(parents.length);
  if (parents.length > 0) {
    const isParent = new Uint8Array(nodeCount);
    for (const parent of parents) isParent[parent] = 1;
    for (let node = 0; node < nodeCount; node++) {
      if (nodeTypes[node] === NODE['sliced string']) continue;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        if (isParent[target] === 1 && types[edge] !== EDGE.weak && target !== node)
          isHeldOtherwise[placeOf.get(target)!] = 1;
      }
    }
  }
  return { parents, examples, counts, used, isHeldOtherwise };
}

interface Ropes {
  /** Concatenated strings that are no part of another one. */
  readonly roots: Uint32Array;
  readonly parts: Uint32Array;
  /** Bytes of all pieces, and of what joins them. A shared piece counts for the first. */
  readonly bytes: Float64Array;
  /** Characters; -1 where the file does not tell them. */
  readonly lengths: Float64Array;
  /** Bytes of one flat string with the same text; as many as all pieces where that is not known. */
  readonly flat: Float64Array;
}

function ropesOf(graph: Graph): Ropes {
  const { nodeCount, nodeTypes, strings, nodeNames } = graph;
  const concatenated = NODE['concatenated string'];
  const sizes = shallowSizes(graph);
  const { isPiece, count: all } = piecesOf(graph);
  const roots = new Uint32Array(all);
  let count = 0;
  for (let node = 0; all > 0 && node < nodeCount; node++)
    if (nodeTypes[node] === concatenated && isPiece[node] === 0 && !isFlattened(graph, node))
      roots[count++] = node;
  const parts = new Uint32Array(count);
  const bytes = new Float64Array(count);
  const flat = new Float64Array(count);
  const lengths = new Float64Array(count);
  const pointer = pointerSize(graph);
  const header = pointer === 8 ? 16 : 12;
  const formOf = stringForm(graph);
  const isSeen = new Uint8Array(count > 0 ? nodeCount : 0);
  const work: number[] = [];
  for (let i = 0; i < count; i++) {
    let length = 0;
    let width = 1;
    let isKnown = true;
    work.push(roots[i]!);
    while (work.length > 0) {
      const node = work.pop()!;
      // A piece that another string has had: neither its bytes nor its characters count twice.
      if (isSeen[node] === 1) {
        isKnown = false;
        continue;
      }
      isSeen[node] = 1;
      bytes[i]! += sizes[node]!;
      if (nodeTypes[node] === concatenated) {
        for (const half of HALVES) {
          const part = stringPart(graph, node, half);
          if (part !== undefined) work.push(part);
        }
        continue;
      }
      parts[i]! += 1;
      const characters = strings.lengthOf(nodeNames[node]!);
      const known = lengthOf(graph, node, characters, sizes[node]!);
      if (nodeTypes[node] !== NODE.string || (known.isCut && known.known === undefined)) isKnown = false;
      else {
        length += known.known ?? characters;
        const form = STRING_FORMS[formOf(node)]!.key;
        if (form === 'twoByte' || form === 'externalTwoByte') width = 2;
      }
    }
    lengths[i] = isKnown ? length : -1;
    flat[i] = isKnown ? Math.ceil((header + width * length) / pointer) * pointer : bytes[i]!;
  }
  return { roots: roots.subarray(0, count), parts, bytes, lengths, flat };
}

const HALVES = ['first', 'second'] as const;

/**
 * Pieces of concatenated strings.
 *
 * - Out: by node 1 for a half of a concatenated string that is not flattened; how many of these
 *   there are.
 */
export const piecesOf = memo((graph: Graph): { readonly isPiece: Uint8Array; readonly count: number } => {
  const { nodeCount, nodeTypes } = graph;
  const isPiece = new Uint8Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE['concatenated string'] || isFlattened(graph, node)) continue;
    count++;
    for (const half of HALVES) {
      const part = stringPart(graph, node, half);
      if (part !== undefined && part !== node) isPiece[part] = 1;
    }
  }
  return { isPiece, count };
});

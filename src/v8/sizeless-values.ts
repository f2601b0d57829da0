/** Nodes that V8 makes for one snapshot only, and what cannot be told from them. */
import type { Graph } from '../graph/graph.js';
import { nodeTypeMarks } from '../graph/schema.js';

/** By node type, 1 for those of which V8 makes nodes for a snapshot. */
export const isValueType = nodeTypeMarks('string', 'number');

/**
 * Whether a node is a string or a number without a size of its own. Where a snapshot has numbers,
 * V8 makes a node for each small integer and a string for the text of each number; they have new
 * ids in every snapshot, though nothing came or went. Strings of V8's read-only memory have no size
 * either, and never change. Comparisons leave them all out, as DevTools does.
 *
 * - Cost: two reads a call.
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 *   (ExtractNumberReference)
 */
export function isSizelessValue({ nodeTypes, selfSizes }: Graph): (node: number) => boolean {
  return (node) => selfSizes[node] === 0 && isValueType[nodeTypes[node]!] === 1;
}

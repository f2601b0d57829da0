/** The strings that keep the most. */
import { placesOfLargest } from '../../base/largest.js';
import type { Graph } from '../../graph/graph.js';
import { IS_TEXT } from '../../graph/schema.js';
import { dominatorTree } from '../sizes/dominators.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/**
 * Strings by what they keep: a string in pieces with its pieces, a part with the string that it is
 * a part of, where nothing else holds these. What a listed string keeps alone is not listed again.
 *
 * - Out: ordinals; the strings that there are.
 * - Order: most retained bytes first. Ties: the order of the file.
 * - Cost: dominators.
 */
export function largestStrings(
  graph: Graph,
  most: number,
): { readonly nodes: readonly number[]; readonly total: number } {
  const { nodeTypes, nodeCount } = graph;
  const retained = retainedSizes(graph);
  const sizes = shallowSizes(graph);
  const { dominators } = dominatorTree(graph);
  const isListed = (node: number): boolean =>
    IS_TEXT[nodeTypes[node]!] === 1 && sizes[node]! > 0 && IS_TEXT[nodeTypes[dominators[node]!]!] !== 1;
  let total = 0;
  for (let node = 0; node < nodeCount; node++) if (isListed(node)) total++;
  return { nodes: placesOfLargest(retained, most, isListed), total };
}

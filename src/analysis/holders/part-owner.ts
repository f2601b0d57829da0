/** Whose a part of the engine's is: a table, an array behind items, memory outside of the heap. */
import type { Graph } from '../../graph/graph.js';
import { nodeRoles, WAY } from '../classes/node-roles.js';
import { holderChains, UNHELD } from './holder-chains.js';

/**
 * The node itself, or the nearest one towards its root that is no mere part.
 *
 * - Out: `UNHELD` where no root reaches it.
 * - Cost: the parts on the way; `holderChains`.
 */
export function ownerOfPart(graph: Graph, node: number): number {
  const { parents } = holderChains(graph);
  const roles = nodeRoles(graph);
  let at = node;
  while (at !== UNHELD && roles[at] === WAY && parents[at] !== at) at = parents[at]!;
  return at;
}

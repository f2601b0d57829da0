/** A chain without its end. */
import type { Graph } from '../../graph/graph.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import type { Chain } from './chains.js';

/** The same chain up to the thing that has its last node; all of it where no thing has it. */
export function chainToContainer(graph: Graph, { nodes, edges }: Chain): Chain {
  const roles = nodeRoles(graph);
  let at = nodes.length - 2;
  while (at > 0 && roles[nodes[at]!] !== THING) at--;
  return at <= 0
    ? { nodes: [...nodes], edges: [...edges] }
    : { nodes: nodes.slice(0, at + 1), edges: edges.slice(0, at) };
}

/** Conditions on what a node has to do with others. */
import { nodeRoles, WAY } from '../analysis/classes/node-roles.js';
import { dominatorTree } from '../analysis/sizes/dominators.js';
import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE } from '../graph/schema.js';
import { nodesIn } from './masks.js';
import type { Relation } from './syntax.js';

/**
 * By node 1 where it is related to some of the nodes of `others`. Weak references do not count. For
 * `heldby` and `holds`, a reference through V8's own arrays and tables counts as direct.
 *
 * - Cost: linear in nodes and edges; `dominatedby` dominators.
 */
export function relationMask(graph: Graph, relation: Relation, others: Uint8Array): Uint8Array {
  switch (relation) {
    case 'heldby':
      return heldBy(graph, others);
    case 'holds':
      return holding(graph, others, (node) => nodeRoles(graph)[node] === WAY);
    case 'reaches':
      return holding(graph, others, () => true);
    case 'dominatedby':
      return dominatedBy(graph, others);
  }
}

function heldBy(graph: Graph, others: Uint8Array): Uint8Array {
  const { nodeCount, firstEdge } = graph;
  const { types, targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const mask = new Uint8Array(nodeCount);
  const work = [...nodesIn(others)];
  while (work.length > 0) {
    const node = work.pop()!;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (types[edge] === EDGE.weak || mask[target] === 1) continue;
      mask[target] = 1;
      if (roles[target] === WAY && others[target] === 0) work.push(target);
    }
  }
  return mask;
}

/** Goes backwards, and on through the nodes that `isPassed` accepts. */
function holding(graph: Graph, others: Uint8Array, isPassed: (node: number) => boolean): Uint8Array {
  const { first, sources } = strongSources(graph);
  const mask = new Uint8Array(graph.nodeCount);
  const work = [...nodesIn(others)];
  while (work.length > 0) {
    const node = work.pop()!;
    for (let at = first[node]!, end = first[node + 1]!; at < end; at++) {
      const source = sources[at]!;
      if (mask[source] === 1) continue;
      mask[source] = 1;
      if (others[source] === 0 && isPassed(source)) work.push(source);
    }
  }
  return mask;
}

/** `retainersOf` without weak edges: `sources` from `first[node]` to `first[node + 1]`. */
function strongSources(graph: Graph): { readonly first: Uint32Array; readonly sources: Uint32Array } {
  const { nodeCount, firstEdge } = graph;
  const { types, targets, count } = edgesOf(graph);
  const first = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < count; edge++) if (types[edge] !== EDGE.weak) first[targets[edge]!]!++;
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += first[node]!;
    first[node] = end;
  }
  first[nodeCount] = end;
  const sources = new Uint32Array(end);
  for (let node = nodeCount - 1; node >= 0; node--)
    for (let edge = firstEdge[node + 1]! - 1; edge >= firstEdge[node]!; edge--)
      if (types[edge] !== EDGE.weak) sources[--first[targets[edge]!]!] = node;
  return { first, sources };
}

function dominatedBy(graph: Graph, others: Uint8Array): Uint8Array {
  const { dominators, order } = dominatorTree(graph);
  const mask = new Uint8Array(graph.nodeCount);
  // Every node stands after its dominator.
  for (const node of order) {
    const above = dominators[node]!;
    if (above !== node) mask[node] = others[above]! | mask[above]!;
  }
  return mask;
}

/** The objects of a class that a program made with it: without its prototype. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { memo } from '../../graph/memo.js';
import { EDGE, NODE } from '../../graph/schema.js';
import { nodesOfClass } from './nodes.js';
import type { TypeMatcher } from './type-matcher.js';

/**
 * Ordinals of the instances of a class, ascending. V8 names the prototype of a class after the
 * class too, so that `count` and DevTools, which take every object of that name, may have one more;
 * here it is left out. A string is the exact name, a RegExp has to match somewhere in it; none:
 * empty. Needs edges.
 * Cost: one pass over the nodes, and over the edges of closures at the first call for a graph.
 */
export function instancesOf(graph: Graph, type: string | RegExp | TypeMatcher): Uint32Array {
  const isPrototype = prototypeNodes(graph);
  return nodesOfClass(graph, type).filter((node) => isPrototype[node] === 0);
}

/**
 * By node: 1 for what is the `prototype` of a function. Needs edges. Cost: one pass over the nodes
 * and over the edges of closures.
 */
export const prototypeNodes = memo((graph: Graph): Uint8Array => {
  const { nodeCount, nodeTypes, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const called = strings.indexesOf('prototype');
  const found = new Uint8Array(nodeCount);
  if (called.size === 0) return found;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.closure) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.property && called.has(names[edge]!)) found[targets[edge]!] = 1;
  }
  return found;
}, 'prototypes');

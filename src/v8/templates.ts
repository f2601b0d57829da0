/**
 * Objects that V8 keeps beside code as templates: a literal that ran is copied from one. No program
 * holds them.
 */

import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE, NODE } from '../graph/schema.js';
import { V8_NAME } from './system-names.js';

/**
 * By node: 1 for the template of a literal (`{…}`, `[…]`), which V8 makes some time after the code
 * has begun to run: for a program no object of its own.
 *
 * - In: a graph with edges.
 * - Cost: a look at the names, and at the edges of V8's allocation sites.
 * - Source: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 *   (ExtractAllocationSiteReferences)
 */
export const literalTemplates = memo((graph: Graph): Uint8Array => {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { types, names, targets } = edgesOf(graph);
  const found = new Uint8Array(nodeCount);
  const site = strings.indexesOf(V8_NAME.allocationSite);
  const boilerplate = strings.indexesOf('transition_info');
  if (site.size === 0 || boilerplate.size === 0) return found;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.code || !site.has(nodeNames[node]!)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (types[edge] === EDGE.internal && boilerplate.has(names[edge]!)) found[targets[edge]!] = 1;
  }
  return found;
});

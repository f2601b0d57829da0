/** How many bytes a pointer of the heap has: 8 in Node.js, 4 in Chromium. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';

/**
 * By the size of arrays, which are four pointers: their shape, properties, items and length. A
 * subclass may have more. 8 where there is no array.
 *
 * - Cost: a look at the names, until the first array of 16 or 32 bytes.
 */
export const pointerSize = memo((graph: Graph): 4 | 8 => {
  const { nodeCount, nodeTypes, nodeNames, selfSizes, strings } = graph;
  const arrays = strings.indexesOf('Array');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeTypes[node] !== NODE.object || !arrays.has(nodeNames[node]!)) continue;
    if (selfSizes[node] === 32) return 8;
    if (selfSizes[node] === 16) return 4;
  }
  return 8;
});

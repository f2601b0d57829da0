/** The version of Node.js that wrote a snapshot. */
import type { Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { EDGE } from '../graph/schema.js';
import { edgeTarget } from '../graph/walk.js';
import { isText } from './modules.js';
import { isProcess } from './roots.js';
import { stringText } from './values.js';

const LONGEST = 40;

/**
 * `v24.21.0`, as `process.version` has it; undefined where no `process` object is in the file.
 *
 * - Cost: a pass over the nodes.
 */
export const nodeVersion = memo((graph: Graph): string | undefined => {
  const test = isProcess(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!test(node)) continue;
    const value = edgeTarget(graph, node, EDGE.property, ['version']);
    if (value === undefined || !isText(graph, value)) continue;
    const text = stringText(graph, value, LONGEST);
    if (/^v\d+\.\d+\.\d+/.test(text)) return text;
  }
  return undefined;
});

/** Where the program's own objects begin. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';

/**
 * Children of the root that stand for the program's own globals: not synthetic, or the DOM trees of
 * documents.
 */
export const userRoots = memo((graph: Graph): readonly number[] => {
  const { targets } = edgesOf(graph);
  const found = new Set<number>();
  if (graph.nodeCount === 0) return [];
  for (let edge = graph.firstEdge[graph.root]!, end = graph.firstEdge[graph.root + 1]!; edge < end; edge++) {
    const target = targets[edge]!;
    const synthetic = graph.nodeTypes[target] === NODE.synthetic;
    if (!synthetic || graph.strings.equals(graph.nodeNames[target]!, '(Document DOM trees)'))
      found.add(target);
  }
  return [...found];
});

/**
 * What V8 keeps for a debugger, and a program does not: objects that the console printed, results
 * of expressions that were evaluated, scripts with breakpoints.
 * V8: src/inspector/v8-console-message.cc, injected-script.cc, v8-debugger-script.cc
 * (AnnotateStrongRetainer), src/profiler/heap-snapshot-generator.cc (SetGcSubrootReference).
 */
import { edgesOf, type Graph } from '../graph/graph.js';
import { memo } from '../graph/memo.js';
import { NODE } from '../graph/schema.js';
import { edgeName } from '../graph/walk.js';
import { V8_NAME } from './system-names.js';

const HANDLE = /^\d+ \/ DevTools /;

/**
 * Edges by which the inspector and the debugger hold something: handles that say `DevTools console`
 * or `DevTools debugger`, and all that `(Debugger)` among the roots leads to.
 *
 * - Out: empty where no inspector was open.
 * - Cost: a pass over the nodes, and the edges of these roots.
 */
export const debuggerEdges = memo((graph: Graph): ReadonlySet<number> => {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const { count } = edgesOf(graph);
  const handles = strings.indexesOf(V8_NAME.globalHandles);
  const debuggers = strings.indexesOf(V8_NAME.debugger);
  const found = new Set<number>();
  for (let node = 0; node < nodeCount && count > 0; node++) {
    if (nodeTypes[node] !== NODE.synthetic) continue;
    const isDebugger = debuggers.has(nodeNames[node]!);
    if (!isDebugger && !handles.has(nodeNames[node]!)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++)
      if (isDebugger || HANDLE.test(edgeName(graph, edge))) found.add(edge);
  }
  return found;
});

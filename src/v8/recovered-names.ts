/** What a reference is called where V8 wrote a number only, by what else the snapshot says. */

import { edgesOf, type Graph } from '../graph/graph.js';
import { EDGE, NODE } from '../graph/schema.js';
import { isContext } from './names.js';
import { V8_NAME } from './system-names.js';

/**
 * The name of a `hidden` edge; undefined for all others, and where nothing tells.
 *
 * - A variable of a block, a loop or a `catch`: V8 names the variables of functions only. See
 *   `blockVariables`.
 * - Of a promise's reactions `next` (the one that was added before), `handler` and `promise` (what
 *   `then` gave).
 *
 * Cost: the edges of the source, and of a block's `scope_info`.
 */
export function recoveredName(graph: Graph, source: number, edge: number): string | undefined {
  const { types, names, targets } = edgesOf(graph);
  if (types[edge] !== EDGE.hidden) return undefined;
  if (isContext(graph)(source)) {
    const variables = blockVariables(graph, source, names[edge]!);
    return variables.length === 0 ? undefined : variables.join(' or ');
  }
  if (!isReaction(graph, source)) return undefined;
  const target = targets[edge]!;
  if (isReaction(graph, target)) return 'next';
  if (graph.nodeTypes[target] === NODE.closure) return 'handler';
  const isPromise =
    graph.nodeTypes[target] === NODE.object && graph.strings.equals(graph.nodeNames[target]!, 'Promise');
  return isPromise ? 'promise' : undefined;
}

/** More names than these say nothing. */
const FEW = 3;

/**
 * Which variables of a block the hidden edge with this number may be; none for the scope of a
 * function, and where there are more than three.
 *
 * The block's `scope_info` has the names in the order of the slots, as hidden edges from 0 on. The
 * context's own hidden edges are numbered in the same order, but only slots that hold no small
 * integer count. So the names before and behind are known when there are as many numbers as names;
 * else each number less is a name that it may be as well.
 * V8: https://github.com/v8/v8/blob/13.6.233/src/profiler/heap-snapshot-generator.cc
 * (IndexedReferencesExtractor)
 */
function blockVariables(graph: Graph, context: number, number: number): readonly string[] {
  const { types, names } = edgesOf(graph);
  let most = -1;
  for (let edge = graph.firstEdge[context]!, end = graph.firstEdge[context + 1]!; edge < end; edge++) {
    if (types[edge] === EDGE.context) return [];
    if (types[edge] === EDGE.hidden) most = Math.max(most, names[edge]!);
  }
  const variables = blockNames(graph, context);
  const candidates = variables.slice(number, number + variables.length - most);
  return candidates.length > FEW ? [] : candidates;
}

/**
 * The names of all variables of a block, in the order of its slots; none where its `scope_info`
 * keeps them elsewhere.
 */
export function blockNames(graph: Graph, context: number): readonly string[] {
  const { types, names, targets } = edgesOf(graph);
  let info: number | undefined;
  for (let edge = graph.firstEdge[context]!, end = graph.firstEdge[context + 1]!; edge < end; edge++)
    if (types[edge] === EDGE.internal && graph.strings.equals(names[edge]!, 'scope_info'))
      info = targets[edge]!;
  if (info === undefined) return [];
  const found: string[] = [];
  for (let edge = graph.firstEdge[info]!, end = graph.firstEdge[info + 1]!; edge < end; edge++) {
    if (types[edge] !== EDGE.hidden) continue;
    const target = targets[edge]!;
    if (names[edge] !== found.length || graph.nodeTypes[target] !== NODE.string) break;
    found.push(graph.strings.get(graph.nodeNames[target]!));
  }
  return found;
}

function isReaction(graph: Graph, node: number): boolean {
  return graph.strings.equals(graph.nodeNames[node]!, V8_NAME.promiseReaction);
}

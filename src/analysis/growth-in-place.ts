/** Old things that get larger without any new thing in them: arrays of numbers, tables of counters, strings. */
import { edgesOf, type Graph } from '../graph/graph.js';
import { idIndex } from '../graph/ids.js';
import { NODE, nodeTypeMarks } from '../graph/schema.js';
import { holdsBesidePages } from './chains.js';
import { nodeRoles, THING, WAY } from './node-roles.js';

const isText = nodeTypeMarks('string', 'concatenated string', 'sliced string');
/** Parts of one thing that are looked at. */
const MOST_PARTS = 1 << 20;

/**
 * The bytes of things with their own parts: V8's arrays and tables behind them, and the strings that they refer to.
 *
 * - In: a graph with edges, and ids of things; ids that it does not have give 0.
 * - Out: bytes as V8 wrote them, in the order of the ids. A part of two things counts for both.
 * - Cost: one pass over the nodes for the ids, and the parts of the things, at most a million of each.
 */
export function sizesInPlace(graph: Graph, ids: readonly number[]): number[] {
  const { firstEdge, selfSizes, nodeTypes } = graph;
  const { targets } = edgesOf(graph);
  const roles = nodeRoles(graph);
  const keeps = holdsBesidePages(graph);
  const { nodeOf } = idIndex(graph);
  return ids.map((id) => {
    const start = nodeOf(id);
    if (start < 0) return 0;
    const parts = new Set([start]);
    let size = 0;
    for (const node of parts) {
      size += selfSizes[node]!;
      if (node !== start && nodeTypes[node] === NODE['sliced string']) continue;
      for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
        const target = targets[edge]!;
        const isPart = roles[target] === WAY || (roles[target] === THING && isText[nodeTypes[target]!] === 1);
        if (isPart && parts.size < MOST_PARTS && keeps(edge, node)) parts.add(target);
      }
    }
    return size;
  });
}

/** Whether things that the runtime holds keep what the program's code made. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { isMadeByCode } from '../../v8/origin.js';
import { dominatorTree } from '../sizes/dominators.js';
import { essentialEdges } from '../sizes/essential-edges.js';

/** Members that are looked at, and nodes behind each. */
const MOST_LOOKED_AT = 8;
const MOST_BEHIND = 400;

/**
 * Whether most of some members are the program's objects and functions, or are the only way to
 * such.
 *
 * - Cost: 400 nodes and their edges behind each of eight members, spread over all of them.
 */
export function leadToProgram(graph: Graph, members: readonly number[]): boolean {
  const step = Math.max(1, Math.floor(members.length / MOST_LOOKED_AT));
  let looked = 0;
  let own = 0;
  for (let i = 0; i < members.length && looked < MOST_LOOKED_AT; i += step, looked++)
    if (leadsToProgram(graph, members[i]!)) own++;
  return 2 * own > looked;
}

function leadsToProgram(graph: Graph, member: number): boolean {
  const { firstEdge, nodeTypes } = graph;
  const { targets } = edgesOf(graph);
  const essential = essentialEdges(graph);
  const { dominators } = dominatorTree(graph);
  const seen = new Set([member]);
  for (const node of seen) {
    const type = nodeTypes[node];
    if ((type === NODE.object || type === NODE.closure) && isMadeByCode(graph, node)) return true;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      // What the member dominates has a dominator that it dominates, too.
      if (seen.size < MOST_BEHIND && essential[edge] === 1 && isBelow(dominators, target, member))
        seen.add(target);
    }
  }
  return false;
}

/** Steps up the dominator tree. */
const FARTHEST = 32;

function isBelow(dominators: ArrayLike<number>, node: number, member: number): boolean {
  for (let at = node, step = 0; step < FARTHEST; step++) {
    const next = dominators[at]!;
    if (next === member) return true;
    if (next === at) return false;
    at = next;
  }
  return false;
}

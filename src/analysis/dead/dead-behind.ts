/** Dead objects of some groups, with those that only dead ones lead to. */
import { edgesOf, type Graph } from '../../graph/graph.js';
import { UNHELD } from '../holders/holder-chains.js';
import { keepsAlive } from '../sizes/essential-edges.js';
import type { DeadGroup, DeadObjects } from './dead-objects.js';
import { DEAD, type ObjectStates } from './object-states.js';

/**
 * The members of the groups, and the dead objects that the members lead to and that nothing in use
 * leads to.
 *
 * - In: groups of `deadObjects`, and the states that it was asked with.
 * - Order: the members, then what is behind them.
 * - Cost: the nodes and edges behind the members; a byte a node.
 */
export function deadBehind(
  graph: Graph,
  groups: readonly DeadGroup[],
  { chains: { parents } }: Pick<DeadObjects, 'chains'>,
  { verdicts }: Pick<ObjectStates, 'verdicts'>,
): number[] {
  const { firstEdge, nodeCount } = graph;
  const { targets } = edgesOf(graph);
  const keeps = keepsAlive(graph);
  const found = groups.flatMap(({ members }) => members);
  const seen = new Uint8Array(nodeCount);
  for (const node of found) seen[node] = 1;
  const work = [...found];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (seen[target] === 1 || parents[target] !== UNHELD || !keeps(edge, node)) continue;
      seen[target] = 1;
      work.push(target);
      if (verdicts[target] === DEAD) found.push(target);
    }
  }
  return found;
}

/**
 * One object that stands for many: held as most of them are, and by the program where it holds any.
 */
import type { Graph } from '../../graph/graph.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { holderChains } from './holder-chains.js';
import { holderPaths } from './holder-paths.js';
import { tallyByHolder } from './tally.js';

/**
 * By group, one of its nodes.
 *
 * - In: `groupOf` gives the number of a node's group, or -1 for none. Needs edges.
 * - Out: nodes that the program's own places hold (`holderPaths`) come before those that only V8
 *   and Node.js hold. Of these the path that holds the most bytes; of its nodes the one nearest to
 *   the root.
 * - Ties: the first in the file.
 * - Cost: that of `holderPaths` for the nodes of all groups.
 */
export function exampleOfEach(graph: Graph, groupOf: (node: number) => number): ReadonlyMap<number, number> {
  const paths = holderPaths(graph);
  const { depths } = holderChains(graph);
  const groups = tallyByHolder(graph.nodeCount, shallowSizes(graph), groupOf, paths.pathOf, depths);
  const isOwn = (path: number): boolean => (paths.rootOf(path)?.kind ?? 'internal') !== 'internal';
  return new Map(
    Array.from(groups, ([group, tallies]) => {
      const [first] = [...tallies].sort(
        ([a, { size }], [b, other]) => Number(isOwn(b)) - Number(isOwn(a)) || other.size - size,
      );
      return [group, first![1].example];
    }),
  );
}

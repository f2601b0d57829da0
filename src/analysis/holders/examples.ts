/**
 * One object that stands for many: held as most of them are, and by the program where it holds any.
 */
import type { Graph } from '../../graph/graph.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { holderChains } from './holder-chains.js';
import { holderPaths } from './holder-paths.js';

interface Tally {
  size: number;
  example: number;
}

/**
 * By group, one of its nodes. `groupOf` gives the number of a node's group, or -1 for none. A
 * group's nodes are told apart by who holds them (`holderPaths`): taken are those that the
 * program's own places hold, before those that only V8 and Node.js hold; of these the path that
 * holds the most bytes; of its nodes the one nearest to the root, the first in the file. Needs
 * edges. Cost: that of `holderPaths` for the nodes of all groups.
 */
export function exampleOfEach(graph: Graph, groupOf: (node: number) => number): ReadonlyMap<number, number> {
  const paths = holderPaths(graph);
  const { depths } = holderChains(graph);
  const sizes = shallowSizes(graph);
  const groups = new Map<number, Map<number, Tally>>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const group = groupOf(node);
    if (group < 0) continue;
    let tallies = groups.get(group);
    if (!tallies) {
      tallies = new Map();
      groups.set(group, tallies);
    }
    const path = paths.pathOf(node);
    const tally = tallies.get(path);
    if (tally) {
      tally.size += sizes[node]!;
      if (depths[node]! < depths[tally.example]!) tally.example = node;
    } else tallies.set(path, { size: sizes[node]!, example: node });
  }
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

/** Who holds groups of nodes: equal strings, copies of an object. */
import { byAscending, byDescending, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { holderPaths } from '../holders/holder-paths.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** Nodes of a group that are held in the same way. */
export interface GroupHolder {
  /** Who holds them, to be read. */
  readonly text: string;
  readonly count: number;
  /** Bytes. */
  readonly size: number;
}

/** Who holds the nodes of a group: some, and how many more there are. */
export interface GroupHolders {
  readonly holders: readonly GroupHolder[];
  readonly omitted: number;
}

/** No group. */
const NONE = { holders: [], omitted: 0 } as const;

/**
 * Holders of groups, by merged paths.
 *
 * - In: nodes and the group of each, the groups that are asked for, how many holders of each.
 * - Out: by group.
 * - Order: most of the group's nodes first. Ties: most bytes, then as they were met.
 * - Cost: `holderPaths`, and a pass over the nodes.
 */
export function groupHolders(
  graph: Graph,
  members: { readonly nodes: ArrayLike<number>; readonly groups: ArrayLike<number> },
  wanted: Iterable<number>,
  most: number,
): (group: number) => GroupHolders {
  const paths = holderPaths(graph);
  const sizes = shallowSizes(graph);
  const byGroup = new Map<number, Map<number, { path: number; count: number; size: number }>>();
  for (const group of wanted) byGroup.set(group, new Map());
  for (let i = 0; i < members.nodes.length; i++) {
    const tallies = byGroup.get(members.groups[i]!);
    if (!tallies) continue;
    const node = members.nodes[i]!;
    const path = paths.pathOf(node);
    const tally = tallies.get(path);
    if (tally) {
      tally.count++;
      tally.size += sizes[node]!;
    } else tallies.set(path, { path, count: 1, size: sizes[node]! });
  }
  return (group) => {
    const tallies = byGroup.get(group);
    if (!tallies) return NONE;
    const sorted = [...tallies.values()].sort(
      inOrder(
        byDescending(({ count }) => count),
        byDescending(({ size }) => size),
        byAscending(({ path }) => path),
      ),
    );
    return {
      holders: sorted
        .slice(0, most)
        .map(({ path, count, size }) => ({ text: paths.text(path), count, size })),
      omitted: Math.max(0, sorted.length - most),
    };
  };
}

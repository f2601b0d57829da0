/** Nodes counted by a group, and in it by who holds them. */

/** Nodes of one group that are held in the same way. */
export interface HolderTally {
  count: number;
  /** Bytes. */
  size: number;
  /** Ordinal of the node that stands for the others. */
  example: number;
}

/**
 * Counts nodes by their group and holder.
 *
 * - In: the group and the holder of a node, as numbers; nodes whose group is negative are left out.
 *   The holder is asked for only where the group is not negative.
 * - Out: by group and holder the number of nodes, their bytes, and the node with the least `rank`;
 *   ties: the first in the file. Without `rank` the first in the file.
 * - Order: groups, and holders of a group, in the order of their first node.
 * - Cost: one pass over the nodes.
 */
export function tallyByHolder(
  nodeCount: number,
  sizes: ArrayLike<number>,
  groupOf: (node: number) => number,
  holderOf: (node: number) => number,
  rank?: ArrayLike<number>,
): ReadonlyMap<number, ReadonlyMap<number, HolderTally>> {
  const groups = new Map<number, Map<number, HolderTally>>();
  for (let node = 0; node < nodeCount; node++) {
    const group = groupOf(node);
    if (group < 0) continue;
    let tallies = groups.get(group);
    if (!tallies) {
      tallies = new Map();
      groups.set(group, tallies);
    }
    const holder = holderOf(node);
    const tally = tallies.get(holder);
    if (tally) {
      tally.count++;
      tally.size += sizes[node]!;
      if (rank && rank[node]! < rank[tally.example]!) tally.example = node;
    } else tallies.set(holder, { count: 1, size: sizes[node]!, example: node });
  }
  return groups;
}

/** Some nodes of a graph, summed up by class. */
import type { Partition } from '../../graph/partition.js';

/** Nodes of one class. */
export interface ClassTally {
  readonly type: string;
  readonly count: number;
  /** The sizes of these nodes together. */
  readonly size: number;
}

/**
 * Count and size by class.
 *
 * - In: ordinals, a node that is named twice counts twice; `sizeOf` gives what a node adds.
 * - Order: of the first node of each class.
 * - Cost: linear in the nodes, and an object a class that they have.
 */
export function tallyByClass(
  { labels, of }: Partition,
  nodes: Iterable<number>,
  sizeOf: (node: number) => number,
): ClassTally[] {
  const tallies = new Map<number, { type: string; count: number; size: number }>();
  for (const node of nodes) {
    const number = of[node]!;
    const tally = tallies.get(number);
    if (tally) {
      tally.count++;
      tally.size += sizeOf(node);
    } else tallies.set(number, { type: labels[number]!, count: 1, size: sizeOf(node) });
  }
  return [...tallies.values()];
}

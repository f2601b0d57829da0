/**
 * How a heap is divided into parts, as Heapy does it: one number a node, and a label for each
 * number.
 *
 *     by-label.ts       class, type, size, id, shape, origin, detachedness, generation:
 *                       what a node says of itself
 *     by-place.ts       module, package, location:
 *                       where its code stands, or that of the nearest dominator
 *     by-referrers.ts   referrers, via: who refers to it, and by which references
 *     partitions.ts     all of them by name, and several nested
 *     heap-table.ts     Heapy's table: counts, sizes and shares of the parts
 */
import { PairNumbers } from '../../graph/pair-numbers.js';
import type { Partition } from '../../graph/partition.js';

/**
 * Parts of a heap. Unlike a `Partition` it may have millions of labels: they are made when somebody
 * asks.
 */
export interface Parts {
  /** How many parts there are. */
  readonly count: number;
  /** By node, the number of its part. */
  readonly of: Uint32Array;
  /** What a part is called. */
  label(part: number): string;
}

/** A partition as parts. */
export function partsOf({ labels, of }: Partition): Parts {
  return { count: labels.length, of, label: (part) => labels[part]! };
}

/** Parts as a partition. Cost: every label. */
export function partitionOf({ count, of, label }: Parts): Partition {
  return { labels: Array.from({ length: count }, (_, part) => label(part)), of };
}

/**
 * Parts within parts: nodes are together that are together in both.
 *
 * - Out: parts in the order of their first nodes; a label has both labels, as `a, b`.
 * - Cost: one pass over the nodes; 12 bytes for each part.
 */
export function nested(outer: Parts, inner: Parts): Parts {
  const { length } = outer.of;
  const of = new Uint32Array(length);
  const pairs = new PairNumbers();
  for (let node = 0; node < length; node++) of[node] = pairs.numberOf(outer.of[node]!, inner.of[node]!);
  return {
    count: pairs.count,
    of,
    label: (part) => `${outer.label(pairs.first(part))}, ${inner.label(pairs.second(part))}`,
  };
}

/** Numbers texts from 0 on, in the order in which they come. */
export class LabelNumbers {
  readonly labels: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(label: string): number {
    let number = this.numbers.get(label);
    if (number === undefined) {
      number = this.labels.length;
      this.numbers.set(label, number);
      this.labels.push(label);
    }
    return number;
  }
}

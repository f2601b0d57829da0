/**
 * The place that holds the memory below an object, with the collections below a root, and who holds
 * each of them.
 */

import type { ChainResult } from '../../base/chain-result.js';
import { byDescending } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import type { Partitioner } from '../../graph/partition.js';
import { isRoot } from '../../v8/roots.js';
import { chainResult } from '../expressions/chain-result.js';
import { holderChain } from '../holders/holder-chains.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { type HeaviestBranch, heaviestBranch } from './heaviest-branch.js';
import { type Collection, largestCollections } from './largest-collections.js';

/** Who holds an object, and how a program writes it; null where nothing in the program does. */
export type Holder = Pick<ChainResult, 'heldBy' | 'expression'>;

/** Where the heaviest branch ends. */
export interface MemoryPlace extends HeaviestBranch {
  /** Ordinal: the last of `path`. */
  readonly place: number;
  readonly holder: Holder;
  /** Below a root: the collections that keep the most. Empty for every other place. */
  readonly collections: readonly (Collection & { readonly holder: Holder })[];
  /**
   * Where there is neither a list nor a collection: the largest object below, if it keeps at least
   * a tenth of it.
   */
  readonly next: number | undefined;
}

/** Collections that are listed. */
const MOST_COLLECTIONS = 5;

/** An object that keeps less of its holder is not worth a hint. */
const WORTH_FOLLOWING = 0.1;

/**
 * Goes down to the place where memory spreads; see `heaviestBranch`.
 *
 * - In: an ordinal, and for the parts the classes. Needs edges and locations.
 * - Cost: that of `heaviestBranch`; where it ends at a root that of `largestCollections`, and a
 *   chain for each.
 */
export function memoryPlace(graph: Graph, start: number, partition?: Partitioner | undefined): MemoryPlace {
  const branch = heaviestBranch(graph, start, partition);
  const place = branch.path.at(-1)!;
  const isSpread = !branch.list && isRoot(graph)(place);
  const collections = isSpread ? largestCollections(graph, place, MOST_COLLECTIONS, partition) : [];
  return {
    ...branch,
    place,
    holder: holderOf(graph, place),
    collections: collections.map((one) => ({ ...one, holder: holderOf(graph, one.node) })),
    next: collections.length === 0 ? nextPlace(graph, place, branch) : undefined,
  };
}

function nextPlace(graph: Graph, place: number, { list, parts }: HeaviestBranch): number | undefined {
  const retained = retainedSizes(graph);
  const [first] = [...parts].sort(byDescending(({ largest }) => retained[largest]!));
  if (list || !first) return undefined;
  const size = retained[place]!;
  const share = size === 0 ? 0 : retained[first.largest]! / size;
  return share >= WORTH_FOLLOWING ? first.largest : undefined;
}

function holderOf(graph: Graph, node: number): Holder {
  const chain = holderChain(graph, node);
  // What is above the root, or written for it, is nothing.
  const found = node !== graph.root && (chain.nodes.length > 1 || isRoot(graph)(node));
  return chainResult(graph, chain, { found, rooted: true, sizes: false });
}

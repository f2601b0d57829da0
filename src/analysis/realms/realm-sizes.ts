/** How much memory each realm has: the program's own, those of node:vm, of frames and windows. */
import { byDescending, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { type RealmDescription, realmDescriptions } from '../../v8/realm-descriptions.js';
import { retainedSizes } from '../sizes/retained-sizes.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';
import { FIRST_REALM, NO_REALM, realmAttribution, SEVERAL_REALMS } from './realm-attribution.js';

/** One realm. Sizes in bytes. */
export interface RealmSizes extends RealmDescription {
  /** Ordinal of its native context. */
  readonly context: number;
  readonly count: number;
  /** What belongs to it and to no other. */
  readonly attributedSize: number;
  /** What its native context keeps. */
  readonly retainedSize: number;
}

/** A heap by realms. */
export interface RealmsOfHeap {
  readonly realms: readonly RealmSizes[];
  readonly shared: { readonly count: number; readonly size: number };
  readonly unattributed: { readonly count: number; readonly size: number };
  /** All of it: the sum. */
  readonly totalSize: number;
}

/**
 * Bytes by native context, those that several have, and those that none has.
 *
 * - In: a graph with edges, locations for the names.
 * - Order: the most attributed bytes first, ties in the order of the file.
 * - Cost: that of `realmAttribution`, `retainedSizes` and `realmDescriptions`.
 */
export function realmSizes(graph: Graph): RealmsOfHeap {
  const { contexts, of } = realmAttribution(graph);
  const sizes = shallowSizes(graph);
  const retained = retainedSizes(graph);
  const bytes = new Float64Array(FIRST_REALM + contexts.length);
  const counts = new Float64Array(FIRST_REALM + contexts.length);
  let totalSize = 0;
  for (let node = 0; node < graph.nodeCount; node++) {
    const realm = of[node]!;
    bytes[realm]! += sizes[node]!;
    counts[realm]! += 1;
    totalSize += sizes[node]!;
  }
  const descriptions = realmDescriptions(graph, contexts, (node) => of[node]! - FIRST_REALM);
  const realms = contexts.map(
    (context, i): RealmSizes => ({
      ...descriptions[i]!,
      context,
      count: counts[FIRST_REALM + i]!,
      attributedSize: bytes[FIRST_REALM + i]!,
      retainedSize: retained[context]!,
    }),
  );
  return {
    realms: realms.sort(
      inOrder(
        byDescending((realm) => realm.attributedSize),
        byDescending((realm) => -realm.context),
      ),
    ),
    shared: { count: counts[SEVERAL_REALMS]!, size: bytes[SEVERAL_REALMS]! },
    unattributed: { count: counts[NO_REALM]!, size: bytes[NO_REALM]! },
    totalSize,
  };
}

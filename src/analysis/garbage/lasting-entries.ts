/** Objects that a FinalizationRegistry keeps itself, by the values registered with them. */
import type { Graph } from '../../graph/graph.js';
import { NODE } from '../../graph/schema.js';
import { type RegistryEntry, registryEntries } from '../../v8/weak-objects.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { type LastingEntry, reachedApart, weakEdges } from './garbage.js';
import { ownReach } from './own-reach.js';

/**
 * Entries whose held value leads to their own target, by nodes that nothing but held values keeps:
 * the target is never freed. The same as `garbageOf` has, for those that are not garbage.
 *
 * - Order: by cell, ascending.
 * - Empty: no entry has a value that could lead anywhere; then nothing is searched.
 * - Cost: a pass over the nodes; else a pass over the edges, and the searches of `ownReach`, which
 *   have a bound; `holderChains` where they find some.
 */
export function lastingEntries(graph: Graph): readonly LastingEntry[] {
  const registered = registryEntries(graph);
  const { nodeTypes } = graph;
  const leads = (node: number): boolean => {
    const type = nodeTypes[node];
    return type === NODE.object || type === NODE.closure || type === NODE.native || type === NODE.array;
  };
  const open = registered.filter(
    (entry): entry is RegistryEntry & LastingEntry =>
      entry.target !== undefined && entry.held !== undefined && leads(entry.held),
  );
  if (open.length === 0) return [];
  const isWeak = weakEdges(graph);
  const heldEdges = new Set(registered.map(({ edge }) => edge));
  const isOrdinary = (edge: number, source: number): boolean => !heldEdges.has(edge) && !isWeak(edge, source);
  const apart = reachedApart(graph, registered, isOrdinary);
  const isKept = (node: number): boolean => apart[node] === 0;
  const entries = open.filter(({ target, held }) => isKept(target) && isKept(held));
  if (entries.length === 0) return [];
  const pairs = entries.map(({ held, target }) => ({ from: held, to: target }));
  const { joined } = ownReach(graph, pairs, isKept, isOrdinary);
  const found = entries.filter((_, i) => joined[i] === 1);
  if (found.length === 0) return [];
  const { parents } = holderChains(graph);
  return found.filter(({ cell }) => parents[cell] !== UNHELD);
}

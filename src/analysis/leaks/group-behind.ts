/**
 * On which containers a node of any kind hangs, the parts of V8 that are no things of their own
 * among them.
 */

import { holderChains, UNHELD } from '../holders/holder-chains.js';
import type { Frontier } from './frontier.js';

/** References that are looked at from what no container reaches towards what holds it. */
const FARTHEST = 16;

/**
 * Place in `Frontier.groups` of the group that claims a node, or that claims what holds it: shapes,
 * code and numbers hang on the things that they belong to. -1 for old nodes and for no group.
 */
export function groupBehind({ graph, groupOf, ages }: Frontier, node: number): number {
  const { parents } = holderChains(graph);
  for (let at = node, steps = 0; steps < FARTHEST && ages[at] !== 0; steps++) {
    if (groupOf[at]! >= 0) return groupOf[at]!;
    const parent = parents[at]!;
    if (parent === UNHELD || parent === at) break;
    at = parent;
  }
  return -1;
}

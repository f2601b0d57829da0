/** Where the owners of many small collections gather. */
import type { Graph } from '../../graph/graph.js';
import { classIndex } from '../../v8/class-names.js';
import { isRoot } from '../../v8/roots.js';
import { nodeRoles, THING } from '../classes/node-roles.js';
import { holderChains, UNHELD } from '../holders/holder-chains.js';
import { LEAST_MEMBERS } from './finding.js';

/** Steps from the collections towards the root. */
const FARTHEST = 24;

/**
 * Of many collections that are held alike (the items of each request), the objects that own them,
 * one each, and what these hang on: one step before most of their chains meet.
 *
 * - In: the collections.
 * - Empty: undefined where the collections themselves hang on one object, or their chains never
 *   meet within 24 steps.
 * - Cost: the chains of the collections, 24 steps each.
 */
export function outerPlace(
  graph: Graph,
  containers: readonly number[],
): { readonly members: readonly number[]; readonly holder: number } | undefined {
  const roles = nodeRoles(graph);
  const isRootNode = isRoot(graph);
  const { parents } = holderChains(graph);
  const { of } = classIndex(graph);
  const above = (node: number): number => {
    let at = parents[node]!;
    while (at !== UNHELD && roles[at] !== THING && parents[at] !== at) at = parents[at]!;
    return at;
  };
  let level: ReadonlySet<number> = new Set(containers);
  for (let step = 0; step < FARTHEST; step++) {
    const next = new Map<number, number[]>();
    let alike = 0;
    for (const node of level) {
      const parent = above(node);
      if (parent === UNHELD || parent === node) continue;
      if (of[parent] === of[node]) alike++;
      const below = next.get(parent);
      if (below) below.push(node);
      else next.set(parent, [node]);
    }
    if (2 * next.size <= level.size) {
      const [holder, members] = [...next].reduce((a, b) => (b[1].length > a[1].length ? b : a), [-1, []]);
      if (step === 0 || members.length < LEAST_MEMBERS || isRootNode(holder)) return undefined;
      return { members, holder };
    }
    // A list, in which each leads to the next one, is told as such.
    if (2 * alike > level.size) return undefined;
    level = new Set(next.keys());
  }
  return undefined;
}

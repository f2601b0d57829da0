/** Leaks by the members that their containers have in each snapshot. */
import type { Graph } from '../../graph/graph.js';
import { explains, type Leak } from './leak.js';
import { type Leaks, sorted } from './leaks.js';
import { growsSteadily, membershipsOf, membersInPlace, turnsOver } from './members-in-place.js';

/**
 * What has to be counted in the earlier snapshots: members come and go in these containers, or may
 * do so.
 */
export function uncountedOf(answer: Leaks, snapshots: readonly Graph[]): Leak[] {
  return [...answer.leaks.filter((leak) => turnsOver(answer.frontier, leak, snapshots)), ...answer.masked];
}

/**
 * Judges containers by the members that they have in each snapshot.
 *
 * - In: an answer of `leaks`, some of its leaks, and for each of the earlier snapshots the members
 *   of these, by `membersInPlace`.
 * - Out: without the containers that are as full in each; with those that get fuller at every step
 *   while others of the class go.
 */
export function withMembersCounted(
  answer: Leaks,
  uncounted: readonly Leak[],
  earlier: readonly (readonly number[])[],
): Leaks {
  const { frontier } = answer;
  const last = membersInPlace(frontier.graph, membershipsOf(frontier, uncounted));
  const counted = new Map<Leak, Leak | undefined>();
  for (const [i, leak] of uncounted.entries()) {
    const counts = [...earlier.map((all) => all[i]!), last[i]!];
    if (counts.every((count) => count === 0)) continue; // its members are farther away
    const grows = growsSteadily(counts);
    counted.set(leak, grows ? { ...leak, isMasked: false, memberCounts: counts } : undefined);
  }
  const kept = answer.leaks.flatMap((leak) => (counted.has(leak) ? (counted.get(leak) ?? []) : leak));
  const unmasked = answer.masked.flatMap((leak) => counted.get(leak) ?? []);
  const replaced = answer.leaks.filter((leak) => counted.has(leak) && counted.get(leak) === undefined);
  const all = sorted([...kept, ...unmasked]);
  const explainedSize = all
    .filter((leak) => explains(leak) && leak.growth === 'members')
    .reduce((total, { size }) => total + size, 0);
  return { ...answer, leaks: all, replaced, explainedSize };
}

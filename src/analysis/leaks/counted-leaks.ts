/** Leaks by the members that their containers have in each snapshot. */
import type { Graph } from '../../graph/graph.js';
import { IS_TEXT } from '../../graph/schema.js';
import type { Frontier } from './frontier.js';
import { explains, type Leak } from './leak.js';
import { cumulated, increases } from './leak-of-group.js';
import { type Leaks, sorted } from './leaks.js';
import { chainBehind } from './linked-members.js';
import {
  growsSteadily,
  isCountable,
  type Members,
  membershipsOf,
  membersInPlace,
  oldestGo,
  turnsOver,
} from './members-in-place.js';

/**
 * What is counted in the earlier snapshots: the members of all containers that hold them
 * themselves. Those of the last snapshot do not say how many there were.
 */
export function uncountedOf(answer: Leaks): Leak[] {
  return [...answer.leaks.filter(isCountable), ...answer.masked];
}

/**
 * Judges containers by the members that they have in each snapshot.
 *
 * - In: an answer of `leaks`, what `uncountedOf` says of it, and for each of the earlier snapshots
 *   the members of these, by `membersInPlace`.
 * - Out: without the containers that are as full in each; with those that get fuller at every step
 *   while others of the class go. Where the oldest members go first, it may have a limit.
 */
export function withMembersCounted(
  answer: Leaks,
  uncounted: readonly Leak[],
  earlier: readonly (readonly Members[])[],
  snapshots: readonly Graph[],
): Leaks {
  const { frontier } = answer;
  const last = membersInPlace(frontier.graph, membershipsOf(frontier, uncounted));
  const counted = new Map<Leak, Leak | undefined>();
  for (const [i, leak] of uncounted.entries()) {
    const members = [...earlier.map((all) => all[i]!), last[i]!];
    const counts = members.map(({ count }) => count);
    if (counts.every((count) => count === 0)) continue; // its members are farther away
    const mayTurnOver = leak.isMasked || turnsOver(frontier, leak, snapshots);
    if (mayTurnOver && !growsSteadily(counts)) counted.set(leak, undefined);
    else counted.set(leak, judged(frontier, leak, members, mayTurnOver));
  }
  const kept = answer.leaks.flatMap((leak) => (counted.has(leak) ? (counted.get(leak) ?? []) : leak));
  const unmasked = answer.masked.flatMap((leak) => counted.get(leak) ?? []);
  const replaced = answer.leaks.filter((leak) => counted.has(leak) && counted.get(leak) === undefined);
  const all = sorted([...kept, ...unmasked]);
  const explainedSize = all
    .filter((leak) => explains(leak) && leak.growth !== 'in place')
    .reduce((total, { size }) => total + size, 0);
  return { ...answer, leaks: all, replaced, explainedSize };
}

/** A leak with the members that its containers have in each snapshot. */
function judged(frontier: Frontier, leak: Leak, members: readonly Members[], mayTurnOver: boolean): Leak {
  const { graph } = frontier;
  const counts = members.map(({ count }) => count);
  // Some kinds of plain objects and functions are told apart, which the last snapshot counts.
  const isSame =
    IS_TEXT[graph.nodeTypes[leak.member.example]!] === 1 || counts.at(-1) === leak.memberCounts.at(-1);
  const made = cumulated(leak.member.counts);
  // What grows is behind members that come and go, or stay.
  if (leak.verdict === 'leak' && !increases(counts) && isSame && increases(made))
    return {
      ...leak,
      growth: 'behind',
      memberCounts: made,
      behind: chainBehind(frontier, leak.groups, leak.member),
    };
  const told: Leak = mayTurnOver || isSame ? { ...leak, isMasked: false, memberCounts: counts } : leak;
  return leak.verdict === 'leak' && oldestGo(members)
    ? { ...told, verdict: 'limited', oldestGo: true }
    : told;
}

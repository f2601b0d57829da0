/** Distinct texts that a pattern matches. */
import type { Graph } from '../../graph/graph.js';
import { textOf } from '../../v8/string-facts.js';
import type { StringGroups } from '../classes/string-groups.js';

/** What is looked at of a longer text. */
export const LONGEST = 10_000;

/** Texts that are tested at a time. */
const BATCH = 1000;
/** Milliseconds for them; without a mistake in the pattern they take a few. */
const TIME = 2000;
/** So many texts may take longer. */
const MOST_SLOW = 3;

/** Groups of equal strings that a pattern matches. */
export interface MatchingStrings {
  /** Numbers of the groups, ascending. */
  readonly groups: readonly number[];
  /** Strings, by ordinal, that the pattern did not get through in time: not known. */
  readonly slow: readonly number[];
  /** Whether the rest was not looked at, because too many were slow. */
  readonly isGivenUp: boolean;
}

/**
 * Tests each distinct text once.
 *
 * - In: a pattern; `within` runs work for a time at most and says whether it came to its end.
 * - Cost: a decoding of each text; at most a few seconds beyond what the pattern takes.
 */
export function matchingStrings(
  graph: Graph,
  groups: StringGroups,
  pattern: RegExp,
  within: (milliseconds: number, work: () => void) => boolean,
): MatchingStrings {
  const found: number[] = [];
  const slow: number[] = [];
  for (let group = 0; group < groups.count; ) {
    const end = Math.min(groups.count, group + BATCH);
    const isWhole = within(TIME, () => {
      for (; group < end; group++) {
        const text = textOf(graph, groups.first[group]!);
        if (pattern.test(text.length > LONGEST ? text.slice(0, LONGEST) : text)) found.push(group);
      }
    });
    if (isWhole) continue;
    slow.push(groups.first[group]!);
    if (slow.length > MOST_SLOW) return { groups: found, slow, isGivenUp: true };
    group++;
  }
  return { groups: found, slow, isGivenUp: false };
}

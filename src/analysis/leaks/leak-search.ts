/** The search for leaks in snapshots whose edges are read only where they are needed. */
import type { Graph } from '../../graph/graph.js';
import { uncountedOf, withMembersCounted } from './counted-leaks.js';
import { sizesInPlace } from './growth-in-place.js';
import { isLeak, type Leak } from './leak.js';
import { type Leaks, type LeaksOptions, leaks, slotsOf, withGrowthInPlace } from './leaks.js';
import { type Members, membershipsOf, membersInPlace } from './members-in-place.js';

/** What a search is done with. */
export interface LeakSearchOptions extends LeaksOptions {
  /**
   * Reads a snapshot again, with its edges: it gets the place in the list. Undefined for what
   * cannot be read again, such as standard input.
   */
  readonly withEdges: (place: number) => Promise<Graph> | undefined;
}

/** What was found. */
export interface LeakSearch {
  readonly found: Leaks;
  /**
   * Whether growth in place was looked for; false where an earlier snapshot has no edges and cannot
   * be read again.
   */
  readonly looksInPlace: boolean;
}

/**
 * The leaks with those that grew in place, for which earlier snapshots without edges are read
 * again, one at a time.
 *
 * - In: as `leaks`.
 * - Cost: that of `leaks`, and of reading the earlier snapshots once more where something may have
 *   grown in place.
 */
export async function searchLeaks(
  snapshots: readonly Graph[],
  { withEdges, ...options }: LeakSearchOptions,
): Promise<LeakSearch> {
  const found = leaks(snapshots, options);
  const earlier = snapshots.slice(0, -1);
  const isWhole = earlier.every(({ edges }) => edges !== undefined); // `leaks` has looked already
  const slots = isWhole ? [] : slotsOf(found);
  const uncounted = uncountedOf(found);
  if (slots.length === 0 && uncounted.length === 0) return { found, looksInPlace: true };
  const memberships = membershipsOf(found.frontier, uncounted);
  const sizes: number[][] = [];
  const members: Members[][] = [];
  for (const [place, graph] of earlier.entries()) {
    const whole = graph.edges ? graph : await withEdges(place);
    if (!whole) return { found, looksInPlace: false };
    sizes.push(sizesInPlace(whole, slots));
    members.push(membersInPlace(whole, memberships));
  }
  const counted = withMembersCounted(found, uncounted, members, snapshots);
  return {
    found: slots.length === 0 ? counted : withGrowthInPlace(counted, sizes, options),
    looksInPlace: true,
  };
}

/** Of what grew once, listed where there is no leak. */
const MOST_WITHOUT_LEAK = 3;

/** What is worth a person's look. */
export interface NotableLeaks {
  readonly leaks: readonly Leak[];
  /** How many of these are leaks. */
  readonly leaking: number;
  /** How many to show where nobody asks for all: with no leak among them only the first few. */
  readonly most: number;
}

/**
 * The leaks. What did not grow at every step is listed as well where nothing else does, or where
 * there are more than three snapshots: only then it says something.
 */
export function notableLeaks(found: Leaks, snapshots: number): NotableLeaks {
  const leaking = found.leaks.filter(isLeak).length;
  return {
    leaks: found.leaks.filter(
      (leak) => isLeak(leak) || leak.verdict === 'limited' || leaking === 0 || snapshots > 3,
    ),
    leaking,
    most: leaking === 0 ? MOST_WITHOUT_LEAK : Number.POSITIVE_INFINITY,
  };
}

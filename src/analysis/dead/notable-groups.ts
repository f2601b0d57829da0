/** Which groups of dead objects are worth showing. */
import type { DeadGroup } from './dead-objects.js';

/** Fewer of a group may have finished a moment ago. */
export const LEAST_IN_GROUP = 3;

/** So many times more must the runtime's own code hold before it is worth showing. */
const RUNTIME_FACTOR = 30;

/**
 * Whether a group is more than what finished a moment ago.
 *
 * - In: `before` by earlier snapshot, how many of them were dead in it.
 */
export function isNotable(
  { members, owner, selfHeld }: Pick<DeadGroup, 'members' | 'owner' | 'selfHeld'>,
  { minCount, before = [] }: { readonly minCount: number; readonly before?: readonly number[] },
): boolean {
  if (before.some((count) => count > 0)) return true;
  // The runtime keeps some for a while, as in the scope of a function that waits; not for good.
  const least = owner === 'program' || selfHeld ? minCount : RUNTIME_FACTOR * minCount;
  return members.length >= (minCount === 1 ? 1 : least);
}

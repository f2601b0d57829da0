/** Words that `leaks` and `suspects` have for the same. */
import type { LeakEntry } from './leak-report.js';

/** How members are held: `in`, `behind`, `that lead to each other by .parent, from`. */
export function wayWords({ growth, linkedBy }: Pick<LeakEntry, 'growth' | 'linkedBy'>): string {
  if (linkedBy !== null) return `that lead to each other by .${linkedBy}, from`;
  return growth === 'behind' ? 'behind' : 'in';
}

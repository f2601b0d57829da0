/** Patterns of queries, on names of a heap. */
import type { Pattern } from './syntax.js';

/** What is looked at of a longer name. */
const LONGEST = 10_000;

/**
 * A test for names.
 *
 * - In: a pattern that `takePattern` has read.
 * - Out: whether it matches in the first 10,000 characters of a name.
 */
export function patternTest({ source, flags }: Pattern): (name: string) => boolean {
  const pattern = new RegExp(source, `u${flags}`);
  return (name) => pattern.test(name.length > LONGEST ? name.slice(0, LONGEST) : name);
}

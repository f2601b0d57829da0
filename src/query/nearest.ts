/** Words that were probably meant. */

/**
 * The one of a few words that differs from a word by one letter: added, left out, replaced, or
 * exchanged with the next. Undefined where there is none.
 */
export function nearest(word: string, among: readonly string[]): string | undefined {
  return among.find((other) => other !== word && isOneLetterApart(word.toLowerCase(), other));
}

/** Whether two words differ by one letter, or by two that are exchanged. */
export function isOneLetterApart(a: string, b: string): boolean {
  if (a === b) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return Math.min(a.length, b.length) > 2;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

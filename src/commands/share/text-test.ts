import { UsageError } from '../../base/errors.js';

/** A test for a text, or for all that fit `/PATTERN/`. Throws UsageError for no pattern. */
export function textTest(text: string): (text: string) => boolean {
  const pattern = /^\/(.+)\/([imsu]*)$/s.exec(text);
  if (!pattern) return (one) => one === text;
  try {
    const expression = new RegExp(pattern[1]!, pattern[2]);
    return (one) => expression.test(one);
  } catch (error) {
    throw new UsageError(
      `${text} is no regular expression: ${(error as Error).message}`,
      'A pattern stands between slashes, as in JavaScript: /^Session/i.',
    );
  }
}

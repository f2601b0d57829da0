import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LazilySorted } from '../../src/base/lazily-sorted.js';

const descending = (a: number, b: number): number => b - a;

describe('LazilySorted', () => {
  test('has each place of what sorting gives, in whatever order places are asked for', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(100_000), { maxLength: 2000, minLength: 1 }),
        fc.array(fc.nat(2000)),
        (items, asked) => {
          const sorted = items.toSorted(descending);
          const lazy = new LazilySorted(Uint32Array.from(items), descending);
          expect(asked.map((place) => lazy.at(place % items.length))).toEqual(
            asked.map((place) => sorted[place % items.length]),
          );
          expect(items.map((_, place) => lazy.at(place))).toEqual(sorted);
          expect(sorted.map((item) => lazy.placeOf(item))).toEqual(sorted.map((_, place) => place));
        },
      ),
    );
  });

  test('what is in order already, or the other way round', () => {
    const items = Uint32Array.from({ length: 5000 }, (_, i) => i);
    for (const compare of [descending, (a: number, b: number) => a - b]) {
      const sorted = items.toSorted(compare);
      const lazy = new LazilySorted(items.slice(), compare);
      expect(Uint32Array.from(items, (_, place) => lazy.at(place))).toEqual(sorted);
    }
  });

  test('the first place of a million compares each a few times only', () => {
    let compared = 0;
    const items = Uint32Array.from({ length: 1_000_000 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0);
    const lazy = new LazilySorted(items, (a, b) => {
      compared++;
      return b - a;
    });
    lazy.at(0);
    expect(compared).toBeLessThan(4_000_000);
    const before = compared;
    for (let place = 0; place < 20; place++) lazy.at(place);
    expect(compared - before).toBe(0);
  });

  test('no place outside of it; none of nothing', () => {
    const lazy = new LazilySorted(Uint32Array.of(3), descending);
    expect(lazy.length).toBe(1);
    for (const place of [-1, 1, Number.NaN]) expect(() => lazy.at(place)).toThrow(RangeError);
    expect(() => new LazilySorted(new Uint32Array(0), descending).at(0)).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeatsOf } from '../../../src/analysis/expressions/repeats.js';

test.each([
  ['', []],
  ['abcdef', []],
  ['aaaa', [{ from: 0, length: 1, count: 4 }]],
  ['xaaaay', [{ from: 1, length: 1, count: 4 }]],
  ['xabababc', [{ from: 1, length: 2, count: 3 }]],
  ['ababab', [{ from: 0, length: 2, count: 3 }]],
  // Two times are no habit.
  ['abcabc', []],
  [
    'aaaabbbb',
    [
      { from: 0, length: 1, count: 4 },
      { from: 4, length: 1, count: 4 },
    ],
  ],
  ['aaa', []],
] as const)('%s', (text, expected) => {
  expect(repeatsOf([...text], 4)).toEqual(expected);
});

test('what is said to repeat does, covers enough, and does not overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }), (items) => {
      let end = 0;
      for (const { from, length, count } of repeatsOf(items, 6)) {
        expect(from).toBeGreaterThanOrEqual(end);
        end = from + length * count;
        expect(end).toBeLessThanOrEqual(items.length);
        expect(count).toBeGreaterThanOrEqual(3);
        expect(length * count).toBeGreaterThanOrEqual(6);
        for (let i = from + length; i < end; i++) expect(items[i]).toBe(items[i - length]);
      }
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test('a million items take no longer than a moment', () => {
  const items = Array.from({ length: 1_000_000 }, (_, i) => (i % 3 === 0 ? 'x' : 'y'));
  expect(repeatsOf(items, 12)).toEqual([{ from: 0, length: 3, count: 333_333 }]);
});

import { expect, test } from 'vitest';
import { tallyByHolder } from '../../../src/analysis/holders/tally.js';

const plain = (tallies: ReturnType<typeof tallyByHolder>) =>
  [...tallies].map(([group, holders]) => [group, [...holders]]);

test('nodes by group and holder: number, bytes, and the one with the least rank', () => {
  const groups = [1, 0, 1, -1, 1, 0];
  const holders = [7, 7, 8, 9, 7, 7];
  const tallies = tallyByHolder(
    6,
    [10, 20, 30, 40, 50, 60],
    (node) => groups[node]!,
    (node) => holders[node]!,
    [3, 2, 1, 0, 2, 2],
  );
  expect(plain(tallies)).toEqual([
    [
      1,
      [
        [7, { count: 2, size: 60, example: 4 }],
        [8, { count: 1, size: 30, example: 2 }],
      ],
    ],
    [0, [[7, { count: 2, size: 80, example: 1 }]]],
  ]);
});

test('without ranks the first stands for all; nodes in no group are asked nothing', () => {
  const asked: number[] = [];
  const holder = (node: number) => asked.push(node) * 0;
  expect(plain(tallyByHolder(3, [1, 2, 3], (node) => (node === 1 ? -1 : 5), holder))).toEqual([
    [5, [[0, { count: 2, size: 4, example: 0 }]]],
  ]);
  expect(asked).toEqual([0, 2]);
  expect(
    tallyByHolder(
      0,
      [],
      () => 0,
      () => 0,
    ).size,
  ).toBe(0);
});

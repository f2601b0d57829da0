/** Nodes by id, against a Map. */
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { idIndex, indexOfIds } from '../../src/graph/ids.js';
import { random } from '../support/random-graph.js';

/** The index reads nothing else of a graph. */
const withIds = (ids: ArrayLike<number>): Graph =>
  ({ nodeCount: ids.length, ids: Uint32Array.from(ids) }) as unknown as Graph;

const many = (count: number, id: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => id(i));

const next = random(7);
const below = (limit: number): number => Math.floor(next() * limit);

const CASES: Readonly<Record<string, readonly number[]>> = {
  'no node': [],
  'one node': [1],
  'one node with the largest id': [2 ** 32 - 1],
  'odd ids without gaps': many(5000, (i) => 2 * i + 1),
  'odd and even ids': many(5000, (i) => i),
  'odd ids downwards': many(5000, (i) => 10_001 - 2 * i),
  'random ids of 32 bits': many(5000, () => below(2 ** 32)),
  'random ids, close together': many(5000, () => below(9000)),
  'the ends of 32 bits': [0, 1, 2, 3, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 2, 2 ** 32 - 1],
  'just below 2^32': many(1000, (i) => 2 ** 32 - 1 - i),
  'all ids alike': many(100, () => 77),
};

describe('idIndex', () => {
  test.each(Object.entries(CASES))('%s', (_, ids) => {
    const index = idIndex(withIds(ids));
    const first = new Map<number, number>();
    ids.forEach((id, node) => {
      if (!first.has(id)) first.set(id, node);
    });
    for (const [id, node] of first) expect(index.nodeOf(id)).toBe(node);
    const others = [
      0,
      1,
      2,
      3,
      2 ** 32 - 1,
      ...ids.flatMap((id) => [id + 1, id - 1]),
      ...many(500, () => below(2 ** 32)),
    ];
    for (const id of others) expect(index.nodeOf(id)).toBe(first.get(id) ?? -1);
  });

  test('what is no id at all is not found', () => {
    const index = idIndex(withIds([1, 3, 5]));
    for (const id of [-1, 1.5, 2 ** 32 + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(index.nodeOf(id)).toBe(-1);
  });

  test.each([
    ['without gaps', (i: number) => i],
    ['without gaps, downwards', (i: number) => 2 ** 19 - i],
    ['odd', (i: number) => 2 * i + 1],
    ['even', (i: number) => 2 * i],
  ])('many ids %s do not pile up', (_, id) => {
    const ids = many(2 ** 18, id);
    const begun = performance.now();
    const index = idIndex(withIds(ids));
    expect(ids.every((one, node) => index.nodeOf(one) === node)).toBe(true);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test.each([12, 16, 20, 24])(
    'ids that differ in their upper bits only (every 2^%i) do not pile up',
    (bits) => {
      const count = Math.min(2 ** (32 - bits), 2 ** 18);
      const ids = many(count, (i) => i * 2 ** bits);
      const begun = performance.now();
      const index = idIndex(withIds(ids));
      expect(ids.every((id, node) => index.nodeOf(id) === node)).toBe(true);
      expect(performance.now() - begun).toBeLessThan(10_000);
    },
  );
});

/** The factor that ids are multiplied by, and its inverse modulo 2^32 (Newton). */
const FACTOR = 0x9e3779b1;
let inverse = FACTOR;
for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(FACTOR, inverse));

describe('ids that are chosen so that they meet', () => {
  const count = 60_000;

  /** Lines (an id without its lowest 5 bits) whose products with the factor are the smallest. */
  const lines = (): number[] => {
    const found: number[] = [];
    for (let product = 0; found.length < count / 16; product++) {
      const line = Math.imul(product, inverse) >>> 0;
      if (line < 2 ** 27) found.push(line);
    }
    return found;
  };

  const addresses = (): number[] =>
    many(count, (upper) => ((upper * 2 ** 32 + ((Math.imul(upper, 0x85ebca6b) << 3) >>> 0)) % 2 ** 52) + 8);

  test.each([
    [
      'numbers of V8',
      () => Uint32Array.from(lines().flatMap((line) => many(16, (i) => line * 32 + i * 2 + 1))),
    ],
    ['addresses', () => Float64Array.from(addresses())],
  ])('%s: found all the same, and soon', (_, make) => {
    const ids = make();
    const began = performance.now();
    const { nodeOf } = indexOfIds(ids, ids.length);
    const first = new Map<number, number>();
    ids.forEach((id, node) => void (first.has(id) || first.set(id, node)));
    for (const [id, node] of first) if (nodeOf(id) !== node) throw new Error(`${id} is not found`);
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});

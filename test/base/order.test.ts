import { expect, test } from 'vitest';
import { byAscending, byDescending, byText, inOrder } from '../../src/base/order.js';

interface Row {
  readonly name: string;
  readonly size: number;
}

const rows: readonly Row[] = [
  { name: 'b', size: 1 },
  { name: 'a', size: 1 },
  { name: 'c', size: 2 },
  { name: 'B', size: 1 },
];
const names = (order: (a: Row, b: Row) => number) => [...rows].sort(order).map(({ name }) => name);

test('the next order decides only between equals', () => {
  const bySize = byDescending<Row>(({ size }) => size);
  expect(
    names(
      inOrder(
        bySize,
        byText<Row>(({ name }) => name),
      ),
    ),
  ).toEqual(['c', 'B', 'a', 'b']);
  expect(names(byText<Row>(({ name }) => name))).toEqual(['B', 'a', 'b', 'c']);
});

test('equal rows stay in their order', () => {
  expect(names(byDescending(({ size }) => size))).toEqual(['c', 'b', 'a', 'B']);
  expect(names(byAscending(({ size }) => size))).toEqual(['b', 'a', 'B', 'c']);
  expect(names(inOrder())).toEqual(['b', 'a', 'c', 'B']);
});

import { expect, test } from 'vitest';
import { sameTypedArrays } from './same-typed-arrays.js';

const numbers = Uint32Array.of(1, 2, 3, 4);

test('true for equal bytes of one type, wherever they stand', () => {
  const shared = new Uint32Array(new SharedArrayBuffer(24), 8, 4);
  shared.set(numbers);
  expect(sameTypedArrays(numbers, shared)).toBe(true);
  expect(sameTypedArrays(Float64Array.of(Number.NaN, -0), Float64Array.of(Number.NaN, -0))).toBe(true);
  expect(sameTypedArrays(new Uint8Array(), new Uint8Array())).toBe(true);
});

test('no answer for all others: toEqual tells them apart', () => {
  for (const other of [
    Uint32Array.of(1, 2, 3, 5),
    Uint32Array.of(1, 2, 3),
    Int32Array.of(1, 2, 3, 4),
    new DataView(numbers.buffer),
    [1, 2, 3, 4],
  ]) {
    expect(sameTypedArrays(numbers, other)).toBeUndefined();
    expect(numbers).not.toEqual(other);
    expect({ columns: [numbers] }).not.toEqual({ columns: [other] });
  }
  expect(sameTypedArrays(Float64Array.of(0), Float64Array.of(-0))).toBeUndefined();
  expect({ columns: [numbers] }).toEqual({ columns: [numbers.slice()] });
});

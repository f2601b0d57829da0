import { describe, expect, it } from 'vitest';
import { Arena, Scratch } from '../../src/graph/arena.js';

describe('an arena', () => {
  it('gives out arrays of zeros in one memory, each on a line of its own, and knows their addresses', () => {
    const arena = Arena.create()!;
    const bytes = arena.take(Uint8Array, 3);
    const doubles = arena.take(Float64Array, 5);
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...bytes, ...doubles]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(arena.addressOf(bytes)! % 64).toBe(0);
    expect(arena.addressOf(doubles)! % 64).toBe(0);
    expect(arena.addressOf(doubles)).not.toBe(arena.addressOf(bytes));
    expect(arena.addressOf(new Uint8Array(3))).toBeUndefined();
  });

  it('grows, and what stands in it stays valid', () => {
    const arena = Arena.create()!;
    const first = arena.take(Uint32Array, 4);
    first[3] = 7;
    const second = arena.take(Uint32Array, 1 << 20);
    second[(1 << 20) - 1] = 9;
    expect(first[3]).toBe(7);
    expect(new Uint32Array(second.buffer, first.byteOffset, 4)[3]).toBe(7);
    expect(arena.addressOf(first)).toBe(first.byteOffset);
  });

  it('gives out again what it got back, joined with what is free beside it, and zeroed unless told otherwise', () => {
    const arena = Arena.create()!;
    const [one, two, three] = [1, 2, 3].map(() => arena.take(Uint8Array, 64).fill(5));
    arena.take(Uint8Array, 64);
    arena.release(one!);
    arena.release(three!);
    arena.release(two!);
    const joined = arena.take(Uint8Array, 192);
    expect(joined.byteOffset).toBe(one!.byteOffset);
    expect(new Set(joined)).toEqual(new Set([0]));
    joined.fill(6);
    arena.release(joined);
    expect([...arena.take(Uint8Array, 2, true)]).toEqual([6, 6]);
  });

  it('takes back the end of an array, and what stands last; zeros come of it again', () => {
    const arena = Arena.create()!;
    const scratch = new Scratch(arena);
    const first = scratch.take(Uint32Array, 64).fill(1);
    const last = scratch.take(Uint32Array, 64).fill(2);
    scratch.shorten(last, 17);
    const next = arena.take(Uint32Array, 1000);
    expect(next.byteOffset).toBe(last.byteOffset + 2 * 64);
    expect(new Set(next)).toEqual(new Set([0]));
    arena.release(next);
    scratch.release();
    expect(arena.take(Uint32Array, 2000).byteOffset).toBe(first.byteOffset);
  });

  it('gives out every byte once, whatever comes and goes', () => {
    const arena = Arena.create()!;
    const held = new Map<Uint8Array, number>();
    for (let i = 1; i <= 2000; i++) {
      const known = [...held.keys()];
      if (known.length > 20 || (i % 3 === 0 && known.length > 0)) {
        const view = known[(i * 7) % known.length]!;
        expect(view.every((byte) => byte === held.get(view))).toBe(true);
        held.delete(view);
        arena.release(view);
      } else {
        const view = arena.take(Uint8Array, (i * 37) % 500);
        expect(view.every((byte) => byte === 0)).toBe(true);
        held.set(view.fill(i % 251), i % 251);
      }
    }
  });

  it('throws a RangeError beyond four gigabytes, and goes on after that', () => {
    const arena = Arena.create()!;
    expect(() => arena.take(Float64Array, 2 ** 29)).toThrow(RangeError);
    expect(arena.take(Uint8Array, 1).length).toBe(1);
  });
});

it('scratch gives everything back but what is kept', () => {
  const arena = Arena.create()!;
  const scratch = new Scratch(arena);
  const gone = scratch.take(Uint8Array, 64);
  const kept = scratch.keep(scratch.take(Uint8Array, 64));
  const given = scratch.take(Uint8Array, 64);
  scratch.release(given);
  scratch.release();
  const again = [1, 2, 3].map(() => arena.take(Uint8Array, 64).byteOffset);
  expect(again).toContain(gone.byteOffset);
  expect(again).toContain(given.byteOffset);
  expect(again).not.toContain(kept.byteOffset);
  expect(() => scratch.at(new Uint8Array(1))).toThrow(RangeError);
});

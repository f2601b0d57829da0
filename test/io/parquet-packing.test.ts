/** Packed numbers of Parquet, unpacked by a reader that follows the format's text. */
import { describe, expect, it } from 'vitest';
import { packedDeltas } from '../../src/io/parquet-deltas.js';
import { packedFlags, packedOnes, packedRuns } from '../../src/io/parquet-runs.js';

class Bytes {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }
  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  bits(count: number, width: number): number[] {
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
      let value = 0;
      for (let bit = 0; bit < width; bit++) {
        const place = i * width + bit;
        if ((this.bytes[this.at + (place >> 3)]! >> (place & 7)) & 1) value += 2 ** bit;
      }
      found.push(value);
    }
    this.at += (count * width) / 8;
    return found;
  }
}

function unpackedRuns(packed: Uint8Array, width: number, count: number): number[] {
  const bytes = new Bytes(packed);
  const found: number[] = [];
  while (bytes.at < packed.length) {
    const head = bytes.number();
    if (head % 2 === 1) found.push(...bytes.bits(((head - 1) / 2) * 8, width));
    else {
      const value = bytes.bits(1, Math.ceil(width / 8) * 8)[0]!;
      for (let i = 0; i < head / 2; i++) found.push(value);
    }
  }
  expect(found.slice(count).every((value) => value === 0)).toBe(true);
  return found.slice(0, count);
}

function unpackedDeltas(packed: Uint8Array): number[] {
  const bytes = new Bytes(packed);
  const [block, minis, count] = [bytes.number(), bytes.number(), bytes.number()];
  let value = bytes.signed();
  const found = count === 0 ? [] : [value];
  while (found.length < count) {
    const least = bytes.signed();
    const widths = Array.from({ length: minis }, () => bytes.bytes[bytes.at++]!);
    for (const width of widths)
      for (const delta of bytes.bits(block / minis, width)) {
        value += least + delta;
        if (found.length < count) found.push(value);
      }
  }
  expect(bytes.at).toBe(packed.length);
  return found;
}

/** Numbers from 0 to 1, the same at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const LENGTHS = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 128, 129, 130, 257, 600, 5000];

describe.each(LENGTHS)('%i values', (length) => {
  it.each([1, 2, 3, 7, 8, 9, 12, 17, 24])('are the same after packedRuns in %i bits', (width) => {
    const next = random(length * 31 + width);
    for (const change of [1, 0.5, 0.05, 0]) {
      let value = 0;
      const values = Uint32Array.from({ length }, () => {
        if (next() < change) value = Math.floor(next() * 2 ** width);
        return value;
      });
      expect(unpackedRuns(packedRuns(values, width), width, length)).toEqual([...values]);
    }
  });

  it('are the same after packedFlags and packedOnes', () => {
    const next = random(length + 1);
    for (const change of [1, 0.2, 0.01]) {
      let value = 1;
      const flags = Uint8Array.from({ length }, () => {
        if (next() < change) value = next() < 0.5 ? 1 : 0;
        return value;
      });
      expect(unpackedRuns(packedFlags(flags), 1, length)).toEqual([...flags]);
    }
    expect(unpackedRuns(packedOnes(length), 1, length)).toEqual(Array.from({ length }, () => 1));
  });

  it.each([1, 2, 100, 70_000, 2 ** 31])('below %i are the same after packedDeltas', (limit) => {
    const next = random(length + limit);
    const values = Int32Array.from({ length }, () => Math.floor(next() * limit));
    expect(unpackedDeltas(packedDeltas(values))).toEqual([...values]);
    expect(unpackedDeltas(packedDeltas(values.sort()))).toEqual([...values]);
  });
});

it('packs the largest steps', () => {
  const values = Int32Array.of(0, 0x7fffffff, 0, 0x7fffffff, 0x7fffffff, 1, 0);
  expect(unpackedDeltas(packedDeltas(values))).toEqual([...values]);
});

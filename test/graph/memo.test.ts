import { describe, expect, it, vi } from 'vitest';
import { memo, perGraph } from '../../src/graph/memo.js';

describe('memo', () => {
  it('computes once for each object, undefined too', () => {
    const compute = vi.fn((key: { readonly answer: number | undefined }) => key.answer);
    const answer = memo(compute);
    const [one, two] = [{ answer: 1 }, { answer: undefined }];
    expect([answer(one), answer(two), answer(one), answer(two)]).toEqual([1, undefined, 1, undefined]);
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('computes again after an error', () => {
    let calls = 0;
    const answer = memo((_: object) => {
      calls++;
      if (calls === 1) throw new Error('not yet');
      return calls;
    });
    const key = {};
    expect(() => answer(key)).toThrow('not yet');
    expect(answer(key)).toBe(2);
    expect(answer(key)).toBe(2);
  });
});

describe('perGraph', () => {
  it('gives every graph one object of its own, which keeps what is written to it', () => {
    const counter = perGraph((_: object) => ({ count: 0 }));
    const [one, two] = [{}, {}];
    counter(one).count++;
    counter(one).count++;
    expect([counter(one).count, counter(two).count]).toEqual([2, 0]);
  });
});

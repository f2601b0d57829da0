import { describe, expect, test } from 'vitest';
import type { Leak } from '../../../src/analysis/leaks/leak.js';
import { notableLeaks, searchLeaks } from '../../../src/analysis/leaks/leak-search.js';
import type { Leaks } from '../../../src/analysis/leaks/leaks.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** A program with an array whose elements are one block of memory, made anew in each snapshot. */
function snapshot(step: number): Uint8Array {
  const numbers: NodeSpec = {
    id: 101 + 2 * step,
    type: 'array',
    name: '(object elements)',
    size: 50_000 * (step + 1),
  };
  return snapshotBytes({
    root: { id: 1, edges: ['app'] },
    app: { id: 3, edges: ['list'] },
    list: { id: 5, name: 'Array', edges: [['internal', 'elements', 'numbers']] },
    numbers,
  });
}

const load = (step: number, edges: boolean): Promise<Graph> => loadSnapshot(snapshot(step), { edges });

describe('searchLeaks', () => {
  const snapshots = () => Promise.all([load(0, false), load(1, false), load(2, true)]);

  test('what grew in place is found by reading the earlier snapshots again', async () => {
    const read: number[] = [];
    const { found, looksInPlace } = await searchLeaks(await snapshots(), {
      withEdges: (place) => {
        read.push(place);
        return load(place, true);
      },
    });
    expect(looksInPlace).toBe(true);
    expect(read).toEqual([0, 1]);
    expect(found.leaks.map(({ growth, verdict, size }) => [growth, verdict, size])).toEqual([
      ['in place', 'leak', 100_000],
    ]);
  });

  test('nothing is read again where all have edges', async () => {
    const all = await Promise.all([load(0, true), load(1, true), load(2, true)]);
    const { found, looksInPlace } = await searchLeaks(all, {
      withEdges: () => {
        throw new Error('not to be read');
      },
    });
    expect([found.leaks.length, looksInPlace]).toEqual([1, true]);
  });

  test('it is said when an earlier snapshot cannot be read again', async () => {
    const { found, looksInPlace } = await searchLeaks(await snapshots(), { withEdges: () => undefined });
    expect([found.leaks.length, looksInPlace]).toEqual([0, false]);
  });
});

describe('notableLeaks', () => {
  const found = (...verdicts: Leak['verdict'][]) =>
    ({ leaks: verdicts.map((verdict) => ({ verdict })) }) as unknown as Leaks;
  const notable = (steps: number, ...verdicts: Leak['verdict'][]) => {
    const { leaks, leaking, most } = notableLeaks(found(...verdicts), steps);
    return [leaks.map(({ verdict }) => verdict), leaking, most];
  };

  test('beside leaks nothing else counts, of up to three snapshots', () => {
    expect(notable(3, 'leak', 'once')).toEqual([['leak'], 1, Number.POSITIVE_INFINITY]);
    expect(notable(4, 'leak', 'once')).toEqual([['leak', 'once'], 1, Number.POSITIVE_INFINITY]);
  });

  test('without a leak the first three are worth a look', () => {
    expect(notable(3, 'sometimes', 'once')).toEqual([['sometimes', 'once'], 0, 3]);
    expect(notable(2)).toEqual([[], 0, 3]);
  });
});

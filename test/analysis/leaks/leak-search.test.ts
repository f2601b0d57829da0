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

/** A program with two lists of thumbs, by the numbers of the thumbs in each. */
function thumbs(lists: Readonly<Record<string, readonly number[]>>, edges = true): Promise<Graph> {
  const nodes: Record<string, NodeSpec> = { root: { id: 1, edges: ['app'] } };
  nodes.app = { id: 3, name: 'App', edges: Object.keys(lists).map((name) => ['property', name, name]) };
  let id = 5;
  for (const [name, numbers] of Object.entries(lists)) {
    nodes[name] = { id, name: 'Array', edges: [['internal', 'elements', `${name}Items`]] };
    nodes[`${name}Items`] = {
      id: id + 2,
      type: 'array',
      name: '(object elements)',
      edges: numbers.map((number, i) => ['internal', String(i), `thumb${number}`]),
    };
    id += 4;
    for (const number of numbers)
      nodes[`thumb${number}`] = { id: 101 + 2 * number, name: 'Thumb', size: 500 };
  }
  return loadSnapshot(snapshotBytes(nodes), { edges });
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/** The two earlier snapshots without edges, and with them when they are asked for. */
async function searchThumbs(steps: readonly Readonly<Record<string, readonly number[]>>[]): Promise<Leaks> {
  const all = await Promise.all(steps.map((lists, i) => thumbs(lists, i === steps.length - 1)));
  const { found } = await searchLeaks(all, { withEdges: (place) => thumbs(steps[place]!) });
  return found;
}

describe('members of a container in each snapshot', () => {
  test('a full cache is as full in each, though others of its class come to be', async () => {
    const pinned = from(1000, 60);
    const found = await searchThumbs([
      { cache: from(0, 100), pinned: [] },
      { cache: from(30, 100), pinned },
      { cache: from(60, 100), pinned },
    ]);
    expect(found.leaks.filter(({ verdict }) => verdict === 'leak')).toEqual([]);
    expect(found.replaced.map(({ memberCounts }) => memberCounts)).toEqual([[40, 70, 100]]);
  });

  test('a list that grows is a leak, though a backlog of its class is worked off', async () => {
    const found = await searchThumbs([
      { done: from(0, 30), backlog: from(1000, 300) },
      { done: from(0, 60), backlog: from(1100, 200) },
      { done: from(0, 90), backlog: from(1200, 100) },
    ]);
    expect(found.leaks.map(({ verdict, memberCounts }) => [verdict, memberCounts])).toEqual([
      ['leak', [30, 60, 90]],
    ]);
    expect(found.masked).toHaveLength(1);
  });

  test('a cache that grows is told with all members, not with those that have stayed', async () => {
    const found = await searchThumbs([
      { cache: from(0, 100), pinned: [] },
      { cache: from(20, 160), pinned: [] },
      { cache: from(40, 220), pinned: [] },
    ]);
    expect(found.leaks.map(({ verdict, memberCounts }) => [verdict, memberCounts])).toEqual([
      ['leak', [100, 160, 220]],
    ]);
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

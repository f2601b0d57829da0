import { describe, expect, test } from 'vitest';
import { objectStates } from '../../../src/analysis/dead/object-states.js';
import type { Leak } from '../../../src/analysis/leaks/leak.js';
import { leakEntry } from '../../../src/analysis/leaks/leak-entry.js';
import { notableLeaks, searchLeaks } from '../../../src/analysis/leaks/leak-search.js';
import type { Leaks } from '../../../src/analysis/leaks/leaks.js';
import { membersInPlace } from '../../../src/analysis/leaks/members-in-place.js';
import { growthSuspect } from '../../../src/analysis/suspects/growth-suspect.js';
import type { Graph } from '../../../src/graph/graph.js';
import { idIndex } from '../../../src/graph/ids.js';
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

/** What `suspects` and `leaks` say of it. */
function wordsOf(graph: Graph, leak: Leak) {
  const entry = leakEntry(graph, leak);
  const states = objectStates(graph, []);
  const facts = { states, snapshots: 3, minSize: 0, same: [], isKind: false };
  return { headline: growthSuspect(graph, leak, entry, facts).headline, sentence: entry.sentence };
}

describe('members in each snapshot', () => {
  test('where the oldest go first it is a cache that fills, or a queue that gets longer', async () => {
    const found = await searchThumbs([
      { list: from(0, 100) },
      { list: from(0, 700) },
      { list: from(400, 900) },
    ]);
    expect(
      found.leaks.map(({ verdict, oldestGo, memberCounts }) => [verdict, oldestGo, memberCounts]),
    ).toEqual([['limited', true, [100, 700, 900]]]);
  });

  test('it is a leak where others go than the oldest, and what is there for a moment is counted', async () => {
    const found = await searchThumbs([
      { list: [...from(0, 12), ...from(1000, 25)] },
      { list: [...from(0, 70), ...from(1100, 25)] },
      { list: [...from(0, 130), ...from(1200, 25)] },
    ]);
    expect(found.leaks.map(({ verdict, memberCounts }) => [verdict, memberCounts])).toEqual([
      ['leak', [37, 95, 155]],
    ]);
  });

  test('where members are as many in each, what grows is behind them', async () => {
    const step = (last: number, edges: boolean): Promise<Graph> => {
      const of = (age: number, i: number): string => `c${age}_${i}`;
      const nodes: Record<string, NodeSpec> = {
        root: { id: 1, edges: ['app'] },
        app: { id: 3, name: 'App', edges: [['property', 'online', 'online']] },
        online: { id: 5, name: 'Array', edges: [['internal', 'elements', 'items']] },
        items: {
          id: 7,
          type: 'array',
          name: '(object elements)',
          edges: from(0, 40).map((i) => ['internal', String(i), of(last, i)]),
        },
      };
      for (const age of from(0, last + 1))
        for (const i of from(0, 40)) {
          const session = `s${age}_${i}`;
          const id = 101 + 4 * (40 * age + i);
          nodes[of(age, i)] = { id, name: 'Conn', size: 500, edges: [['property', 'session', session]] };
          nodes[session] = {
            id: id + 2,
            name: 'Session',
            edges: age > 0 ? [['property', 'previous', of(age - 1, i)]] : [],
          };
        }
      return loadSnapshot(snapshotBytes(nodes), { edges });
    };
    const all = await Promise.all([step(1, false), step(3, false), step(5, true)]);
    const { found } = await searchLeaks(all, { withEdges: (place) => step([1, 3][place]!, true) });
    const [leak] = found.leaks;
    expect([leak?.verdict, leak?.growth, leak?.memberCounts]).toEqual(['leak', 'behind', [0, 80, 160]]);
    const { headline, sentence } = wordsOf(all.at(-1)!, leak!);
    expect(headline).toMatch(
      /^leak: 0 → 80 → 160 × new Conn behind .+ \(such as .+\.session\.previous\) keep /,
    );
    expect(sentence).toContain('is added behind ');
  });

  test('members that lead to each other are told with the reference by which they do', async () => {
    const step = (count: number, edges: boolean): Promise<Graph> => {
      const nodes: Record<string, NodeSpec> = {
        root: { id: 1, edges: ['app'] },
        app: { id: 3, name: 'App', edges: [['property', 'current', 'current']] },
        current: { id: 5, name: 'Turn', edges: [['property', 'context', `t${count - 1}`]] },
      };
      for (const i of from(0, count))
        nodes[`t${i}`] = {
          id: 101 + 2 * i,
          name: 'Trace',
          size: 500,
          edges: i > 0 ? [['property', 'parent', `t${i - 1}`]] : [],
        };
      return loadSnapshot(snapshotBytes(nodes), { edges });
    };
    const all = await Promise.all([step(12, false), step(42, false), step(72, true)]);
    const { found } = await searchLeaks(all, { withEdges: (place) => step([12, 42][place]!, true) });
    const [leak] = found.leaks;
    expect([leak?.verdict, leak?.linkedBy, leak?.memberCounts]).toEqual(['leak', 'parent', [12, 42, 72]]);
    const { headline, sentence } = wordsOf(all.at(-1)!, leak!);
    expect(headline).toMatch(/^leak: 12 → 42 → 72 × Trace that lead to each other by \.parent, from /);
    expect(sentence).toMatch(
      /^Trace lead to each other by \.parent, from .* more of them at every step: 12 → 42 → 72\.$/,
    );
  });
});

describe('membersInPlace', () => {
  const text = (id: number, type: NodeSpec['type'] = 'string'): NodeSpec => ({ id, type, name: `t${id}` });
  const counted = async (name: string, type: NodeSpec['type'], slots: readonly number[], size: number) => {
    const texts = [21, 23, 25, 27].map((id) => text(id, type));
    const graph = await loadSnapshot(
      snapshotBytes({
        root: { id: 1, edges: ['set'] },
        set: { id: 3, name, edges: [['internal', 'table', 'table']] },
        table: {
          id: 5,
          type: 'array',
          name: '(internal array)',
          size,
          edges: texts.map(({ id }, i) => ['internal', String(slots[i]), `t${id}`]),
        },
        ...Object.fromEntries(texts.map((one) => [`t${one.id}`, one])),
      }),
    );
    const type0 = graph.nodeTypes[idIndex(graph).nodeOf(21)]!;
    return membersInPlace(graph, [{ ids: [3], type: type0, name: undefined }])[0]!.count;
  };

  test.each(['string', 'concatenated string', 'sliced string'] as const)(
    'all texts of a Set are counted: %s',
    async (type) => {
      expect(await counted('Set', type, [5, 7, 9, 11], 120)).toBe(4);
    },
  );

  test('texts of a Map once an entry, where keys and values are texts', async () => {
    expect(await counted('Map', 'string', [5, 6, 8, 9], 152)).toBe(2);
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

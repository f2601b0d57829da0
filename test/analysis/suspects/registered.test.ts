/** Objects that their own FinalizationRegistry keeps, and those that something else keeps. */
import { expect, test } from 'vitest';
import { garbageOf } from '../../../src/analysis/garbage/garbage.js';
import { lastingEntries } from '../../../src/analysis/garbage/lasting-entries.js';
import { registeredFindings } from '../../../src/analysis/suspects/registered.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';

const load = (spec: GraphSpec): Promise<Graph> =>
  loadSnapshot(snapshotBytes(spec), { edges: true, locations: true });
const property = (name: string, target: string) => ['property', name, target] as const;

/** Entries of one registry: what is registered, and the value with it. */
function registry(entries: readonly (readonly [target: string, held: string])[], rest: GraphSpec): GraphSpec {
  return {
    root: ['globals'],
    globals: {
      name: 'Window / x',
      edges: [property('registry', 'registry'), property('used', 'used')],
    },
    registry: {
      name: 'FinalizationRegistry',
      edges: entries.map((_, i) => ['internal', `cell${i}`, `cell${i}`] as const),
    },
    used: { name: 'Used', edges: [] },
    ...Object.fromEntries(
      entries.map(([target, held], i) => [
        `cell${i}`,
        {
          type: 'hidden',
          name: 'system / WeakCell',
          edges: [
            ['hidden', 0, 'registry'] as const,
            ['weak', 'target', target] as const,
            ['hidden', 2, held] as const,
          ],
        },
      ]),
    ),
    ...rest,
  };
}

const session = { name: 'Session', size: 100 };

test('values that lead back, by way of others as well', async () => {
  const graph = await load(
    registry(
      [
        ['a', 'heldA'],
        ['b', 'heldB'],
        ['c', 'c'],
        ['d', 'heldD'],
      ],
      {
        a: session,
        b: session,
        c: session,
        d: session,
        heldA: { name: 'Object', edges: [property('session', 'a')] },
        heldB: { name: 'Object', edges: [property('inner', 'inner')] },
        inner: { name: 'Object', edges: [property('session', 'b')] },
        heldD: { name: 'Object', edges: [property('other', 'a')] },
      },
    ),
  );
  const names = lastingEntries(graph).map(({ target }) => graph.ids[target]);
  expect(names).toHaveLength(3);
  expect(lastingEntries(graph).map(({ cell }) => cell)).toEqual(
    garbageOf(graph).lasting.map(({ cell }) => cell),
  );
  const [finding, ...more] = registeredFindings(graph);
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ kind: 'registered', verdict: 'leak', estimate: 300 });
  expect(finding!.members.map((node) => graph.ids[node])).toEqual(names);
});

test('none where the program uses what leads back, where values are texts, and where two are too few', async () => {
  const used = await load(
    registry(
      [
        ['a', 'used'],
        ['b', 'used'],
        ['c', 'text'],
      ],
      {
        used: { name: 'Used', edges: [property('a', 'a'), property('b', 'b')] },
        a: session,
        b: session,
        c: session,
        text: { type: 'string', name: 'c' },
      },
    ),
  );
  expect(lastingEntries(used)).toEqual([]);
  const two = await load(
    registry(
      [
        ['a', 'a'],
        ['b', 'b'],
      ],
      { a: session, b: session },
    ),
  );
  expect(lastingEntries(two)).toHaveLength(2);
  expect(registeredFindings(two)).toEqual([]);
});

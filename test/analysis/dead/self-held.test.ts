/** Objects that their own FinalizationRegistry keeps, and those that something else keeps. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deadEntry } from '../../../src/analysis/dead/dead-entry.js';
import { deadObjects } from '../../../src/analysis/dead/dead-objects.js';
import { isNotable } from '../../../src/analysis/dead/notable-groups.js';
import { selfHeld } from '../../../src/analysis/dead/self-held.js';
import { garbageOf } from '../../../src/analysis/garbage/garbage.js';
import { lastingEntries } from '../../../src/analysis/garbage/lasting-entries.js';
import { holderChain } from '../../../src/analysis/holders/holder-chains.js';
import { suspectSearch } from '../../../src/analysis/suspects/suspect-search.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { ownStates } from '../../../src/query/own-states.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';

const load = (spec: GraphSpec): Promise<Graph> =>
  loadSnapshot(snapshotBytes(spec), { edges: true, locations: true });
const weak = (version: string): Promise<Graph> =>
  loadSnapshot(fileURLToPath(new URL(`../../../fixtures/weak/${version}.heapsnapshot.br`, import.meta.url)));
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
  const states = ownStates(graph);
  const { groups, settled, inner } = deadObjects(graph, states);
  expect(settled).toBe(0);
  expect(inner).toBe(0);
  expect(groups).toMatchObject([
    { type: 'Session', selfHeld: true },
    { type: 'Session' },
    { type: 'Session' },
  ]);
  expect(groups.flatMap(({ members }) => members.map((node) => graph.ids[node]))).toEqual(
    expect.arrayContaining(names),
  );
  const entry = deadEntry(graph, groups[0]!, deadObjects(graph, states), states);
  expect(entry.steps.at(-1)).toMatchObject({
    verdict: 'dead',
    reason: 'its own FinalizationRegistry entry keeps it: the held value refers to the target',
    suspect: true,
  });
  expect(entry.sentence).toContain('kept by its own FinalizationRegistry entry');
});

test('none where the program uses what leads back, and where values are texts', async () => {
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
});

test('none that the program has besides, which it may unregister itself', async () => {
  const spec = registry(
    ['a', 'b', 'c'].map((name) => [name, `held${name}`] as const),
    {
      ...Object.fromEntries(['a', 'b', 'c'].map((name) => [name, session])),
      ...Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [`held${name}`, { name: 'Object', edges: [property('it', name)] }]),
      ),
      used: { name: 'Pool', edges: ['a', 'b'].map((name) => property(name, name)) },
    },
  );
  const graph = await load(spec);
  expect(lastingEntries(graph)).toHaveLength(3);
  const { groups } = deadObjects(graph, ownStates(graph));
  expect(groups.map(({ members }) => members.length)).toEqual([1]);
  const node = groups[0]!.example;
  expect(holderChain(graph, node).nodes.some((one) => selfHeld(graph).cells.has(one))).toBe(true);
  // What is expected stays in use.
  expect(ownStates(graph, [], (one) => one === node).dead).toHaveLength(0);
});

test('what is dead by its own state in the value of such an entry is no longer in good order', async () => {
  const rule = { class: 'Signal', when: 'aborted = true' };
  const spec = (target: string): GraphSpec =>
    registry([['a', 'held']], {
      a: session,
      held: { name: 'Object', edges: [property('signal', 'signal'), property('request', target)] },
      signal: { name: 'Signal', edges: [property('aborted', 'yes')] },
      other: { name: 'Object' },
      yes: { type: 'hidden', name: 'true' },
    });
  const own = await load(spec('a'));
  const found = deadObjects(own, ownStates(own, [rule]));
  expect(found.groups.map(({ type }) => type).sort()).toEqual(['Session', 'Signal']);
  expect(found.settled).toBe(0);
  const apart = await load(spec('other'));
  expect(deadObjects(apart, ownStates(apart, [rule]))).toMatchObject({ groups: [], settled: 1 });
});

test('a program with three such entries, harmless ones, and WeakMaps whose values lead to their keys', async () => {
  const prints = new Set<string>();
  for (const version of ['node20', 'node24']) {
    const graph = await weak(version);
    const states = ownStates(graph);
    const found = deadObjects(graph, states);
    const notable = found.groups.filter((group) => isNotable(group, { minCount: 3 }));
    expect(notable).toMatchObject([{ type: 'Request', selfHeld: true, members: { length: 3 } }]);
    const entry = deadEntry(graph, notable[0]!, found, states);
    expect(entry.steps.map(({ verdict }) => verdict)).toEqual([
      'alive',
      ...Array(entry.steps.length - 2).fill('unknown'),
      'dead',
    ]);
    prints.add(entry.fingerprint);
  }
  expect(prints.size).toBe(1);
});

test('suspects tells them once, as a leak', async () => {
  const graph = await weak('node24');
  const states = ownStates(graph);
  const { entries } = suspectSearch(graph, { states, earlier: [], grown: undefined, minSize: 100 });
  const about = entries.filter(({ contents }) => contents.some(({ label }) => label === 'Request'));
  expect(about).toMatchObject([{ kind: 'registered', verdict: 'leak', count: 3 }]);
});

/** What only one kind of holder keeps, and equal strings, as Chrome DevTools has them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { duplicateStrings } from '../../../src/analysis/classes/duplicate-strings.js';
import { heldOnlyBy, ONLY_HOLDERS, type OnlyHolder } from '../../../src/analysis/sizes/held-only.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { type GraphSpec, graphOf } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { FIXTURES } from '../../support/fixtures.js';

interface Recorded {
  readonly duplicates: readonly {
    readonly id: number;
    readonly length: number;
    readonly count: number;
    readonly size: number;
    /** Whether its text has a part that the file does not tell. */
    readonly hasSliced: boolean;
  }[];
  readonly filters: Readonly<
    Record<OnlyHolder, { readonly count: number; readonly size: number; readonly checksum: number }>
  >;
}

/** A page's listeners, a console, and a detached listener. `page` of the recorded results is this one. */
const PAGE: GraphSpec = {
  root: { edges: ['window', ['element', 1, 'handles']] },
  handles: { type: 'synthetic', edges: [['internal', 'x / DevTools console', 'logged']] },
  window: ['one', 'two', 'other'],
  one: { name: 'V8EventListener', type: 'native', edges: [['internal', '1', 'direct']] },
  direct: { type: 'closure', edges: [['internal', 'code', 'code'], 'data'] },
  two: { name: 'V8EventListener', type: 'native', edges: [['internal', '1', 'wrapper']] },
  wrapper: ['options', 'inner', 'shared'],
  inner: { type: 'closure', edges: [['internal', 'code', 'code'], 'more', 'shared'] },
  other: ['code'],
  logged: ['kept'],
};

const recorded = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../fixtures/devtools-filters.json.gz', import.meta.url))).toString(),
) as Readonly<Record<string, Recorded>>;

/** What is recorded of the nodes of a mask; the checksum is over their ids. */
function sumsOf(graph: Graph, only: Uint8Array): object {
  const sizes = shallowSizes(graph);
  let [count, size, checksum] = [0, 0, 0];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (only[node] === 0) continue;
    count++;
    size += sizes[node]!;
    checksum = (Math.imul(checksum, 31) + graph.ids[node]!) >>> 0;
  }
  return { count, size, checksum };
}

describe.each(FIXTURES)('%s', async (fixture) => {
  const graph = await fixtureGraph(fixture);
  const { duplicates, filters } = recorded[`${fixture}.heapsnapshot`]!;

  test.each(ONLY_HOLDERS)('held by %s alone: the same objects as in DevTools', (holder) => {
    expect(sumsOf(graph, heldOnlyBy(graph, holder))).toEqual(filters[holder]);
  });

  test('equal strings: the same groups as in DevTools, of texts that are not cut', () => {
    // Parts of strings have no text in the file: for DevTools they are all equal.
    const isWhole = (group: { readonly length: number; readonly hasSliced: boolean }): boolean =>
      group.length < 1000 && !group.hasSliced;
    const ours = duplicateStrings(graph).groups.map(({ text, node, count, size }) => ({
      hasSliced: false,
      id: graph.ids[node]!,
      length: text.length,
      count,
      size,
    }));
    const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id;
    const theirs = duplicates.filter(isWhole).toSorted(byId);
    expect(theirs.length).toBeGreaterThanOrEqual(5);
    expect(ours.filter(isWhole).toSorted(byId)).toEqual(theirs);
  });
});

test('a listener: the function, or the first function below the object that handles events', async () => {
  const graph = await graphOf(PAGE);
  const names = (holder: OnlyHolder): string[] => {
    const only = heldOnlyBy(graph, holder);
    return Array.from(only.keys())
      .filter((node) => only[node] === 1)
      .map((node) => graph.strings.get(graph.nodeNames[node]!));
  };
  expect(names('events').toSorted()).toEqual(['data', 'direct', 'inner', 'more']);
  expect(names('console').toSorted()).toEqual(['kept', 'logged']);
  expect(names('contexts')).toEqual([]);
  const { filters } = recorded['page.heapsnapshot']!;
  for (const holder of ONLY_HOLDERS)
    expect([holder, sumsOf(graph, heldOnlyBy(graph, holder))]).toEqual([holder, filters[holder]]);
});

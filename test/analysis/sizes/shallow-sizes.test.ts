import { expect, test } from 'vitest';
import { shallowSize } from '../../../src/analysis/sizes/shallow-size.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { statistics } from '../../../src/analysis/sizes/statistics.js';
import { retainersOf } from '../../../src/graph/retainers.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { userRoots } from '../../../src/v8/user-roots.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { FIXTURES, fixtureBytes } from '../../support/fixtures.js';
import { random } from '../../support/random-graph.js';
import { ruledGraph } from '../../support/ruled-graph.js';

/** Sizes by name, of a graph whose every node has 16 bytes, the root none. */
async function sizesIn(graph: GraphSpec): Promise<Record<string, number>> {
  const loaded = await loadSnapshot(snapshotBytes(graph));
  const sizes = shallowSizes(loaded);
  return Object.fromEntries(
    Array.from({ length: loaded.nodeCount }, (_, node) => [
      loaded.strings.get(loaded.nodeNames[node]!),
      sizes[node]!,
    ]),
  );
}

test('hidden and array nodes give their size to their one owner, along chains', async () => {
  const sizes = await sizesIn({
    root: { edges: ['global'] },
    global: { edges: ['a'] },
    a: { edges: [['internal', 'table', 'table']] },
    table: { type: 'array', edges: [['internal', 'x', 'more']] },
    more: { type: 'hidden' },
  });
  expect(sizes).toEqual({ root: 0, global: 16, a: 48, table: 0, more: 0 });
});

test('what two owners reach belongs to neither, and so does what only it reaches', async () => {
  const sizes = await sizesIn({
    root: ['global'],
    global: ['a', 'b'],
    a: { edges: [['internal', 't', 'shared']] },
    b: { edges: [['internal', 't', 'shared']] },
    shared: { type: 'array', edges: [['internal', 'x', 'below']] },
    below: { type: 'array' },
  });
  expect(sizes).toMatchObject({ a: 16, b: 16, shared: 16, below: 16 });
});

test('weak edges own nothing; synthetic owners and the root are given nothing', async () => {
  const sizes = await sizesIn({
    root: { edges: ['global', ['internal', 'x', 'rooted'], 'roots'] },
    global: { edges: [['weak', 'w', 'weakly']] },
    roots: { type: 'synthetic', edges: [['internal', 'x', 'gc']] },
    rooted: { type: 'array' },
    gc: { type: 'array' },
    weakly: { type: 'array' },
  });
  expect(sizes).toMatchObject({ global: 16, root: 0, roots: 16, rooted: 16, gc: 16, weakly: 16 });
});

test("without user roots V8's own sizes stay", async () => {
  const sizes = await sizesIn({
    root: { edges: ['roots'] },
    roots: { type: 'synthetic', edges: ['a'] },
    a: { edges: [['internal', 't', 'table']] },
    table: { type: 'array' },
  });
  expect(sizes).toMatchObject({ a: 16, table: 16 });
});

test('user roots: children of the root that are not synthetic, and the documents', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: { edges: ['global', 'roots', 'trees', ['element', 1, 'global']] },
      roots: { type: 'synthetic' },
      trees: { type: 'synthetic', name: '(Document DOM trees)' },
    }),
  );
  expect(userRoots(graph).map((node) => graph.strings.get(graph.nodeNames[node]!))).toEqual([
    'global',
    '(Document DOM trees)',
  ]);
});

test('statistics of an empty heap, and extra native bytes', async () => {
  const graph = await loadSnapshot(snapshotBytes({}, { head: { extra_native_bytes: 5 } }));
  expect(statistics(graph)).toEqual({
    total: 5,
    native: 5,
    typedArrays: 0,
    code: 0,
    strings: 0,
    jsArrays: 0,
    system: 0,
  });
});

/** Objects with helpers, that share some of them. */
function helpers(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const names = Array.from({ length: 3 + below(14) }, (_, i) => `n${i}`);
  const any = (): string => names[below(names.length)]!;
  const nodes = names.map((name): [string, NodeSpec] => [
    name,
    {
      type: (['object', 'hidden', 'array', 'hidden', 'array', 'synthetic'] as const)[below(6)]!,
      size: 1 + below(99),
      edges: Array.from({ length: below(3) }, (_, i) => [next() < 0.1 ? 'weak' : 'internal', `i${i}`, any()]),
    },
  ]);
  return {
    root: { edges: [any(), ...(next() < 0.3 ? [['internal', 'x', any()] as const] : [])] },
    ...Object.fromEntries(nodes),
  };
}

test('the size of one node is that of all nodes, on random graphs', async () => {
  const wrong: unknown[] = [];
  let transferred = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const bytes = snapshotBytes(seed % 4 === 0 ? ruledGraph(seed) : helpers(seed));
    const [few, all] = [await loadSnapshot(bytes), await loadSnapshot(bytes)];
    const sizes = shallowSizes(all);
    retainersOf(few);
    for (let node = 0; node < few.nodeCount; node++) {
      if (shallowSize(few, node) !== sizes[node]) wrong.push({ seed, node });
      if (sizes[node] !== few.selfSizes[node]) transferred++;
    }
    if (shallowSizes.known(few)) wrong.push({ seed, all: true });
  }
  expect(wrong).toEqual([]);
  expect(transferred).toBeGreaterThan(500);
});

test.each(FIXTURES)('the size of one node is that of all nodes, on %s', { tags: 'slow' }, async (name) => {
  const bytes = fixtureBytes(name);
  const all = await loadSnapshot(bytes);
  const sizes = shallowSizes(all);
  const wrong: unknown[] = [];
  let alone = 0;
  for (let from = 0; from < 40; from++) {
    const few = await loadSnapshot(bytes);
    retainersOf(few);
    for (let node = from; node < few.nodeCount && !shallowSizes.known(few); node += 997) {
      if (shallowSize(few, node) !== sizes[node]) wrong.push({ node });
      alone++;
    }
  }
  expect(wrong).toEqual([]);
  expect(alone).toBeGreaterThan(1000);
});

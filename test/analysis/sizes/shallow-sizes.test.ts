import { expect, test } from 'vitest';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { statistics } from '../../../src/analysis/sizes/statistics.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { userRoots } from '../../../src/v8/user-roots.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';

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

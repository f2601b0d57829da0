import { expect, test } from 'vitest';
import { memoryPlace } from '../../../src/analysis/accumulation/memory-place.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';

const members = (count: number): Record<string, NodeSpec> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, { name: 'Member', size: 100 }]));

async function place(spec: GraphSpec) {
  const graph = await loadSnapshot(snapshotBytes(spec));
  const found = memoryPlace(graph, graph.root);
  const name = (node: number) => graph.strings.get(graph.nodeNames[node]!);
  return {
    place: name(found.place),
    next: found.next === undefined ? undefined : name(found.next),
    collections: found.collections.map(({ node, count }) => `${name(node)} ${count}`),
    expression: found.holder.expression,
  };
}

test('one object that keeps nearly all is the place, with who holds it', async () => {
  const all = members(8);
  expect(
    await place({
      root: ['global'],
      global: { edges: ['cache'] },
      cache: { edges: Object.keys(all) },
      ...all,
    }),
  ).toMatchObject({ place: 'cache', next: 'Member', collections: [] });
});

test('where no object keeps half, the collections below the root', async () => {
  const all = members(30);
  const names = Object.keys(all);
  const part = (i: number): NodeSpec => ({ edges: names.slice(10 * i, 10 * i + 10) });
  expect(
    await place({
      root: ['global'],
      global: { edges: ['c0', 'c1', 'c2'] },
      c0: part(0),
      c1: part(1),
      c2: part(2),
      ...all,
    }),
  ).toMatchObject({ place: 'global', next: undefined, collections: ['c0 10', 'c1 10', 'c2 10'] });
});

test('nothing to follow below what keeps less than a tenth', async () => {
  const all = members(30);
  expect(await place({ root: ['one'], one: { edges: Object.keys(all) }, ...all })).toMatchObject({
    place: 'one',
    next: undefined,
  });
});

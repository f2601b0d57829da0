/** Pictures against an earlier snapshot, on small graphs. */
import { describe, expect, test } from 'vitest';
import { backrefChains } from '../../../src/analysis/holders/chains.js';
import { chainsSubgraph } from '../../../src/analysis/pictures/chain-pictures.js';
import {
  backrefsSubgraph,
  refsSubgraph,
  type SubgraphOptions,
} from '../../../src/analysis/pictures/subgraph.js';
import type { Subgraph } from '../../../src/base/subgraph.js';
import { type Graph, nodeWithId } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** Ids by name: the number in `x12`, so that a name is one object in both graphs; its class is the letters. */
function heap(graph: Readonly<Record<string, readonly string[]>>): Promise<Graph> {
  const keys = new Set([...Object.keys(graph), ...Object.values(graph).flat()]);
  const spec: GraphSpec = Object.fromEntries(
    [...keys].map((key): [string, NodeSpec] => [
      key,
      {
        id: Number(/\d+$/.exec(key)![0]),
        name: key.replace(/\d+$/, ''),
        type: key === 'root1' ? 'synthetic' : 'object',
        edges: (graph[key] ?? []).map((target) => ['property', target, target] as const),
      },
    ]),
  );
  return loadSnapshot(snapshotBytes(spec));
}

const at = (graph: Graph, ...ids: readonly number[]): number[] => ids.map((id) => nodeWithId(graph, id)!);

/** Boxes by change: `Type id`, `3 × Type id`. */
function boxes({ nodes }: Subgraph): Record<string, string[]> {
  const by: Record<string, string[]> = {};
  for (const { change, type, id, merged } of nodes) {
    const key = change ?? 'none';
    by[key] = [...(by[key] ?? []), `${merged ? `${merged} × ` : ''}${type} ${id}`];
  }
  return by;
}

const edges = (picture: Subgraph): string[] =>
  picture.edges.map(({ from, to, name }) => `${from}→${to} ${name}`);

describe('refsSubgraph', () => {
  test('new, survived, died; without an earlier snapshot nothing is said', async () => {
    const before = await heap({ root1: ['A3'], A3: ['B5', 'C7'] });
    const after = await heap({ root1: ['A3'], A3: ['B5', 'D9'] });
    const picture = refsSubgraph(after, at(after, 3), { since: { graph: before } });
    expect(boxes(picture)).toEqual({ survived: ['A 3', 'B 5'], new: ['D 9'], died: ['C 7'] });
    expect(edges(picture)).toEqual(['3→5 B5', '3→9 D9', '3→7 C7']);
    expect(picture.nodes.at(-1)).toMatchObject({ id: 7, depth: 1, asked: false, change: 'died' });
    expect(boxes(refsSubgraph(after, at(after, 3)))).toEqual({ none: ['A 3', 'B 5', 'D 9'] });
  });

  test('boxes hold objects of one fate only; the dead share boxes too', async () => {
    const kids = (from: number, to: number): string[] =>
      Array.from({ length: (to - from) / 2 }, (_, i) => `K${from + 2 * i}`);
    const graph = (names: readonly string[]): Promise<Graph> =>
      loadSnapshot(
        snapshotBytes({
          root: { id: 1, edges: ['list'] },
          list: { id: 3, name: 'Array', edges: names.map((name, i) => ['element', i, name] as const) },
          ...Object.fromEntries(names.map((name) => [name, { id: Number(name.slice(1)), name: 'K' }])),
        }),
      );
    const before = await graph(kids(5, 25));
    const after = await graph(kids(15, 45));
    const picture = refsSubgraph(after, at(after, 3), { since: { graph: before } });
    expect(boxes(picture)).toEqual({
      survived: ['Array 3', '5 × K 15'],
      new: ['10 × K 25'],
      died: ['5 × K 5'],
    });
    expect(picture.edges.find(({ to }) => to === 5)).toMatchObject({ from: 3, count: 5, name: '0…4' });
  });

  test('at most too many of the dead for each object, and a count for the rest', async () => {
    const dead = Array.from({ length: 9 }, (_, i) => `${'ABCDEFGHI'[i]}${11 + 2 * i}`);
    const before = await heap({ root1: ['X3'], X3: dead });
    const after = await heap({ root1: ['X3'], X3: ['N99'] });
    const picture = refsSubgraph(after, at(after, 3), { tooMany: 4, since: { graph: before } });
    expect(boxes(picture).died).toEqual(['A 11', 'B 13', 'C 15', 'D 17']);
    expect(picture.cut).toEqual([{ at: 3, count: 5, direction: 'forward', depth: 1, change: 'died' }]);
  });

  test('one that hung on two survivors is shown once; the dead are not followed', async () => {
    const before = await heap({ root1: ['A3'], A3: ['B5', 'D7'], B5: ['D7'], D7: ['E9'] });
    const after = await heap({ root1: ['A3'], A3: ['B5'] });
    const picture = refsSubgraph(after, at(after, 3), { since: { graph: before } });
    expect(boxes(picture)).toEqual({ survived: ['A 3', 'B 5'], died: ['D 7'] });
    expect(edges(picture)).toEqual(['3→5 B5', '3→7 D7', '5→7 D7']);
  });

  test('not beyond the depth of the picture, and not around what is new', async () => {
    const before = await heap({ root1: ['A3'], A3: ['B5'], B5: ['C7'] });
    const after = await heap({ root1: ['A3'], A3: ['B5', 'N11'] });
    expect(boxes(refsSubgraph(after, at(after, 3), { maxDepth: 1, since: { graph: before } }))).toEqual({
      survived: ['A 3', 'B 5'],
      new: ['N 11'],
    });
    expect(boxes(refsSubgraph(after, at(after, 3), { maxDepth: 2, since: { graph: before } })).died).toEqual([
      'C 7',
    ]);
  });

  test('what is passed by in the earlier snapshot', async () => {
    const before = await heap({ root1: ['A3'], A3: ['B5', 'C7', 'D9'] });
    const after = await heap({ root1: ['A3'], A3: [] });
    const [b, c] = at(before, 5, 7);
    const dead = (since: Omit<NonNullable<SubgraphOptions['since']>, 'graph'>): string[] | undefined =>
      boxes(refsSubgraph(after, at(after, 3), { since: { graph: before, ...since } })).died;
    expect(dead({ ignoreNode: (node) => node === b })).toEqual(['C 7', 'D 9']);
    expect(dead({ filter: (node) => node === c })).toEqual(['C 7']);
    expect(dead({ ignoreEdge: () => true })).toBeUndefined();
  });

  test('an object that only lost the reference is neither drawn nor dead', async () => {
    const before = await heap({ root1: ['A3', 'B5'], A3: ['B5'] });
    const after = await heap({ root1: ['A3', 'B5'], A3: [] });
    expect(boxes(refsSubgraph(after, at(after, 3), { since: { graph: before } }))).toEqual({
      survived: ['A 3'],
    });
  });
});

describe('backrefsSubgraph', () => {
  test('holders that came and went', async () => {
    const before = await heap({ root1: ['Old3', 'Stays5'], Old3: ['X9'], Stays5: ['X9'] });
    const after = await heap({ root1: ['Stays5', 'New7'], Stays5: ['X9'], New7: ['X9'] });
    const picture = backrefsSubgraph(after, at(after, 9), { since: { graph: before } });
    expect(boxes(picture)).toEqual({
      survived: ['X 9', 'Stays 5'], // a child of the root is a root of its own
      new: ['New 7'],
      died: ['Old 3'],
    });
    expect(edges(picture)).toContain('3→9 X9');
    expect(picture.nodes.find(({ id }) => id === 3)).toMatchObject({ depth: 1, change: 'died' });
  });

  test('roots are not followed, not back in time either', async () => {
    const before = await heap({ root1: ['R3', 'Gone11'], Gone11: ['R3'], R3: ['X5'] });
    const after = await heap({ root1: ['R3'], R3: ['X5'] });
    const isRoot = (graph: Graph) => (node: number) => graph.ids[node] === 3;
    const picture = backrefsSubgraph(after, at(after, 5), {
      isRoot: isRoot(after),
      since: { graph: before, isRoot: isRoot(before) },
    });
    expect(boxes(picture)).toEqual({ survived: ['X 5', 'R 3'] });
  });
});

test('chainsSubgraph: members say whether they are new; nothing else is drawn', async () => {
  const before = await heap({ root1: ['A3'], A3: ['Dead5'] });
  const after = await heap({ root1: ['A3'], A3: ['B7'], B7: ['C9'] });
  const [c] = at(after, 9);
  const chains = backrefChains(after, c!, (node) => node === after.root);
  expect(boxes(chainsSubgraph(after, chains, { since: { graph: before } }))).toEqual({
    new: ['C 9', 'B 7'],
    survived: ['A 3', '(synthetic) 1'],
  });
});

test('an empty picture, and an empty earlier snapshot', async () => {
  const empty = await loadSnapshot(snapshotBytes({}));
  const after = await heap({ root1: ['A3'] });
  expect(refsSubgraph(after, [], { since: { graph: empty } }).nodes).toEqual([]);
  expect(boxes(refsSubgraph(after, at(after, 3), { since: { graph: empty } }))).toEqual({ new: ['A 3'] });
});

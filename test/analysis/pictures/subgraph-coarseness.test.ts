/** How objects share boxes where a picture would be too wide. */
import { describe, expect, test } from 'vitest';
import { chainsSubgraph } from '../../../src/analysis/pictures/chain-pictures.js';
import { backrefsSubgraph, COARSEST, refsSubgraph } from '../../../src/analysis/pictures/subgraph.js';
import type { Subgraph } from '../../../src/base/subgraph.js';
import type { Graph } from '../../../src/graph/graph.js';
import { className } from '../../../src/v8/class-names.js';
import { type GraphSpec, graphOf } from '../../support/builder.js';
import { randomGraph } from '../../support/random-graph.js';

const root = { isRoot: (node: number): boolean => node === 0 };

const named = (graph: Graph, ...names: string[]): number[] =>
  names.map((name) => [...graph.nodeNames].findIndex((index) => graph.strings.equals(index, name)));

const boxes = ({ nodes }: Subgraph): string[] =>
  nodes.map(({ depth, merged, type }) => `${depth} ${merged === undefined ? '' : `${merged} × `}${type}`);

const arrows = ({ edges, nodes }: Subgraph): string[] => {
  const typeOf = new Map(nodes.map(({ id, type }) => [id, type]));
  return edges.map(
    ({ from, to, name, count, type }) => `${typeOf.get(from)} -${name} ×${count} ${type}-> ${typeOf.get(to)}`,
  );
};

/** Two items of each of two holders, which hold them under different names. */
const TWO: GraphSpec = {
  root: ['left', 'right'],
  left: {
    name: 'Holder',
    edges: [
      ['property', 'a', 'i1'],
      ['property', 'b', 'i2'],
      ['property', 'c', 'i3'],
    ],
  },
  right: {
    name: 'Holder',
    edges: [
      ['property', 'd', 'i4'],
      ['element', 0, 'i1'],
    ],
  },
  i1: { name: 'Item', id: 101 },
  i2: { name: 'Item', id: 103 },
  i3: { name: 'Item', id: 105 },
  i4: { name: 'Item', id: 107 },
};

describe('who refers to four items', () => {
  const items = (graph: Graph): number[] => [101, 103, 105, 107].map((id) => graph.ids.indexOf(id));

  test('0: what is held in different ways has a box of its own', async () => {
    const graph = await graphOf(TWO);
    const picture = backrefsSubgraph(graph, items(graph), { ...root, maxDepth: 1 });
    expect(boxes(picture)).toEqual(['0 Item', '0 Item', '0 Item', '0 Item', '1 Holder', '1 Holder']);
  });

  test('2: however they are held; one arrow names what it stands for', async () => {
    const graph = await graphOf(TWO);
    const picture = backrefsSubgraph(graph, items(graph), { ...root, maxDepth: 1, coarseness: 2 });
    expect(boxes(picture)).toEqual(['0 4 × Item', '1 2 × Holder']);
    expect(arrows(picture)).toEqual(['Holder -a, b, … 3 more ×5 several-> Item']);
  });
});

test('3: all of a class at one distance share a box, whoever refers to them; roots by themselves', async () => {
  const graph = await graphOf({
    root: ['x', 'y', 'r'],
    x: { name: 'X', edges: [['property', 'p', 'n1']] },
    y: { name: 'Y', edges: [['property', 'q', 'n2']] },
    r: { name: 'N', id: 999 },
    n1: { name: 'N', edges: ['leaf'] },
    n2: { name: 'N', edges: ['leaf'] },
    leaf: { name: 'Leaf' },
  });
  const isRoot = (node: number): boolean => node === 0 || graph.ids[node] === 999;
  const fine = refsSubgraph(graph, named(graph, 'X', 'Y'), { isRoot });
  expect(boxes(fine)).toEqual(['0 X', '0 Y', '1 N', '1 N', '2 Leaf']);
  const coarse = refsSubgraph(graph, named(graph, 'X', 'Y'), { isRoot, coarseness: 3 });
  expect(boxes(coarse)).toEqual(['0 X', '0 Y', '1 2 × N', '2 Leaf']);
  const highlight = (node: number): boolean => graph.strings.equals(graph.nodeNames[node]!, 'X');
  const asked = refsSubgraph(graph, named(graph, 'X', 'Y', 'root'), { isRoot, coarseness: 3, highlight });
  expect(asked.nodes.filter(({ highlighted }) => highlighted).map(({ type }) => type)).toEqual(['X']);
  expect(asked.nodes.filter(({ root }) => root).map(({ merged }) => merged)).toEqual([undefined, undefined]);
});

test('the coarser ones: the largest classes at a distance, and the others in one box', async () => {
  const graph = await graphOf({
    root: Array.from({ length: 30 }, (_, i) => `n${i}`),
    ...Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`n${i}`, { name: i < 12 ? 'Large' : `C${i % 9}` }]),
    ),
  });
  const picture = refsSubgraph(graph, [0], { ...root, tooMany: 100, coarseness: COARSEST });
  expect(boxes(picture)).toEqual(['0 (synthetic)', '1 12 × Large', '1 18 × objects of 9 classes']);
  expect(arrows(picture)).toEqual([
    '(synthetic) - ×12 several-> Large',
    '(synthetic) - ×18 several-> objects of 9 classes',
  ]);
  const six = refsSubgraph(graph, [0], { ...root, tooMany: 100, coarseness: 4 });
  expect(boxes(six)).toHaveLength(7);
});

test('random graphs: no object is lost or shown twice, and each coarseness has no more boxes than the one before', {
  tags: 'slow',
}, async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const graph = await graphOf(randomGraph(seed));
    const all = Array.from({ length: graph.nodeCount }, (_, node) => node);
    for (const build of [backrefsSubgraph, refsSubgraph]) {
      let before = Number.POSITIVE_INFINITY;
      for (let coarseness = 0; coarseness <= COARSEST; coarseness++) {
        const { nodes, edges, cut } = build(graph, all, { ...root, coarseness });
        expect(cut).toEqual([]);
        expect(nodes.reduce((sum, { merged = 1 }) => sum + merged, 0)).toBe(graph.nodeCount);
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
        const ids = new Set(nodes.map(({ id }) => id));
        expect(edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
        expect(nodes.length).toBeLessThanOrEqual(before);
        before = nodes.length;
        if (coarseness < 3) continue;
        const classes = new Set(all.map((node) => className(graph, node)));
        expect(nodes.length).toBeLessThanOrEqual(classes.size + 1);
      }
    }
  }
});

test('chains: coarser ones share a box by class and distance', async () => {
  const graph = await graphOf({
    root: ['a', 'b'],
    a: { name: 'Map', edges: [['property', 'x', 't1']] },
    b: { name: 'Set', edges: [['property', 'y', 't2']] },
    t1: { name: 'Target', id: 101 },
    t2: { name: 'Target', id: 103 },
  });
  const path = (...ids: [number, number, number]) => {
    const edgeTo = (from: number, to: number): number => {
      for (let edge = graph.firstEdge[from]!; edge < graph.firstEdge[from + 1]!; edge++)
        if (graph.edges!.targets[edge] === to) return edge;
      throw new Error('no edge');
    };
    return { nodes: ids, edges: [edgeTo(ids[0], ids[1]), edgeTo(ids[1], ids[2])] };
  };
  const [a, b] = named(graph, 'Map', 'Set') as [number, number];
  const chains = [path(0, a, graph.ids.indexOf(101)), path(0, b, graph.ids.indexOf(103))];
  expect(boxes(chainsSubgraph(graph, chains, root))).toEqual([
    '0 Target',
    '0 Target',
    '1 Map',
    '1 Set',
    '2 (synthetic)',
  ]);
  expect(boxes(chainsSubgraph(graph, chains, { ...root, coarseness: 2 }))).toEqual([
    '0 2 × Target',
    '1 Map',
    '1 Set',
    '2 (synthetic)',
  ]);
});

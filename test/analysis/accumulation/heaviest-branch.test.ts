/** Down to where the memory spreads: exact small graphs, and the definition on random ones. */
import { describe, expect, test } from 'vitest';
import { heaviestBranch } from '../../../src/analysis/accumulation/heaviest-branch.js';
import { linksOf } from '../../../src/analysis/pictures/links.js';
import { dominatedNodes } from '../../../src/analysis/sizes/dominated-nodes.js';
import { retainedSizes } from '../../../src/analysis/sizes/retained-sizes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { isRoot } from '../../../src/v8/roots.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { randomGraph } from '../../support/random-graph.js';

const name = (graph: Graph, node: number): string => graph.strings.get(graph.nodeNames[node]!);

const branch = (graph: Graph, from = graph.root) => {
  const { path, list, parts } = heaviestBranch(graph, from);
  return {
    path: path.map((node) => name(graph, node)),
    list,
    parts: parts.map(({ type, count, retainedSize, largest }) => [
      type,
      count,
      retainedSize,
      graph.ids[largest]!,
    ]),
  };
};

const item = (size: number, id: number): NodeSpec => ({ name: 'Item', size, id });

describe('where the memory spreads', () => {
  test('a collection with many items, of which none keeps half', async () => {
    const graph = await graphOf({
      root: ['app', 'other'],
      app: ['cache'],
      cache: { name: 'Cache', edges: ['a', 'b', 'c', 'tag'] },
      a: item(300, 101),
      b: item(500, 103),
      c: item(500, 105),
      tag: { name: 'Tag', size: 10 },
      other: { size: 400 },
    });
    expect(branch(graph)).toEqual({
      path: ['root', 'app', 'Cache'],
      list: undefined,
      parts: [
        ['Item', 3, 1300, 103],
        ['Tag', 1, 10, expect.any(Number)],
      ],
    });
    const other = graph.selfSizes.indexOf(400);
    expect(branch(graph, other).path).toEqual(['other']);
  });

  test('exactly half goes on, less does not; of equal ones the smaller id', async () => {
    const two: GraphSpec = {
      root: ['x', 'y'],
      x: { name: 'X', size: 50, id: 7 },
      y: { name: 'Y', size: 50, id: 5 },
    };
    expect(branch(await graphOf(two)).path).toEqual(['root', 'Y']);
    const three: GraphSpec = { ...two, root: ['x', 'y', 'z'], z: { name: 'Z', size: 1 } };
    expect(branch(await graphOf(three)).path).toEqual(['root']);
  });

  test('backing arrays are no levels, and what they dominate counts for their owner', async () => {
    const graph = await graphOf({
      root: ['app'],
      app: { edges: [['internal', 'table', 'table']], size: 16 },
      table: { type: 'array', name: '(object elements)', size: 100, edges: ['a', 'b', 'rest'] },
      rest: { type: 'array', name: '(object properties)', size: 8, edges: ['c'] },
      a: item(100, 101),
      b: item(110, 103),
      c: item(120, 105),
    });
    expect(branch(graph)).toMatchObject({ path: ['root', 'app'], parts: [['Item', 3, 330, 105]] });
  });

  test('one large object: nothing below it', async () => {
    const graph = await graphOf({
      root: ['app'],
      app: ['text'],
      text: { type: 'string', name: 'x', size: 9000 },
    });
    expect(branch(graph)).toEqual({ path: ['root', 'app', 'x'], list: undefined, parts: [] });
  });
});

describe('lists', () => {
  const chain = (count: number, classes: readonly string[]): Record<string, NodeSpec> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i): [string, NodeSpec] => [
        `n${i}`,
        {
          name: classes[i % classes.length]!,
          id: 101 + 2 * i,
          size: 100,
          edges: i < count - 1 ? [['property', `to${classes[(i + 1) % classes.length]}`, `n${i + 1}`]] : [],
        },
      ]),
    );

  test('the first of a linked list is the place; each member keeps what is not the next one', async () => {
    const graph = await graphOf({ root: ['app'], app: ['n0'], ...chain(1000, ['Node']) });
    expect(branch(graph)).toEqual({
      path: ['root', 'app', 'Node'],
      list: { count: 1000, via: ['toNode'] },
      parts: [['Node', 1000, 100_000, 101]],
    });
  });

  test('classes that take turns', async () => {
    const graph = await graphOf({ root: ['n0'], ...chain(30, ['Promise', 'Reaction', 'Task']) });
    expect(branch(graph)).toEqual({
      path: ['root', 'Promise'],
      list: { count: 30, via: ['toReaction', 'toTask', 'toPromise'] },
      parts: [
        ['Promise', 10, 1000, 101],
        ['Reaction', 10, 1000, 103],
        ['Task', 10, 1000, 105],
      ],
    });
  });

  test('a few nested objects of one class are no list, nor are many of which the last keeps the most', async () => {
    const few = await graphOf({ root: ['n0'], ...chain(5, ['Node']) });
    expect(branch(few).list).toBeUndefined();
    const nested = chain(20, ['Node']);
    const graph = await graphOf({ root: ['n0'], ...nested, n19: { ...nested.n19, size: 100_000 } });
    expect(branch(graph)).toMatchObject({ list: undefined, parts: [] });
    expect(branch(graph).path).toHaveLength(21);
  });

  test('a list of 10,000 is followed in one go', async () => {
    const graph = await graphOf({ root: ['n0'], ...chain(10_000, ['Node']) });
    const start = performance.now();
    expect(branch(graph).list?.count).toBe(10_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

test('random graphs: each step is the heaviest, and the last has none that keeps half', {
  tags: 'slow',
}, async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const graph = await graphOf(randomGraph(seed));
    const retained = retainedSizes(graph);
    const { isHelper } = linksOf(graph, { isRoot: isRoot(graph) });
    const below = (node: number): number[] =>
      dominatedNodes(graph, node).flatMap((child) => (isHelper(child) ? below(child) : [child]));
    const heaviest = (node: number): number | undefined =>
      below(node).sort((a, b) => retained[b]! - retained[a]! || graph.ids[a]! - graph.ids[b]!)[0];
    const { path, list, parts } = heaviestBranch(graph, graph.root);
    path.slice(1).forEach((node, i) => {
      expect(heaviest(path[i]!)).toBe(node);
      expect(retained[node]! * 2).toBeGreaterThanOrEqual(retained[path[i]!]!);
    });
    const place = path.at(-1)!;
    const next = heaviest(place);
    expect(list).toBeUndefined();
    if (next !== undefined && retained[next]! > 0) expect(retained[next]! * 2).toBeLessThan(retained[place]!);
    const { labels, of } = classIndex(graph);
    const sums = new Map<string, [number, number]>();
    for (const node of below(place)) {
      const [count, size] = sums.get(labels[of[node]!]!) ?? [0, 0];
      sums.set(labels[of[node]!]!, [count + 1, size + retained[node]!]);
    }
    expect(new Map(parts.map(({ type, count, retainedSize }) => [type, [count, retainedSize]]))).toEqual(
      sums,
    );
  }
});

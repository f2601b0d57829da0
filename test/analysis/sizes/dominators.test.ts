import { describe, expect, test } from 'vitest';
import { dominatorTree, heldNodes } from '../../../src/analysis/sizes/dominators.js';
import { essentialEdges } from '../../../src/analysis/sizes/essential-edges.js';
import { retainedSet, retainedSetSizes } from '../../../src/analysis/sizes/retained-set.js';
import { retainedSizes, retainedSizesOfClasses } from '../../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { retainersOf } from '../../../src/graph/retainers.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { randomGraph } from '../../support/random-graph.js';

/** Nodes that are met from the root, and from what hangs from it, when `without` is taken out. */
function met(graph: Graph, without: ReadonlySet<number>): Set<number> {
  const essential = essentialEdges(graph);
  const held = heldNodes(graph, essential);
  const { targets } = edgesOf(graph);
  const seen = new Set<number>();
  const search = (from: number, cut: ReadonlySet<number>, into: Set<number>): void => {
    const stack = [from];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (into.has(node) || cut.has(node)) continue;
      into.add(node);
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
        if (essential[edge] === 1) stack.push(targets[edge]!);
      }
    }
  };
  const roots = [graph.root, ...Array.from(graph.ids.keys()).filter((node) => held[node] === 0)];
  const whole = new Set<number>();
  for (const root of roots) search(root, new Set(), whole);
  for (const root of roots) search(root, without, seen);
  // Cycles that nobody holds hang from the root one by one.
  for (let node = 0; node < graph.nodeCount; node++)
    if (!whole.has(node) && !without.has(node)) seen.add(node);
  return seen;
}

/** Dominators by definition: d dominates n if n is not met without d. The immediate one is the nearest. */
function naiveDominators(graph: Graph): number[] {
  const dominated = Array.from(graph.ids.keys(), (node) => {
    const alive = met(graph, new Set([node]));
    return new Set(Array.from(graph.ids.keys()).filter((other) => other !== node && !alive.has(other)));
  });
  return dominated.map((_, node) => {
    if (node === graph.root) return node;
    const above = dominated.flatMap((set, other) => (other !== graph.root && set.has(node) ? [other] : []));
    // The nearest is dominated by all the others.
    return (
      above.find((other) => above.every((third) => third === other || dominated[third]!.has(other))) ??
      graph.root
    );
  });
}

test("the figure of Lengauer and Tarjan's paper", async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      R: ['A', 'B', 'C'],
      A: ['D'],
      B: ['A', 'D', 'E'],
      C: ['F', 'G'],
      D: ['L'],
      E: ['H'],
      F: ['I'],
      G: ['I', 'J'],
      H: ['E', 'K'],
      I: ['K'],
      J: ['I'],
      K: ['I', 'R'],
      L: ['H'],
    }),
  );
  const name = (node: number): string => graph.strings.get(graph.nodeNames[node]!);
  const { dominators } = dominatorTree(graph);
  const tree = Object.fromEntries(Array.from(dominators, (dominator, node) => [name(node), name(dominator)]));
  expect(tree).toEqual({
    R: 'R',
    A: 'R',
    B: 'R',
    C: 'R',
    D: 'R',
    E: 'R',
    F: 'C',
    G: 'C',
    H: 'R',
    I: 'R',
    J: 'G',
    K: 'R',
    L: 'D',
  });
});

describe('3,000 seeded random graphs', () => {
  test('dominators, retained sizes of nodes, of classes and of sets, retainers: as by definition', {
    tags: 'slow',
  }, async () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
      const { dominators, order } = dominatorTree(graph);
      expect([seed, ...dominators]).toEqual([seed, ...naiveDominators(graph)]);
      expect(new Set(order).size).toBe(graph.nodeCount);

      const sizes = shallowSizes(graph);
      const sizeOf = (nodes: Iterable<number>): number =>
        [...nodes].reduce((sum, node) => sum + sizes[node]!, 0);
      const lostWith = (members: ReadonlySet<number>): number[] => {
        if (members.has(graph.root)) return [...graph.ids.keys()];
        const alive = met(graph, members);
        return Array.from(graph.ids.keys()).filter((node) => !alive.has(node));
      };
      const retained = retainedSizes(graph);
      const one = seed % graph.nodeCount;
      expect([seed, retained[one]]).toEqual([seed, sizeOf(lostWith(new Set([one])))]);
      const members = new Set(
        Array.from(graph.ids.keys()).filter((node) => (node * 7 + seed) % 4 === 0 && node !== graph.root),
      );
      const set = retainedSet(graph, members);

      expect([seed, ...set.nodes]).toEqual([seed, ...lostWith(members)]);
      expect(set.size).toBe(sizeOf(set.nodes));
      const others = [[one], [], [graph.root], [...members].slice(1), [...members, one]];
      expect([seed, ...retainedSetSizes(graph, [[...members], ...others])]).toEqual([
        seed,
        set.size,
        ...others.map((list) => retainedSet(graph, list).size),
      ]);

      const { firstRetainer, sources } = retainersOf(graph);
      const { targets } = edgesOf(graph);
      const forward: string[] = [];
      const backward: string[] = [];
      for (let node = 0; node < graph.nodeCount; node++) {
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
          forward.push(`${node} ${targets[edge]}`);
        for (let at = firstRetainer[node]!; at < firstRetainer[node + 1]!; at++)
          backward.push(`${sources[at]} ${node}`);
      }
      expect(backward.sort()).toEqual(forward.sort());
    }
  });

  test('retained sizes of classes: members that no other member of the class dominates', async () => {
    for (let seed = 1; seed <= 500; seed++) {
      const spec = randomGraph(seed);
      const graph = await loadSnapshot(
        snapshotBytes(
          Object.fromEntries(
            Object.entries(spec).map(([key, node], i) => [key, { ...node, name: `C${i % 3}` }]),
          ),
        ),
      );
      const { labels: names, of } = classIndex(graph);
      const { dominators } = dominatorTree(graph);
      const sizes = shallowSizes(graph);
      const retained = retainedSizes(graph);
      const wanted = names.map((_, type) => {
        let sum = 0;
        for (let node = 0; node < graph.nodeCount; node++) {
          if (of[node] !== type || sizes[node] === 0) continue;
          let above = node;
          let covered = false;
          while (above !== graph.root && !covered) {
            above = dominators[above]!;
            covered = of[above] === type && sizes[above] !== 0;
          }
          if (!covered) sum += retained[node]!;
        }
        return sum;
      });
      expect([seed, ...retainedSizesOfClasses(graph)]).toEqual([seed, ...wanted]);
    }
  });
});

test('a chain of a million nodes does not overflow a stack', { tags: 'slow' }, async () => {
  const count = 1_000_000;
  const nodes = Array.from({ length: count }, (_, i) => `3,0,${2 * i + 1},1,${i + 1 < count ? 1 : 0}`).join(
    ',',
  );
  const edges = Array.from({ length: count - 1 }, (_, i) => `2,0,${(i + 1) * 5}`).join(',');
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
    node_types: [['hidden', 'array', 'string', 'object'], 'string', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [['context', 'element', 'property'], 'string_or_number', 'node'],
  };
  const head = JSON.stringify({ meta, node_count: count, edge_count: count - 1 });
  const graph = await loadSnapshot(
    new TextEncoder().encode(`{"snapshot":${head},"nodes":[${nodes}],"edges":[${edges}],"strings":["x"]}`),
  );
  expect(retainedSizes(graph)[0]).toBe(count);
  expect(retainedSet(graph, [count - 2]).size).toBe(2);
});

test('an empty graph', async () => {
  const graph = await loadSnapshot(snapshotBytes({}));
  expect([
    ...dominatorTree(graph).dominators,
    ...retainedSizes(graph),
    ...retainedSet(graph, []).nodes,
  ]).toEqual([]);
});

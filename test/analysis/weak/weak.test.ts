/** What weak references keep and would free, on random graphs, against the definitions. */
import { expect, test } from 'vitest';
import { NONE, referencesOf } from '../../../src/analysis/cuts/references.js';
import { ownReach, shortestWay } from '../../../src/analysis/garbage/own-reach.js';
import { keepsAlive } from '../../../src/analysis/sizes/essential-edges.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { ifWeak } from '../../../src/analysis/weak/if-weak.js';
import { weakValues } from '../../../src/analysis/weak/weak-values.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { weakTables } from '../../../src/v8/weak-objects.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { random } from '../../support/random-graph.js';

const SEEDS = 400;

type Edge = readonly [string, string | number, string];

/**
 * Objects `n0`…, of which `n0` and some others hang from the root, `tables` WeakMaps with entries
 * between them, and a Map.
 */
function program(seed: number, tables: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const count = 5 + below(9);
  const names = Array.from({ length: count }, (_, i) => `n${i}`);
  const any = (): string => names[below(count)]!;
  const edges = names.map((): Edge[] => []);
  for (let i = 0; i < count + below(5); i++) {
    const kind = next();
    edges[below(count)]!.push(
      kind < 0.6
        ? ['property', `p${below(4)}`, any()]
        : kind < 0.75
          ? ['element', below(5), any()]
          : kind < 0.9
            ? ['internal', `i${below(3)}`, any()]
            : ['weak', 'w', any()],
    );
  }
  const nodes: Record<string, NodeSpec> = {};
  const held = names.filter(() => next() < 0.2);
  const root: Edge[] = [...new Set(['n0', ...held])].map((name) => ['element', 1, name]);
  const id = (name: string): number => 101 + 2 * names.indexOf(name);
  for (let table = 0; table < tables; table++) {
    const own: Edge[] = [];
    const tableId = 901 + 2 * table;
    for (const [i, key] of names.entries()) {
      if (next() > 0.3) continue;
      const value = any();
      const pair = ` / part of key (Object @${id(key)}) -> value (Object @${id(value)}) pair in WeakMap (table @${tableId})`;
      own.push(['internal', `${i}${pair}`, value]);
      edges[i]!.push(['internal', `${i + 100}${pair}`, value]);
    }
    nodes[`table${table}`] = { type: 'array', id: tableId, size: 8, edges: own } as NodeSpec;
    nodes[`map${table}`] = { name: 'WeakMap', edges: [['internal', 'table', `table${table}`]] };
    root.push(['element', 2 + table, `map${table}`]);
  }
  if (next() < 0.7) {
    const slots: Edge[] = [];
    for (let entry = 0; entry < 4; entry++) {
      if (next() < 0.3) continue;
      slots.push(['internal', String(5 + 3 * entry), any()]);
      if (next() < 0.8) slots.push(['internal', String(6 + 3 * entry), any()]);
    }
    nodes.store = { type: 'array', size: 8 * (2 + 3 + 2 + 12), edges: slots };
    nodes.dictionary = { name: 'Map', edges: [['internal', 'table', 'store']] };
    root.push(['element', 9, 'dictionary']);
  }
  names.forEach((name, i) => {
    nodes[name] = { id: id(name), size: 1 + below(50), edges: edges[i]! } as NodeSpec;
  });
  return { root: { edges: root }, ...nodes };
}

type Follows = (edge: number, source: number) => boolean;

function reach(graph: Graph, starts: readonly number[], follows: Follows, barred = new Set<number>()) {
  const { targets } = edgesOf(graph);
  const seen = new Set(starts.filter((node) => !barred.has(node)));
  for (const node of seen)
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
      if (follows(edge, node) && !barred.has(targets[edge]!)) seen.add(targets[edge]!);
  return seen;
}

test('bytes that only keys keep, and entries that hold themselves, against the definitions', {
  tags: 'slow',
}, async () => {
  let kept = 0;
  let held = 0;
  let shared = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const graph = await graphOf(program(seed, 2));
    const { targets } = edgesOf(graph);
    const groups = [...weakTables(graph).values()].map(({ live }) => live);
    const keeps = keepsAlive(graph);
    const sizes = shallowSizes(graph);
    const groupOf = new Map(groups.flatMap((entries, i) => entries.map(({ edge }) => [edge, i] as const)));
    const alive = reach(graph, [graph.root], keeps);
    const without = reach(graph, [graph.root], (edge, source) => keeps(edge, source) && !groupOf.has(edge));
    // By node the groups of the last entries on the ways to it.
    const last = groups.map((entries) => {
      const starts = entries.filter(({ key }) => alive.has(key)).map(({ value }) => value);
      return reach(graph, starts, (edge, source) => keeps(edge, source) && !groupOf.has(edge));
    });
    const { groups: found, unknown } = weakValues(graph, groups);
    expect(unknown).toBe(0);
    const values = new Set(groups.flatMap((entries) => entries.map(({ value }) => value)));
    const around = reach(graph, [graph.root], keeps, values);
    groups.forEach((entries, i) => {
      const own = [...alive].filter(
        (node) => !without.has(node) && last.every((nodes, j) => nodes.has(node) === (i === j)),
      );
      const size = own.reduce((sum, node) => sum + sizes[node]!, 0);
      const selfHeld = entries.filter(
        ({ key, value }) =>
          alive.has(key) && !around.has(key) && reach(graph, [value], keeps, around).has(key),
      ).length;
      expect(found[i], `seed ${seed}`).toEqual({ count: own.length, size, selfHeld });
      // Without its entries all of that goes.
      const rest = reach(
        graph,
        [graph.root],
        (edge, source) => keeps(edge, source) && groupOf.get(edge) !== i,
      );
      for (const node of own) expect(rest.has(node)).toBe(false);
      if (own.length > 0) kept++;
      if (selfHeld > 0) held++;
    });
    if ([...alive].some((node) => !without.has(node) && last.every((nodes) => nodes.has(node)))) shared++;
    for (const [edge] of groupOf) expect(targets[edge]).toBeDefined();
  }
  for (const times of [kept, held, shared]) expect(times).toBeGreaterThan(10);
});

test('what would be freed if references were weak, against a search without them', {
  tags: 'slow',
}, async () => {
  const times = { property: 0, items: 0, keys: 0 };
  for (let seed = 0; seed < SEEDS; seed++) {
    const graph = await graphOf(program(seed, 1));
    const next = random(seed + 99);
    const { types, names, targets } = edgesOf(graph);
    const { kinds } = referencesOf(graph);
    const sizes = shallowSizes(graph);
    const mask = Uint8Array.from({ length: graph.nodeCount }, () => (next() < 0.6 ? 1 : 0));
    const nodeCalled = (name: string): number =>
      [...graph.nodeNames.keys()].find((node) => graph.strings.get(graph.nodeNames[node]!) === name) ?? -1;
    const map = nodeCalled('Map');
    const store = map < 0 ? -1 : targets[graph.firstEdge[map]!]!;
    if (map >= 0) mask[map] = 1;
    const keeps: Follows = (edge) => kinds[edge] !== NONE;
    const before = reach(graph, [graph.root], keeps);
    const slot = (edge: number): number => Number(graph.strings.get(names[edge]!)) - 5;
    for (const kind of ['property', 'items', 'keys'] as const) {
      const part = kind === 'property' ? { kind, name: 'p1' } : { kind };
      const entries: { key: number; value: number }[] = [];
      const isWeak: Follows = (edge, source) => {
        if (source === store) {
          if (kind === 'items') return slot(edge) % 3 === 1;
          if (kind === 'property') return false;
          if (slot(edge) % 3 === 0) return true;
          // A value whose entry has no key in the graph is held as ever.
          return entries.some(({ value }) => value === edge);
        }
        if (mask[source] !== 1) return false;
        if (kind === 'items') return types[edge] === EDGE.element;
        return (
          kind === 'property' && types[edge] === EDGE.property && graph.strings.get(names[edge]!) === 'p1'
        );
      };
      if (kind === 'keys' && store >= 0)
        for (let edge = graph.firstEdge[store]!; edge < graph.firstEdge[store + 1]!; edge++)
          if (slot(edge) % 3 === 1)
            for (let other = graph.firstEdge[store]!; other < edge; other++)
              if (slot(other) === slot(edge) - 1) entries.push({ key: targets[other]!, value: edge });
      const follows: Follows = (edge, source) => keeps(edge, source) && !isWeak(edge, source);
      let after = reach(graph, [graph.root], follows);
      for (;;) {
        const more = entries.filter(({ key }) => after.has(key) && after.has(store));
        const grown = reach(graph, [...after, ...more.map(({ value }) => targets[value]!)], follows);
        if (grown.size === after.size) break;
        after = grown;
      }
      const freed = [...before].filter((node) => !after.has(node)).sort((a, b) => a - b);
      const found = ifWeak(graph, mask, part);
      expect([...found.nodes], `seed ${seed}, ${kind}`).toEqual(freed);
      expect(found.size).toBe(freed.reduce((sum, node) => sum + sizes[node]!, 0));
      if (freed.length > 0) times[kind]++;
    }
  }
  for (const count of Object.values(times)) expect(count).toBeGreaterThan(10);
});

test('pairs that are joined, also with the same start again and again', { tags: 'slow' }, async () => {
  let joined = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const graph = await graphOf(program(seed, 0));
    const next = random(seed + 7);
    const below = (limit: number): number => Math.floor(next() * limit);
    const keeps = keepsAlive(graph);
    const barred = new Set([...graph.nodeNames.keys()].filter(() => next() < 0.2));
    const pairs = Array.from({ length: 12 }, () => ({
      from: below(Math.min(4, graph.nodeCount)),
      to: below(graph.nodeCount),
    })).sort((a, b) => a.from - b.from);
    const passes = (node: number): boolean => !barred.has(node);
    const found = ownReach(graph, pairs, passes, keeps);
    expect(found.unknown).toBe(0);
    pairs.forEach((pair, i) => {
      const others = new Set([...barred].filter((node) => node !== pair.from));
      const is = reach(graph, [pair.from], keeps, others).has(pair.to);
      expect(found.joined[i], `seed ${seed}, pair ${i}`).toBe(is ? 1 : 0);
      const way = shortestWay(graph, pair, passes, keeps);
      expect(way !== undefined, `seed ${seed}, way ${i}`).toBe(is);
      if (way) expect([way.nodes[0], way.nodes.at(-1)]).toEqual([pair.from, pair.to]);
      joined += is ? 1 : 0;
    });
  }
  expect(joined).toBeGreaterThan(100);
});

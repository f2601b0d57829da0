import { describe, expect, test } from 'vitest';
import { distances } from '../../../src/analysis/sizes/distances.js';
import { essentialEdges, holds, pageOwnedNodes } from '../../../src/analysis/sizes/essential-edges.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { weakMapPairEdges, weakMapPairs } from '../../../src/v8/weak-map-pairs.js';
import { type GraphSpec, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { FIXTURES, fixturePath } from '../../support/fixtures.js';
import { random, randomGraph } from '../../support/random-graph.js';

/** What a page owns, by definition: everything that shortcuts of the root lead to over edges that are not weak. */
function ownedByDefinition(graph: Graph): number[] {
  const { types, targets } = edgesOf(graph);
  const owned = new Set<number>();
  const visit = (node: number): void => {
    if (owned.has(node)) return;
    owned.add(node);
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
      if (types[edge] !== EDGE.weak) visit(targets[edge]!);
  };
  for (let edge = graph.firstEdge[graph.root]!; edge < graph.firstEdge[graph.root + 1]!; edge++) {
    const target = targets[edge]!;
    const isTree =
      types[edge] === EDGE.element && graph.strings.get(graph.nodeNames[target]!) === '(Document DOM trees)';
    if (types[edge] === EDGE.shortcut || isTree) visit(target);
  }
  return Array.from(graph.ids.keys()).filter((node) => owned.has(node));
}

/** The nodes whose edges have rules of their own, and a program's globals below the root, in a random graph. */
function withRules(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const spec: Record<string, NodeSpec> = { ...randomGraph(seed) } as Record<string, NodeSpec>;
  const keys = Object.keys(spec);
  const [root, ...others] = keys as [string, ...string[]];
  const any = (): string => keys[below(keys.length)]!;
  const add = (key: string, edge: readonly [string, string | number, string]): void => {
    spec[key] = { ...spec[key], edges: [...(spec[key]!.edges ?? []), edge] };
  };
  for (const key of others) {
    const dice = below(8);
    if (dice === 0) spec[key] = { ...spec[key], type: 'array', name: '(map descriptors)' };
    if (dice === 1) spec[key] = { ...spec[key], type: 'hidden', name: 'system / NativeContext' };
    if (dice <= 1) add(key, ['internal', dice === 0 ? '4' : 'sloppy_function_map', any()]);
    if (dice === 2) add(root, ['shortcut', key, key]);
  }
  const [table, holder, value] = [any(), any(), any()];
  const id = 2 * keys.indexOf(table) + 1;
  const pair = ` / part of key (K @1) -> value (V @2) pair in WeakMap (table @${id})`;
  add(table, ['internal', `1${pair}`, value]);
  add(holder, ['internal', `2${pair}`, value]);
  return spec as GraphSpec;
}

describe('pageOwnedNodes', () => {
  test('is what its definition says, on 2,000 random graphs, with and without distances to start from', {
    tags: 'slow',
  }, async () => {
    let owning = 0;
    for (let seed = 0; seed < 1000; seed++) {
      for (const spec of [randomGraph(seed), withRules(seed)]) {
        const bytes = snapshotBytes(spec);
        const [plain, searched] = [await loadSnapshot(bytes), await loadSnapshot(bytes)];
        distances(searched);
        const wanted = ownedByDefinition(plain);
        if (wanted.length > 0) owning++;
        for (const graph of [plain, searched]) {
          const owned = pageOwnedNodes(graph);
          expect(Array.from(graph.ids.keys()).filter((node) => owned[node] === 1)).toEqual(wanted);
        }
        expect(essentialEdges(searched)).toEqual(essentialEdges(plain));
      }
    }
    expect(owning).toBeGreaterThan(500);
  });

  test.each(FIXTURES)('is the same with and without distances on %s', { tags: 'slow' }, async (name) => {
    const [plain, searched] = [await loadSnapshot(fixturePath(name)), await loadSnapshot(fixturePath(name))];
    distances(searched);
    expect(Buffer.compare(pageOwnedNodes(plain), pageOwnedNodes(searched))).toBe(0);
    expect(Buffer.compare(essentialEdges(plain), essentialEdges(searched))).toBe(0);
  });
});

test('weakMapPairEdges finds the internal edges that are named after pairs, and no others', async () => {
  let pairs = 0;
  for (const name of FIXTURES) {
    const graph = await fixtureGraph(name);
    const { types, names, count } = edgesOf(graph);
    const { of } = weakMapPairs(graph);
    const wanted: number[] = [];
    for (let edge = 0; edge < count; edge++)
      if (types[edge] === EDGE.internal && of(names[edge]!) !== undefined) wanted.push(edge);
    const found = weakMapPairEdges(graph);
    expect(found.map(({ edge }) => edge)).toEqual(wanted);
    for (const { edge, source } of found) {
      expect(edge).toBeGreaterThanOrEqual(graph.firstEdge[source]!);
      expect(edge).toBeLessThan(graph.firstEdge[source + 1]!);
    }
    pairs += wanted.length;
  }
  expect(pairs).toBeGreaterThan(10);
});

describe('holds', () => {
  /** The edges of which the two say different things. */
  function disagreements(graph: Graph): number[] {
    const essential = essentialEdges(graph);
    const isEssential = holds(graph);
    const found: number[] = [];
    for (let node = 0; node < graph.nodeCount; node++)
      for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
        if (isEssential(edge, node) !== (essential[edge] === 1)) found.push(edge);
    return found;
  }

  test('agrees with essentialEdges edge by edge, on 500 random graphs', { tags: 'slow' }, async () => {
    const counts = [0, 0];
    for (let seed = 0; seed < 500; seed++) {
      const graph = await loadSnapshot(snapshotBytes(withRules(seed)));
      expect(disagreements(graph), `seed ${seed}`).toEqual([]);
      for (const one of essentialEdges(graph)) counts[one]! += 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(1000);
  });

  test.each(FIXTURES)('and on %s', { tags: 'slow' }, async (name) => {
    expect(disagreements(await fixtureGraph(name))).toEqual([]);
  });
});

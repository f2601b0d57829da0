/** Cuts of small random graphs, against all sets of references that there are. */
import { expect, test } from 'vitest';
import { type Cut, cutOf } from '../../../src/analysis/cuts/cut.js';
import { ENTRY, edgesOfReference, FIXED, NONE, referencesOf } from '../../../src/analysis/cuts/references.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { edgesOf, type Graph, sourceOf } from '../../../src/graph/graph.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';
import { random } from '../../support/random-graph.js';

/** Nodes that the root reaches without some edges, by definition. */
function reach(graph: Graph, without: ReadonlySet<number> = new Set(), fixedOnly = false): Set<number> {
  const { kinds } = referencesOf(graph);
  const { targets } = edgesOf(graph);
  const seen = new Set([graph.root]);
  for (const node of seen)
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
      if (kinds[edge] !== NONE && !(fixedOnly && kinds[edge] !== FIXED) && !without.has(edge))
        seen.add(targets[edge]!);
  return seen;
}

/** A reference is the set of its edges: here all that the root reaches and that can be dropped. */
function allReferences(graph: Graph): (readonly number[])[] {
  const { kinds } = referencesOf(graph);
  const found = new Map<string, readonly number[]>();
  const reached = reach(graph);
  for (let edge = 0; edge < kinds.length; edge++) {
    if (kinds[edge] === NONE || kinds[edge] === FIXED) continue;
    const source = sourceOf(graph, edge);
    if (!reached.has(source)) continue;
    const edges = edgesOfReference(graph, source, edge);
    found.set(edges.join(), edges);
  }
  return [...found.values()];
}

function* subsets<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) yield [];
  else
    for (let i = from; i <= items.length - count; i++)
      for (const rest of subsets(items, count - 1, i + 1)) yield [items[i]!, ...rest];
}

/** Objects, some of V8's own nodes in between, and Maps with their tables. */
function program(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const count = 4 + below(6);
  const names = Array.from({ length: count }, (_, i) => `n${i}`);
  const nodes: Record<string, NodeSpec> = {};
  const any = (): string => names[below(count)]!;
  const edges = names.map((): (readonly [string, string | number, string])[] => []);
  for (let i = 0; i < count + below(6); i++) {
    const kind = next();
    edges[below(count)]!.push(
      kind < 0.6
        ? ['property', `p${below(9)}`, any()]
        : kind < 0.75
          ? ['element', below(5), any()]
          : kind < 0.9
            ? ['internal', `i${below(3)}`, any()]
            : ['weak', 'w', any()],
    );
  }
  names.forEach((name, i) => {
    nodes[name] = { type: next() < 0.85 ? 'object' : 'hidden', size: 1 + below(50), edges: edges[i]! };
  });
  if (next() < 0.6) {
    // A table of 2 buckets: 2 + 3 + 2 + 4 entries of 3 pointers.
    const slot = (n: number): string => String(5 + n);
    nodes.table = {
      type: 'array',
      size: 8 * (2 + 3 + 2 + 12),
      edges: [
        ['internal', slot(0), any()],
        ['internal', slot(1), any()],
        ...(next() < 0.7 ? [['internal', slot(4), any()] as const] : []),
      ],
    };
    nodes.map = { name: 'Map', type: 'object', size: 32, edges: [['internal', 'table', 'table']] };
    nodes[any()] = { ...nodes[names[0]!]!, edges: [...edges[0]!, ['property', 'map', 'map']] };
  }
  const held = names.filter(() => next() < 0.3);
  return {
    root: { edges: [...new Set([names[0]!, ...held])].map((name) => ['element', 1, name] as const) },
    ...nodes,
  };
}

async function trial(seed: number): Promise<{ graph: Graph; mask: Uint8Array; cut: Cut; objects: number[] }> {
  const graph = await graphOf(program(seed));
  const next = random(seed + 7);
  const mask = Uint8Array.from({ length: graph.nodeCount }, (_, node) => (node > 0 && next() < 0.25 ? 1 : 0));
  const fixed = reach(graph, new Set(), true);
  const reached = reach(graph);
  const objects = [...mask.keys()].filter(
    (node) => mask[node] === 1 && reached.has(node) && !fixed.has(node),
  );
  return { graph, mask, cut: cutOf(graph, mask), objects };
}

const SEEDS = 600;

test('no smaller set frees the objects, and of the smallest no other frees less', {
  tags: 'slow',
}, async () => {
  const sizes = new Map<number, number>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const { graph, cut, objects } = await trial(seed);
    const at = `seed ${seed}`;
    expect(cut.objects, at).toBe(objects.length);
    const references = allReferences(graph);
    const left = (dropped: readonly (readonly number[])[]): Set<number> =>
      reach(graph, new Set(dropped.flat()));
    const frees = (dropped: readonly (readonly number[])[]): boolean => {
      const alive = left(dropped);
      return objects.every((node) => !alive.has(node));
    };
    const own = cut.references!.map(({ edges }) => edges);
    expect(own).toHaveLength(cut.size);
    expect(frees(own), at).toBe(true);
    for (let size = 0; size < cut.size; size++)
      for (const dropped of subsets(references, size)) expect(frees(dropped), at).toBe(false);
    const alive = left(own);
    const atRoots = cutOf(graph, maskOf(graph, objects), { nearest: 'roots' });
    const aliveAtRoots = left(atRoots.references!.map(({ edges }) => edges));
    for (const dropped of subsets(references, cut.size)) {
      if (!frees(dropped)) continue;
      for (const node of left(dropped)) expect(alive.has(node), at).toBe(true);
      for (const node of aliveAtRoots) expect(left(dropped).has(node), at).toBe(true);
    }
    sizes.set(cut.size, (sizes.get(cut.size) ?? 0) + 1);
  }
  // The graphs are no trivial ones.
  for (const size of [1, 2, 3]) expect(sizes.get(size), `cuts of ${size}`).toBeGreaterThan(10);
});

function maskOf(graph: Graph, nodes: readonly number[]): Uint8Array {
  const mask = new Uint8Array(graph.nodeCount);
  for (const node of nodes) mask[node] = 1;
  return mask;
}

test('what is freed, together and alone, against what is reached without them', {
  tags: 'slow',
}, async () => {
  let shared = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const { graph, cut, objects } = await trial(seed);
    const sizes = shallowSizes(graph);
    const before = reach(graph);
    const freed = (edges: readonly number[]): number[] => {
      const after = reach(graph, new Set(edges));
      return [...before].filter((node) => !after.has(node));
    };
    const bytes = (nodes: readonly number[]): number => nodes.reduce((sum, node) => sum + sizes[node]!, 0);
    const all = freed(cut.references!.flatMap(({ edges }) => edges));
    expect(cut.freed).toEqual({ count: all.length, size: bytes(all) });
    for (const { edges, alone, objectsAlone } of cut.references!) {
      const own = freed(edges);
      expect(alone, `seed ${seed}`).toEqual({ count: own.length, size: bytes(own) });
      expect(objectsAlone).toBe(own.filter((node) => objects.includes(node)).length);
      if (own.length === 0) shared++;
    }
    expect(cut.freed.size).toBeGreaterThanOrEqual(cut.retained.size);
  }
  expect(shared).toBeGreaterThan(10);
});

test('a limit: at least so many', async () => {
  const holders = Array.from({ length: 30 }, (_, i) => `h${i}`);
  const graph = await graphOf({
    root: { edges: holders.map((name, i) => ['element', i, name] as const) },
    ...Object.fromEntries(holders.map((name) => [name, ['it']])),
  });
  const mask = maskOf(graph, [graph.nodeCount - 1]);
  expect(cutOf(graph, mask, { limit: 29 })).toMatchObject({ size: 30, references: undefined });
  expect(cutOf(graph, mask, { limit: 30 }).references).toHaveLength(30);
  expect(cutOf(graph, mask, { limit: 1 })).toMatchObject({ size: 2, references: undefined });
});

test('one entry of a Map is one reference, also where its key and its value are asked for', async () => {
  const graph = await graphOf({
    root: { edges: [['element', 1, 'app']] },
    app: {
      edges: [
        ['property', 'a', 'map'],
        ['property', 'b', 'map'],
      ],
    },
    map: { name: 'Map', edges: [['internal', 'table', 'table']] },
    table: {
      type: 'array',
      size: 8 * (2 + 3 + 2 + 12),
      edges: [
        ['internal', '5', 'key'],
        ['internal', '6', 'value'],
        ['internal', '8', 'other'],
      ],
    },
  });
  const nodes = [...graph.nodeNames.keys()].filter((node) =>
    ['key', 'value'].includes(graph.strings.get(graph.nodeNames[node]!)),
  );
  const { references, freed } = cutOf(graph, maskOf(graph, nodes));
  expect(references).toHaveLength(1);
  expect(references![0]!.edges).toHaveLength(2);
  expect(referencesOf(graph).kinds[references![0]!.edges[0]!]).toBe(ENTRY);
  expect(freed.count).toBe(2);
});

test('a property counts once, though V8 writes it on the object and in the array behind it', async () => {
  const graph = await graphOf({
    root: { edges: [['element', 1, 'app']] },
    app: {
      edges: [
        ['property', 'it', 'it'],
        ['internal', 'properties', 'store'],
      ],
    },
    store: { type: 'array', edges: [['internal', '0', 'it']] },
  });
  const it = [...graph.nodeNames.keys()].filter((node) => graph.strings.get(graph.nodeNames[node]!) === 'it');
  const { references, freed } = cutOf(graph, maskOf(graph, it));
  expect(references).toHaveLength(1);
  expect(freed).toEqual({ count: 1, size: 16 });
});

test('a chain of 50,000 objects: no recursion', { tags: 'slow' }, async () => {
  const count = 50_000;
  const spec = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`n${i}`, i + 1 < count ? [`n${i + 1}`] : []] as const),
  );
  const graph = await graphOf({ root: { edges: [['element', 1, 'n0']] }, ...spec });
  const last = maskOf(graph, [graph.nodeCount - 1]);
  const { references, freed } = cutOf(graph, last);
  expect([references!.length, freed.count]).toEqual([1, 1]);
  expect(cutOf(graph, last, { nearest: 'roots' }).freed.count).toBe(count - 1);
});

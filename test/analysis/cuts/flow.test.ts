/** Cuts of larger random graphs with several Maps, against a maximum flow that is found one way at a time. */
import { expect, test } from 'vitest';
import { arcsOf } from '../../../src/analysis/cuts/arcs.js';
import { cutOf } from '../../../src/analysis/cuts/cut.js';
import { minimumCut } from '../../../src/analysis/cuts/flow.js';
import { reachedAround } from '../../../src/analysis/cuts/reach.js';
import { ENTRY, edgesOfReference, FIXED, referencesOf } from '../../../src/analysis/cuts/references.js';
import { edgesOf, type Graph, sourceOf } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, graphOf, type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { random } from '../../support/random-graph.js';

/** A table of two buckets with four entries: 2 + 3 + 2 + 12 pointers. */
const TABLE = { type: 'array', size: 8 * (2 + 3 + 2 + 12) };

function program(seed: number): GraphSpec {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const names = Array.from({ length: 10 + below(40) }, (_, i) => `n${i}`);
  const any = (): string => names[below(names.length)]!;
  type Edge = readonly [string, string | number, string];
  const edges = names.map((): Edge[] => []);
  const add = (edge: Edge): void => void edges[below(names.length)]!.push(edge);
  for (let i = 0; i < names.length * (1 + 2 * next()); i++) {
    const kind = next();
    if (kind < 0.6) add(['property', `p${below(9)}`, any()]);
    else if (kind < 0.8) add(['element', below(5), any()]);
    else add(['internal', `i${below(3)}`, any()]);
  }
  const nodes: Record<string, NodeSpec> = {};
  for (let map = 0; map < 1 + below(4); map++) {
    const slots = Array.from({ length: 12 }, (_, slot) => slot).filter(
      (slot) => slot % 3 < 2 && next() < 0.8,
    );
    nodes[`table${map}`] = {
      ...TABLE,
      name: '',
      edges: slots.map((slot) => ['internal', String(5 + slot), any()]),
    };
    nodes[`map${map}`] = { name: 'Map', size: 32, edges: [['internal', 'table', `table${map}`]] };
    for (let i = 0; i < 1 + below(2); i++) add(['property', `map${i}`, `map${map}`]);
  }
  names.forEach((name, i) => {
    nodes[name] = { type: next() < 0.85 ? 'object' : 'hidden', size: 1 + below(50), edges: edges[i]! };
  });
  const held = new Set([names[0]!, ...names.filter(() => next() < 0.1)]);
  return { root: { edges: [...held].map((name) => ['element', 1, name] as const) }, ...nodes };
}

interface Arc {
  readonly to: string;
  readonly back: Arc | undefined;
  /** The reference that it stands for, where it has a bound. */
  readonly reference: string | undefined;
  room: number;
}

/** The network by its definition: an entry is a node between its table and what it leads to. */
function networkOf(
  graph: Graph,
  isArc: Uint8Array,
  fixed: Uint8Array,
  objects: Uint8Array,
): Map<string, Arc[]> {
  const { targets } = edgesOf(graph);
  const { kinds } = referencesOf(graph);
  const network = new Map<string, Arc[]>([['sink', []]]);
  const nameOf = (node: number): string =>
    fixed[node] === 1 ? 'source' : objects[node] === 1 ? 'sink' : `${node}`;
  const from = (name: string): Arc[] => {
    const arcs = network.get(name) ?? [];
    network.set(name, arcs);
    return arcs;
  };
  const join = (source: string, to: string, room: number, reference?: string): void => {
    const arc: { -readonly [K in keyof Arc]: Arc[K] } = { to, back: undefined, reference, room };
    arc.back = { to: source, back: arc, reference: undefined, room: 0 };
    from(source).push(arc);
    from(to).push(arc.back);
  };
  const entries = new Set<string>();
  for (let edge = 0; edge < isArc.length; edge++) {
    if (isArc[edge] === 0) continue;
    const node = sourceOf(graph, edge);
    const source = nameOf(node);
    const target = nameOf(targets[edge]!);
    if (kinds[edge] === FIXED) join(source, target, Number.POSITIVE_INFINITY);
    else if (kinds[edge] !== ENTRY) join(source, target, 1, `${edge}`);
    else {
      const reference = edgesOfReference(graph, node, edge).join();
      if (!entries.has(reference)) join(source, `entry ${reference}`, 1, reference);
      entries.add(reference);
      join(`entry ${reference}`, target, Number.POSITIVE_INFINITY);
    }
  }
  return network;
}

/** What can be reached from the source over arcs with room, with the arc that each was found by. */
function reached(network: ReadonlyMap<string, readonly Arc[]>): Map<string, Arc | undefined> {
  const found = new Map<string, Arc | undefined>([['source', undefined]]);
  for (const [name] of found)
    for (const arc of network.get(name) ?? []) if (arc.room > 0 && !found.has(arc.to)) found.set(arc.to, arc);
  return found;
}

/** From where the sink can be reached. */
function leading(network: ReadonlyMap<string, readonly Arc[]>): Set<string> {
  const found = new Set(['sink']);
  for (const name of found)
    for (const { back, to } of network.get(name) ?? []) if (back!.room > 0) found.add(to);
  return found;
}

function naiveCut(network: ReadonlyMap<string, readonly Arc[]>, nearest: 'sink' | 'source'): string[] {
  for (let found = reached(network); found.has('sink'); found = reached(network))
    for (let arc = found.get('sink'); arc; arc = found.get(arc.back!.to)) {
      arc.room--;
      arc.back!.room++;
    }
  const behind = nearest === 'sink' ? leading(network) : undefined;
  const before = reached(network);
  const isInside = (name: string): boolean => (behind ? !behind.has(name) : before.has(name));
  return [...network].flatMap(([name, arcs]) =>
    arcs.flatMap(({ to, reference }) =>
      reference !== undefined && isInside(name) && !isInside(to) ? [reference] : [],
    ),
  );
}

test('the smallest cut nearest to the sink, and to the source', { tags: 'slow' }, async () => {
  const wrong: unknown[] = [];
  const sizes = new Set<number>();
  for (let seed = 0; seed < 1500; seed++) {
    const bytes = snapshotBytes(program(seed));
    const graph = await loadSnapshot(bytes, seed % 2 === 0 ? {} : { largeFrom: 0, threads: 1 });
    const next = random(seed + 5);
    const share = [0.03, 0.1, 0.3][seed % 3]!;
    const mask = Uint8Array.from({ length: graph.nodeCount }, (_, node) =>
      node > 0 && next() < share ? 1 : 0,
    );
    const { all, fixed, around } = reachedAround(graph, mask);
    const objects = mask.map((asked, node) => asked & all[node]! & (1 - fixed[node]!));
    for (const nearest of ['sink', 'source'] as const) {
      const arcs = arcsOf(graph, around, fixed);
      const wanted = naiveCut(networkOf(graph, arcs.isArc, fixed, objects), nearest).sort();
      const { value, edges } = minimumCut(graph, arcs, { fixed, objects }, 100, nearest);
      arcs.release();
      const found = edges!.map((edge) => edgesOfReference(graph, sourceOf(graph, edge), edge).join()).sort();
      sizes.add(value);
      if (value !== wanted.length || found.join(' ') !== wanted.join(' '))
        wrong.push({ seed, nearest, found, wanted });
    }
  }
  expect(wrong).toEqual([]);
  expect(Math.max(...sizes)).toBeGreaterThan(8);
});

test('flow along the key of an entry is sent along its value, where another way needs the key', async () => {
  const graph = await graphOf({
    root: { edges: ['a', 'map'] },
    map: { name: 'Map', size: 32, edges: [['internal', 'table', 'table']] },
    table: {
      ...TABLE,
      name: '',
      edges: [
        ['internal', '5', 'key'],
        ['internal', '6', 'value'],
      ],
    },
    key: { edges: [['property', 'next', 'first']] },
    // Far ways: the first flow goes by the key.
    value: { edges: [['property', 'next', 'v1']] },
    v1: { edges: [['property', 'next', 'v2']] },
    v2: { edges: [['property', 'next', 'second']] },
    a: { edges: [['property', 'next', 'b']] },
    b: { edges: [['property', 'next', 'c']] },
    c: { edges: [['property', 'next', 'key']] },
    first: {},
    second: {},
  });
  const mask = Uint8Array.from({ length: graph.nodeCount }, (_, node) =>
    /^(?:first|second)$/.test(graph.strings.get(graph.nodeNames[node]!)) ? 1 : 0,
  );
  expect(cutOf(graph, mask)).toMatchObject({ objects: 2, size: 2 });
});

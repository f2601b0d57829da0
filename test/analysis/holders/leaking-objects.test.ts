import { expect, test } from 'vitest';
import { leakingObjects } from '../../../src/analysis/holders/leaking-objects.js';
import { keepsAlive } from '../../../src/analysis/sizes/essential-edges.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { NODE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { isInternal } from '../../../src/v8/names.js';
import { isMadeByProgram } from '../../../src/v8/program-types.js';
import { userRoots } from '../../../src/v8/user-roots.js';
import { type GraphSpec, snapshotBytes, snapshotText } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { casePath } from '../../support/fixtures.js';
import { randomGraph } from '../../support/random-graph.js';

const graphOf = (spec: GraphSpec): Promise<Graph> => loadSnapshot(snapshotBytes(spec));

test('what V8 holds through arrays of its own leaks; what an object holds through them does not', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: ['(Strong root list)', 'window'],
      '(Strong root list)': { type: 'synthetic', edges: ['weak_refs', 'handle'] },
      weak_refs: { type: 'array', edges: [['internal', '0', 'slots']] },
      slots: { type: 'hidden', edges: [['internal', '0', 'onlyWeakly']] },
      window: ['map'],
      map: { edges: [['internal', 'table', 'table']] },
      table: { type: 'array', edges: [['internal', '0', 'inMap']] },
      handle: [],
      lost: [],
      inMap: [],
      onlyWeakly: [],
    }),
  );
  const found = leakingObjects(graph).map(({ node, heldBy }) => [
    graph.strings.get(graph.nodeNames[node]!),
    heldBy,
  ]);
  expect(found).toEqual([
    ['handle', '(Strong root list)'],
    ['lost', 'nothing'],
    ['onlyWeakly', '(Strong root list)'],
  ]);
});

test("the engine's own symbols are left out; what the program's code made is known", async () => {
  const graph = await loadSnapshot(casePath('deno-module.heapsnapshot.gz'), { locations: true });
  const found = leakingObjects(graph);
  expect(found.length).toBeGreaterThan(0);
  const named = (node: number): string => graph.strings.get(graph.nodeNames[node]!);
  expect(found.filter(({ heldBy }) => heldBy === '(Read-only roots)').map(({ node }) => named(node))).toEqual(
    [],
  );
  const page = await fixtureGraph('chromium156', { locations: true });
  const held = leakingObjects(page);
  expect(held.filter(({ node }) => page.nodeTypes[node] === NODE.symbol)).toEqual([]);
  const program = await fixtureGraph('node22-after', { locations: true });
  const own = leakingObjects(program).filter((each) => each.own);
  expect(own.map(({ node }) => program.strings.get(program.nodeNames[node]!))).toEqual(
    expect.arrayContaining(['Weakly']),
  );
});

/** The definition: who holds a node, through helpers that the program does not hold, level by level. */
function naive(graph: Graph): Map<number, ReadonlySet<string>> {
  const { nodeCount, nodeTypes, nodeNames, firstEdge, strings } = graph;
  const keeps = keepsAlive(graph);
  const internal = isInternal(graph);
  const holders = Array.from({ length: nodeCount }, () => new Set<number>());
  for (let source = 0; source < nodeCount; source++)
    for (let edge = firstEdge[source]!; edge < firstEdge[source + 1]!; edge++)
      if (keeps(edge, source)) holders[edgesOf(graph).targets[edge]!]!.add(source);
  const isHelper = (node: number): boolean => nodeTypes[node] === NODE.array || internal(node);
  const isProgram = (node: number): boolean => !isHelper(node) && nodeTypes[node] !== NODE.synthetic;
  // By itself through helpers counts: they are the program's then. Itself alone does not.
  const isHeld = (node: number, helpers: ReadonlySet<number>): boolean =>
    [...holders[node]!].some(
      (holder) =>
        holder !== node &&
        !helpers.has(holder) &&
        (isProgram(holder) || (isHelper(holder) && isHeld(holder, new Set([...helpers, holder])))),
    );
  const found = new Map<number, ReadonlySet<string>>();
  for (let node = 0; node < nodeCount; node++) {
    if (isMadeByProgram[nodeTypes[node]!] === 0 || node === graph.root) continue;
    if (userRoots(graph).includes(node) || isHeld(node, new Set())) continue;
    const seen = new Set([node]);
    let level = [node];
    let names = new Set<string>();
    while (level.length > 0 && names.size === 0) {
      const above = level.flatMap((at) => [...holders[at]!]).filter((holder) => !seen.has(holder));
      names = new Set(
        above.filter((at) => nodeTypes[at] === NODE.synthetic).map((at) => strings.get(nodeNames[at]!)),
      );
      level = above.filter((at) => nodeTypes[at] !== NODE.synthetic);
      for (const at of level) seen.add(at);
    }
    found.set(node, names.size > 0 ? names : new Set(['nothing']));
  }
  return found;
}

test('random graphs: those of the definition, held by the nearest root (400 seeds)', {
  tags: 'slow',
}, async () => {
  for (let seed = 0; seed < 400; seed++) {
    const graph = await graphOf(randomGraph(seed));
    const expected = naive(graph);
    const found = leakingObjects(graph);
    expect(
      found.map(({ node }) => node),
      `seed ${seed}`,
    ).toEqual([...expected.keys()]);
    for (const { node, heldBy } of found) expect([...expected.get(node)!], `seed ${seed}`).toContain(heldBy);
  }
});

test('a root and a helper with 100,000 references each take a moment', { tags: 'slow' }, async () => {
  const n = 100_000;
  const { snapshot, strings } = JSON.parse(
    snapshotText({
      root: ['(Global handles)'],
      '(Global handles)': { type: 'synthetic', edges: ['list', 'o'] },
      list: { type: 'array', edges: [['internal', '0', 'o']] },
      o: [],
    }),
  );
  const fields = snapshot.meta.node_fields.length;
  const named = (name: string): number => strings.indexOf(name);
  const [array, object, synthetic] = ['array', 'object', 'synthetic'].map((type) => NODE[type as never]);
  const node = (type: number, name: string, id: number, edges: number): number[] => {
    return [type, named(name), id, 16, edges, ...Array(fields - 5).fill(0)];
  };
  const references = (first: number): number[] =>
    Array.from({ length: n }, (_, i) => [3, named('0'), (first + i) * fields]).flat();
  const graph = await loadSnapshot(
    Buffer.from(
      JSON.stringify({
        snapshot: { ...snapshot, node_count: 3 + 2 * n, edge_count: 2 + 2 * n },
        nodes: [
          ...node(synthetic!, 'root', 1, 1),
          ...node(synthetic!, '(Global handles)', 3, n + 1),
          ...node(array!, 'list', 5, n),
          ...Array.from({ length: 2 * n }, (_, i) => node(object!, 'o', 7 + 2 * i, 0)).flat(),
        ],
        edges: [3, named('0'), fields, 3, named('0'), 2 * fields, ...references(3), ...references(3 + n)],
        strings,
      }),
    ),
  );
  const began = performance.now();
  const found = leakingObjects(graph);
  expect(performance.now() - began).toBeLessThan(20_000); // with a search for each reference: minutes
  expect(found).toHaveLength(2 * n);
  expect(new Set(found.map(({ heldBy }) => heldBy))).toEqual(new Set(['(Global handles)']));
});

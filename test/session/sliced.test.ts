/** Slices of real snapshots: every object that was asked for has its chain, its names and places. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainResult } from '../../src/analysis/expressions/chain-result.js';
import { type Chain, searchBackrefs } from '../../src/analysis/holders/chains.js';
import { distances } from '../../src/analysis/sizes/distances.js';
import { childrenOf } from '../../src/analysis/sizes/dominated-nodes.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { sampleOf } from '../../src/analysis/slices/sample.js';
import { type SliceOptions, sliceOf } from '../../src/analysis/slices/slice.js';
import type { Graph } from '../../src/graph/graph.js';
import { EDGE, NODE } from '../../src/graph/schema.js';
import { loadSnapshot } from '../../src/load/load.js';
import { sliced } from '../../src/session/sliced.js';
import { className } from '../../src/v8/class-names.js';
import { nodeVersion } from '../../src/v8/node-version.js';
import { isRoot, isStack } from '../../src/v8/roots.js';
import { runtimeName } from '../../src/v8/runtime.js';
import { sourceLocation } from '../../src/v8/scripts.js';
import { casePath, expressPath, fixturePath } from '../support/fixtures.js';
import { random as numbersOf } from '../support/random-graph.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const BYTES = 300_000;

async function bytesOf(
  graph: Graph,
  kept: Uint8Array,
  options: Partial<Parameters<typeof sliced>[2]> = {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const facts = { kind: 'slice', nodeCount: graph.nodeCount, edgeCount: 1, selfSize: 1 } as const;
  await sliced(graph, (bytes) => void pieces.push(bytes.slice()), { kept, facts, ...options });
  return Buffer.concat(pieces);
}

async function sliceOfNodes(
  graph: Graph,
  objects: readonly number[],
  options: Partial<SliceOptions> = {},
): Promise<{ readonly bytes: Uint8Array; readonly slice: Graph; readonly placeOf: Map<number, number> }> {
  const { kept } = sliceOf(graph, objects, { depth: 1, retained: true, bytes: BYTES, ...options });
  const bytes = await bytesOf(graph, kept);
  const slice = await loadSnapshot(bytes, { locations: true });
  const inSlice = new Map(Array.from(slice.ids, (id, node) => [id, node]));
  const placeOf = new Map<number, number>();
  for (let node = kept.indexOf(1); node >= 0; node = kept.indexOf(1, node + 1))
    placeOf.set(node, inSlice.get(graph.ids[node]!)!);
  return { bytes, slice, placeOf };
}

function chainTo(graph: Graph, node: number): Chain | undefined {
  return searchBackrefs(graph, node, isRoot(graph), { isLastResort: isStack(graph) }).chains[0];
}

/** A chain by ids and names of references, and where it hangs. */
function told(graph: Graph, chain: Chain | undefined): unknown {
  if (chain === undefined) return undefined;
  const { steps, heldBy } = chainResult(graph, chain, { found: true, rooted: true, sizes: false });
  return [heldBy, steps.map(({ id, type, edge }) => [id, type, edge])];
}

const FILES = [
  fixturePath('node18-after'),
  fixturePath('node22-after'),
  fixturePath('node26-after'),
  fixturePath('chromium156'),
  expressPath('final'),
  casePath('bun-1.4.4.heapsnapshot.gz'),
  casePath('julia-1.10.heapsnapshot.gz'),
  casePath('deno-module.heapsnapshot.gz'),
  casePath('node24-allocation-trace.heapsnapshot.gz'),
  casePath('hermes-zero-counts.heapsnapshot.gz'),
];

describe('a slice', () => {
  it.each(FILES)('of %s has the chains, names and places of what was asked for', async (file) => {
    const graph = await loadSnapshot(file, { locations: true });
    const random = numbersOf(11);
    const types: readonly (number | undefined)[] = [NODE.object, NODE.closure, NODE.native, NODE.string];
    for (let round = 0; round < 4; round++) {
      const objects: number[] = [];
      while (objects.length < 5) {
        const node = Math.floor(random() * graph.nodeCount);
        if (types.includes(graph.nodeTypes[node])) objects.push(node);
      }
      const { bytes, slice, placeOf } = await sliceOfNodes(graph, objects);
      expect(bytes.length).toBeLessThan(BYTES);
      expect(runtimeName(slice)).toBe(runtimeName(graph));
      expect(nodeVersion(slice)).toBe(nodeVersion(graph));
      expect(slice.head.part?.kind).toBe('slice');
      for (const object of objects)
        expect(told(slice, chainTo(slice, placeOf.get(object)!))).toEqual(
          told(graph, chainTo(graph, object)),
        );
      const [far, farHere] = [distances(graph), distances(slice)];
      const facts = (of: Graph, node: number, distance: number): unknown => [
        ...[of.ids[node], of.selfSizes[node], of.nodeTypes[node], className(of, node), distance],
        sourceLocation(of, node),
      ];
      for (const [node, place] of placeOf)
        expect(facts(slice, place, farHere[place]!)).toEqual(facts(graph, node, far[node]!));
    }
  });

  it('has all that the objects retain and refer to, where there is room', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'), { locations: true });
    const parent = Array.from({ length: graph.nodeCount }, (_, node) => node).find(
      (node) => className(graph, node) === 'Parent',
    )!;
    const options = { depth: 1, retained: true, bytes: 3_000_000 };
    const slice = sliceOf(graph, [parent], options);
    expect(slice.retainedNodes).toBeGreaterThan(1);
    expect(slice.retainedKept).toBe(slice.retainedNodes);
    expect(slice.neighboursLeft).toBe(0);
    for (let edge = graph.firstEdge[parent]!; edge < graph.firstEdge[parent + 1]!; edge++)
      expect(slice.kept[graph.edges!.targets[edge]!]).toBe(1);
    const alone = sliceOf(graph, [parent], { ...options, depth: 0, retained: false });
    expect(alone.count).toBeLessThan(slice.count);
    expect(alone.kept.every((kept, node) => kept <= slice.kept[node]!)).toBe(true);
    const small = sliceOf(graph, [parent], { ...options, bytes: 0 });
    expect(small.retainedKept).toBeLessThan(small.retainedNodes);
  });

  it('has pseudonyms, and texts that are cut', async () => {
    const graph = await loadSnapshot(fixturePath('node22-after'), { locations: true });
    const parent = graph.nodeNames.findIndex((name) => graph.strings.get(name) === 'Parent');
    const { kept } = sliceOf(graph, [parent], { depth: 1, retained: true, bytes: BYTES });
    const texts = async (options: Parameters<typeof bytesOf>[2]): Promise<string[]> =>
      (JSON.parse(Buffer.from(await bytesOf(graph, kept, options)).toString()) as { strings: string[] })
        .strings;
    expect(await texts({})).toContain('Parent');
    expect(await texts({ anonymize: { salt: 'x' } })).not.toContain('Parent');
    expect(await texts({ anonymize: { salt: 'x', keepClasses: true } })).toContain('Parent');
    const longer = async (cut?: number): Promise<number> =>
      (await texts({ cut })).filter((text) => text.length > 30).length;
    expect(await longer(30)).toBeLessThan(await longer());
  });

  it('keeps states of nodes that others gave them', async () => {
    const graph = await loadSnapshot(fixturePath('chromium156'), { locations: true });
    const detached = Array.from({ length: graph.nodeCount }, (_, node) => node).filter((node) =>
      className(graph, node).startsWith('Detached '),
    );
    const { slice, placeOf } = await sliceOfNodes(graph, detached.slice(0, 3), { bytes: 0 });
    for (const [node, place] of placeOf) expect(className(slice, place)).toBe(className(graph, node));
    expect(slice.edges!.types.includes(EDGE.weak)).toBe(true);
  });
});

/** By node the bytes of what it dominates, by V8's own sizes. */
function dominatedBytes(graph: Graph): Float64Array {
  const { dominators, order } = dominatorTree(graph);
  const bytes = Float64Array.from(graph.selfSizes);
  for (const node of order.slice(1).reverse()) bytes[dominators[node]!]! += bytes[node]!;
  return bytes;
}

describe('a sample', () => {
  it.each([fixturePath('node26-after'), fixturePath('chromium156'), expressPath('final')])(
    'of %s has whole subtrees, whose nodes retain what they did',
    async (file) => {
      const graph = await loadSnapshot(file, { locations: true });
      const ratios: number[] = [];
      for (const seed of [1, 2, 3, 4, 5]) {
        const { kept, weights, drawn } = sampleOf(graph, 5, seed);
        expect(sampleOf(graph, 5, seed)).toEqual(sampleOf(graph, 5, seed));
        const bytes = await bytesOf(graph, kept, {
          weights,
          facts: { kind: 'sample', nodeCount: graph.nodeCount, edgeCount: 1, selfSize: 1, weight: 5 },
        });
        const sample = await loadSnapshot(bytes, { locations: true });
        expect(sample.head.part).toMatchObject({ kind: 'sample', weight: 5 });
        const raw = JSON.parse(Buffer.from(bytes).toString()) as {
          snapshot: { meta: { node_fields: string[] } };
          nodes: number[];
        };
        const fields = raw.snapshot.meta.node_fields;
        expect(fields.at(-1)).toBe('weight');
        const [retained, retainedHere] = [dominatedBytes(graph), dominatedBytes(sample)];
        let place = 0;
        let sum = 0;
        for (let node = 0; node < graph.nodeCount; node++) {
          if (kept[node] === 0) continue;
          expect(raw.nodes[place * fields.length + fields.length - 1]).toBe(weights[node]);
          sum += weights[node]!;
          if (weights[node] === 5) {
            // What others, which are left out, hold as well counts here in addition.
            expect(retainedHere[place]).toBeGreaterThanOrEqual(retained[node]!);
            for (const child of childrenOf(graph, node)) expect(weights[child]).toBe(5);
          }
          place++;
        }
        expect(drawn).toBeGreaterThan(0);
        ratios.push(sum / graph.nodeCount);
      }
      const mean = ratios.reduce((total, ratio) => total + ratio, 0) / ratios.length;
      expect(Math.abs(mean - 1)).toBeLessThan(0.15);
    },
  );

  it('leads to values of WeakMaps as the whole does', async () => {
    const program = `
      const map = new WeakMap();
      globalThis.kept = { map, keys: [] };
      for (let i = 0; i < 3000; i++) {
        const key = { i };
        map.set(key, { value: { deeper: [i] } });
        kept.keys.push(key);
      }
      require('node:v8').writeHeapSnapshot('weak.heapsnapshot');`;
    const cwd = temporaryFolder();
    execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, ['-e', program], { cwd, stdio: 'pipe' });
    const graph = await loadSnapshot(path.join(cwd, 'weak.heapsnapshot'), { locations: true });
    const { kept, weights } = sampleOf(graph, 10, 1);
    const sample = await loadSnapshot(await bytesOf(graph, kept, { weights }), { locations: true });
    const far = distances(graph);
    const farHere = distances(sample);
    const place = new Map(Array.from(graph.ids, (id, node) => [id, node]));
    const changed = Array.from(sample.ids, (id, node) => [far[place.get(id)!], farHere[node]]).filter(
      ([before, now]) => before !== now,
    );
    expect(changed).toEqual([]);
  });
});

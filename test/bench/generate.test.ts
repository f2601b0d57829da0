/**
 * Heaps that bench/generate.mjs makes: what heapgraph finds in them is what they were made to hold.
 * The answers follow from how a heap is made; nothing of heapgraph computes them.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { typeStats } from '../../src/analysis/classes/classes.js';
import { growth } from '../../src/analysis/growth/growth.js';
import { backrefChains } from '../../src/analysis/holders/chains.js';
import { dominatorTree } from '../../src/analysis/sizes/dominators.js';
import { retainedSizes } from '../../src/analysis/sizes/retained-sizes.js';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { loadClasses } from '../../src/session/class-counts.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Place {
  readonly id: number;
  readonly class: string;
}

interface Answers {
  readonly nodes: number;
  readonly edges: number;
  readonly strings: number;
  readonly total: number;
  readonly dominators: readonly (Place & { readonly retained: number })[];
  readonly chain: {
    readonly of: Place;
    readonly holders: readonly Place[];
    readonly edges: readonly string[];
  };
  readonly classes: Readonly<
    Record<
      string,
      {
        count: number;
        sizeless: number;
        self: number;
        shallow: number;
        retained: number;
        distance: number | null;
      }
    >
  >;
}

type Generate = (options: { file: string; seed?: number; size?: number; nodes?: number }) => unknown;

const folder = temporaryFolder();
const program = fileURLToPath(new URL('../../bench/generate.mjs', import.meta.url));
const { generate } = (await import(pathToFileURL(program).href)) as { generate: Generate };

function make(name: string, options: { seed?: number; size?: number; nodes?: number }): [string, Answers] {
  const file = path.join(folder, name);
  generate({ file, ...options });
  return [file, JSON.parse(readFileSync(`${file}.answers.json`, 'utf8')) as Answers];
}

const [smallFile, small] = make('small.heapsnapshot', { nodes: 30_000 });
const [largeFile, large] = make('large.heapsnapshot', { nodes: 150_000 });

describe.each([
  ['30,000 nodes', smallFile, small],
  // More than one page of the registry, and groups of units that are full.
  ['150,000 nodes', largeFile, large],
] as const)('a heap of %s', async (_, file, answers) => {
  const graph = await loadSnapshot(file);
  const ordinalOf = new Map(Array.from(graph.ids, (id, node) => [id, node]));
  const facts = (node: number): string => graph.strings.get(graph.nodeNames[node]!);

  it('has the nodes, edges and strings that the head promises', () => {
    const { nodeCount, edges, strings } = graph;
    expect([nodeCount, edges!.count, strings.length]).toEqual([
      answers.nodes,
      answers.edges,
      answers.strings,
    ]);
    expect(ordinalOf.size).toBe(nodeCount);
  });

  it('count, sizes, retained size and distance of every class are the known ones', () => {
    const found = typeStats(graph, { retained: true }).map(({ type, ...row }) => {
      const { count, shallowSize: shallow, retainedSize: retained, distance } = row;
      return [type, { count, shallow, retained, distance }];
    });
    const known = Object.entries(answers.classes).map(([type, row]) => {
      const { count, shallow, retained, distance } = row;
      return [type, { count, shallow, retained, distance }];
    });
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
  });

  it("classes counted without the graph: counts and V8's own sizes", async () => {
    const found = typeStats(await loadClasses(file)).map(({ type, count, shallowSize: self }) => [
      type,
      { count, self },
    ]);
    const known = Object.entries(answers.classes).map(([type, { count, self }]) => [type, { count, self }]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
  });

  it('each of the known dominators is that of the next one, and retains what it must', () => {
    const retained = retainedSizes(graph);
    const { dominators } = dominatorTree(graph);
    const nodes = answers.dominators.map(({ id }) => ordinalOf.get(id)!);
    expect(
      nodes.map((node) => ({ id: graph.ids[node], class: facts(node), retained: retained[node] })),
    ).toEqual(answers.dominators);
    expect(nodes.slice(1).map((node) => dominators[node])).toEqual(nodes.slice(0, -1));
    expect(retained[graph.root]).toBe(answers.total);
  });

  it('the known object is held by the known chain', () => {
    const { chain } = answers;
    const [first] = chain.holders;
    const goal = ordinalOf.get(first!.id)!;
    const [found] = backrefChains(graph, ordinalOf.get(chain.of.id)!, (node) => node === goal);
    expect(found!.nodes.map((node) => ({ id: graph.ids[node], class: facts(node) }))).toEqual(chain.holders);
    expect(found!.edges.map((edge) => graph.strings.get(graph.edges!.names[edge]!))).toEqual(chain.edges);
  });
});

it('heaps of one seed are snapshots of one process: classes grow as the answers say, and ids stay', async () => {
  const [before, after] = [await loadSnapshot(smallFile), await loadSnapshot(largeFile)];
  const grown = growth(before, after);
  const sized = ({ classes }: Answers, type: string): number =>
    (classes[type]?.count ?? 0) - (classes[type]?.sizeless ?? 0);
  const known = Object.keys(large.classes).flatMap((type) => {
    const delta = sized(large, type) - sized(small, type);
    return delta > 0 ? [[type, delta]] : [];
  });
  expect(Object.fromEntries(grown.map(({ type, countDelta }) => [type, countDelta]))).toEqual(
    Object.fromEntries(known),
  );
  const typeOf = (graph: Graph): Map<number, string> =>
    new Map(Array.from(graph.ids, (id, node) => [id, graph.nodeTypeNames[graph.nodeTypes[node]!]!]));
  const later = typeOf(after);
  for (const [id, type] of typeOf(before)) if (later.get(id) !== type) expect.fail(`@${id}: ${type}`);
});

it('--size: the file is that large, within two percent', { tags: 'slow' }, () => {
  const size = 6e6;
  const [file] = make('sized.heapsnapshot', { size, seed: 7 });
  expect(Math.abs(statSync(file).size - size)).toBeLessThan(0.02 * size);
});

it('the same options give the same bytes, another seed other ones', { tags: 'slow' }, () => {
  const [first] = make('first.heapsnapshot', { nodes: 4000, seed: 7 });
  const [again] = make('again.heapsnapshot', { nodes: 4000, seed: 7 });
  expect(readFileSync(again).equals(readFileSync(first))).toBe(true);
  const [other] = make('other.heapsnapshot', { nodes: 4000, seed: 8 });
  expect(readFileSync(other).equals(readFileSync(first))).toBe(false);
});

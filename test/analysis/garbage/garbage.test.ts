/** Garbage: the ways against their definition, and a program whose entries are known. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { garbageOf, REACH } from '../../../src/analysis/garbage/garbage.js';
import { edgesOf } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { temporaryFolder } from '../../support/cli.js';
import { random, randomGraph } from '../../support/random-graph.js';

test('ways of random graphs with registries, against their definition', async () => {
  let entries = 0;
  let consoles = 0;
  for (let seed = 0; seed < 400; seed++) {
    const spec: Record<string, unknown> = { ...randomGraph(seed) };
    const next = random(seed + 1);
    const nodes = Object.keys(spec);
    const any = (): string => nodes[Math.floor(next() * nodes.length)]!;
    const root = spec.n0 as { edges: unknown[] };
    for (let i = 0; i < 3; i++) {
      root.edges.push(['internal', `cell${i}`, `c${i}`]);
      spec[`c${i}`] = {
        name: 'system / WeakCell',
        edges: [
          ['weak', 'target', any()],
          ['hidden', 1 + (i % 2), any()],
        ],
      };
    }
    root.edges.push(['internal', 'handles', 'handles']);
    spec.handles = {
      type: 'synthetic',
      name: '(Global handles)',
      edges: [
        ['internal', '7 / DevTools console', any()],
        ...(next() < 0.3 ? [['internal', '8', any()]] : []),
      ],
    };
    const graph = await loadSnapshot(snapshotBytes(spec as never));
    const { types, targets, names } = edgesOf(graph);
    const isCell = (node: number): boolean =>
      graph.strings.get(graph.nodeNames[node]!) === 'system / WeakCell';
    const from = (start: number, weak: boolean, held: boolean, console: boolean): Set<number> => {
      const seen = new Set([start]);
      for (const node of seen)
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
          if (!weak && types[edge] === EDGE.weak) continue;
          if (!held && isCell(node) && types[edge] === EDGE.hidden) continue;
          const isIndexed = types[edge] === EDGE.element || types[edge] === EDGE.hidden;
          if (!console && !isIndexed && graph.strings.get(names[edge]!).includes(' / DevTools ')) continue;
          seen.add(targets[edge]!);
        }
      return seen;
    };
    const strong = from(0, false, false, false);
    const printed = from(0, false, false, true);
    const registry = from(0, false, true, true);
    const weak = from(0, true, true, true);
    if (printed.size > strong.size) consoles++;
    const { reach, lasting } = garbageOf(graph);
    for (let node = 0; node < graph.nodeCount; node++)
      expect(reach[node], `node ${node}, seed ${seed}`).toBe(
        strong.has(node)
          ? REACH.strong
          : printed.has(node)
            ? REACH.debugger
            : registry.has(node)
              ? REACH.registry
              : weak.has(node)
                ? REACH.weak
                : REACH.nothing,
      );
    const registered = new Set(
      [...graph.ids.keys()].filter(isCell).map((cell) => targets[graph.firstEdge[cell]!]!),
    );
    /** From a node on, around the nodes that are left out. */
    const around = (start: number, out: ReadonlySet<number>): Set<number> => {
      const seen = new Set([start]);
      for (const node of seen)
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
          if (types[edge] === EDGE.weak || (isCell(node) && types[edge] === EDGE.hidden)) continue;
          if (!out.has(targets[edge]!)) seen.add(targets[edge]!);
        }
      return seen;
    };
    const apart = around(0, registered);
    const expected: number[] = [];
    for (let cell = 0; cell < graph.nodeCount; cell++) {
      if (!isCell(cell)) continue;
      const edges = [graph.firstEdge[cell]!, graph.firstEdge[cell]! + 1];
      const [target, held] = edges.map((edge) => targets[edge]!) as [number, number];
      if (isCell(held)) continue;
      if (target === graph.root || apart.has(held)) continue;
      if (registry.has(target) && around(held, apart).has(target)) expected.push(cell);
    }
    expect(
      lasting.map(({ cell }) => cell),
      `seed ${seed}`,
    ).toEqual(expected);
    entries += expected.length;
  }
  expect(entries).toBeGreaterThan(20);
  expect(consoles).toBeGreaterThan(20);
});

const PROGRAM = `
  const registry = globalThis.registry = new FinalizationRegistry(() => {});
  class Lasting { constructor() { this.signal = {}; this.signal.stop = () => this; } }
  class Passing {}
  for (let i = 0; i < 4; i++) { const it = new Lasting(); registry.register(it, it.signal); }
  const used = globalThis.used = new Lasting();
  registry.register(used, used.signal);
  globalThis.pool = new Set([new Passing()]);
  for (const one of pool) registry.register(one, pool);
  const kept = globalThis.kept = new Passing();
  registry.register(kept, { plain: 1 });
  require('node:v8').writeHeapSnapshot(process.argv[1]);`;

test('a live program: entries whose held value leads to their target', async () => {
  const file = path.join(temporaryFolder(), 'registry.heapsnapshot');
  execFileSync(process.execPath, ['-e', PROGRAM, file]);
  const graph = await loadSnapshot(readFileSync(file));
  const { lasting, unknown } = garbageOf(graph);
  expect(lasting.map(({ target }) => className(graph, target))).toEqual(Array(5).fill('Lasting'));
  expect(unknown).toBe(0);
}, 60_000);

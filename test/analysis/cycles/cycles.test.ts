/** Cycles: components against their definition, and a program whose cycles are known. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stronglyConnected } from '../../../src/analysis/cycles/components.js';
import { cyclesOf } from '../../../src/analysis/cycles/cycles.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { className } from '../../../src/v8/class-names.js';
import { snapshotBytes } from '../../support/builder.js';
import { temporaryFolder } from '../../support/cli.js';
import { random, randomGraph } from '../../support/random-graph.js';

test('components of random graphs, against their definition', async () => {
  for (let seed = 0; seed < 400; seed++) {
    const graph = await loadSnapshot(snapshotBytes(randomGraph(seed)));
    const { types, targets } = edgesOf(graph);
    const next = random(seed);
    const isIn = Uint8Array.from({ length: graph.nodeCount }, () => (next() < 0.85 ? 1 : 0));
    const isFollowed = (edge: number): boolean => types[edge] !== EDGE.weak;
    const reach = [...isIn.keys()].map((start) => {
      const seen = new Set<number>();
      const work = [start];
      while (work.length > 0) {
        const node = work.pop()!;
        if (isIn[node] === 0) continue;
        for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
          const target = targets[edge]!;
          if (!isFollowed(edge) || isIn[target] === 0 || seen.has(target)) continue;
          seen.add(target);
          work.push(target);
        }
      }
      return seen;
    });
    const { of, count, first, members } = stronglyConnected(graph, isIn, isFollowed);
    for (let a = 0; a < graph.nodeCount; a++) {
      expect(of[a]! > 0, `node ${a}, seed ${seed}`).toBe(isIn[a] === 1 && reach[a]!.has(a));
      for (let b = 0; b < graph.nodeCount; b++)
        if (of[a]! > 0 && of[b]! > 0)
          expect(of[a] === of[b], `nodes ${a} and ${b}, seed ${seed}`).toBe(
            a === b || (reach[a]!.has(b) && reach[b]!.has(a)),
          );
    }
    for (let number = 0; number < count; number++)
      for (let i = first[number]!; i < first[number + 1]!; i++) expect(of[members[i]!]).toBe(number + 1);
    expect(members.length).toBe([...of].filter((number) => number > 0).length);
  }
});

test('a path of 20,000 nodes: no recursion', async () => {
  const count = 20_000;
  const spec = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`n${i}`, [`n${(i + 1) % count}`]] as const),
  );
  const graph = await loadSnapshot(snapshotBytes(spec));
  const found = stronglyConnected(graph, new Uint8Array(graph.nodeCount).fill(1), () => true);
  expect([found.count, found.members.length]).toEqual([1, count]);
});

const PROGRAM = `
  const v8 = require('node:v8');
  class Parent { constructor() { this.children = []; this.weight = new Array(1000).fill('x' + Math.random()); } }
  class Child { constructor(parent) { this.parent = parent; parent.children.push(this); } }
  class Ring { constructor(next) { this.next = next; } }
  class Alone { constructor() { this.self = this; } }
  class Tree { constructor(left, right) { this.left = left; this.right = right; } }
  class Handler { constructor() { this.count = 0; this.onTick = () => { this.count++; }; } }
  const parent = new Parent(); for (let i = 0; i < 5; i++) new Child(parent);
  const a = new Ring(); const b = new Ring(a); const c = new Ring(b); a.next = c;
  globalThis.kept = { parent, ring: a, alone: new Alone(), tree: new Tree(new Tree(), new Tree()), handler: new Handler() };
  v8.writeHeapSnapshot(process.argv[2]);
`;

describe('a program', () => {
  const folder = temporaryFolder();
  let graph: Graph;

  beforeAll(async () => {
    const [script, file] = [path.join(folder, 'cycles.cjs'), path.join(folder, 'cycles.heapsnapshot')];
    writeFileSync(script, PROGRAM);
    execFileSync(process.execPath, [script, file]);
    graph = await loadSnapshot(file, { edges: true, locations: true });
  });

  test('its four cycles, the largest first; trees are none', () => {
    const { total, cycles } = cyclesOf(graph, { limit: 100 });
    const named = cycles.map(({ nodes, count, chain }) => [
      [...new Set(nodes.map((node) => className(graph, node)))]
        .filter((name) => name !== 'Array')
        .sort()
        .join(' '),
      count,
      chain.edges.length,
    ]);
    expect(named[0]).toEqual(['Child Parent', 7, 3]);
    expect(named).toContainEqual(['Ring', 3, 3]);
    expect(named).toContainEqual(['Alone', 1, 1]);
    expect(named.filter(([name]) => String(name).includes('Tree'))).toEqual([]);
    expect(named.find(([name]) => String(name).includes('Handler'))?.[0]).toMatch(/Function.*Handler/);
    expect([total, cycles.length]).toEqual([4, 4]);
    for (const { retainedSize, size } of cycles) expect(retainedSize).toBeGreaterThanOrEqual(size);
  });

  test('a chain goes round', () => {
    for (const { chain } of cyclesOf(graph, { limit: 100 }).cycles) {
      expect(chain.nodes[0]).toBe(chain.nodes.at(-1));
      expect(chain.edges).toHaveLength(chain.nodes.length - 1);
      const { targets } = edgesOf(graph);
      chain.edges.forEach((edge, i) => {
        expect(targets[edge]).toBe(chain.nodes[i + 1]);
        expect(edge).toBeGreaterThanOrEqual(graph.firstEdge[chain.nodes[i]!]!);
        expect(edge).toBeLessThan(graph.firstEdge[chain.nodes[i]! + 1]!);
      });
    }
  });

  test('a mask: those that have one of these', () => {
    const mask = new Uint8Array(graph.nodeCount);
    for (let node = 0; node < mask.length; node++) if (className(graph, node) === 'Ring') mask[node] = 1;
    expect(cyclesOf(graph, { mask }).cycles.map(({ count }) => count)).toEqual([3]);
  });

  test('all: V8 and Node.js as well', () => {
    const [largest] = cyclesOf(graph, { all: true, limit: 1 }).cycles;
    expect(largest!.count).toBeGreaterThan(1000);
  });
});

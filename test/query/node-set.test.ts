/** Sets of nodes, against JavaScript's own sets. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { NodeSet } from '../../src/query/node-set.js';
import { snapshotBytes } from '../support/builder.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { random } from '../support/random-graph.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

describe('random sets, against Set', () => {
  it.each([1, 31, 32, 33, 64, 200])('of a graph with %d nodes', async (count) => {
    const graph = await loadSnapshot(
      snapshotBytes(
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [`n${i}`, { id: 2 * i + 1, edges: i === 0 ? [] : ['n0'] }]),
        ),
      ),
    );
    expect(graph.nodeCount).toBe(count);
    const next = random(count);
    for (let round = 0; round < 20; round++) {
      const some = (): Set<number> =>
        new Set(
          Array.from({ length: Math.floor(next() * graph.nodeCount) }, () =>
            Math.floor(next() * graph.nodeCount),
          ),
        );
      const [a, b] = [some(), some()];
      const [one, other] = [NodeSet.of(graph, a), NodeSet.of(graph, b)];
      const all = Array.from({ length: graph.nodeCount }, (_, node) => node);
      const expectNodes = (set: NodeSet, accepts: (node: number) => boolean): void => {
        const nodes = all.filter(accepts);
        expect([...set]).toEqual(nodes);
        expect([...set.nodes()]).toEqual(nodes);
        expect(set.size).toBe(nodes.length);
        expect(all.filter((node) => set.has(node))).toEqual(nodes);
        expect([...NodeSet.fromIds(graph, set.ids())]).toEqual(nodes);
      };
      expectNodes(one, (node) => a.has(node));
      expectNodes(one.union(other), (node) => a.has(node) || b.has(node));
      expectNodes(one.intersection(other), (node) => a.has(node) && b.has(node));
      expectNodes(one.difference(other), (node) => a.has(node) && !b.has(node));
      expectNodes(one.complement(), (node) => !a.has(node));
      const mask = Uint8Array.from(all, (node) => (a.has(node) ? 1 : 0));
      expectNodes(NodeSet.fromMask(graph, mask), (node) => a.has(node));
    }
  });
});

describe('on a snapshot', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await fixtureGraph('node22-after', { locations: true });
  });

  it('takes queries, and ids of another snapshot', async () => {
    const objects = NodeSet.fromQuery(graph, 'OBJ');
    expect(objects.size).toBe(100);
    expect(objects.complement().size).toBe(graph.nodeCount - 100);
    expect(objects.complement().complement().ids()).toEqual(objects.ids());
    const before = await fixtureGraph('node22-before');
    expect(NodeSet.fromIds(before, objects.ids()).size).toBe(0);
    expect(NodeSet.fromQuery(graph, 'OBJ and new', { before }).size).toBe(100);
    expect(() => objects.union(NodeSet.of(before, []))).toThrow(/different graphs/);
  });

  it('reads files by who can read them', () => {
    const file = path.join(folder, 'a.ids');
    writeFileSync(file, NodeSet.fromQuery(graph, 'OBJ').ids().slice(0, 7).join('\n'));
    const query = `OBJ and not set(${JSON.stringify(file)})`;
    const idsOf = (name: string): number[] => readFileSync(name, 'utf8').split('\n').map(Number);
    expect(NodeSet.fromQuery(graph, query, { idsOf }).size).toBe(93);
    expect(() => NodeSet.fromQuery(graph, query)).toThrow(/needs somebody who reads/);
  });

  it('refuses what is no node', () => {
    for (const node of [-1, 0.5, graph.nodeCount, Number.NaN]) {
      expect(() => NodeSet.of(graph, [node])).toThrow(RangeError);
      expect(NodeSet.of(graph, []).has(node)).toBe(false);
    }
    expect(NodeSet.of(graph, [1]).has(1.5)).toBe(false);
    expect(() => NodeSet.fromMask(graph, new Uint8Array(3))).toThrow(RangeError);
    expect(() => NodeSet.fromQuery(graph, 'retaind > 1mb')).toThrow(/there is no field/);
  });
});

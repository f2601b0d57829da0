/** The real snapshots of `fixtures/` as graphs, shared by the tests that only look at them. */
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { type Fixture, fixturePath } from './fixtures.js';

const graphs = new Map<string, Promise<Graph>>();

/**
 * A fixture as a graph with edges. It is loaded once for all files that share a worker, with what
 * analyses have derived from it: where the first computation is what is tested, load it anew.
 */
export function fixtureGraph(name: Fixture, { locations = false } = {}): Promise<Graph> {
  const key = `${name} ${locations}`;
  const graph = graphs.get(key) ?? loadSnapshot(fixturePath(name), { locations });
  graphs.set(key, graph);
  return graph;
}

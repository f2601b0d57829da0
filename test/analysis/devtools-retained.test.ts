/** Distances, dominators and retained sizes: all recorded nodes and all class rows of Chrome DevTools. */
import { describe, expect, test } from 'vitest';
import { classIndex } from '../../src/analysis/class-names.js';
import { distances, SYSTEM_DISTANCE } from '../../src/analysis/distances.js';
import { dominatorTree } from '../../src/analysis/dominators.js';
import { retainedSizes, retainedSizesOfClasses } from '../../src/analysis/retained-sizes.js';
import { shallowSizes } from '../../src/analysis/shallow-sizes.js';
import { nodeWithId } from '../../src/graph/graph.js';
import { retainersOf } from '../../src/graph/retainers.js';
import { loadSnapshot } from '../../src/load/load.js';
import { FIXTURES, fixturePath, recorded } from '../support/fixtures.js';

describe.each(FIXTURES)('%s', async (fixture) => {
  const graph = await loadSnapshot(fixturePath(fixture));
  const devtools = recorded(fixture);

  test('every recorded node: retained size, distance, dominator, number of retainers', () => {
    const retained = retainedSizes(graph);
    const far = distances(graph);
    const { dominators } = dominatorTree(graph);
    const { firstRetainer } = retainersOf(graph);
    const ours = devtools.nodes.map(({ id }) => {
      const node = nodeWithId(graph, id)!;
      return {
        id,
        retainedSize: retained[node]!,
        distance: far[node]!,
        dominator: graph.ids[dominators[node]!]!,
        retainers: firstRetainer[node + 1]! - firstRetainer[node]!,
      };
    });
    const theirs = devtools.nodes.map(({ id, retainedSize, distance, dominator, retainers }) => ({
      id,
      retainedSize,
      distance,
      dominator,
      retainers,
    }));
    expect(ours).toEqual(theirs);
  });

  test('every class that is no shape: retained size and distance', () => {
    const { names, of } = classIndex(graph);
    const retained = retainedSizesOfClasses(graph);
    const sizes = shallowSizes(graph);
    const far = distances(graph);
    const nearest = new Map<string, number>();
    for (let node = 0; node < graph.nodeCount; node++) {
      if (sizes[node] === 0) continue;
      const name = names[of[node]!]!;
      nearest.set(name, Math.min(nearest.get(name) ?? Number.POSITIVE_INFINITY, far[node]!));
    }
    const theirs = Object.entries(devtools.classes).filter(
      ([name]) => !name.startsWith('{') && name !== 'Object',
    );
    expect(theirs.length).toBeGreaterThan(80);
    const ours = theirs.map(([name]) => [name, retained[names.indexOf(name)], nearest.get(name)]);
    expect(ours).toEqual(theirs.map(([name, { maxRet, distance }]) => [name, maxRet, distance]));
    expect([...nearest.values()].some((distance) => distance < SYSTEM_DISTANCE)).toBe(true);
  });

  test("the root's retained size is the total", () => {
    expect(retainedSizes(graph)[graph.root]! + graph.extraNativeBytes).toBe(devtools.statistics.total);
  });
});

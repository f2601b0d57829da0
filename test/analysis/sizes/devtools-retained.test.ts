/** Distances, dominators and retained sizes: all recorded nodes and all class rows of Chrome DevTools. */
import { describe, expect, test } from 'vitest';
import { distances } from '../../../src/analysis/sizes/distances.js';
import { dominatorTree } from '../../../src/analysis/sizes/dominators.js';
import { retainedSizes, retainedSizesOfClasses } from '../../../src/analysis/sizes/retained-sizes.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { nodeWithId } from '../../../src/graph/graph.js';
import { retainersOf } from '../../../src/graph/retainers.js';
import { shapeIndex } from '../../../src/v8/shapes.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { FIXTURES, recorded } from '../../support/fixtures.js';

describe.each(FIXTURES)('%s', async (fixture) => {
  const graph = await fixtureGraph(fixture);
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

  test('every class row, plain objects by shape: count, bytes, retained size, distance', () => {
    const classes = shapeIndex(graph);
    const retained = retainedSizesOfClasses(graph, classes);
    const sizes = shallowSizes(graph);
    const far = distances(graph);
    const ours: Record<string, { count: number; self: number; maxRet: number; distance: number }> = {};
    for (let node = 0; node < graph.nodeCount; node++) {
      if (sizes[node] === 0) continue; // DevTools leaves these out of its classes
      const type = classes.of[node]!;
      const row = ours[classes.labels[type]!];
      ours[classes.labels[type]!] = {
        count: (row?.count ?? 0) + 1,
        self: (row?.self ?? 0) + sizes[node]!,
        maxRet: retained[type]!,
        distance: Math.min(row?.distance ?? Number.POSITIVE_INFINITY, far[node]!),
      };
    }
    expect(Object.keys(ours).length).toBeGreaterThan(100);
    expect(ours).toEqual(devtools.classes);
  });

  test("the root's retained size is the total", () => {
    expect(retainedSizes(graph)[graph.root]! + graph.extraNativeBytes).toBe(devtools.statistics.total);
  });
});

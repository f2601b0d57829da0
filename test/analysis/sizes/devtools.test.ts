/** Everything that Chrome DevTools computed for the fixtures, compared with what we compute: zero differences is the bar. */
import { describe, expect, test } from 'vitest';
import { classesOf } from '../../../src/analysis/classes/classes.js';
import { at } from '../../../src/analysis/classes/nodes.js';
import { shallowSizes } from '../../../src/analysis/sizes/shallow-sizes.js';
import { statistics } from '../../../src/analysis/sizes/statistics.js';
import { classIndex, className } from '../../../src/v8/class-names.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';
import { FIXTURES, recorded } from '../../support/fixtures.js';

/** DevTools lists plain objects under their shapes, `{a, b}`; we list them as `Object`. */
const isShape = (name: string): boolean => name.startsWith('{') || name === 'Object';

describe.each(FIXTURES)('%s', async (fixture) => {
  const graph = await fixtureGraph(fixture, { locations: true });
  const devtools = recorded(fixture);

  test('node and edge counts', () => {
    expect(graph.nodeCount).toBe(devtools.nodeCount);
    expect(graph.edges?.count).toBe(devtools.edgeCount);
  });

  test('every class: count and bytes of the members that have a size', () => {
    const { labels: names, of } = classIndex(graph);
    const sizes = shallowSizes(graph);
    const ours = new Map<string, { count: number; self: number }>();
    for (let node = 0; node < graph.nodeCount; node++) {
      if (sizes[node] === 0) continue;
      const name = isShape(names[of[node]!]!) ? 'Object' : names[of[node]!]!;
      const row = ours.get(name) ?? { count: 0, self: 0 };
      ours.set(name, { count: row.count + 1, self: row.self + sizes[node]! });
    }
    const theirs = new Map<string, { count: number; self: number }>();
    for (const [key, { count, self }] of Object.entries(devtools.classes)) {
      const name = isShape(key) ? 'Object' : key;
      const row = theirs.get(name) ?? { count: 0, self: 0 };
      theirs.set(name, { count: row.count + count, self: row.self + self });
    }
    expect(theirs.size).toBeGreaterThan(100);
    expect(ours).toEqual(theirs);
  });

  test('classes whose members all have a size of their own: our count is theirs', () => {
    // Only these can lose their size to an owner (rule 5 of calculateShallowSizes), so only these may differ.
    const mayLoseSize = new Set(['(system)', '(array)', 'system / ExternalStringData']);
    const zeroSized = new Set<string>();
    for (let node = 0; node < graph.nodeCount; node++) {
      if (graph.selfSizes[node] === 0) zeroSized.add(className(graph, node));
    }
    const counts = new Map<string, number>();
    for (const { type, count } of classesOf(graph).rows) counts.set(type, (counts.get(type) ?? 0) + count);
    let compared = 0;
    for (const [name, { count }] of Object.entries(devtools.classes)) {
      if (mayLoseSize.has(name) || zeroSized.has(name) || isShape(name)) continue;
      expect([name, counts.get(name)]).toEqual([name, count]);
      compared++;
    }
    expect(compared).toBeGreaterThan(80);
  });

  test('statistics', () => {
    const { total, native, v8heap } = devtools.statistics;
    expect(statistics(graph)).toEqual({
      total,
      native: native.total,
      typedArrays: native.typedArrays,
      code: v8heap.code,
      strings: v8heap.strings,
      jsArrays: v8heap.jsArrays,
      system: v8heap.system,
    });
  });

  test('every recorded node: class, type, size, number of edges', () => {
    const sizes = shallowSizes(graph);
    const theirs = devtools.nodes.map(({ id, className, type, selfSize, edges }) => ({
      id,
      className: isShape(className) ? 'Object' : className,
      type,
      selfSize,
      edges,
    }));
    const ours = theirs.map(({ id }) => {
      const node = at(graph, id)!;
      return {
        id,
        className: node.type.slice(0, 200), // the record cuts names there
        type: node.nodeType,
        selfSize: sizes[node.ordinal]!,
        edges: node.edgeCount,
      };
    });
    expect(theirs.length).toBeGreaterThan(10);
    expect(ours).toEqual(theirs);
  });
});

import { describe, expect, test } from 'vitest';
import { instancesOf } from '../../../src/analysis/classes/instances.js';
import { programGrowth } from '../../../src/analysis/growth/program-growth.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type GraphSpec, snapshotText } from '../../support/builder.js';
import { fixturePath } from '../../support/fixtures.js';

const load = (spec: GraphSpec) => loadSnapshot(Buffer.from(snapshotText(spec)));

describe.each(['node18', 'node22', 'node26'] as const)('%s', (version) => {
  test('the leak between the fixtures: classes and closures with their new objects, nothing of V8', async () => {
    const options = { locations: true };
    const before = await loadSnapshot(fixturePath(`${version}-before`), options);
    const after = await loadSnapshot(fixturePath(`${version}-after`), options);
    const grown = programGrowth(before, after);
    const row = (name: string) => grown.find(({ type }) => type === name);
    expect(row('OBJ')).toMatchObject({ countDelta: 100 });
    expect(row('OBJ')?.newNodes).toHaveLength(100);
    expect(row('OBJ')?.location?.script).toContain('leak');
    expect(row('Foo')).toMatchObject({ countDelta: 50 });
    expect(grown.every(({ type }) => !type.startsWith('(') && !type.startsWith('system / '))).toBe(true);
    expect(grown.map(({ countDelta }) => countDelta)).toEqual(
      grown.map(({ countDelta }) => countDelta).sort((a, b) => b - a),
    );
    expect(programGrowth(after, after)).toEqual([]);
    const named = programGrowth(before, after, { classes: ['(string)', /^OB/] });
    expect(named.map(({ type }) => type).sort()).toEqual(['(string)', 'OBJ']);
  });
});

test('what was replaced is no growth; what was added is told by id', async () => {
  const before = await load({ root: ['a', 'b'], a: { name: 'A', id: 11 }, b: { name: 'B', id: 13 } });
  const after = await load({
    root: ['a', 'b', 'c'],
    a: { name: 'A', id: 21 },
    b: { name: 'B', id: 13 },
    c: { name: 'B', id: 23, size: 40 },
  });
  const grown = programGrowth(before, after);
  expect(grown).toMatchObject([{ type: 'B', countBefore: 1, count: 2, countDelta: 1, sizeDelta: 40 }]);
  expect(grown[0]?.newNodes.map((node) => after.ids[node])).toEqual([23]);
});

test('instancesOf leaves prototypes out', async () => {
  const graph = await load({
    root: ['F', 'x', 'y'],
    F: { type: 'closure', name: 'Session', edges: [['property', 'prototype', 'p']] },
    p: { name: 'Session' },
    x: { name: 'Session' },
    y: { name: 'Sessions' },
  });
  expect(Array.from(instancesOf(graph, 'Session'))).toHaveLength(1);
  expect(Array.from(instancesOf(graph, /^Session/))).toHaveLength(2);
  expect(Array.from(instancesOf(graph, 'Nope'))).toEqual([]);
});

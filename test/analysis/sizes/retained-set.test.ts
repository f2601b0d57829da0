import { describe, expect, test } from 'vitest';
import { retainedClasses, retainedSet } from '../../../src/analysis/sizes/retained-set.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { snapshotBytes } from '../../support/builder.js';

describe('retainedClasses', () => {
  const graph = loadSnapshot(
    snapshotBytes({
      root: ['one', 'other', 'kept'],
      one: { name: 'Owner', size: 40, edges: ['b', 'a', 'kept', 'shared'] },
      other: { name: 'Owner', size: 40, edges: ['shared'] },
      a: { name: 'A', size: 30 },
      b: { name: 'B', size: 30 },
      shared: { name: 'Shared', size: 60 },
      kept: { name: 'Kept', size: 500 },
    }),
  );
  const rows = async (...members: number[]) => {
    const snapshot = await graph;
    const nodes = members.map((member) => [...snapshot.ids].indexOf(snapshot.ids[member]!));
    return retainedClasses(snapshot, retainedSet(snapshot, nodes)).map((row) => Object.values(row));
  };

  test('the most bytes first, then the most objects, then by name', async () => {
    expect(await rows(1, 2)).toEqual([
      ['Owner', 2, 80, 0.4],
      ['Shared', 1, 60, 0.3],
      ['A', 1, 30, 0.15],
      ['B', 1, 30, 0.15],
    ]);
  });

  test('what another object holds as well stays', async () => {
    expect(await rows(1)).toEqual([
      ['Owner', 1, 40, 0.4],
      ['A', 1, 30, 0.3],
      ['B', 1, 30, 0.3],
    ]);
  });

  test('an empty set has no classes', async () => {
    expect(await rows()).toEqual([]);
  });
});

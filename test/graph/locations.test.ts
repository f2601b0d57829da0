import { describe, expect, it } from 'vitest';
import { type Location, Locations } from '../../src/graph/locations.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';
import { fixtureGraph } from '../support/fixture-graphs.js';
import { FIXTURES } from '../support/fixtures.js';

function placesOf(locations: Locations): Location[] {
  return Array.from({ length: locations.placeCount }, (_, number) => locations.place(number));
}

describe('Locations', () => {
  it('gives the place of each node that has one', () => {
    const places = [
      { scriptId: 5, line: 0, column: 1 },
      { scriptId: 6, line: 7, column: 8 },
    ];
    const locations = new Locations(
      Uint32Array.of(2, 0, 1, 2),
      Float64Array.of(5, 6),
      Float64Array.of(0, 7),
      Float64Array.of(1, 8),
    );
    expect(locations.count).toBe(3);
    expect(locations.placeCount).toBe(2);
    expect([0, 1, 2, 3, 4].map((node) => locations.of(node))).toEqual([
      places[1],
      undefined,
      places[0],
      places[1],
      undefined,
    ]);
  });

  it('says nothing of a file without them', async () => {
    const graph = await loadSnapshot(snapshotBytes({ root: ['a'] }), { locations: true });
    expect(graph.locations?.of(0)).toBeUndefined();
    expect(graph.locations?.count ?? 0).toBe(0);
  });

  it('keeps each distinct place once, told apart by script, line and column', async () => {
    const [root, a, b, c, d] = [0, 6, 12, 18, 24];
    const locations = [root, 1, 2, 3, a, 1, 2, 3, b, 2, 2, 3, c, 1, 3, 3, d, 1, 2, 4];
    const bytes = snapshotBytes({ root: ['a', 'b', 'c', 'd'] }, { sections: { locations } });
    const graph = await loadSnapshot(bytes, { locations: true });
    expect(placesOf(graph.locations!)).toEqual([
      { scriptId: 1, line: 2, column: 3 },
      { scriptId: 2, line: 2, column: 3 },
      { scriptId: 1, line: 3, column: 3 },
      { scriptId: 1, line: 2, column: 4 },
    ]);
    expect([...graph.locations!.placeOf]).toEqual([1, 1, 2, 3, 4]);
    expect(graph.locations!.of(1)).toEqual(graph.locations!.of(0));
    expect(graph.locations!.count).toBe(5);
  });

  it('takes lines and columns up to 9,007,199,254,740,991', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const bytes = snapshotBytes({ root: [] }, { sections: { locations: [0, most, most, most] } });
    const graph = await loadSnapshot(bytes, { locations: true });
    expect(graph.locations!.of(0)).toEqual({ scriptId: most, line: most, column: most });
  });

  it('takes a line or a column before the beginning of its script for the beginning', async () => {
    const wrapped = 2 ** 32 - 196; // as Node.js up to 24 writes -196
    const locations = [0, 5, -3, -196, 6, 5, 2 ** 32 - 3, wrapped, 12, 5, 0, 7];
    const bytes = snapshotBytes({ root: ['a', 'b'] }, { sections: { locations } });
    const graph = await loadSnapshot(bytes, { locations: true });
    const beginning = { scriptId: 5, line: 0, column: 0 };
    expect([0, 1, 2].map((node) => graph.locations!.of(node))).toEqual([
      beginning,
      beginning,
      { scriptId: 5, line: 0, column: 7 },
    ]);
    for (const size of [1, 2, 3, 7]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const other = await loadSnapshot(chunks, { locations: true });
      expect(placesOf(other.locations!)).toEqual(placesOf(graph.locations!));
    }
  });

  it.each([[[-6, 1, 1, 1]], [[0, -1, 1, 1]]])('refuses other numbers below zero: %j', async (locations) => {
    const bytes = snapshotBytes({ root: ['a'] }, { sections: { locations } });
    await expect(loadSnapshot(bytes, { locations: true })).rejects.toThrow(/expected a whole number/);
  });

  it('takes the later of two places of one node, and counts the node once', async () => {
    const bytes = snapshotBytes({ root: [] }, { sections: { locations: [0, 1, 1, 1, 0, 2, 2, 2] } });
    const { locations } = await loadSnapshot(bytes, { locations: true });
    expect(locations!.of(0)).toEqual({ scriptId: 2, line: 2, column: 2 });
    expect(locations!.count).toBe(1);
  });

  it.each(FIXTURES)('are far fewer places than nodes: %s', async (name) => {
    const { locations } = await fixtureGraph(name, { locations: true });
    expect(new Set(placesOf(locations!).map((place) => JSON.stringify(place))).size).toBe(
      locations!.placeCount,
    );
    expect(locations!.placeCount).toBeLessThanOrEqual(locations!.count);
  });
});

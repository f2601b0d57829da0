import { describe, expect, it } from 'vitest';
import { duplicateStrings } from '../../../src/analysis/classes/duplicate-strings.js';
import { repeatedTexts } from '../../../src/analysis/report/repeated-texts.js';
import { graphOf } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

describe('repeatedTexts', () => {
  it('counts flat strings by their text, most bytes wasted first', async () => {
    const graph = await graphOf({
      root: ['a', 'b', 'c', 'd', 'e', 'f'],
      a: { type: 'string', name: 'twice', size: 16 },
      b: { type: 'string', name: 'twice', size: 24 },
      c: { type: 'string', name: 'once', size: 16 },
      d: { type: 'string', name: 'more', size: 100 },
      e: { type: 'string', name: 'more', size: 100 },
      f: { type: 'object', name: 'once', size: 16 },
    });
    const { texts, ...sums } = repeatedTexts(graph, 1);
    expect(sums).toEqual({ total: 2, wastedSize: 116, assumed: 0 });
    expect(texts.map(({ node: _, ...text }) => text)).toEqual([
      { text: 'more', count: 2, size: 200, wastedSize: 100 },
    ]);
  });

  it('tells texts that V8 cut apart by their sizes', async () => {
    const long = 'x'.repeat(1024);
    const other = 'y'.repeat(1024);
    const graph = await graphOf({
      root: ['a', 'b', 'c', 'd', 'e', 'f'],
      e: { type: 'string', name: 'z'.repeat(1024), size: 32 },
      f: { type: 'string', name: 'z'.repeat(1024), size: 32 },
      a: { type: 'string', name: long, size: 4000 },
      b: { type: 'string', name: long, size: 5000 },
      c: { type: 'string', name: other, size: 6000 },
      d: { type: 'string', name: other, size: 6000 },
    });
    expect(repeatedTexts(graph, 9)).toMatchObject({
      total: 1,
      assumed: 2,
      texts: [{ text: other, count: 2 }],
    });
  });

  it.each(['node22-after', 'chromium156'] as const)('agrees with all duplicates of %s', async (name) => {
    const graph = await fixtureGraph(name);
    const all = new Map(duplicateStrings(graph).groups.map((group) => [group.text, group]));
    const { texts } = repeatedTexts(graph, 1e9);
    expect(texts.length).toBeGreaterThan(4);
    // Pieces that spell the same text are counted there, and not here.
    expect(texts.filter(({ text, count }) => !(count <= (all.get(text)?.count ?? 0)))).toEqual([]);
    const same = texts.filter(({ text, count }) => count === all.get(text)!.count);
    expect(same.length).toBeGreaterThan(texts.length * 0.9);
    expect(same.filter(({ text, wastedSize }) => wastedSize !== all.get(text)!.wastedSize)).toEqual([]);
  });
});

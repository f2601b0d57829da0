import { describe, expect, test } from 'vitest';
import { CLASS_KINDS, classKindRanks, classKinds } from '../../../src/analysis/classes/class-kinds.js';
import { classIndex } from '../../../src/v8/class-names.js';
import { graphOf } from '../../support/builder.js';
import { fixtureGraph } from '../../support/fixture-graphs.js';

describe('classKinds', () => {
  test("node26: the program's classes, Node.js's, the language's, V8's", async () => {
    const graph = await fixtureGraph('node26-after', { locations: true });
    const classes = classIndex(graph);
    const kinds = classKinds(graph, classes);
    const of = (type: string) => kinds[classes.labels.indexOf(type)];
    expect(['OBJ', 'Foo', 'Child', 'Parent'].map(of)).toEqual(new Array(4).fill('program'));
    expect(of('Function')).toBe('function');
    expect(['BuiltinModule', 'EventEmitter', 'Node / AliasedUint8Array'].map(of)).toEqual(
      new Array(3).fill('runtime'),
    );
    expect(['Object', 'Array', 'Map', '(string)', '(number)', '(symbol)'].map(of)).toEqual(
      new Array(6).fill('plain'),
    );
    expect(['(array)', '(compiled code)', '(object shape)', 'system / Context'].map(of)).toEqual(
      new Array(4).fill('engine'),
    );
  });

  test('without locations nobody knows whose a class is', async () => {
    const graph = await graphOf({ root: ['Session', 'Promise'] });
    const { labels } = classIndex(graph);
    const kinds = classKinds(graph, classIndex(graph));
    expect([kinds[labels.indexOf('Session')], kinds[labels.indexOf('Promise')]]).toEqual([
      'unknown',
      'plain',
    ]);
    expect(classKinds(await graphOf({}), { labels: ['A'], of: new Uint32Array(0) })).toEqual([undefined]);
  });
});

describe('classKindRanks', () => {
  test('by class name, the place of its kind; classes without objects are the last', async () => {
    const graph = await graphOf({
      root: ['Session', 'Promise', 'f', 'table'],
      f: { type: 'closure' },
      table: { type: 'array' },
    });
    const ranks = classKindRanks(graph, (one) => {
      const { labels, of } = classIndex(one);
      return { labels: [...labels, 'Gone'], of };
    });
    expect(Object.fromEntries(ranks)).toMatchObject({
      Session: CLASS_KINDS.indexOf('unknown'),
      Promise: CLASS_KINDS.indexOf('plain'),
      Function: CLASS_KINDS.indexOf('function'),
      '(array)': CLASS_KINDS.indexOf('engine'),
      Gone: CLASS_KINDS.length - 1,
    });
    expect(ranks.get('Session')).toBeLessThan(ranks.get('Promise')!);
  });

  test('a graph without nodes has no ranks', async () => {
    expect(classKindRanks(await graphOf({}), () => ({ labels: [], of: new Uint32Array(0) })).size).toBe(0);
  });
});

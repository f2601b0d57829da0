import { describe, expect, it } from 'vitest';
import { nodeWithId } from '../../src/graph/graph.js';
import { anyQuery, nodeQuery, parsePick, parseQuery } from '../../src/query/targets.js';
import { classIndex } from '../../src/v8/class-names.js';
import { fixtureGraph } from '../support/fixture-graphs.js';

const graph = await fixtureGraph('node22-after');
const { labels, of } = classIndex(graph);

/** The classes of the objects that a query accepts, each with its number of objects. */
function accepted(query: (node: number) => boolean): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let node = 0; node < graph.nodeCount; node++) {
    if (query(node)) counts[labels[of[node]!]!] = (counts[labels[of[node]!]!] ?? 0) + 1;
  }
  return counts;
}

describe('parsePick', () => {
  it.each([
    ['first', { kind: 'first', seed: 0 }],
    ['largest', { kind: 'largest', seed: 0 }],
    ['all', { kind: 'all', seed: 0 }],
    ['random', { kind: 'random', seed: 1 }],
    ['random:7', { kind: 'random', seed: 7 }],
  ])('%s', (text, pick) => {
    expect(parsePick(text)).toEqual(pick);
  });

  it.each(['', 'First', 'first:1', 'all:2', 'random:', 'random:x', 'random:-1', 'random:1.5'])(
    '"%s" is none',
    (text) => {
      expect(() => parsePick(text)).toThrow(`"${text}" cannot be picked`);
    },
  );
});

describe('parseQuery', () => {
  it('a name is exactly that class', () => {
    expect(accepted(parseQuery('OBJ')(graph))).toEqual({ OBJ: 100 });
    expect(accepted(parseQuery('obj')(graph))).toEqual({});
    expect(accepted(parseQuery('OB')(graph))).toEqual({});
  });

  it('a pattern is every class whose name matches, with i in any case', () => {
    expect(accepted(parseQuery('/^OBJ$/')(graph))).toEqual({ OBJ: 100 });
    expect(accepted(parseQuery('/^obj$/')(graph))).toEqual({});
    expect(accepted(parseQuery('/^obj$/i')(graph))).toEqual({ OBJ: 100 });
  });

  it('an id is one object, or none', () => {
    const id = graph.ids[nodeOf('OBJ')]!;
    expect(accepted(parseQuery(`@${id}`)(graph))).toEqual({ OBJ: 1 });
    expect(nodeWithId(graph, id)).toBe(nodeOf('OBJ'));
    expect(accepted(parseQuery('@4000000001')(graph))).toEqual({});
  });

  it('a tag that nobody gave is none', () => {
    expect(accepted(parseQuery('tag:cart')(graph))).toEqual({});
  });

  it.each(['@', '@x', '@-1', '@1.5'])('"%s" is no id', (text) => {
    expect(() => parseQuery(text)).toThrow(`"${text}" is not an object id`);
  });

  it('a pattern that cannot be read', () => {
    expect(() => parseQuery('/(/')).toThrow();
  });

  it('several accept what any accepts; none is nothing to ask', () => {
    const id = graph.ids[nodeOf('Parent')] ?? graph.ids[0]!;
    expect(accepted(anyQuery(['OBJ', `@${id}`].map(nodeQuery), graph)!)).toMatchObject({ OBJ: 100 });
    expect(anyQuery([], graph)).toBeUndefined();
  });
});

function nodeOf(name: string): number {
  for (let node = 0; node < graph.nodeCount; node++) if (labels[of[node]!] === name) return node;
  return -1;
}

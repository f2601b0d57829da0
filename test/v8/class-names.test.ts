import { describe, expect, test } from 'vitest';
import { classesOf, count, mostCommonTypes, typeStats } from '../../src/analysis/classes/classes.js';
import { byType } from '../../src/analysis/classes/nodes.js';
import { NODE, NODE_TYPES } from '../../src/graph/schema.js';
import { loadSnapshot } from '../../src/load/load.js';
import { classFromName, classFromType, className } from '../../src/v8/class-names.js';
import { snapshotBytes } from '../support/builder.js';

test.each([
  ['Foo', 'Foo'],
  ['', ''],
  ['<div>', '<div>'],
  ['<div id="a" class="b">', '<div>'],
  ['< div>', '<>'],
  ['Detached <div id="a">', 'Detached <div>'],
  ['Detached <div>', 'Detached <div>'],
  ['Detached Foo bar', 'Detached Foo bar'],
  ['system / Context', 'system / Context'],
])('an object or native node named %j is of the class %j', (name, type) => {
  expect(classFromName(name)).toBe(type);
});

test.each([
  ['hidden', '(system)'],
  ['code', '(compiled code)'],
  ['closure', 'Function'],
  ['regexp', 'RegExp'],
  ['string', '(string)'],
  ['concatenated string', '(concatenated string)'],
  ['object shape', '(object shape)'],
  ['synthetic', '(synthetic)'],
] as const)('nodes of type %s are of the class %s', (type, name) => {
  expect(classFromType(NODE[type], type)).toBe(name);
});

test('a type that heapgraph does not know is a class in parentheses', async () => {
  const nodeTypes = [...NODE_TYPES, 'quantum string'];
  const graph = await loadSnapshot(
    snapshotBytes({ root: { edges: ['q'] }, q: { type: 'quantum string' } }, { nodeTypes }),
  );
  expect(className(graph, 1)).toBe('(quantum string)');
  expect(graph.nodeTypeNames.at(-1)).toBe('quantum string');
});

describe('counts', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: { edges: ['a1', 'a2', 'b', 'f', 'fn', 's'] },
      a1: { name: 'A', size: 10 },
      a2: { name: 'A', size: 20 },
      b: { name: 'B', size: 1000 },
      f: { name: 'handler', type: 'closure', size: 64 },
      fn: { name: 'Function', size: 1 },
      s: { name: 'A', type: 'string', size: 24 },
    }),
  );

  test('count: exact name, pattern, function; 0 for an unknown one', () => {
    expect(count(graph, 'A')).toBe(2);
    expect(count(graph, 'a')).toBe(0);
    expect(count(graph, /^[AB]$/)).toBe(3);
    expect(count(graph, /^[AB]$/g)).toBe(3); // a global pattern must not remember where it stopped
    expect(count(graph, (type) => type.startsWith('('))).toBe(2);
    expect(count(graph, '__proto__')).toBe(0);
  });

  test('one row a class, although a closure and an object are both of class Function', () => {
    expect(typeStats(graph).find(({ type }) => type === 'Function')).toEqual({
      type: 'Function',
      nodeType: 'closure,object',
      count: 2,
      shallowSize: 65,
    });
    expect(typeStats(graph, { nodeTypes: ['closure'] })).toEqual([
      { type: 'Function', nodeType: 'closure', count: 1, shallowSize: 64 },
    ]);
  });

  test('largest first, ties by name; by size; with a limit', () => {
    expect(typeStats(graph).map(({ type }) => type)).toEqual([
      'A',
      'Function',
      '(string)',
      '(synthetic)',
      'B',
    ]);
    expect(mostCommonTypes(graph, { by: 'size', limit: 2 }).map(({ type }) => type)).toEqual([
      'B',
      'Function',
    ]);
    expect(mostCommonTypes(graph, { filter: /A/ })).toHaveLength(1);
  });

  test('byType: in the order of the file; nothing for an unknown name', () => {
    expect(byType(graph, 'A').map(({ id }) => id)).toEqual([3, 5]);
    expect(byType(graph, 'Nope')).toEqual([]);
  });

  test('an empty heap', async () => {
    const empty = await loadSnapshot(snapshotBytes({}));
    expect([classesOf(empty).rows, typeStats(empty), count(empty, 'A')]).toEqual([[], [], 0]);
  });
});

describe('detached nodes', () => {
  test('the state spreads to native nodes only, attached first, never over weak or hidden edges', async () => {
    const graph = await loadSnapshot(
      snapshotBytes({
        root: { edges: ['attached', 'detached'] },
        attached: { type: 'native', detachedness: 1, edges: ['both'] },
        detached: {
          type: 'native',
          detachedness: 2,
          edges: ['both', 'child', 'object', ['weak', 'w', 'weakly'], ['hidden', 1, 'hiddenly']],
        },
        both: { type: 'native' },
        child: { type: 'native', edges: ['grandchild'] },
        grandchild: { type: 'native', name: '<div id="x">' },
        object: { edges: ['behind'] },
        behind: { type: 'native' },
        weakly: { type: 'native' },
        hiddenly: { type: 'native' },
      }),
    );
    const types = Array.from({ length: graph.nodeCount }, (_, node) => className(graph, node)).sort();
    expect(types).toEqual([
      '(synthetic)',
      'Detached <div>',
      'Detached child',
      'Detached detached',
      'attached',
      'behind',
      'both',
      'hiddenly',
      'object',
      'weakly',
    ]);
  });

  test('an object that says it is detached keeps its name', async () => {
    const graph = await loadSnapshot(
      snapshotBytes({ root: ['o'], o: { detachedness: 2, edges: ['n'] }, n: { type: 'native' } }),
    );
    expect([className(graph, 1), className(graph, 2)]).toEqual(['o', 'n']);
  });
});

import { expect, test } from 'vitest';
import { at } from '../../src/analysis/classes/nodes.js';
import { loadSnapshot } from '../../src/load/load.js';
import { shortValue } from '../../src/v8/values.js';
import { type GraphSpec, snapshotBytes } from '../support/builder.js';

/** The value of node `x`. */
async function valueIn(graph: GraphSpec, limit?: number): Promise<string> {
  const loaded = await loadSnapshot(snapshotBytes({ root: ['x'], ...graph }));
  return shortValue(loaded, 1, limit);
}

test.each<[string, GraphSpec, string]>([
  ['string', { x: { type: 'string', name: 'a "b"\n' } }, '"a \\"b\\"\\n"'],
  ['function', { x: { type: 'closure', name: 'f' } }, 'f()'],
  ['function without a name', { x: { type: 'closure', name: '' } }, '(anonymous)'],
  ['regular expression', { x: { type: 'regexp', name: 'a+' } }, '/a+/'],
  [
    'object',
    { x: { edges: ['a', 'b', ['property', '__proto__', 'p'], ['internal', 'map', 'm']] } },
    '{a, b}',
  ],
  ['object without properties', { x: {} }, '{}'],
  [
    'context',
    {
      x: {
        name: 'system / Context',
        edges: [
          ['context', 'v', 'v'],
          ['internal', 'scope_info', 's'],
        ],
      },
    },
    '{v}',
  ],
  [
    'array',
    {
      x: {
        name: 'Array',
        edges: [
          ['element', 0, 'a'],
          ['element', 4, 'b'],
        ],
      },
    },
    '[5 items]',
  ],
  [
    'map with deleted entries, which Node.js 22 and 24 show as holes',
    {
      x: { name: 'Map', edges: [['internal', 'table', 't']] },
      t: {
        type: 'array',
        size: 16 + 8 * (3 + 2 + 12),
        edges: [
          ['internal', '5', 'hole'],
          ['internal', '6', 'hole'],
          ['internal', '8', 'key'],
          ['internal', '9', 'value'],
        ],
      },
      hole: { type: 'hidden', name: 'system / Hole' },
      key: { type: 'string' },
      value: {},
    },
    '[1 item]',
  ],
  ['array of one', { x: { name: 'Array', edges: [['element', 0, 'a']] } }, '[1 item]'],
  [
    'array of small integers',
    {
      x: { name: 'Array', size: 32, edges: [['internal', 'elements', 'e']] },
      e: { type: 'array', size: 816 },
    },
    '[at most 100 items]',
  ],
  [
    'the same with compressed pointers',
    {
      x: { name: 'Array', size: 16, edges: [['internal', 'elements', 'e']] },
      e: { type: 'array', size: 408 },
    },
    '[at most 100 items]',
  ],
  ['empty array', { x: { name: 'Array', size: 32 } }, '[0 items]'],
  [
    'buffer',
    {
      x: { name: 'Buffer', edges: [['internal', 'buffer', 'b']] },
      b: { name: 'ArrayBuffer', edges: [['internal', 'backing_store', 's']] },
      s: { type: 'native', size: 99 },
    },
    '[view of 99 bytes]',
  ],
  [
    'array buffer',
    {
      x: { name: 'ArrayBuffer', edges: [['internal', 'backing_store', 's']] },
      s: { type: 'native', size: 99 },
    },
    '[99 bytes]',
  ],
  [
    'Set with 4 buckets',
    {
      x: { name: 'Set', edges: [['internal', 'table', 't']] },
      t: {
        type: 'array',
        size: 16 + 8 * (3 + 4 + 16),
        edges: [
          ['internal', '7', 'a'],
          ['internal', '9', 'b'],
          ['internal', 'map', 'm'],
        ],
      },
    },
    '[2 items]',
  ],
  [
    'Map with 2 buckets',
    {
      x: { name: 'Map', edges: [['internal', 'table', 't']] },
      t: {
        type: 'array',
        size: 16 + 8 * (3 + 2 + 12),
        edges: [
          ['internal', '5', 'k'],
          ['internal', '6', 'v'],
          ['internal', '8', 'k2'],
        ],
      },
    },
    '[2 items]',
  ],
  [
    'symbol',
    {
      x: { type: 'symbol', name: 'symbol', edges: [['internal', 'name', 'n']] },
      n: { type: 'string', name: 'desc' },
    },
    'Symbol(desc)',
  ],
  ['symbol without description', { x: { type: 'symbol', name: 'symbol' } }, 'Symbol()'],
  [
    'concatenated string',
    {
      x: {
        type: 'concatenated string',
        edges: [
          ['internal', 'first', 'c'],
          ['internal', 'second', 's'],
        ],
      },
      c: {
        type: 'concatenated string',
        edges: [
          ['internal', 'first', 'a'],
          ['internal', 'second', 'b'],
        ],
      },
      a: { type: 'string', name: 'aa' },
      b: { type: 'string', name: 'bb' },
      s: { type: 'string', name: 'cc' },
    },
    '"aabbcc"',
  ],
  [
    'sliced string',
    {
      x: { type: 'sliced string', edges: [['internal', 'parent', 'p']] },
      p: { type: 'string', name: 'whole' },
    },
    'part of "whole"',
  ],
  ['hidden', { x: { type: 'hidden', name: 'system / Map' } }, 'system / Map'],
])('%s', async (_, graph, value) => {
  expect(await valueIn(graph)).toBe(value);
});

test('at most 40 characters, and never half of a pair', async () => {
  const long = await valueIn({ x: { type: 'string', name: '😀'.repeat(100) } });
  expect(Array.from(long)).toHaveLength(40);
  expect(long.endsWith('😀…')).toBe(true);
  expect(await valueIn({ x: { edges: Array.from({ length: 5000 }, (_, i) => `p${i}`) } }, 12)).toBe(
    '{p0, p1, p2…',
  );
});

test('a concatenated string that holds itself ends', async () => {
  expect(await valueIn({ x: { type: 'concatenated string', edges: [['internal', 'first', 'x']] } })).toBe(
    '""',
  );
});

test('NodeView: edges in order, with names and targets', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({ root: ['x'], x: { edges: ['a', ['element', 7, 'b'], ['weak', 'w', 'a']] } }),
  );
  const edges = Array.from(at(graph, 3)!.edges(), (edge) => [edge.type, edge.name, edge.target.rawName]);
  expect(edges).toEqual([
    ['property', 'a', 'a'],
    ['element', 7, 'b'],
    ['weak', 'w', 'a'],
  ]);
  expect(at(graph, 99)).toBeUndefined();
});

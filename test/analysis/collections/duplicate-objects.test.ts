import { describe, expect, test } from 'vitest';
import { duplicateObjects } from '../../../src/analysis/collections/duplicate-objects.js';
import { type GraphSpec, graphOf, type NodeSpec } from '../../support/builder.js';

const string = (name: string): NodeSpec => ({ type: 'string', name, size: 24 });

/** Objects of the class with these properties; 24 bytes and 8 for each of them. */
const object = (name: string, properties: Readonly<Record<string, string>>): NodeSpec => ({
  name,
  size: 24 + 8 * Object.keys(properties).length,
  edges: Object.entries(properties).map(([key, target]) => ['property', key, target] as const),
});

/** The ids of equal objects, by group. */
async function groups(spec: GraphSpec): Promise<readonly (readonly string[])[]> {
  const keys = Object.keys(spec);
  const graph = await graphOf({ root: keys, ...spec });
  const { members, counts } = duplicateObjects(graph);
  const found = new Map<number, string[]>();
  members.nodes.forEach((node, i) => {
    const group = members.groups[i]!;
    if (counts[group]! > 1) found.set(group, [...(found.get(group) ?? []), keys[node - 1]!]);
  });
  return [...found.values()];
}

describe('duplicateObjects', () => {
  test('equal texts, whichever strings hold them; other texts, names and classes are not equal', async () => {
    expect(
      await groups({
        a: object('Config', { host: 's1' }),
        b: object('Config', { host: 's2' }),
        c: object('Config', { host: 's3' }),
        d: object('Config', { port: 's1' }),
        e: object('Setting', { host: 's1' }),
        s1: string('db'),
        s2: string('db'),
        s3: string('web'),
      }),
    ).toEqual([['a', 'b']]);
  });

  test('objects below are compared as well, in any order of the properties', async () => {
    expect(
      await groups({
        a: object('Config', { tags: 't1', host: 's' }),
        b: object('Config', { host: 's', tags: 't2' }),
        c: object('Config', { host: 's', tags: 't3' }),
        t1: object('Object', { zone: 'eu' }),
        t2: object('Object', { zone: 'eu2' }),
        t3: object('Object', { zone: 's' }),
        s: string('db'),
        eu: string('eu'),
        eu2: string('eu'),
      }),
    ).toEqual([
      ['a', 'b'],
      ['t1', 't2'],
    ]);
  });

  test('two values that change places make another object', async () => {
    expect(
      await groups({
        a: object('Pair', { x: 's', y: 't' }),
        b: object('Pair', { x: 't', y: 's' }),
        s: string('one'),
        t: string('two'),
      }),
    ).toEqual([]);
  });

  test('functions have to be one and the same; objects that lead back to themselves equal none', async () => {
    expect(
      await groups({
        a: object('Handler', { run: 'f' }),
        b: object('Handler', { run: 'f' }),
        c: object('Handler', { run: 'g' }),
        d: object('Loop', { self: 'd' }),
        e: object('Loop', { self: 'e' }),
        p: object('Up', { down: 'q' }),
        q: object('Down', { up: 'p' }),
        f: { type: 'closure', name: 'f' },
        g: { type: 'closure', name: 'f' },
      }),
    ).toEqual([['a', 'b']]);
  });

  test('two chains of 5,000 objects need no stack', async () => {
    const spec: Record<string, NodeSpec> = {};
    const length = 5000;
    for (const chain of ['a', 'b'])
      for (let i = 0; i < length; i++)
        spec[`${chain}${i}`] = object('Link', i + 1 < length ? { next: `${chain}${i + 1}` } : {});
    const graph = await graphOf({ root: ['a0', 'b0'], ...spec });
    const { count, counts } = duplicateObjects(graph);
    expect(count).toBe(length);
    expect(counts.subarray(0, count).every((one) => one === 2)).toBe(true);
  });

  test('a place that shows nothing may have a number', async () => {
    const graph = await graphOf({
      root: ['a', 'b'],
      a: { ...object('Config', { host: 's' }), size: 40 },
      b: { ...object('Config', { host: 's' }), size: 40 },
      s: string('db'),
    });
    const { mayDiffer, first, count } = duplicateObjects(graph);
    expect([count, first[0], mayDiffer[0]]).toEqual([1, 1, 1]);
  });
});

import { describe, expect, test } from 'vitest';
import { namedBound, visibleBound } from '../../../src/analysis/leaks/visible-bound.js';
import { idIndex } from '../../../src/graph/ids.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

const CACHE = 5;
const UNDEFINED: NodeSpec = { id: 91, type: 'hidden', name: 'undefined' };

/** A cache with 20 items in an array, and what else is given. */
async function boundOf(
  cache: NonNullable<NodeSpec['edges']>,
  items: number,
  empty: number,
  more: Record<string, NodeSpec> = {},
  slots: boolean | 'single' = false,
  type = 'Lru',
) {
  const names = Array.from({ length: items }, (_, i) => `item${i}`);
  const nodes: Record<string, NodeSpec> = {
    root: { id: 1, edges: ['owner'] },
    owner: { id: 3, name: type, edges: [['property', 'list', 'list'], ...cache] },
    list: {
      id: CACHE,
      name: 'Array',
      edges: [
        ['internal', 'elements', 'elements'],
        ...[...names, ...new Array<string>(empty).fill('undefined')].map(
          (to, i) => ['element', i, to] as const,
        ),
      ],
    },
    elements: { id: 81, type: 'array', name: '(object elements)' },
    undefined: UNDEFINED,
    ...more,
  };
  for (const [i, name] of names.entries()) nodes[name] = { id: 101 + 2 * i, name: 'Thumb' };
  const graph = await loadSnapshot(snapshotBytes(nodes));
  const ages = new Uint8Array(graph.nodeCount);
  if (slots === true) ages[idIndex(graph).nodeOf(81)] = 1;
  return visibleBound(graph, idIndex(graph).nodeOf(CACHE), slots === 'single' ? undefined : ages);
}

const number = (text: string): Record<string, NodeSpec> => ({
  max: { id: 61, type: 'number', name: 'smi number', edges: [['internal', 'value', 'text']] },
  text: { id: 63, type: 'string', name: text },
});

describe('visibleBound', () => {
  test('empty slots of an array show how many it may have', async () => {
    expect(await boundOf([], 20, 80)).toEqual({ size: 20, limit: 100 });
  });

  test('slots that are all taken: a limit where there is no room for more', async () => {
    const withBytes = (size: number) =>
      boundOf([], 20, 0, { elements: { id: 81, type: 'array', name: '(object elements)', size } });
    expect(await withBytes(16 + 20 * 8)).toEqual({ size: 20, limit: 20 });
    expect(await withBytes(8 + 20 * 4)).toEqual({ size: 20, limit: 20 });
    expect(await withBytes(16 + 46 * 8)).toBeUndefined();
  });

  test('in a single snapshot slots that are all taken say nothing: a copy of an array has no others', async () => {
    const full = { elements: { id: 81, type: 'array', name: '(object elements)', size: 16 + 20 * 8 } };
    expect(await boundOf([], 20, 0, full, 'single')).toBeUndefined();
    expect(await boundOf([], 20, 80, {}, 'single')).toEqual({ size: 20, limit: 100 });
  });

  test('a number in a class that is no cache is told with its name: it may limit a page', async () => {
    const page = await boundOf([['property', 'limit', 'max']], 20, 0, number('5000'), false, 'Controller');
    expect(page).toBeUndefined();
    const cache = await boundOf([['property', 'limit', 'max']], 20, 0, number('5000'), false, 'PageCache');
    expect(cache).toEqual({ size: 20, limit: 5000 });
  });

  test('a piece of a queue has no limit, whether there is a next piece or not', async () => {
    const piece: NodeSpec = { id: 71, name: 'Lru' };
    for (const next of ['null', 'undefined', 'piece'])
      expect(
        await boundOf([['property', 'next', next]], 20, 80, {
          null: { id: 93, type: 'hidden', name: 'null' },
          piece,
        }),
      ).toBeUndefined();
    // An entry of a list that is made of something else has its own slots.
    const other = { other: { id: 73, name: 'Entry' } };
    expect(await boundOf([['property', 'next', 'other']], 20, 80, other)).toMatchObject({ limit: 100 });
    expect(await boundOf([['property', 'nextRun', 'undefined']], 20, 80)).toMatchObject({ limit: 100 });
  });

  test('slots that were added since are no limit, a number is', async () => {
    expect(await boundOf([], 20, 80, {}, true)).toBeUndefined();
    const number50 = await boundOf([['property', 'maxSize', 'max']], 20, 5, number('50'), true);
    expect(number50).toMatchObject({ limit: 50 });
  });

  test('an array without empty slots, or a short one, shows nothing', async () => {
    expect(await boundOf([], 20, 0)).toBeUndefined();
    expect(await boundOf([], 4, 6)).toBeUndefined();
  });

  test('a number beside it, called max and the like, not smaller than what is there', async () => {
    expect(await boundOf([['property', 'maxSize', 'max']], 20, 0, number('50'))).toEqual({
      size: 20,
      limit: 50,
    });
    expect(await boundOf([['property', '#max', 'max']], 20, 0, number('20'))).toEqual({
      size: 20,
      limit: 20,
    });
    expect(await boundOf([['property', 'maxSize', 'max']], 20, 0, number('19'))).toBeUndefined();
    expect(await boundOf([['property', 'count', 'max']], 20, 0, number('50'))).toBeUndefined();
  });
});

/** A Map in a property of an object whose shape has one more name. */
async function namedOf({
  type = 'Store',
  name,
  entries = 3,
  beside = 0,
  isPrivate = false,
  number = false,
}: {
  type?: string;
  name: string;
  entries?: number;
  beside?: number;
  isPrivate?: boolean;
  number?: boolean;
}) {
  const items = Array.from({ length: entries }, (_, i) => `item${i}`);
  const nodes: Record<string, NodeSpec> = {
    root: { id: 1, edges: ['owner'] },
    owner: {
      id: 3,
      name: type,
      edges: [
        ['property', 'list', 'list'],
        ['property', 'order', 'order'],
        ['internal', 'map', 'shape'],
        ...(number ? [['property', name, 'number'] as const] : []),
      ],
    },
    order: {
      id: 41,
      name: 'Array',
      edges: Array.from({ length: beside }, (_, i) => ['element', i, 'name']) as NonNullable<
        NodeSpec['edges']
      >,
    },
    shape: {
      id: 31,
      type: 'object shape',
      name: 'system / Map',
      edges: [['internal', 'descriptors', 'all']],
    },
    all: {
      id: 33,
      type: 'object shape',
      name: 'system / DescriptorArray',
      edges: [['internal', '0', isPrivate ? 'symbol' : 'name']],
    },
    symbol: { id: 35, type: 'hidden', name: 'private symbol', edges: [['internal', 'name', 'name']] },
    name: { id: 37, type: 'string', name },
    number: { id: 39, type: 'number', name: 'smi number' },
    list: {
      id: CACHE,
      name: 'Array',
      edges: items.map((to, i) => ['element', i, to]) as NonNullable<NodeSpec['edges']>,
    },
  };
  for (const [i, item] of items.entries()) nodes[item] = { id: 101 + 2 * i, name: 'Thumb' };
  const graph = await loadSnapshot(snapshotBytes(nodes));
  return namedBound(graph, idIndex(graph).nodeOf(CACHE))?.name;
}

describe('namedBound', () => {
  test('a name that can only be a limit; others in a class that is a cache', async () => {
    expect(await namedOf({ name: 'maxSize' })).toBe('Store.maxSize');
    expect(await namedOf({ name: '_maxEntries' })).toBe('Store._maxEntries');
    expect(await namedOf({ name: '_maxQueueSize' })).toBe('Store._maxQueueSize');
    expect(await namedOf({ name: 'maxBodyLength' })).toBeUndefined();
    expect(await namedOf({ name: '#capacity', isPrivate: true })).toBe('Store.#capacity');
    expect(await namedOf({ name: 'limit', type: 'LruCache' })).toBe('LruCache.limit');
    // requests a minute, say
    expect(await namedOf({ name: 'limit', type: 'RateLimiter' })).toBeUndefined();
    expect(await namedOf({ name: 'count' })).toBeUndefined();
  });

  test('where the number is in the file, that tells; so do more entries than a cache has', async () => {
    expect(await namedOf({ name: 'maxSize', number: true })).toBeUndefined();
    expect(await namedOf({ name: 'maxSize', entries: 10_000 })).toBe('Store.maxSize');
    expect(await namedOf({ name: 'maxSize', entries: 10_001 })).toBeUndefined();
  });

  test('a limit that is kept in the order of the keys, and not in the collection', async () => {
    expect(await namedOf({ name: 'maxSize', entries: 100, beside: 50 })).toBeUndefined();
    expect(await namedOf({ name: 'maxSize', entries: 100, beside: 100 })).toBe('Store.maxSize');
    expect(await namedOf({ name: 'maxSize', entries: 100, beside: 3 })).toBe('Store.maxSize');
  });
});

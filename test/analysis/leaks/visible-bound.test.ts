import { describe, expect, test } from 'vitest';
import { visibleBound } from '../../../src/analysis/leaks/visible-bound.js';
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
) {
  const names = Array.from({ length: items }, (_, i) => `item${i}`);
  const nodes: Record<string, NodeSpec> = {
    root: { id: 1, edges: ['owner'] },
    owner: { id: 3, name: 'Lru', edges: [['property', 'list', 'list'], ...cache] },
    list: {
      id: CACHE,
      name: 'Array',
      edges: [...names, ...new Array<string>(empty).fill('undefined')].map((to, i) => [
        'element',
        i,
        to,
      ]) as NonNullable<NodeSpec['edges']>,
    },
    undefined: UNDEFINED,
    ...more,
  };
  for (const [i, name] of names.entries()) nodes[name] = { id: 101 + 2 * i, name: 'Thumb' };
  const graph = await loadSnapshot(snapshotBytes(nodes));
  return visibleBound(graph, idIndex(graph).nodeOf(CACHE));
}

const number = (text: string): Record<string, NodeSpec> => ({
  max: { id: 61, type: 'number', name: 'smi number', edges: [['internal', 'value', 'text']] },
  text: { id: 63, type: 'string', name: text },
});

describe('visibleBound', () => {
  test('empty slots of an array show how many it may have', async () => {
    expect(await boundOf([], 20, 80)).toEqual({ size: 20, limit: 100 });
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

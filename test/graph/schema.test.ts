import { describe, expect, it } from 'vitest';
import { EDGE, EDGE_TYPES, hasDetachedNative, isIndexed, NODE, NODE_TYPES } from '../../src/graph/schema.js';
import { FIXTURES, fixtureBytes } from '../support/fixtures.js';

describe('NODE and EDGE', () => {
  it('number the types in the order of their lists', () => {
    expect(NODE_TYPES.map((name) => NODE[name])).toEqual([...NODE_TYPES.keys()]);
    expect(EDGE_TYPES.map((name) => EDGE[name])).toEqual([...EDGE_TYPES.keys()]);
  });

  it.each(FIXTURES)("are V8's own numbers in %s", (name) => {
    const head = fixtureBytes(name).subarray(0, 4096).toString();
    const types = (key: string): string[] => {
      const list = new RegExp(`"${key}":\\[(\\[[^\\]]*\\])`).exec(head)![1]!;
      return JSON.parse(list) as string[];
    };
    expect(NODE_TYPES.slice(0, types('node_types').length)).toEqual(types('node_types'));
    expect(EDGE_TYPES).toEqual(types('edge_types'));
  });
});

describe('isIndexed', () => {
  it('is true of element and hidden edges', () => {
    expect(EDGE_TYPES.filter((name) => isIndexed(EDGE[name]))).toEqual(['element', 'hidden']);
    expect(isIndexed(EDGE_TYPES.length)).toBe(false);
  });
});

describe('hasDetachedNative', () => {
  const { native, object } = NODE;
  it.each([
    ['no state is known', [native, native], undefined, false],
    ['all are unknown or attached', [native, native], [0, 1], false],
    ['an object is detached', [native, object], [1, 2], false],
    ['a native node is detached', [object, native], [0, 2], true],
    ['an object and then a native node are', [object, native, native], [2, 2, 0], true],
  ])('%s: %j %j', (_, types, states, answer) => {
    expect(hasDetachedNative(Uint8Array.from(types), states && Uint8Array.from(states))).toBe(answer);
  });
});

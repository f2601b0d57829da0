/** How much is in an object, on a made graph. */
import { describe, expect, it } from 'vitest';
import { loadSnapshot } from '../../src/load/load.js';
import { itemCount } from '../../src/v8/item-count.js';
import { snapshotBytes } from '../support/builder.js';

describe('concatenated strings', () => {
  it('are as long as their parts, to any depth, and a part that holds itself counts for nothing', {
    tags: 'slow',
  }, async () => {
    const nodes: Record<string, Parameters<typeof snapshotBytes>[0][string]> = {
      root: { id: 1, edges: ['deep', 'loop'] },
      a: { id: 3, type: 'string', name: 'é😀"' },
      deep: { id: 5, type: 'concatenated string', name: '(concatenated string)', edges: [] },
      loop: {
        id: 7,
        type: 'concatenated string',
        name: '(concatenated string)',
        edges: [
          ['internal', 'first', 'a'],
          ['internal', 'second', 'loop'],
        ],
      },
    };
    const depth = 20_000;
    for (let i = 0; i < depth; i++) {
      nodes[i === 0 ? 'deep' : `deep${i}`] = {
        id: 9 + 2 * i,
        type: 'concatenated string',
        name: '(concatenated string)',
        edges: [
          ['internal', 'first', i + 1 < depth ? `deep${i + 1}` : 'a'],
          ['internal', 'second', 'a'],
        ],
      };
    }
    const graph = await loadSnapshot(snapshotBytes(nodes));
    const lengthOf = (id: number): number | undefined => itemCount(graph, graph.ids.indexOf(id));
    expect(lengthOf(9)).toBe(4 * (depth + 1));
    expect(lengthOf(11)).toBe(4 * depth);
    expect(lengthOf(7)).toBe(4);
    expect(lengthOf(3)).toBe(4);
    expect(lengthOf(1)).toBeUndefined();
  });
});

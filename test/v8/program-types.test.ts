import { expect, test } from 'vitest';
import { loadSnapshot } from '../../src/load/load.js';
import { isProgramNode } from '../../src/v8/program-types.js';
import { snapshotBytes } from '../support/builder.js';

test("a program's nodes, and V8's own where they are native", async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: ['object', 'div', 'cell', 'hidden', 'array', 'text'],
      object: { name: 'Session' },
      div: { name: '<div>', type: 'native' },
      cell: { name: 'system / ContextCell', type: 'native' },
      hidden: { name: 'system / PropertyCell', type: 'hidden' },
      array: { name: '', type: 'array' },
      text: { name: 'system / ContextCell', type: 'string' },
    }),
  );
  expect([...graph.ids.keys()].filter(isProgramNode(graph))).toEqual([1, 2, 6]);
});

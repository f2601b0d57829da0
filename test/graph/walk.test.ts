import { expect, test } from 'vitest';
import { EDGE } from '../../src/graph/schema.js';
import { edgeName, edgeTarget, edgeTargetIn } from '../../src/graph/walk.js';
import { loadSnapshot } from '../../src/load/load.js';
import { snapshotBytes } from '../support/builder.js';

const graph = loadSnapshot(
  snapshotBytes({
    root: ['holder'],
    holder: {
      edges: [
        ['element', 0, 'item'],
        ['property', 'table', 'asProperty'],
        ['internal', 'shared', 'shared'],
        ['internal', 'table', 'first'],
        ['internal', 'table', 'second'],
      ],
    },
  }),
);
// In the order of the specification: root, holder, then the targets.
const [HOLDER, AS_PROPERTY, SHARED, FIRST] = [1, 3, 4, 5] as const;

test('the first edge of the type with one of the names', async () => {
  const snapshot = await graph;
  expect(edgeTarget(snapshot, HOLDER, EDGE.internal, ['table'])).toBe(FIRST);
  expect(edgeTarget(snapshot, HOLDER, EDGE.property, ['table'])).toBe(AS_PROPERTY);
  expect(edgeTarget(snapshot, HOLDER, EDGE.internal, ['table', 'shared'])).toBe(SHARED);
  const called = snapshot.strings.indexesOf('table');
  expect(edgeTargetIn(snapshot, HOLDER, EDGE.internal, called)).toBe(FIRST);
});

test('undefined where there is none: another name, another type, the edges of the next node', async () => {
  const snapshot = await graph;
  expect(edgeTarget(snapshot, HOLDER, EDGE.internal, ['elements'])).toBeUndefined();
  expect(edgeTarget(snapshot, HOLDER, EDGE.context, ['table'])).toBeUndefined();
  expect(edgeTarget(snapshot, 0, EDGE.internal, ['table'])).toBeUndefined();
  const called = snapshot.strings.indexesOf('table');
  expect(edgeTargetIn(snapshot, FIRST, EDGE.internal, called)).toBeUndefined();
});

test('names as text, those of elements as numbers', async () => {
  const snapshot = await graph;
  const names = Array.from({ length: 5 }, (_, i) => edgeName(snapshot, snapshot.firstEdge[HOLDER]! + i));
  expect(names).toEqual(['0', 'table', 'shared', 'table', 'table']);
});

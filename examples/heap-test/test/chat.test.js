import { expectNoGrowth, tag, takeSnapshot } from 'heapgraph/vitest';
import { expect, test } from 'vitest';
import { join, leave } from '../src/chat.js';

function visit() {
  leave('lobby', join('lobby', 'ada'));
}

test('a visit leaves nothing behind', async () => {
  await expectNoGrowth(visit);
});

test('ten visits, no more sessions than before', async () => {
  const before = await takeSnapshot();
  for (let i = 0; i < 10; i++) visit();
  const after = await takeSnapshot();
  expect({ before, after }).not.toHaveGrown('Session');
  expect(after).toRetainLessThan('Session', '1 MB');
});

test('a session that was left is collected', async () => {
  const ref = (() => {
    const session = join('attic', 'grace');
    leave('attic', session);
    return new WeakRef(session);
  })();
  await expect(ref).toBeUnreachable();
});

test('the same by its name', async () => {
  (() => {
    const session = tag(join('cellar', 'alan'), 'the session of alan');
    leave('cellar', session);
  })();
  await expect('the session of alan').toBeUnreachable();
});

/** Snapshots that a server keeps: the last ones, below a bound. */
import { expect, test } from 'vitest';
import { Heaps } from '../../../src/cli/mcp/heaps.js';
import { collectGarbage } from '../../../src/self/gc.js';
import { WHOLE_SNAPSHOT } from '../../../src/session/need.js';
import { expressPath } from '../../support/fixtures.js';

const [A, B] = [expressPath('target'), expressPath('final')];

/** Opens files one after the other, each for a question of its own. */
async function openedBy(heaps: Heaps, files: readonly string[]) {
  const opened = [];
  for (const file of files) {
    expect(heaps.begin([file])).toEqual([]);
    opened.push(await heaps.open(file, WHOLE_SNAPSHOT));
  }
  return opened;
}

test('without a bound all are kept, and opened once', async () => {
  const heaps = new Heaps({ maxMemory: 'none' });
  const [first, , again] = await openedBy(heaps, [A, B, A]);
  expect(again).toBe(first);
  expect(heaps.files).toEqual([A, B]);
});

test('below a bound what was used least lately makes room; what is asked together does not', async () => {
  // Each takes about 17 MB, beside 35 MB of the program and of text that is unpacked.
  const bound = async (): Promise<number> => {
    // What other tests have left behind would else go between this and the first snapshot.
    await collectGarbage();
    return process.memoryUsage.rss() + 60e6;
  };
  const heaps = new Heaps({ maxMemory: await bound() });
  await openedBy(heaps, [A, B]);
  expect(heaps.files).toEqual([B]);
  const together = new Heaps({ maxMemory: await bound() });
  together.begin([A, B]);
  await together.open(B, WHOLE_SNAPSHOT);
  await expect(together.open(A, WHOLE_SNAPSHOT)).rejects.toThrow('--max-memory allows');
});

test('what is too large alone is refused, and a smaller question is answered', async () => {
  const heaps = new Heaps({ maxMemory: 1e6 });
  heaps.begin([A]);
  await expect(heaps.open(A, WHOLE_SNAPSHOT)).rejects.toThrow('is not read');
  expect((await heaps.open(A, { kind: 'head' })).head.nodeCount).toBeGreaterThan(70_000);
});

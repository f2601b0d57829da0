/** A snapshot of the very Node.js that runs the tests. */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

class HeapgraphLiveTest {
  constructor(readonly n: number) {}
}

test('writeHeapSnapshot, then count HeapgraphLiveTest', async () => {
  const folder = temporaryFolder();
  const kept = Array.from({ length: 123 }, (_, n) => new HeapgraphLiveTest(n));
  const file = v8.writeHeapSnapshot(path.join(folder, 'live.heapsnapshot'));
  expect(kept).toHaveLength(123);
  // The prototype is named after its constructor and counts, in DevTools too.
  expect((await heapgraph(['count', 'HeapgraphLiveTest'], { cwd: folder })).stdout).toMatch(/^12[34]\n$/);
  const { stdout } = await heapgraph(['by-type', 'HeapgraphLiveTest', file, '--json', '--all']);
  const { rows } = JSON.parse(stdout) as { rows: { location: { script: string } | null }[] };
  expect(rows.some(({ location }) => location?.script.includes('live.test'))).toBe(true);
  writeFileSync(
    path.join(folder, 'live.heapsnapshot.br'),
    zlib.brotliCompressSync(readFileSync(file), BROTLI_FAST),
  );
  expect(
    (await heapgraph(['count', 'HeapgraphLiveTest', 'live.heapsnapshot.br'], { cwd: folder })).stdout,
  ).toMatch(/^12[34]\n$/);
});

const BROTLI_FAST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } };

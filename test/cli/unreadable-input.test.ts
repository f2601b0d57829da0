/** Files that cannot be read: one message with a hint. */
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();
const inFolder = fileMaker(folder);

describe('unreadable input: one message with a hint, exit code 2, nothing on stdout', () => {
  const whole = snapshotText({ root: ['a', 'b'], a: ['c'] });
  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ['missing file', () => path.join(folder, 'missing.heapsnapshot'), /no such file/],
    ['empty file', () => inFolder('empty.heapsnapshot', ''), /is empty/],
    ['folder', () => folder, /is a folder/],
    ['HTML', () => inFolder('page.heapsnapshot', '<!doctype html><p>502'), /not a heap snapshot .*HTML/],
    ['other JSON', () => inFolder('x.heapsnapshot', '{"a":1}'), /first key is "a"/],
    [
      'CPU profile',
      () =>
        inFolder(
          'p.heapsnapshot',
          '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}],"timeDeltas":[]}',
        ),
      /CPU profile/,
    ],
    [
      'cut in the nodes',
      () => inFolder('n.heapsnapshot', whole.slice(0, whole.indexOf('"nodes"') + 20)),
      /section "nodes".*expected 4 nodes.*found/,
    ],
    [
      'cut in the edges',
      () => inFolder('e.heapsnapshot', whole.slice(0, whole.indexOf('"edges"') + 14)),
      /ends too early.*section "edges"/,
    ],
    [
      'cut in the strings',
      () => inFolder('s.heapsnapshot', whole.slice(0, -6)),
      /ends too early.*section "strings", byte/,
    ],
    [
      'wrong count',
      () => inFolder('w.heapsnapshot', whole.replace('"node_count":4', '"node_count":5')),
      /counts do not agree.*expected 5 nodes/,
    ],
    ['damaged gzip', () => inFolder('d.heapsnapshot.gz', damaged(readFileSync(F))), /gzip data is damaged/],
  ];

  function damaged(bytes: Buffer): Buffer {
    bytes.fill(0xff, 5000, 6000);
    return bytes;
  }

  test.each(cases)('%s', async (_, file, message) => {
    for (const command of [['typestats'], ['info']]) {
      const { stdout, stderr, code } = await heapgraph([...command, file()]);
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(/^heapgraph: .+\n {2}\S.+\n$/);
      expect(stderr.replace(/\n/g, ' ')).toMatch(message);
      expect(stderr).not.toContain('    at ');
    }
  });

  test.skipIf(process.getuid?.() === 0)('no permission', async () => {
    const file = inFolder('secret.heapsnapshot', whole);
    chmodSync(file, 0);
    const { stdout, stderr, code } = await heapgraph(['typestats', file]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('no permission');
  });
});

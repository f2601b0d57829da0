/** Inputs that were answered wrongly once. Each test is named by its command line; files are those of fixtures/cases. */
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { casePath } from '../support/fixtures.js';

describe("shapes are those of the later snapshot, in both: DevTools' one row", () => {
  const files = ['shapes-before.heapsnapshot.gz', 'shapes-after.heapsnapshot.gz'].map(casePath);

  test('diff shapes-before shapes-after --shapes --all', async () => {
    const { stdout, stderr, code } = await heapgraph(['diff', ...files, '--shapes', '--all']);
    expect(stdout).toBe(
      [
        'Type    New  Deleted   Delta  New size  Deleted size  Size delta',
        '{id}  5,000        0  +5,000   160,000             0    +160,000',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('show-growth shapes-before shapes-after --shapes', async () => {
    const { stdout, stderr, code } = await heapgraph(['show-growth', ...files, '--shapes']);
    expect(stdout).toBe('{id}     5000     +5000\n');
    expect([stderr, code]).toEqual(['', 0]);
  });
});

/** Inputs that were answered wrongly once. Each test is named by its command line; files are those of fixtures/cases. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { casePath } from '../support/fixtures.js';

const folder = temporaryFolder();

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

describe('check --max-dup-strings: texts that V8 cuts at 1,024 characters', () => {
  const program = `
    const flat = (text) => Buffer.from(text).toString('latin1');
    globalThis.copies = Array.from({ length: 100 }, () => flat('a long text'.repeat(500)));
    globalThis.others = Array.from({ length: 9 }, (_, i) => flat('other text '.repeat(300 + i)));
    require('node:v8').writeHeapSnapshot(process.argv[2]);`;

  test('check long-strings --max-dup-strings 100kb, a running Node.js', async () => {
    const script = path.join(folder, 'long-strings.cjs');
    const file = path.join(folder, 'long-strings.heapsnapshot');
    writeFileSync(script, program);
    execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, [script, file]);
    const { stdout, stderr, code } = await heapgraph(['check', file, '--max-dup-strings', '100kb']);
    expect(code).toBe(1);
    const [, value] = /FAILED {2}max-dup-strings 100kb {2}([\d,]+) bytes/.exec(stdout)!;
    const bytes = Number(value!.replaceAll(',', ''));
    expect(bytes).toBeGreaterThan(99 * 5500);
    expect(bytes).toBeLessThan(99 * 5500 + 100_000);
    expect(stdout).toContain('globalThis.copies[');
    expect(stderr).toMatch(/546\.5 kB of it are 100 strings "a long text/);
    expect(stderr).toMatch(
      /1\d\d equal strings are longer than what the snapshot has of them .* begin alike and have one size/,
    );
  });
});

describe('hermes-zero-counts: a head that says 0 nodes and 0 edges', () => {
  const file = casePath('hermes-zero-counts.heapsnapshot.gz');

  test('count Session hermes-zero-counts', async () => {
    const { stdout, stderr, code } = await heapgraph(['count', 'Session', file]);
    expect([stdout, stderr, code]).toEqual(['60\n', '', 0]);
  });

  test('info hermes-zero-counts: what was counted; with --quick, nothing', async () => {
    const counts = async (...args: string[]): Promise<unknown[]> => {
      const { stdout } = await heapgraph(['info', file, '--json', ...args]);
      const [row] = (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows;
      return [row!.nodeCount, row!.edgeCount];
    };
    expect(await counts()).toEqual([126, 185]);
    expect(await counts('--quick')).toEqual([null, null]);
  });
});

/** Pipes that close, full disks, colours. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();

describe('streams', () => {
  test('by-type "(string)" F --all | head -1 ends quietly', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const script = `"${process.execPath}" "${bin}" by-type "(string)" "${F}" --all 2>"${folder}/err" | head -1; echo "\${PIPESTATUS[0]}"`;
    const stdout = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stdout).toMatch(/^Id +Value.*\n0\n$/);
    expect(readFileSync(path.join(folder, 'err'), 'utf8')).toBe('');
  });

  test.each(['--help', '--version', 'count --help', 'completion bash'])(
    '%s into a closed pipe ends quietly',
    (words) => {
      const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
      const script = `{ sleep 0.3; "${process.execPath}" "${bin}" ${words} 2>"${folder}/err"; echo "$?" >"${folder}/code"; } | true`;
      execFileSync('bash', ['-c', script]);
      expect(readFileSync(path.join(folder, 'err'), 'utf8')).toBe('');
      expect(readFileSync(path.join(folder, 'code'), 'utf8')).toBe('0\n');
    },
  );

  test.skipIf(!existsSync('/dev/full'))('an answer to a full disk: one line, exit code 2', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    for (const words of [
      '--help',
      'completion bash',
      `count OBJ "${F}"`,
      `by-type "(string)" "${F}" --all`,
    ]) {
      const script = `"${process.execPath}" "${bin}" ${words} 2>&1 >/dev/full; echo "$?"`;
      expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(
        'heapgraph: cannot write to standard output: the disk is full\n2\n',
      );
    }
  });

  test('count Nowhere F, count OBJ MISSING: notes and errors into a closed pipe keep the exit code', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    for (const [words, code] of [
      [`count Nowhere "${F}"`, 0],
      [`count OBJ "${folder}/missing.heapsnapshot"`, 2],
    ] as const) {
      const script = `{ sleep 0.3; "${process.execPath}" "${bin}" ${words} 2>&1; echo "$?" >"${folder}/code"; } | true`;
      execFileSync('bash', ['-c', script]);
      expect(readFileSync(path.join(folder, 'code'), 'utf8')).toBe(`${code}\n`);
    }
  });

  test('count OBJ Foo - < F, compressed: read without a temporary file', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const script = `"${process.execPath}" "${bin}" count OBJ Foo - < "${F}"`;
    const nowhere = path.join(folder, 'nowhere');
    const env = { ...process.env, TMPDIR: nowhere, TMP: nowhere, TEMP: nowhere };
    const stdout = execFileSync('bash', ['-c', script], { encoding: 'utf8', env, stdio: 'pipe' });
    expect(stdout).toBe('OBJ 100\nFoo 51\n');
    expect(existsSync(nowhere)).toBe(false);
  });

  test('FORCE_COLOR=1 colours, NO_COLOR=1 wins, a pipe has none', async () => {
    const args = ['show-most-common-types', F, '--limit', '1'];
    expect((await heapgraph(args, { env: { FORCE_COLOR: '1' }, spawned: true })).stdout).toContain('\x1b[');
    expect(
      (await heapgraph(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, spawned: true })).stdout,
    ).not.toContain('\x1b[');
    expect((await heapgraph(args)).stdout).not.toContain('\x1b[');
  });
});

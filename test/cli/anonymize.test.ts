import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const app = path.resolve('fixtures/node22-after.heapsnapshot.gz');
const fileOf = (name: string): string => path.join(folder, name);

describe('heapgraph anonymize', () => {
  it('anonymize node22-after.heapsnapshot.gz -o public.heapsnapshot.gz --keep-classes', async () => {
    const output = fileOf('public.heapsnapshot.gz');
    const { stdout, stderr, code } = await heapgraph(['anonymize', app, '-o', output, '--keep-classes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/values replaced +[\d,]+\n/);
    expect(stderr).toContain('strings');
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const counts = (file: string): Promise<{ stdout: string }> =>
      heapgraph(['count', 'Session', file, '--quiet']);
    expect((await counts(output)).stdout).toBe((await counts(app)).stdout);
    expect(gunzipSync(readFileSync(output)).toString()).not.toContain('/fixtures/');
  });

  it('anonymize --audit --limit 2 --json', async () => {
    const { stdout, code } = await heapgraph(['anonymize', app, '--audit', '--limit', '2', '--json']);
    expect(code).toBe(0);
    const { rows, total, omitted } = JSON.parse(stdout) as {
      rows: unknown[];
      total: number;
      omitted: number;
    };
    expect(rows).toHaveLength(2);
    expect(total - omitted).toBe(2);
    expect(rows.map((row) => (row as { uses: string }).uses)).toEqual(
      [0, 1].map(() => expect.stringMatching(/^class/)),
    );
  });

  it('refuses what it cannot do, and leaves no file', async () => {
    const asked = async (...args: string[]): Promise<string> => {
      const { stderr, code } = await heapgraph(['anonymize', ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await asked(app)).toContain('the file of the new snapshot is missing');
    expect(await asked(app, '-o', app)).toContain('they are one file');
    expect(await asked(app, '-o', fileOf('no/x.heapsnapshot'))).toContain('cannot write');
    expect(await asked(app, '-o', fileOf('x'), '--allow', '/(/')).toContain('no regular expression');
    expect(await asked(app, '-o', fileOf('x'), '--audit')).toContain('--audit writes no snapshot');
    expect(await asked(app, '-o', '-')).toContain('Name a file');
    expect(existsSync(fileOf('x'))).toBe(false);
  });
});

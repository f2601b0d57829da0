import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const app = path.resolve('fixtures/node22-after.heapsnapshot.gz');
const fileOf = (name: string): string => path.join(folder, name);

describe('heapgraph slice', () => {
  it('slice Foo node22-after.heapsnapshot.gz -o foo.heapsnapshot.gz --anonymize --keep-classes', async () => {
    const output = fileOf('foo.heapsnapshot.gz');
    const { stdout, stderr, code } = await heapgraph([
      ...['slice', 'Foo', app, '-o', output, '--anonymize', '--keep-classes', '--limit', '3'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *Id +Type +Retained in the whole\n.*\n? *@\d+ +Foo +/);
    expect(stderr).toContain('48 more objects are left out; --limit takes more of them');
    expect(stderr).toContain('retained sizes in it are those of the slice');
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const text = gunzipSync(readFileSync(output)).toString();
    expect(text).not.toContain('/fixtures/');
    expect(text).not.toContain('foo-1');
    const count = await heapgraph(['count', 'Foo', output]);
    expect(Number(count.stdout)).toBeGreaterThanOrEqual(3); // and what is beside them
    expect(count.stderr).toContain('a slice of a snapshot');
  });

  it('what is a slice already is refused where numbers of the whole are asked', async () => {
    const output = fileOf('again.heapsnapshot');
    await heapgraph(['slice', 'Foo', app, '-o', output, '--limit', '2']);
    for (const line of [
      ['slice', 'Foo', output, '-o', fileOf('again-2.heapsnapshot')],
      ['slice', '--sample', '50%', output, '-o', fileOf('again-2.heapsnapshot')],
      ['census', output, '--to', fileOf('again-dataset'), '--json'],
    ]) {
      const { stdout, stderr, code } = await heapgraph(line);
      expect([code, stdout + stderr]).toEqual([2, expect.stringContaining('is a slice of another snapshot')]);
    }
    expect(existsSync(fileOf('again-2.heapsnapshot'))).toBe(false);
    const packed = await heapgraph(['slice', 'Foo', app, '-o', fileOf('foo.heapsnapshot.zst')]);
    expect([packed.code, packed.stderr]).toEqual([
      2,
      expect.stringContaining('no snapshot is written as .zst'),
    ]);
  });

  it('slice --json says what is in the file', async () => {
    const output = fileOf('parent.heapsnapshot');
    const { stdout } = await heapgraph(['slice', 'class = Parent', app, '-o', output, '--json']);
    const said = JSON.parse(stdout) as Record<string, unknown>;
    expect(said).toMatchObject({ output, selected: 10, bytes: statSync(output).size, total: 10 });
    expect(said.retainedKept).toBe(said.retainedNodes);
  });

  it('slice of objects that are dead: they are dead in it', async () => {
    const server = path.resolve('fixtures/dead/server-node20-1.heapsnapshot.gz');
    const output = fileOf('dead.heapsnapshot');
    const query = 'class = ServerResponse or class = Socket';
    await heapgraph(['slice', query, server, '-o', output, '--limit', '100', '-q']);
    const said = async (file: string): Promise<unknown> => {
      const { rows } = JSON.parse((await heapgraph(['dead', file, '--json', '-q'])).stdout) as {
        rows: { type: string; count: number; why: string }[];
      };
      return rows
        .filter(({ type }) => type === 'ServerResponse' || type === 'Socket')
        .map(({ type, count, why }) => [type, count, why]);
    };
    expect(await said(output)).toEqual(await said(server));
  });

  it('slice --sample 10% --json', async () => {
    const output = fileOf('sample.heapsnapshot.gz');
    const { stdout } = await heapgraph(['slice', '--sample', '10%', app, '-o', output, '--json', '-q']);
    const { rows, weight } = JSON.parse(stdout) as { rows: { count: number }[]; weight: number };
    const [whole, sample, estimate] = rows.map(({ count }) => count);
    expect(weight).toBe(10);
    expect(sample!).toBeLessThan(whole! / 4);
    expect(Math.abs(estimate! / whole! - 1)).toBeLessThan(0.5);
    const { stdout: info, stderr } = await heapgraph(['count', 'Foo', output]);
    expect(info).toMatch(/^\d+\n$/);
    expect(stderr).toContain('a sample of a snapshot of');
  });

  it('refuses what it cannot do, and leaves no file', async () => {
    const output = fileOf('x.heapsnapshot');
    const asked = async (expected: number, ...args: string[]): Promise<string> => {
      const { stderr, code } = await heapgraph(['slice', ...args]);
      expect(code).toBe(expected);
      return stderr;
    };
    expect(await asked(2, 'Foo', app)).toContain('the file of the new snapshot is missing');
    expect(await asked(2, 'Foo', app, '-o', app)).toContain('they are one file');
    expect(await asked(2, 'retained >', app, '-o', output)).toContain('retained');
    expect(await asked(2, 'new', app, '-o', output)).toContain('compares two snapshots');
    expect(await asked(2, 'Foo', app, '-o', output, '--salt', 'x')).toContain('--salt is about pseudonyms');
    expect(await asked(2, app, '-o', output)).toContain('nothing says which objects');
    expect(await asked(2, 'Foo', app, '-o', output, '--sample', '5%')).toContain('--sample takes a share');
    expect(await asked(2, app, '-o', output, '--sample', '150%')).toContain('no share of a heap');
    expect(await asked(1, 'Nothing', app, '-o', output)).toContain('nothing was written');
    const cut = fileOf('cut.heapsnapshot');
    writeFileSync(cut, gunzipSync(readFileSync(app)).subarray(0, 3_000_000));
    expect(await asked(2, 'Foo', cut, '-o', output)).toContain('ends too early');
    expect(await asked(2, 'Foo', cut, '-o', output, '--salvage')).toContain('is not whole');
    expect(existsSync(output)).toBe(false);
  });
});

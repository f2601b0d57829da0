/** Inputs that were answered wrongly once. Each test is named by its command line; files are those of fixtures/cases. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { casePath } from '../support/fixtures.js';
import { renumbered } from '../support/renumbered.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** A case with its text changed, as a plain file. */
function changed(file: string, name: string, change: (text: string) => string): string {
  const target = path.join(folder, name);
  writeFileSync(target, change(gunzipSync(readFileSync(casePath(file))).toString()));
  return target;
}

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

describe('julia-1.10: ids are addresses of 64 bits', () => {
  const file = casePath('julia-1.10.heapsnapshot.gz');

  test('count Order julia-1.10', async () => {
    const { stdout, stderr, code } = await heapgraph(['count', 'Order', file]);
    expect([stdout, stderr, code]).toEqual(['40\n', '', 0]);
  });

  test('by-type Order julia-1.10 --ids, and at with one of them: no digit is lost', async () => {
    const { stdout } = await heapgraph(['by-type', 'Order', file, '--ids', '--limit', '2']);
    expect(stdout).toBe('139889232314624\n139889232314752\n');
    const { stdout: json, code } = await heapgraph(['at', '@139889232314752', file, '--json']);
    const { rows } = JSON.parse(json) as { rows: Record<string, unknown>[] };
    expect(rows).toMatchObject([{ id: 139_889_232_314_752, type: 'Order', distance: 4 }]);
    expect(code).toBe(0);
    expect((await heapgraph(['at', '@139889232314753', file])).code).toBe(1);
  });

  test('diff julia-1.10 LATER: by id, and what addresses do not tell', async () => {
    const later = changed('julia-1.10.heapsnapshot.gz', 'julia.heapsnapshot', (text) =>
      text.replaceAll('1398892323150', '1398892329150'),
    );
    const { stdout, stderr, code } = await heapgraph(['diff', file, later, '--json']);
    const { comparedBy, rows } = JSON.parse(stdout) as {
      comparedBy: string;
      rows: { type: string; newCount: number }[];
    };
    expect([comparedBy, code]).toEqual(['id', 0]);
    expect(rows.map(({ type, newCount }) => [type, newCount])).toEqual([
      ['(String)', 1],
      ['Order', 1],
    ]);
    expect(stderr).toContain('are addresses: which of the two is the earlier one does not follow from them');
  });

  test('diff of ids beyond 2^53: by class, and said why; leaks refuses', async () => {
    const [one, two, three] = [1, 2, 3].map((n) =>
      changed('julia-1.10.heapsnapshot.gz', `rounded-${n}.heapsnapshot`, (text) =>
        text.replaceAll('13988923231', '1844674407370'),
      ),
    ) as [string, string, string];
    const { stderr, code } = await heapgraph(['diff', one, two]);
    expect(stderr).toContain('are beyond 2^53 and cannot be held exactly');
    expect(stderr).toContain(': compared by class only');
    expect(code).toBe(0);
    const leaks = await heapgraph(['leaks', one, two, three]);
    expect([leaks.stdout, leaks.code]).toEqual(['', 2]);
    expect(leaks.stderr).toContain('cannot be held exactly');
    expect((await heapgraph(['count', 'Order', one])).stdout).toBe('40\n');
  });
});

describe("Bun's ids", () => {
  const [first, second] = ['bun-1.2.21-1.heapsnapshot.gz', 'bun-1.2.21-2.heapsnapshot.gz'].map(casePath) as [
    string,
    string,
  ];

  test.each([
    ['diff bun-1.2.21-1 bun-1.2.21-2', first, second, 100],
    ['diff bun-1.2.21-2 bun-1.2.21-1', second, first, -100],
  ])('%s: hashes, from which no order follows', async (_, before, after, delta) => {
    const { stdout, stderr, code } = await heapgraph(['diff', before, after, '--json']);
    const { comparedBy, rows } = JSON.parse(stdout) as {
      comparedBy: string;
      rows: { type: string; countDelta: number }[];
    };
    expect(comparedBy).toBe('id');
    expect(rows.find(({ type }) => type === 'Session')!.countDelta).toBe(delta);
    expect(stderr).not.toContain('seems to be the later one');
    expect(stderr).toContain('are hashes, as Bun writes them up to 1.3: which of the two is the earlier one');
    expect(code).toBe(0);
  });

  test('leaks bun-1.2.21-1 bun-1.2.21-2 --min-size 1kB: arrays and scopes of JavaScriptCore', async () => {
    const { stdout, stderr } = await heapgraph(['leaks', first, second, '--min-size', '1kB']);
    expect(stdout).toContain('leak: 50 → 150 × Session in sessions, ');
    expect(stdout).toContain('held by  a variable of an ES module\n');
    expect(stdout).toContain('Map in globalThis.registry');
    expect(stderr).toMatch(
      /does not write what a Map or a Set holds: 206 new things that nothing else holds/,
    );
  });

  test("check bun-1.2.21-1 --baseline bun-1.2.21-2 --max-growth '*=0': no order is made up", async () => {
    const { stderr, code } = await heapgraph([
      'check',
      first,
      '--baseline',
      second,
      '--max-growth',
      'Session=0',
    ]);
    expect(stderr).not.toContain('later');
    expect(code).toBe(0);
  });

  test('diff bun-1.4.4 NEXT: numbers of their own in each snapshot', async () => {
    const one = casePath('bun-1.4.4.heapsnapshot.gz');
    const two = changed('bun-1.4.4.heapsnapshot.gz', 'bun.heapsnapshot', renumbered);
    const { stdout, stderr, code } = await heapgraph(['diff', one, two, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ comparedBy: 'class', rows: [] });
    expect(stderr).toContain('are given anew in each snapshot, as Bun does from 1.4 on');
    expect(stderr).not.toContain('two processes');
    expect(code).toBe(0);
    const ids = await heapgraph(['get-new-ids', one, two]);
    expect([ids.stdout, ids.code]).toEqual(['', 2]);
    expect(ids.stderr).toContain('Compare classes: show-growth and diff do that.');
  });
});

describe('other kinds of files', () => {
  test.each([
    ['gzip-twice.heapsnapshot.gz', 'it was compressed twice', 'Decompress it once: gzip -dc FILE'],
    ['in-a-tar.heapsnapshot.tar.gz', 'a tar archive', 'tar -xzOf FILE'],
    ['utf16le-no-bom.heapsnapshot', 'text in UTF-16', 'iconv -f UTF-16LE -t UTF-8 FILE'],
    ['bun-jsc-format.json.gz', 'a JavaScriptCore heap snapshot', 'Bun.generateHeapSnapshot("v8")'],
  ])('count Session %s', async (file, found, hint) => {
    const { stdout, stderr, code } = await heapgraph(['count', 'Session', casePath(file)]);
    const [message, advice] = stderr.split('\n');
    expect([stdout, code]).toEqual(['', 2]);
    expect(message).toContain(found);
    expect(advice).toContain(hint);
  });
});

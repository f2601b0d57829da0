/** An index beside the snapshots: the same answers, without the snapshot. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { casePath, expressPath, fixturePath } from '../support/fixtures.js';

const folder = temporaryFolder();
const FILE = path.join(folder, 'final.heapsnapshot.gz');
copyFileSync(expressPath('final'), FILE);
const cache = path.join(folder, 'cache');
const ask = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: Uint8Array) =>
  heapgraph(args, { cwd: folder, env: { XDG_CACHE_HOME: cache, ...env }, ...(input ? { input } : {}) });
const kept = (): readonly string[] => readdirSync(path.join(cache, 'heapgraph')).sort();

const LINES = [
  'at @63741 @1',
  'by-type AuditEntry --limit 3',
  'by-type AuditEntry --by retained --limit 3 --csv',
  'by-type AuditEntry --allocated',
  "by-type 'AuditEntry and retained > 1' --ids",
  'heap --by referrers --limit 5',
  'heap --sizes retained --limit 5',
  'find-backref-chain AuditEntry --paths 2',
  'dominators --limit 5 --depth 3',
  'suspects',
  'dead',
  'select "(string) and length > 100" --limit 3',
  'patterns AuditEntry',
  'cut AuditEntry',
  'show-backrefs AuditEntry',
  'info --json',
  'check --max AuditEntry=1',
];
const words = (line: string): string[] =>
  Array.from(line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g), ([, a, b, c]) => a ?? b ?? c!);

describe('heapgraph index FILE', () => {
  test('then every command answers as before, from the index', async () => {
    // In one process each: a prompt answers all without an index.
    const lines = LINES.map((line) => words(line));
    const run = async (name: string): Promise<string> => {
      const program = lines.map((one) => heapgraph([...one, FILE], { cwd: folder }));
      const answers = await Promise.all(program);
      return `${name}${answers.map(({ stdout, stderr, code }) => `${stdout}${stderr}${code}\n`).join('')}`;
    };
    const before = await run('');
    const made = await ask(['index', FILE, '--json']);
    expect(JSON.parse(made.stdout).rows).toMatchObject([{ snapshot: FILE, state: 'written' }]);
    expect(made.code).toBe(0);
    const answers = [];
    for (const one of lines) answers.push(await ask([...one, FILE]));
    expect(answers.map(({ stdout, stderr, code }) => `${stdout}${stderr}${code}\n`).join('')).toBe(before);
  });

  test('what is read is the index: a damaged part is told, and the snapshot is read', async () => {
    const [name] = kept();
    const index = path.join(cache, 'heapgraph', name!);
    const bytes = readFileSync(index);
    const other = Buffer.from(bytes);
    // The first column: types of nodes.
    other[4096]! ^= 0x40;
    writeFileSync(index, other);
    const run = await ask(['heap', '--limit', '1', FILE]);
    const whole = await heapgraph(['heap', '--limit', '1', FILE]);
    expect([run.stdout, run.code]).toEqual([whole.stdout, 0]);
    if (run.stderr.includes('damaged')) expect(kept()).toEqual([]);
    else {
      const chain = await ask(['find-backref-chain', 'AuditEntry', FILE]);
      expect([chain.code, chain.stderr]).toEqual([
        0,
        expect.stringContaining('the index is damaged; the snapshot is read'),
      ]);
      expect(kept()).toEqual([]);
    }
  });

  test('--list and --remove', async () => {
    await ask(['index', FILE]);
    const list = await ask(['index', '--list']);
    expect(list.stdout).toMatch(/final\.heapsnapshot\.gz +current/);
    expect((await ask(['index', '--remove', FILE])).stdout).toContain('removed');
    const again = await ask(['index', '--remove', FILE]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no index of')]);
    expect((await ask(['index', '--list'])).stderr).toContain('no index is kept');
    expect((await ask(['index'])).code).toBe(2);
  });

  test('--index and HEAPGRAPH_INDEX=1 make one; HEAPGRAPH_INDEX=0 uses none', async () => {
    expect((await ask(['count', 'AuditEntry', FILE, '--index'])).stdout).toBe('420\n');
    expect(kept()).toHaveLength(1);
    await ask(['index', '--list', '--remove']);
    expect((await ask(['heap', '--limit', '1', FILE], { HEAPGRAPH_INDEX: '1' })).code).toBe(0);
    expect(kept()).toHaveLength(1);
    const index = path.join(cache, 'heapgraph', kept()[0]!);
    writeFileSync(index, readFileSync(index).fill(0, 4096, 8192));
    const none = await ask(['find-backref-chain', 'AuditEntry', FILE], { HEAPGRAPH_INDEX: '0' });
    expect([none.code, none.stderr.includes('damaged')]).toEqual([0, false]);
  });

  test('what cannot be indexed: told, and answered', async () => {
    const traced = path.join(folder, 'traced.heapsnapshot.gz');
    copyFileSync(casePath('node24-allocation-trace.heapsnapshot.gz'), traced);
    expect((await ask(['index', traced])).stderr).toContain('allocation stacks');
    const run = await ask(['heap', '--limit', '1', traced, '--index']);
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('no index of')]);
    const piped = await ask(
      ['heap', '--limit', '1', '-', '--index'],
      {},
      readFileSync(fixturePath('node22-after')),
    );
    expect(piped.code).toBe(0);
  });
});

describe.runIf(process.platform === 'linux')('a folder that cannot be made', () => {
  test.each([
    ['below a file', FILE],
    ['in /proc', '/proc/none'],
  ])('%s: told, and the answer stands', async (_, place) => {
    const env = { XDG_CACHE_HOME: place };
    const made = await ask(['index', FILE], env);
    expect([made.code, made.stdout]).toEqual([2, '']);
    expect(made.stderr).toContain(`no index can be written into ${place}/heapgraph: `);
    const answered = await ask(['heap', '--limit', '1', FILE, '--index'], env);
    expect([answered.code, answered.stderr]).toEqual([0, expect.stringContaining('no index of')]);
    expect(answered.stdout).toContain('Partition of a set of');
  });
});

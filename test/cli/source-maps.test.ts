/** --source-maps: a program in TypeScript, bundled and minified, with external and inline maps. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const folder = temporaryFolder();
const SOURCE = `import v8 from 'node:v8';

export class AuditEntry {
  what = 'login';
  constructor(readonly id: number, readonly rows: number[]) {}
}

const auditLog: AuditEntry[] = [];
const listeners = new Set<() => number>();

function recordEntry(id: number): void {
  const entry = new AuditEntry(id, Array.from({ length: 50 }, (_, i) => i / 3));
  auditLog.push(entry);
  listeners.add(function onChange() {
    return entry.id;
  });
}

for (const [step, file] of process.argv.slice(2).entries()) {
  for (let i = 0; i < 100; i++) recordEntry(step * 100 + i);
  v8.writeHeapSnapshot(file);
}
`;

/** Bundles, runs, and gives the three snapshots. */
async function snapshots(kind: 'external' | 'inline'): Promise<{ script: string; files: string[] }> {
  const home = path.join(folder, kind);
  mkdirSync(path.join(home, 'src'), { recursive: true });
  const source = path.join(home, 'src', 'audit.ts');
  writeFileSync(source, SOURCE);
  const script = path.join(home, 'dist', 'app.cjs');
  const sourcemap = kind === 'inline' ? 'inline' : true;
  await build({
    entryPoints: [source],
    outfile: script,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    sourcemap,
  });
  const files = [1, 2, 3].map((step) => path.join(home, `${step}.heapsnapshot`));
  execFileSync(process.execPath, [script, ...files]);
  return { script, files };
}

function mapOf(mappings: string): string {
  return JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings });
}

const made: Record<string, { script: string; files: string[] }> = {};

beforeAll(async () => {
  const kinds = ['external', 'inline'] as const;
  for (const kind of kinds) made[kind] = await snapshots(kind);
}, 120_000);

describe.each(['external', 'inline'])('%s maps', (kind) => {
  test('leaks, find-backref-chain, by-type: the lines of the source', async () => {
    const { files, script } = made[kind]!;
    const source = path.join(folder, kind, 'src', 'audit.ts');
    const last = files.at(-1)!;
    const plain = await heapgraph(['leaks', ...files]);
    expect(plain.stdout).toContain(`${script}:`);
    const leaks = await heapgraph(['leaks', ...files, '--source-maps']);
    expect(leaks.stderr).not.toContain('no source map');
    expect(leaks.stdout).toContain(`${source}:`);
    const functions = await heapgraph([
      'by-type',
      'recordEntry() audit.ts:11',
      last,
      '--functions',
      '--source-maps',
      '--json',
    ]);
    const { rows } = JSON.parse(functions.stdout) as { rows: object[] };
    expect(rows).toMatchObject([
      { type: 'recordEntry() audit.ts:11', location: { script: source, line: 11 } },
    ]);
    const chain = await heapgraph(['find-backref-chain', 'recordEntry() audit.ts:11', last, '--source-maps']);
    expect(chain.code).toBe(0);
    const closures = await heapgraph(['closures', last, '--source-maps']);
    expect(closures.stdout).toContain('recordEntry() audit.ts:11');
    const parts = await heapgraph(['heap', last, '--by', 'location', '--all', '--source-maps']);
    expect(parts.stdout).toContain(`${source}:5`);
  });

  test('by-type AuditEntry, find-backref-chain AuditEntry, leaks: classes by their names in the source', async () => {
    const { files } = made[kind]!;
    const last = files.at(-1)!;
    const args = ['by-type', 'AuditEntry', last, '--all', '--json'];
    const plain = await heapgraph(args);
    expect(JSON.parse(plain.stdout)).toMatchObject({ total: 0 });
    const named = await heapgraph([...args, '--source-maps']);
    const { rows, total } = JSON.parse(named.stdout) as { rows: { type: string }[]; total: number };
    expect(total).toBe(300);
    expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(['AuditEntry']));
    const chain = await heapgraph(['find-backref-chain', 'AuditEntry', last, '--source-maps']);
    expect(chain.code).toBe(0);
    expect(chain.stdout).toMatch(/\bAuditEntry \{.*@\d+/);
    const leaks = await heapgraph(['leaks', ...files, '--source-maps']);
    expect(leaks.stdout).toContain('AuditEntry');
    const count = await heapgraph(['count', 'AuditEntry', last, '--source-maps']);
    expect(count.stdout).toMatch(/\b300\b/);
    const stats = await heapgraph(['typestats', last, '--source-maps']);
    expect(stats.stdout).toMatch(/\bAuditEntry\b/);
  });
});

test('leaks, with "sourceMaps": true in heapgraph.config.json', async () => {
  const { files } = made.external!;
  const config = path.join(folder, 'heapgraph.config.json');
  writeFileSync(config, JSON.stringify({ sourceMaps: true }));
  const { stdout } = await heapgraph(['leaks', ...files, '--config', config]);
  expect(stdout).toContain('AuditEntry');
});

test('by-type AuditEntry --index --source-maps: the index has the names of the file', async () => {
  const copy = path.join(folder, 'indexed.heapsnapshot');
  copyFileSync(made.external!.files.at(-1)!, copy);
  const args = ['by-type', 'AuditEntry', copy, '--json'];
  const ask = async (more: readonly string[]) => {
    const { stdout } = await heapgraph([...args, ...more]);
    return (JSON.parse(stdout) as { total: number }).total;
  };
  expect(await ask(['--source-maps', '--index'])).toBe(300);
  expect(await ask(['--source-maps'])).toBe(300);
  expect(await ask([])).toBe(0);
});

test.each([
  ['not JSON', () => '{', 'it is no JSON'],
  ['another form', () => '[]', 'not of the usual form'],
  ['damaged', () => '{"version":3,"sources":[],"names":[],"mappings":7}', 'it is damaged'],
  ['of too many places', () => mapOf(';'.repeat(5_000_001)), 'it has more than 5,000,000 places'],
  ['too large', () => mapOf('A'.repeat(64 * 1024 * 1024)), 'has more than 67.1 MB'],
])('--source-maps: a map that is %s is told once, and costs nothing else', async (_, text, reason) => {
  const { files, script } = made.external!;
  const map = `${script}.map`;
  const before = readFileSync(map);
  writeFileSync(map, text());
  try {
    const args = ['leaks', ...files];
    const [plain, mapped] = [await heapgraph(args), await heapgraph([...args, '--source-maps'])];
    expect(mapped.stdout).toBe(plain.stdout);
    expect(mapped.stderr.match(/no source map for/g)).toHaveLength(1);
    expect(mapped.stderr).toContain(reason);
  } finally {
    writeFileSync(map, before);
  }
});

test('--source-maps: maps that are missing are told, all at once', async () => {
  const { files, script } = made.external!;
  const args = ['by-type', 'Array', files[0]!, '--functions', '--source-maps'];
  const before = readFileSync(`${script}.map`);
  const text = readFileSync(script);
  rmSync(`${script}.map`);
  try {
    const named = await heapgraph(args);
    expect(named.stderr).toMatch(/no source map for \S*app\.cjs: .*(no such file|not there|does not exist)/);
    writeFileSync(script, text.toString().replace(/\/\/# sourceMappingURL.*/, ''));
    const none = await heapgraph(args);
    expect(none.stderr).toContain(
      `no source map for ${script}: they name none, and there is no FILE.map beside them`,
    );
    rmSync(script);
    const away = await heapgraph(args);
    expect(away.stderr).toContain(`no source map for ${script}: these files are not on this machine`);
    for (const { code } of [named, none, away]) expect(code).toBe(0);
  } finally {
    writeFileSync(script, text);
    writeFileSync(`${script}.map`, before);
  }
});

test.skipIf(process.platform === 'win32')(
  '--source-maps: a map behind a link that leads out of the folder is not read',
  async () => {
    const { script, files } = made.external!;
    const text = readFileSync(script, 'utf8');
    const home = path.dirname(script);
    const outside = path.join(folder, 'outside');
    mkdirSync(outside);
    copyFileSync(`${script}.map`, path.join(outside, 'app.cjs.map'));
    symlinkSync(outside, path.join(home, 'linked'));
    writeFileSync(script, text.replace(/(\/\/# sourceMappingURL=)\S+/, '$1linked/app.cjs.map'));
    try {
      const { stderr, code } = await heapgraph(['leaks', ...files, '--source-maps']);
      expect(stderr).toContain('it is in another folder');
      expect(code).toBe(0);
    } finally {
      writeFileSync(script, text);
      rmSync(path.join(home, 'linked'));
    }
  },
);

test('--source-maps: a map may name any source, which is text and is not read', async () => {
  const { files, script } = made.external!;
  const map = `${script}.map`;
  const before = readFileSync(map);
  const hostile = { ...JSON.parse(before.toString()), sources: ['javascript:alert(1)\u001b[31m'] };
  writeFileSync(map, JSON.stringify(hostile));
  try {
    const { stdout, code } = await heapgraph([
      'by-type',
      'Function',
      files[0]!,
      '--functions',
      '--source-maps',
      '--all',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('alert(1)');
    expect(stdout).not.toContain('\u001b');
  } finally {
    writeFileSync(map, before);
  }
});

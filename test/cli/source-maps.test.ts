/** --source-maps: a program in TypeScript, bundled and minified, with external and inline maps. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
});

test.each([
  ['not JSON', () => '{', 'it is no JSON'],
  ['another form', () => '[]', 'not of the usual form'],
  ['damaged', () => '{"version":3,"sources":[],"names":[],"mappings":7}', 'it is damaged'],
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

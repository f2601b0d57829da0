/** `dominators --follow`: one snapshot of a real program leads to the collection that holds the memory. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { expressPath, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

const PROGRAM = `
class Session { constructor(i) { this.id = 's' + i; this.data = new Array(50).fill(i + 0.5); } }
class Link { constructor(next) { this.next = next; this.text = 'x'.repeat(100) + Math.random(); } }
const sessions = new Map();
for (let i = 0; i < 20000; i++) sessions.set('k' + i, new Session(i));
let head = null;
for (let i = 0; i < 5000; i++) head = new Link(head);
globalThis.head = () => head;
module.exports = { get: (key) => sessions.get(key) };
require('node:v8').writeHeapSnapshot('app.heapsnapshot');
`;

beforeAll(() => {
  writeFileSync(path.join(folder, 'app.cjs'), PROGRAM);
  execFileSync(process.execPath, ['app.cjs'], { cwd: folder });
});

interface Item {
  readonly type: string;
  readonly retainedShare: number;
  readonly listLength: number | null;
  readonly listVia: readonly string[] | null;
  readonly path: readonly { readonly type: string; readonly retainedSize: number }[];
  readonly parts: readonly { readonly type: string; readonly count: number }[];
  readonly heldBy: string | null;
  readonly expression: string | null;
}

async function follow(...args: string[]): Promise<Item[]> {
  const { stdout } = await heapgraph(['dominators', '--follow', ...args, '--json'], { cwd: folder });
  return (JSON.parse(stdout) as { rows: Item[] }).rows;
}

test('dominators --follow app.heapsnapshot --json: the Map, its sessions, its variable', async () => {
  const [item] = await follow('app.heapsnapshot');
  expect(item).toMatchObject({ type: 'Map', listLength: null, listVia: null });
  expect(item!.retainedShare).toBeGreaterThan(0.5);
  expect(item!.parts[0]).toMatchObject({ type: 'Session', count: 20_000 });
  expect(item!.expression).toContain('variable sessions of ');
  expect(item!.heldBy).toMatch(/^a variable of the module .*app\.cjs$/);
  const sizes = item!.path.map(({ retainedSize }) => retainedSize);
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
});

test('dominators --follow app.heapsnapshot --limit 1: the text', async () => {
  const { stdout, code } = await heapgraph(['dominators', '--follow', 'app.heapsnapshot', '--limit', '1'], {
    cwd: folder,
  });
  const lines = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^@\d+ Map \[20000 items\] keeps [\d,]+ bytes, \d+\.\d% of the heap$/);
  expect(lines[2]).toMatch(/^ {2}Heaviest branch \(\d+ levels\)$/);
  expect(stdout).toMatch(/\n {2}Where it spreads: 40,\d{3} objects\n {4}Type .*\n {4}Session +20,000 /);
  expect(stdout).toMatch(/\n {4}and \d+ more\n/);
  expect(lines.at(-1)).toMatch(/^ {2}Expression {2}\(variable sessions of .*app\.cjs\)$/);
});

test('dominators --follow Link --pick largest: the first of a list, and how it is linked', async () => {
  const [item] = await follow('Link', 'app.heapsnapshot', '--pick', 'largest');
  expect(item).toMatchObject({ type: 'Link', listLength: 5000, listVia: ['next'] });
  expect(item!.path).toHaveLength(1);
  expect(item!.parts).toEqual([expect.objectContaining({ type: 'Link', count: 5000 })]);
});

test('dominators --follow E3: where no object keeps half, the collections that keep the most come first', async () => {
  const { stdout, stderr } = await heapgraph(['dominators', '--follow', expressPath('final'), '--functions']);
  expect(stdout).toContain('BuiltinModule() node:internal/bootstrap/realm:');
  const lines = stdout.split('\n');
  expect(lines[2]).toBe('  Collections that keep the most');
  expect(lines.slice(4, 7).map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    expect.stringMatching(
      /^41,752 0\.5% @79605 Array 420 AuditEntry \(variable auditLog of .*server\.cjs\)$/,
    ),
    expect.stringMatching(/^41,344 0\.5% @79595 Map 210 Session \(variable sessions of .*server\.cjs\)$/),
    expect.stringMatching(/^39,352 0\.5% @69033 Array 210 .* \(variable settings of .*\)\._events\.changed$/),
  ]);
  expect(stderr).toMatch(/^heapgraph: no object keeps half of @\d+: the collections below it .*\n$/);
});

test('dominators --follow @79981: what goes on below an object of the program is said', async () => {
  const { stdout, stderr } = await heapgraph([
    'dominators',
    '--follow',
    '@79981',
    fixturePath('node26-after'),
  ]);
  expect(stdout).not.toContain('Collections');
  expect(stderr).toMatch(/^heapgraph: the largest object below @\d+ keeps .* goes on there\n$/);
});

test('dominators --follow --by-type: one of them; --functions belongs to classes', async () => {
  const both = await heapgraph(['dominators', '--follow', '--by-type', 'app.heapsnapshot'], { cwd: folder });
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('Leave one of them out.')]);
  const tree = await heapgraph(['dominators', '--functions', 'app.heapsnapshot'], { cwd: folder });
  expect([tree.code, tree.stderr]).toEqual([2, expect.stringContaining('--by-type or --follow')]);
  const byType = await heapgraph(['dominators', '--by-type', '--functions', 'app.heapsnapshot', '--all'], {
    cwd: folder,
  });
  expect([byType.code, byType.stdout.includes('Function ')]).toEqual([0, false]);
});

test('dominators --follow Nope: exit code 1', async () => {
  const { code, stderr, stdout } = await heapgraph(['dominators', '--follow', 'Nope', 'app.heapsnapshot'], {
    cwd: folder,
  });
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('no object "Nope"')]);
});

test('dominators --follow --csv, --markdown, -o x.md: wrong usage, before anything is read', async () => {
  for (const option of [['--csv'], ['--markdown'], ['-o', path.join(folder, 'x.md')]]) {
    const { stdout, stderr, code } = await heapgraph([
      'dominators',
      '--follow',
      'gone.heapsnapshot',
      ...option,
    ]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('--follow answers with several tables, which cannot be CSV or Markdown');
  }
});

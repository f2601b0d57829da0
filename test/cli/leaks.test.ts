/** What leaks, what survives, who holds what is new. Each test is named by its command line. F stands for fixtures. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

const [BEFORE, AFTER] = [fixturePath('node26-before'), fixturePath('node26-after')];
const folder = temporaryFolder();

interface LeakRow {
  readonly path: string;
  readonly root: string;
  readonly internal: boolean;
  readonly count: number;
  readonly retainedSize: number;
  readonly classes: readonly {
    readonly type: string;
    readonly count: number;
    readonly retainedSize: number;
  }[];
  readonly example: {
    readonly id: number;
    readonly type: string;
    readonly location: { readonly script: string; readonly line: number } | null;
    readonly chain: {
      readonly found: boolean;
      readonly steps: readonly { readonly id: number; readonly type: string }[];
      readonly expression: string;
    };
  };
}

interface LeakAnswer {
  readonly total: number;
  readonly omitted: number;
  readonly born: number;
  readonly alive: number;
  readonly internalGroups: number;
  readonly rows: readonly LeakRow[];
}

async function leaks(...args: string[]): Promise<LeakAnswer> {
  const { stdout } = await heapgraph(['leaks', ...args, '--json']);
  return JSON.parse(stdout) as LeakAnswer;
}

describe.each([
  ['a server that keeps every session', 'leaking'],
  ['the same server without the leak', 'fixed'],
])('%s', (_, kind) => {
  const home = mkdtempSync(path.join(folder, `${kind}-`));
  const program = fileURLToPath(new URL('../support/sessions.cjs', import.meta.url));
  const files = [1, 2, 3].map((n) => path.join(home, `${n}.heapsnapshot`));
  const node = process.env.HEAPGRAPH_NODE ?? process.execPath;

  beforeAll(() => {
    execFileSync(node, ['--expose-gc', program, home, kind], { stdio: ['ignore', 'ignore', 'inherit'] });
  });

  test('leaks 1 2 3', async () => {
    const { stdout, stderr, code } = await heapgraph(['leaks', ...files, '--fail-if-any']);
    const headings = stdout.split('\n').filter((line) => line.includes(' × '));
    if (kind === 'fixed') {
      expect([headings, code]).toEqual([[], 0]);
      expect(stderr).toContain('no leak found: of ');
      return;
    }
    expect(code).toBe(1);
    // Nothing but the culprit: no code, no module of Node.js, no cache.
    expect(headings).toHaveLength(1);
    expect(headings[0]).toMatch(/^300 × Session, .* bytes {2}module .*sessions\.cjs: sessions → Map \[\]$/);
    expect(stdout).toMatch(/\n {2}\(variable sessions of .*sessions\.cjs\)\.get\("session-\d+"\)\n/);
    expect(stdout).toMatch(/\n {2}Session @\d+ is defined in .*sessions\.cjs:\d+:\d+\n$/);
  });

  test('leaks 1 2 3 --min-size 1 --internals --json: the culprit is the first of all the program holds', async () => {
    const { rows, born, alive } = await leaks(...files, '--min-size', '1', '--internals', '--all');
    expect(born).toBeGreaterThan(alive);
    const own = rows.filter(({ internal }) => !internal);
    if (kind === 'fixed') {
      expect(own.flatMap(({ classes }) => classes).some(({ type }) => type === 'Session')).toBe(false);
      return;
    }
    const [first] = own;
    expect(first!.classes[0]).toMatchObject({ type: 'Session', count: 300 });
    expect(first!.example.chain).toMatchObject({ found: true });
    expect(first!.example.chain.steps.at(-1)).toMatchObject({ id: first!.example.id, type: 'Session' });
    expect(first!.example.location!.script).toMatch(/sessions\.cjs$/);
    expect(rows.some(({ path: text }) => text.includes('recent'))).toBe(false);
    for (const { classes, count, retainedSize } of rows) {
      expect(classes.reduce((sum, one) => sum + one.count, 0)).toBe(count);
      expect(classes.reduce((sum, one) => sum + one.retainedSize, 0)).toBe(retainedSize);
      expect(classes.some(({ type }) => /^\((compiled code|array|system|object shape)\)$/.test(type))).toBe(
        false,
      );
    }
  });

  test('survival 1 2 3', async () => {
    const { stdout } = await heapgraph(['survival', ...files, '--filter', '^Session$', '--all']);
    const rows = stdout.trimEnd().split('\n').slice(1);
    if (kind === 'leaking') expect(rows[0]).toMatch(/^Session +200 +200 +300 +300 +300 +300 +leak$/);
    else expect(rows.join()).not.toMatch(/leak$/m);
  });
});

describe('leaks', () => {
  test('leaks F F F: 100 OBJ in _cache, 50 Foo in byId', async () => {
    const { rows, total } = await leaks(BEFORE, AFTER, AFTER, '--min-size', '1kB');
    expect(total).toBe(rows.length);
    const of = (type: string): LeakRow | undefined => rows.find(({ classes }) => classes[0]!.type === type);
    expect(of('OBJ')).toMatchObject({
      path: 'module /tmp/corpus/leak.cjs: _cache → Array []',
      root: 'module',
      count: 100,
      retainedSize: 3200,
    });
    expect(of('Foo')).toMatchObject({ path: 'globalThis .registry → Object .byId → Map []', count: 100 });
    expect(of('Foo')!.classes).toContainEqual({ type: 'Foo', count: 50, retainedSize: 3200 });
    expect(of('Foo')!.example.chain.expression).toBe('globalThis.registry.byId.get("id0")');
    expect(of('Child')).toBeUndefined(); // their parents have them
    const sizes = rows.map(({ retainedSize }) => retainedSize);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });

  test('leaks F F F --limit 1: a heading, the chain, the expression', async () => {
    const { stdout, stderr } = await heapgraph(['leaks', BEFORE, AFTER, AFTER, '--limit', '1']);
    expect(stdout).toBe(
      [
        '1 × Buffer  1,048,776 bytes  globalThis .buf',
        '        global (global*) {cons, escape, performance, get perform…  8,544 bytes  @68495',
        '  .buf  Buffer [view of 1048576 bytes]  104 bytes  @118765',
        '  held by a property of globalThis',
        '  globalThis.buf',
        '  Buffer @118765 is defined in node:buffer:317:16',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain('hold the same 59,951 objects: one snapshot twice?');
    expect(stderr).toContain('2 more groups; --all shows them');
  });

  test('leaks F F F: nothing born; exit code 0', async () => {
    const { stdout, stderr, code } = await heapgraph(['leaks', AFTER, AFTER, AFTER]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('no leak found: of 0 objects');
    expect(await leaks(AFTER, AFTER, AFTER)).toMatchObject({ total: 0, rows: [] });
  });

  test('leaks F F F in the wrong order: a note', async () => {
    const { stderr, code } = await heapgraph(['leaks', AFTER, BEFORE, AFTER]);
    expect(stderr).toContain('seems to be the later one');
    expect(code).toBe(0);
  });

  test.each([
    [['leaks', BEFORE, AFTER], /missing final/],
    [['leaks', BEFORE, AFTER, AFTER, '--min-size', '10 miles'], /Expected a number of bytes/],
    [['leaks', BEFORE, AFTER, AFTER, '-o', path.join(folder, 'x.csv')], /not a table/],
    [
      ['leaks', BEFORE, fixturePath('node18-after'), AFTER],
      /leaks needs snapshots of one process: .*two processes/,
    ],
    [
      ['leaks', AFTER, AFTER, AFTER, '--fail-if-any'],
      /--fail-if-any cannot judge.*\n {2}Name three snapshots/,
    ],
    [['leaks', BEFORE, AFTER, BEFORE, '--fail-if-any'], /--fail-if-any cannot judge/],
    [['survival', BEFORE, AFTER], /missing third/],
    [['diff', BEFORE, AFTER, '--holders', '--type', 'OBJ'], /--type lists objects/],
    [['survival', BEFORE, AFTER, fixturePath('node18-after')], /survival needs snapshots of one process/],
    [
      ['diff', BEFORE, fixturePath('node18-after'), '--holders'],
      /--holders needs two snapshots of one process/,
    ],
  ])('%j: exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('leaks F F F --by-id: of two processes all the same', async () => {
    const { stderr, code } = await heapgraph([
      'leaks',
      BEFORE,
      fixturePath('node18-after'),
      AFTER,
      '--by-id',
    ]);
    expect(stderr).toContain('compared by id all the same');
    expect(code).toBe(0);
  });
});

test('survival F F F --json: the whole matrix', async () => {
  const { stdout } = await heapgraph(['survival', BEFORE, AFTER, AFTER, '--filter', '^(OBJ|Foo)$', '--json']);
  const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
  expect(rows.find(({ type }) => type === 'OBJ')).toEqual({
    type: 'OBJ',
    born0: 0,
    alive0: 0,
    born1: 100,
    alive1: 100,
    born2: 0,
    alive2: 0,
    verdict: 'cache/warm-up',
    survivors: 100,
    counts: [0, 100, 100],
    alive: [
      [0, 0, 0],
      [0, 100, 100],
      [0, 0, 0],
    ],
  });
});

describe('diff --holders', () => {
  test('diff F F --holders --filter "^(OBJ|Foo|Parent)$"', async () => {
    const args = ['diff', BEFORE, AFTER, '--holders', '--filter', '^(OBJ|Foo|Parent)$'];
    expect((await heapgraph(args)).stdout).toBe(
      [
        'Type    New  Deleted  Delta  New size  Deleted size  Size delta',
        'OBJ     100        0   +100     3,200             0      +3,200',
        '  100  3,200  module /tmp/corpus/leak.cjs: _cache → Array []',
        'Foo      50        0    +50     2,000             0      +2,000',
        '  50  2,000  globalThis .registry → Object .byId → Map []',
        'Parent   10        0    +10       320             0        +320',
        '  10  320  globalThis .registry → Object .deep → Object .nested → Object .list → Array []',
        '',
      ].join('\n'),
    );
  });

  test('diff F F --holders: three holders, and N more; JSON has them below their row', async () => {
    const args = ['diff', BEFORE, AFTER, '--holders', '--filter', 'string|Alias'];
    const { stdout } = await heapgraph(args);
    expect(stdout).toContain('\n  and 3 more\n');
    const { rows } = JSON.parse((await heapgraph([...args, '--json'])).stdout) as {
      rows: { type: string; countDelta: number; holders: unknown[]; holdersOmitted: number }[];
    };
    const strings = rows.find(({ type }) => type === '(string)')!;
    expect(strings).toMatchObject({ holdersOmitted: 3 });
    expect(strings.holders).toHaveLength(3);
    expect(strings.holders[0]).toEqual({
      path: 'globalThis .registry → Object .byId → Map []',
      count: 50,
      size: 1200,
    });
    const still = rows.filter(({ countDelta }) => countDelta === 0);
    expect(still.length).toBeGreaterThan(0);
    for (const { holders } of still) expect(holders).toEqual([]);
    // The table itself is the same with holders and without.
    const csv = await heapgraph([...args, '--csv']);
    expect(csv.stdout).toBe(
      (await heapgraph(args.filter((arg) => arg !== '--holders').concat('--csv'))).stdout,
    );
  });
});

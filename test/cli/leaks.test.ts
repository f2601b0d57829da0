/** What leaks, what survives, who holds what is new. Each test is named by its command line. F stands for fixtures. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const [BEFORE, AFTER] = [fixturePath('node26-before'), fixturePath('node26-after')];
const folder = temporaryFolder();

interface LeakRow {
  readonly verdict: string;
  readonly growth: string;
  readonly container: {
    readonly text: string;
    readonly owner: string;
    readonly chain: { readonly found: boolean; readonly expression: string };
  };
  readonly member: { readonly type: string; readonly location: { readonly script: string } | null };
  readonly memberCounts: readonly number[];
  readonly contents: readonly { readonly type: string; readonly counts: readonly number[] }[];
  readonly size: number;
  readonly sentence: string;
}

interface LeakAnswer {
  readonly total: number;
  readonly omitted: number;
  readonly leaking: number;
  readonly survivors: number;
  readonly summary: readonly string[];
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

  test('leaks 1 2 3 --fail-if-any', async () => {
    const { stdout, stderr, code } = await heapgraph(['leaks', ...files, '--fail-if-any']);
    expect(stderr).toBe('');
    if (kind === 'fixed') {
      expect(stdout).toMatch(/^No leak found: /);
      expect(code).toBe(0);
      return;
    }
    expect(code).toBe(1);
    // Nothing but the culprit: no code, no module of Node.js, no cache.
    const heads = stdout.split('\n').filter((line) => /^\S.* → /.test(line));
    expect(heads).toHaveLength(1);
    expect(heads[0]).toMatch(/^leak: \d+ → \d+ → \d+ × Session in sessions, .* more$/);
    expect(stdout).toMatch(/\n {2}held by {2}a variable of the module .*sessions\.cjs\n/);
    expect(stdout).toMatch(/\n {2}there {4}.* @\d+, fingerprint [\da-f]{8}\n/);
    expect(stdout).toMatch(/\n {2}made at {2}\S*sessions\.cjs:\d+:\d+ {2}Session\n/);
    expect(stdout).toMatch(
      /\n {2}Session \(.*sessions\.cjs:\d+:\d+\) is added to sessions \(.*\) at every step: .*\.\n$/,
    );
  });

  test('leaks 1 2 3 --min-size 1 --json: the culprit is the first', async () => {
    const { rows } = await leaks(...files, '--min-size', '1', '--all');
    const culprits = rows.filter(({ verdict }) => verdict === 'leak');
    if (kind === 'fixed') {
      // Of so few bytes some growth of the runtime's own is to be seen; none of it is the program's.
      expect(culprits.filter(({ container }) => container.owner === 'program')).toEqual([]);
      expect(culprits.flatMap(({ contents }) => contents).some(({ type }) => type === 'Session')).toBe(false);
      return;
    }
    const [first] = culprits;
    expect(first!.member).toMatchObject({ type: 'Session' });
    expect(first!.contents.find(({ type }) => type === 'Session')!.counts).toEqual([300, 300]);
    expect(first!.container.owner).toBe('program');
    expect(first!.container.chain).toMatchObject({ found: true });
    expect(first!.member.location!.script).toMatch(/sessions\.cjs$/);
    expect(culprits.some(({ container }) => container.text.includes('recent'))).toBe(false);
    const kinds = culprits.flatMap(({ contents }) => contents.map(({ type }) => type));
    expect(kinds.filter((type) => /^\((compiled code|array|system|object shape)\)$/.test(type))).toEqual([]);
  });

  test('survival 1 2 3', async () => {
    const { stdout } = await heapgraph(['survival', ...files, '--filter', '^Session$', '--all']);
    const rows = stdout.trimEnd().split('\n').slice(1);
    if (kind === 'leaking')
      expect(rows[0]).toMatch(/^Session +200 +200 +300 +300 +300 +300 +leak +sessions, sessions\.cjs$/);
    else expect(rows.join()).not.toMatch(/ leak /m);
  });
});

test('leaks 1 2 3: symbols of Symbol.for, which nothing but V8 holds', async () => {
  const home = mkdtempSync(path.join(folder, 'symbols-'));
  const program = `for (let step = 1; step <= 3; step++) {
    for (let i = 0; i < 500; i++) Symbol.for('request ' + step + ' ' + i);
    require('node:v8').writeHeapSnapshot(process.argv[1] + '/' + step + '.heapsnapshot');
  }`;
  execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, ['-e', program, home]);
  const files = [1, 2, 3].map((n) => path.join(home, `${n}.heapsnapshot`));
  const { stdout } = await heapgraph(['leaks', ...files]);
  expect(stdout).toMatch(/^leak: .* × \(symbol\) in the symbols of Symbol\.for, /);
  const { rows } = await leaks(...files);
  const [one, two, three] = rows[0]!.memberCounts;
  expect([two! - one!, three! - two!]).toEqual([500, 500]);
});

describe('leaks', () => {
  test('leaks F F: two snapshots show what grew; 100 OBJ in _cache, 50 Foo in byId', async () => {
    const { rows, total } = await leaks(BEFORE, AFTER, '--min-size', '1kB');
    expect(total).toBe(rows.length);
    const of = (type: string): LeakRow | undefined => rows.find(({ member }) => member.type === type);
    expect(of('OBJ')).toMatchObject({ verdict: 'leak', memberCounts: [0, 100] });
    expect(of('OBJ')!.container.text).toBe('_cache');
    expect(of('Foo')!.container.chain.expression).toBe('globalThis.registry.byId');
    expect(of('Foo')!.memberCounts).toEqual([0, 50]);
  });

  test('leaks F F F: what grew once is no leak, and is shown below that', async () => {
    const answer = await heapgraph(['leaks', BEFORE, AFTER, AFTER, '--min-size', '1kB']);
    expect(answer.stdout).toMatch(
      /^No leak found: nothing grew at every step\.\nMade after .*, still there and not explained: /,
    );
    expect(answer.stdout).toContain('\ngrew once: ');
    expect(answer.stdout).toContain('× Foo in globalThis.registry.byId');
    expect(answer.code).toBe(0);
    expect(answer.stderr).toContain('hold the same 59,951 objects: one snapshot twice?');
  });

  test('leaks F F F --limit 1', async () => {
    const { rows, omitted, total } = await leaks(BEFORE, AFTER, AFTER, '--min-size', '1kB', '--limit', '1');
    expect(rows).toHaveLength(1);
    expect(omitted).toBe(total - 1);
  });

  test('leaks F F F: nothing made; exit code 0', async () => {
    const { stdout, code } = await heapgraph(['leaks', AFTER, AFTER, AFTER]);
    expect([stdout, code]).toEqual([
      `No leak found: nothing that was made after ${AFTER} is still there.\n`,
      0,
    ]);
    expect(await leaks(AFTER, AFTER, AFTER)).toMatchObject({ total: 0, leaking: 0, survivors: 0, rows: [] });
  });

  test('leaks F F -: growth in place is not looked at when a file cannot be read twice', async () => {
    const input = readFileSync(BEFORE);
    const { stderr, code } = await heapgraph(['leaks', '-', AFTER, AFTER, '--min-size', '1kB'], { input });
    expect(stderr).toContain('standard input cannot be read twice');
    expect(code).toBe(0);
  });

  test('leaks F F F in the wrong order: a note', async () => {
    const { stderr, code } = await heapgraph(['leaks', AFTER, BEFORE, AFTER]);
    expect(stderr).toContain('seems to be the later one');
    expect(code).toBe(0);
  });

  test.each([
    [['leaks', BEFORE], /missing second/],
    [['leaks', BEFORE, AFTER, AFTER, '--min-size', '10 miles'], /Expected a number of bytes/],
    [['leaks', BEFORE, AFTER, AFTER, '-o', path.join(folder, 'x.csv')], /not a table/],
    [
      ['leaks', BEFORE, fixturePath('node18-after'), AFTER],
      /leaks needs snapshots of one process: .*two processes/,
    ],
    [['leaks', AFTER, AFTER, AFTER, '--fail-if-any'], /--fail-if-any cannot judge.*\n {2}Name snapshots/],
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
    growsIn: null,
    containers: [],
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
        '  100  3,200  9ced60f7  _cache, leak.cjs',
        'Foo      50        0    +50     2,000             0      +2,000',
        '  50  2,000  acbb221d  globalThis.registry.byId',
        'Parent   10        0    +10       320             0        +320',
        '  10  320  dbf69a3a  globalThis.registry.deep.nested.list',
        '',
        'leak.cjs  /tmp/corpus/leak.cjs',
        '',
      ].join('\n'),
    );
  });

  test('diff F F --holders: three holders, and N more; JSON has them below their row', async () => {
    const args = ['diff', BEFORE, AFTER, '--holders', '--filter', 'string|Alias'];
    const { stdout } = await heapgraph(args);
    expect(stdout).toContain('\n  and 1 more\n');
    const { rows } = JSON.parse((await heapgraph([...args, '--json'])).stdout) as {
      rows: { type: string; countDelta: number; holders: unknown[]; holdersOmitted: number }[];
    };
    const strings = rows.find(({ type }) => type === '(string)')!;
    expect(strings).toMatchObject({ holdersOmitted: 1 });
    expect(strings.holders).toHaveLength(3);
    expect(strings.holders[0]).toEqual({
      path: 'globalThis .registry → Object .byId → Map []',
      count: 100,
      size: 2400,
      text: 'globalThis.registry.byId',
      fingerprint: 'acbb221d',
      container: {
        id: 7299,
        type: 'Map',
        text: 'globalThis.registry.byId',
        heldBy: 'a property of globalThis',
        root: 'global',
        owner: 'program',
        count: 1,
      },
      location: { script: '/tmp/corpus/leak.cjs', scriptId: 90, line: 4, column: 24 },
    });
    // What no container reaches has the way from a root.
    expect(strings.holders[2]).toMatchObject({
      path: 'the stack of a running function: (Stack roots) [] → (concatenated string) (first)',
      container: null,
      location: null,
    });
    const still = rows.filter(({ countDelta }) => countDelta === 0);
    expect(still.length).toBeGreaterThan(0);
    for (const { holders } of still) expect(holders).toEqual([]);
    // CSV has a row for each holder, with the values of its class, in the order of the text.
    const { stdout: csv } = await heapgraph([...args, '--csv']);
    const lines = csv.split('\n').filter((line) => line.startsWith('(string),'));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^\(string\),104,1,103,2536,48,2488,\d+,.*,1$/);
    expect(lines[0]).toBe('(string),104,1,103,2536,48,2488,100,2400,acbb221d,globalThis.registry.byId,1');
    const plain = await heapgraph(args.filter((arg) => arg !== '--holders').concat('--csv'));
    const classes = (text: string) => [...new Set(text.split('\n').map((line) => line.split(',')[0]))].sort();
    expect(classes(csv)).toEqual(classes(plain.stdout));
    // Markdown names a class once.
    const { stdout: markdown } = await heapgraph([...args, '--markdown']);
    expect(markdown.match(/^\| \(string\)/gm)).toHaveLength(1);
    expect(markdown).toMatch(/ acbb221d +\| globalThis\.registry\.byId +\| +1 \|\n\| +\|/);
  });

  test("diff F F --holders --limit 40: the program's classes first, then functions, V8's own last", async () => {
    const { stdout } = await heapgraph(['diff', BEFORE, AFTER, '--holders', '--limit', '40', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: { type: string; countDelta: number }[] };
    const types = rows.filter(({ countDelta }) => countDelta > 0).map(({ type }) => type);
    expect(types.slice(0, 6)).toEqual(['OBJ', 'Foo', 'Child', 'Parent', 'Function', 'Buffer']);
    const first = (type: string): number => types.indexOf(type);
    expect(first('(string)')).toBeLessThan(first('(compiled code)'));
    expect(first('Array')).toBeLessThan(first('(object shape)'));
    expect(first('(object shape)')).toBeLessThan(first('(system)'));
  });

  test('diff F F --holders --functions: a function with its place, and who holds its closures', async () => {
    const args = ['diff', BEFORE, AFTER, '--holders', '--functions', '--filter', 'handler'];
    expect((await heapgraph(args)).stdout.split('\n').slice(1)).toEqual([
      'handler() leak.cjs:13   20        0    +20     1,280             0      +1,280',
      '  20  1,280  f3e5ca06  handlers, leak.cjs',
      '',
      'leak.cjs  /tmp/corpus/leak.cjs',
      '',
    ]);
  });
});

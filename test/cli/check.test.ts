/** Budgets in CI. Each test is named by its command line. F stands for a fixture, B for the one before it. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { snapshotBytes } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const B = fixturePath('node26-before');
const folder = temporaryFolder();
const BASELINE = path.join(folder, 'heap-baseline.json');

const OBJ_CHAIN = [
  '                  system / Context {OBJ, _cache, handlers}  @7313',
  '_cache (context)  Array [100 items]  @104609',
  '[0]               OBJ {}  @119045',
  'held by a variable of the module /tmp/corpus/leak.cjs',
  '(variable _cache of /tmp/corpus/leak.cjs)[0]',
  '',
];

interface Row {
  readonly budget: string;
  readonly ok: boolean;
  readonly value: number;
  readonly type: string | null;
  readonly where: string | null;
  readonly container: Readonly<Record<string, unknown>> | null;
  readonly failing: readonly { readonly type: string; readonly where: string | null }[];
  readonly chain: { readonly expression: string | null; readonly steps: readonly { id: number }[] } | null;
}

async function json(...args: string[]): Promise<{ rows: Row[]; [key: string]: unknown }> {
  const { stdout } = await heapgraph(args, { cwd: folder });
  return JSON.parse(stdout) as { rows: Row[] };
}

beforeAll(async () => {
  expect((await heapgraph(['baseline', B, '-o', BASELINE])).code).toBe(0);
});

describe('check', () => {
  test('check F --max OBJ=100 --forbid Nope: all kept, exit code 0', async () => {
    expect(await heapgraph(['check', F, '--max', 'OBJ=100', '--forbid', 'Nope'])).toEqual({
      stdout: 'ok      max OBJ=100  100 objects, at most 100\nok      forbid Nope  0 objects, none allowed\n',
      stderr: `heapgraph: forbid Nope: no objects of type "Nope" in ${F}\n`,
      code: 0,
    });
  });

  test('check F --max OBJ=50 --max-total 8mb: exit code 1, and who holds the first', async () => {
    const { stdout, stderr, code } = await heapgraph(['check', F, '--max', 'OBJ=50', '--max-total', '8mb']);
    expect(stdout.split('\n')).toEqual([
      'FAILED  max OBJ=50     100 objects, at most 50',
      'ok      max-total 8mb  7,239,793 bytes, at most 8,000,000',
      '',
      'max OBJ=50',
      ...OBJ_CHAIN.slice(0, -1),
      'fingerprint 9ced60f7',
      '',
    ]);
    expect([stderr, code]).toEqual(['', 1]);
  });

  test('check F: one budget of each kind, --json', async () => {
    const answer = await json(
      'check',
      F,
      '--json',
      ...['--max', '/^OBJ$/=10', '--max-size', 'OBJ=3kb', '--max-retained', 'Foo=1mb'],
      ...['--max-growth', '*=40,10%', '--baseline', B, '--max-total', '7mb'],
      ...['--forbid', 'Chi?d', '--max-dup-strings', '20kb'],
    );
    expect(answer).toMatchObject({
      schema: 'heapgraph/1',
      command: 'check',
      complete: true,
      snapshots: [F, B],
      baseline: B,
      ok: false,
      failed: 6,
      total: 7,
    });
    expect(answer.rows.map(({ budget, ok, value, type }) => [budget, ok, value, type])).toEqual([
      ['max /^OBJ$/=10', false, 100, 'OBJ'],
      ['max-size OBJ=3kb', false, 3200, 'OBJ'],
      ['max-retained Foo=1mb', true, expect.any(Number), 'Foo'],
      ['max-growth *=40,10%', false, 100, 'OBJ'],
      ['max-total 7mb', false, 7239793, null],
      ['forbid Chi?d', false, 50, 'Child'],
      ['max-dup-strings 20kb', false, expect.any(Number), null],
    ]);
    const growth = answer.rows[3]!;
    expect(growth.failing.map(({ type }) => type)).toEqual(['OBJ', 'Child', 'Foo']);
    expect(answer.rows[5]?.chain?.expression).toBe('globalThis.registry.deep.nested.list[0].children[0]');
    expect(answer.rows[4]?.chain).toBeNull();
  });

  test('check F --max-growth Foo=10 --baseline B: the chain is that of a new object', async () => {
    const { rows } = await json('check', F, '--max-growth', 'Foo=10', '--baseline', B, '--json');
    const ids = await heapgraph(['get-new-ids', B, F, '--type', 'Foo', '--ids']);
    expect(rows[0]).toMatchObject({ ok: false, value: 50, before: 1, limit: 10 });
    expect(ids.stdout.split('\n').slice(0, -1)).toContain(`@${rows[0]?.chain?.steps.at(-1)?.id}`.slice(1));
    expect(rows[0]?.chain?.expression).toContain('byId.get(');
    expect(rows[0]?.container).toEqual({
      id: 7299,
      type: 'Map',
      text: 'globalThis.registry.byId',
      heldBy: 'a property of globalThis',
      root: 'global',
      owner: 'program',
      count: 1,
      members: 50,
    });
    expect(rows[0]?.where).toBe(
      'all 50 new ones are in globalThis.registry.byId (a property of globalThis), made at /tmp/corpus/leak.cjs:4:24',
    );
  });

  test('check F --max-growth OBJ=10,10% --baseline heap-baseline.json: as against the snapshot', async () => {
    const args = ['check', F, '--max-growth', 'OBJ=10,10%', '--max-growth', 'Foo=50', '--baseline'];
    const [file, snapshot] = await Promise.all([heapgraph([...args, BASELINE]), heapgraph([...args, B])]);
    // A baseline has no objects: which of them are new, and where most of these are, only the snapshot tells.
    const where = (text: string): boolean => text.startsWith('all 100 new ones are in ');
    expect(snapshot.stdout.split('\n').filter(where)).toHaveLength(1);
    expect(file.stdout.split('\n')).toEqual(snapshot.stdout.split('\n').filter((line) => !where(line)));
    expect([file.stderr, file.code]).toEqual([snapshot.stderr, snapshot.code]);
    expect(file.code).toBe(1);
  });

  test('a baseline of another process: classes are compared', async () => {
    const { stdout, code } = await heapgraph([
      'check',
      F,
      '--max-growth',
      'OBJ=10',
      '--baseline',
      fixturePath('node22-before'),
    ]);
    expect([stdout.split('\n')[0], code]).toEqual([
      'FAILED  max-growth OBJ=10  +100 objects (0 before), at most +10',
      1,
    ]);
  });

  test('the same snapshot twice is said', async () => {
    const { stderr, code } = await heapgraph(['check', F, '--max-growth', '*=0', '--baseline', F]);
    expect(code).toBe(0);
    expect(stderr).toContain('one snapshot twice?');
  });

  test('check F --max Obj=100 --max "Sess*=1": a misspelt class is kept, and said', async () => {
    const { stdout, stderr, code } = await heapgraph(['check', F, '--max', 'Obj=100', '--max', 'Sess*=1']);
    expect(stdout).toBe(
      'ok      max Obj=100  0 objects, at most 100\nok      max Sess*=1  0 objects, at most 1\n',
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^heapgraph: max Obj=100: no objects of type "Obj" in .*; did you mean "OBJ"/);
    expect(stderr).toContain('max Sess*=1: no class fits Sess*');
  });

  test.each([[['--max', 'OBJ=5']], [['--max', 'OBJ=5', '--max-retained', 'OBJ=1mb']]])(
    'check B %j: a class that is loaded and has no objects is not misspelt',
    async (args) => {
      const { stdout, stderr, code } = await heapgraph(['check', B, ...args]);
      expect(stdout).toContain('ok      max OBJ=5');
      expect([stderr, code]).toEqual(['', 0]);
    },
  );

  test('check - < F: from standard input; chains where the edges were read', async () => {
    const input = fixtureBytes('node26-after');
    const counted = await heapgraph(['check', '-', '--max', 'OBJ=1'], { input });
    expect(counted.stdout).toBe('FAILED  max OBJ=1  100 objects, at most 1\n');
    expect(counted.stderr).toContain('standard input cannot be read again');
    const sized = await heapgraph(['check', '-', '--max-size', 'OBJ=1'], { input });
    expect(sized.stdout).toContain('(variable _cache of /tmp/corpus/leak.cjs)[0]');
  });

  test('--baseline without growth is not read', async () => {
    const { stderr, code } = await heapgraph(['check', F, '--max', 'OBJ=100', '--baseline', 'gone.json']);
    expect(code).toBe(0);
    expect(stderr).toContain('--baseline is not read');
  });

  test.each<[string[], RegExp]>([
    [['check', F], /there is no budget to check\n {2}Write one: --max 'Session=100'/],
    [['check', F, '--max', 'OBJ'], /--max "OBJ": expected a class, an equals sign and a limit/],
    [['check', F, '--max', '=1'], /expected a class/],
    [['check', F, '--max', 'OBJ=many'], /expected a whole number from 0 up, found "many"/],
    [['check', F, '--max', 'OBJ=-1'], /found "-1"/],
    [['check', F, '--max-size', 'OBJ=1 parsec'], /expected a size such as 64mb.*found "1 parsec"/],
    [['check', F, '--max-total', 'x'], /--max-total "x": expected a size/],
    [['check', F, '--max-total', '10', '--max-total', '20mb'], /given twice, and "10" would not count/],
    [['check', F, '--max-growth', 'OBJ=1'], /--max-growth needs a baseline/],
    [['check', F, '--max-growth', 'OBJ=1%,1', '--baseline', B], /expected a number of objects, per cent/],
    [['check', F, '--max-growth', 'OBJ=1', '--baseline', 'gone.json'], /gone\.json: no such file/],
    [['check', F, '--forbid', '/(/'], /not a regular expression/],
    [['check', F, '--max', 'OBJ=1', '--sigma', '-1'], /Expected a number from 0 up|argument missing/],
    [['check', F, '--max', 'OBJ=1', '--format', 'xml'], /Allowed choices are text, github/],
    [['check', F, '--max', 'OBJ=1', '--json', '--format', 'junit'], /two formats/],
    [['check', '-', '--max-growth', 'OBJ=1', '--baseline', '-'], /standard input can be read only once/],
    [['check', F, '--max', 'OBJ=1', '-o', 'x.csv'], /cannot be written as \.csv/],
  ])('%j: exit code 2, nothing on stdout', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('a file that ends early: nothing is judged, and no baseline made, with --salvage', async () => {
    writeFileSync(path.join(folder, 'cut.heapsnapshot'), fixtureBytes('node26-after').subarray(0, 3_000_000));
    for (const args of [
      ['check', 'cut.heapsnapshot', '--max', 'OBJ=3'],
      ['check', F, '--max-growth', 'OBJ=3', '--baseline', 'cut.heapsnapshot'],
      ['baseline', 'cut.heapsnapshot'],
    ]) {
      const { stdout, stderr, code } = await heapgraph([...args, '--salvage'], { cwd: folder });
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(
        /cut\.heapsnapshot is not whole .* needs all of a snapshot\n {2}Take the snapshot/,
      );
    }
  });

  test('an empty file, and a baseline where a snapshot belongs', async () => {
    writeFileSync(path.join(folder, 'empty.heapsnapshot'), '');
    const empty = await heapgraph(['check', 'empty.heapsnapshot', '--max', 'A=1'], { cwd: folder });
    expect([empty.stdout, empty.code]).toEqual(['', 2]);
    expect(empty.stderr).toContain('is empty');
    const baseline = await heapgraph(['check', BASELINE, '--max', 'A=1']);
    expect([baseline.stdout, baseline.code]).toEqual(['', 2]);
    expect(baseline.stderr).toContain('is a baseline: it has counts of classes');
  });
});

describe('growth of many classes', () => {
  const grown = ['check', F, '--max-growth', '*=10', '--baseline', B];

  test("the class and the chain shown are the program's own; the others are named", async () => {
    const { rows } = await json(...grown, '--json');
    const [{ failing, type, chain }] = rows as [Row];
    expect(failing.length).toBeGreaterThan(10);
    expect([type, failing[0]?.type]).toEqual(['OBJ', 'OBJ']);
    expect(chain?.expression).toBe('(variable _cache of /tmp/corpus/leak.cjs)[0]');
    const { stdout } = await heapgraph(grown);
    const lines = stdout.split('\n');
    expect(lines[0]).toContain(`; ${failing.length - 1} more classes beyond it`);
    expect(lines.slice(3, 6)).toEqual([
      '  +100 of OBJ, at most +10; 100 in _cache, leak.cjs',
      '  +50 of Child, at most +10; 50 in globalThis.registry.deep.nested.list',
      '  +50 of Foo, at most +10; 50 in globalThis.registry.byId',
    ]);
    expect(lines[13]).toBe(`  and ${failing.length - 10} more`);
    expect(lines[14]).toBe(
      'all 100 new ones are in _cache (a variable of the module /tmp/corpus/leak.cjs), made at /tmp/corpus/leak.cjs:3:24',
    );
    // Code is the engine's own; the program's classes come before it, whatever grew more.
    const code = failing.find((row) => row.type === '(compiled code)')!;
    expect(code.where).toMatch(/; without the \d+ that only Node\.js and V8 hold it would be kept$/);
    expect(failing.indexOf(code)).toBe(failing.length - 2);
  });

  test.each(['github', 'junit', 'markdown'])('--format %s names them', async (format) => {
    const { stdout } = await heapgraph([...grown, '--format', format]);
    expect(stdout).toContain('50 of Child, at most ');
    expect(stdout).toContain(
      'all 100 new ones are in _cache (a variable of the module /tmp/corpus/leak.cjs)',
    );
    expect(stdout).toMatch(/and \d+ more/);
  });
});

describe('formats', () => {
  const args = ['check', F, '--max', 'OBJ=50', '--max', 'Foo=60'];

  test('--format github: annotations, and a table in $GITHUB_STEP_SUMMARY', async () => {
    const summary = path.join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const env = { GITHUB_STEP_SUMMARY: summary };
    const { stdout, code } = await heapgraph([...args, '--format', 'github'], { env });
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^::error title=heapgraph%3A max OBJ=50::100 objects, at most 50%0A%0A.*%0A\(variable _cache of \/tmp\/corpus\/leak\.cjs\)\[0\]%0Afingerprint 9ced60f7$/,
      ),
      'heapgraph: 1 of 2 budgets kept',
      '',
    ]);
    const text = readFileSync(summary, 'utf8');
    expect(text).toMatch(/^before\n### heapgraph check /);
    expect(text).toContain('| **FAILED** | max OBJ=50 | 100 objects | at most 50 |');
    expect(text).toContain('\n    (variable _cache of /tmp/corpus/leak.cjs)[0]\n');
  });

  test('a summary that cannot be written is only noted', async () => {
    const env = { GITHUB_STEP_SUMMARY: path.join(folder, 'no/such/folder.md') };
    const { stderr, code } = await heapgraph(['check', F, '--max', 'Foo=60', '--format', 'github'], { env });
    expect(code).toBe(0);
    expect(stderr).toContain('cannot write the summary');
  });

  test('--format junit; -o report.xml is the same', async () => {
    const { stdout } = await heapgraph([...args, '--format', 'junit']);
    expect(stdout).toContain('<testsuites name="heapgraph" tests="2" failures="1" errors="0">');
    expect(stdout).toContain('<testcase classname="heapgraph.check" name="max Foo=60"/>');
    expect(stdout).toContain('<failure message="100 objects, at most 50" type="max">');
    const file = path.join(folder, 'report.xml');
    expect((await heapgraph([...args, '-o', file])).stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  test('--format json is --json; --format markdown, -o report.md', async () => {
    const [one, other] = await Promise.all([
      heapgraph([...args, '--format', 'json']),
      heapgraph([...args, '--json']),
    ]);
    expect(one).toEqual(other);
    const { stdout } = await heapgraph([...args, '--format', 'markdown']);
    const file = path.join(folder, 'report.md');
    await heapgraph([...args, '-o', file]);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  test('colour only in text', async () => {
    const env = { FORCE_COLOR: '1' };
    expect((await heapgraph(args, { env })).stdout).toContain('\x1b[');
    for (const format of ['github', 'junit', 'json', 'markdown'])
      expect((await heapgraph([...args, '--format', format], { env })).stdout).not.toContain('\x1b[');
  });
});

describe('hostile class names', () => {
  const EVIL = [
    '::error::owned\n::stop-commands::x',
    '##[group]x\r\n::set-env name=A::b',
    ']]></failure><script a="1" b=\'2\'>&amp;&',
    '|`x`|<b>[a](b)\n```',
    '\x1b[2J\x00\u202e\u2028\ufffe\ufeff\ud800%0A%',
  ];
  const input = snapshotBytes({
    root: EVIL.map((_, i) => `n${i}`),
    ...Object.fromEntries(EVIL.map((name, i) => [`n${i}`, { name }])),
  });

  async function checked(format: string): Promise<string> {
    const file = path.join(folder, 'evil.heapsnapshot');
    writeFileSync(file, input);
    const args = [
      'check',
      file,
      '--forbid',
      '/./',
      ...EVIL.flatMap((name) => ['--forbid', name.replace('\0', '')]),
    ];
    const { stdout, code } = await heapgraph([...args, '--format', format]);
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028\ufeff]/);
    return stdout;
  }

  test('text: a line for each budget', async () => {
    const lines = (await checked('text')).split('\n');
    expect(lines.slice(0, 6).every((line) => /^(FAILED|ok {4}) {2}forbid /.test(line))).toBe(true);
  });

  test('github: every line is ours', async () => {
    const lines = (await checked('github')).split('\n').slice(0, -1);
    for (const line of lines) {
      expect(line).toMatch(/^::error title=heapgraph%3A [^:,]*::|^heapgraph: \d of 6 budgets kept$/);
      expect(line).not.toContain('##[');
    }
    expect(lines.at(-1)).toMatch(/^heapgraph: /);
  });

  test('junit: well-formed, nothing but our elements', async () => {
    const xml = await checked('junit');
    expect(xml).not.toMatch(/[\ufffe\uffff]/);
    const tags = [...xml.matchAll(/<\/?([\w?]+)/g)].map((match) => match[1]);
    expect(new Set(tags)).toEqual(new Set(['?xml', 'testsuites', 'testsuite', 'testcase', 'failure']));
    for (const [, value] of xml.matchAll(/="([^"]*)"/g)) expect(value).not.toMatch(/[<>]/);
    expect(xml.replace(/&(amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
  });

  test('markdown: a table of four columns, code that cannot be left', async () => {
    const lines = (await checked('markdown')).split('\n');
    const table = lines.slice(0, lines.indexOf(''));
    expect(table).toHaveLength(8);
    for (const line of table) expect(line.replace(/\\\|/g, '').split('|')).toHaveLength(6);
    expect(lines.some((line) => line.startsWith('```'))).toBe(false);
  });

  test('json keeps the names as they are', async () => {
    const { rows } = JSON.parse(await checked('json')) as { rows: Row[] };
    expect(rows[0]?.failing.map(({ type }) => type)).toEqual(expect.arrayContaining(EVIL.slice(0, 4)));
  });
});

describe('baseline', () => {
  test('baseline B: on stdout, the same as in the file; --json is the same', async () => {
    const { stdout, stderr } = await heapgraph(['baseline', B]);
    expect(stdout).toBe(readFileSync(BASELINE, 'utf8'));
    expect(stderr).toBe('heapgraph: a baseline of 1 snapshot: 156 classes, 6.1 MB\n');
    expect((await heapgraph(['baseline', B, '--json'])).stdout).toBe(stdout);
  });

  test('diff and show-growth take it in place of a snapshot', async () => {
    const grown = await heapgraph(['show-growth', BASELINE, F, '--json']);
    const rows = (JSON.parse(grown.stdout) as { rows: unknown[] }).rows;
    const known = await heapgraph(['show-growth', B, F, '--json', '--by-class']);
    expect(rows).toEqual(
      (JSON.parse(known.stdout) as { rows: Record<string, unknown>[] }).rows.map((row) => ({
        ...row,
        snapshot: F,
      })),
    );
    const one = await heapgraph(['diff', BASELINE, F]);
    const other = await heapgraph(['diff', B, F, '--by-class']);
    expect(one.stdout).toBe(other.stdout);
    expect((await heapgraph(['diff', BASELINE, BASELINE])).stderr).toBe('heapgraph: nothing changed\n');
    const retained = await heapgraph(['show-growth', BASELINE, F, '--by', 'retained']);
    expect(retained.stdout).toBe((await heapgraph(['show-growth', B, F, '--by', 'retained'])).stdout);
  });

  test.each<[string[], RegExp]>([
    [['show-growth', BASELINE, F, '--detail'], /--detail needs snapshots of one process/],
    [['show-growth', BASELINE, F, '--raw'], /--raw needs snapshots, and .* is a baseline/],
    [['show-growth', BASELINE, F, '--shapes'], /--shapes needs snapshots/],
    [['diff', BASELINE, F, '--type', 'OBJ'], /--type needs two snapshots.*\n.*Baseline files have no ids/],
    [['diff', BASELINE, F, '--holders'], /--holders needs two snapshots.*\n.*Baseline files have no objects/],
    [['get-new-ids', BASELINE, F], /is a baseline: it has counts of classes, and no objects/],
    [['count', 'OBJ', '-s', BASELINE], /is a baseline/],
    [['baseline', BASELINE], /is a baseline/],
    [['baseline', B, '-o', 'no/such/folder.json'], /its folder does not exist/],
  ])('%j: exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
  });

  test('baseline: of the newest snapshot, which a note names; exit code 2 where there is none', async () => {
    const cwd = path.join(folder, 'without-names');
    mkdirSync(cwd);
    const none = await heapgraph(['baseline'], { cwd });
    expect([none.stdout, none.code]).toEqual(['', 2]);
    expect(none.stderr).toMatch(/no \*\.heapsnapshot file/);
    copyFileSync(B, path.join(cwd, 'one.heapsnapshot.gz'));
    const { stdout, stderr, code } = await heapgraph(['baseline'], { cwd });
    expect([stdout, code]).toEqual([(await heapgraph(['baseline', B])).stdout, 0]);
    expect(stderr).toContain('one.heapsnapshot.gz');
  });

  test('damaged, of another version, empty, another kind of JSON', async () => {
    const text = readFileSync(BASELINE, 'utf8');
    for (const [content, message] of [
      [text.slice(0, 2000), /no baseline that can be read: expected a whole JSON object, found damaged JSON/],
      [
        text.replace('baseline/1', 'baseline/7'),
        /expected "heapgraph-baseline\/1", found "heapgraph-baseline\/7"/,
      ],
      [text.replace('["array",', '[7,'), /nodeType.*expected a text, found 7/],
      ['', /is empty/],
      ['{"a":1}', /is not a heap snapshot.*first key is "a"/],
    ] as const) {
      const file = path.join(folder, 'damaged.json');
      writeFileSync(file, content);
      const { stdout, stderr, code } = await heapgraph(['diff', file, F]);
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/\n {2}\S/);
    }
  });

  test('formatted by another tool, and packed, it is still one', async () => {
    const value = JSON.parse(readFileSync(BASELINE, 'utf8')) as Record<string, unknown>;
    const { classes, ...facts } = value;
    const known = await heapgraph(['diff', BASELINE, F]);
    for (const [name, content] of [
      ['pretty.json', JSON.stringify({ classes, ...facts }, undefined, 4)],
      ['packed.json.gz', gzipSync(JSON.stringify(value))],
      ['bom.json', `\uFEFF${JSON.stringify(value)}`],
    ] as const) {
      writeFileSync(path.join(folder, name), content);
      const { stdout } = await heapgraph(['diff', name, F], { cwd: folder });
      expect(stdout, name).toBe(known.stdout);
    }
  });

  test('baseline B B, baseline B OTHER: one snapshot twice, and two processes, are noted', async () => {
    const twice = await heapgraph(['baseline', B, B]);
    expect(twice.stderr).toContain('are one snapshot twice: the noise comes out too small');
    const other = await heapgraph(['baseline', B, fixturePath('node22-before')]);
    expect(other.stderr).toContain('seem to be of two processes: what they differ by counts as noise');
    expect([twice.code, other.code]).toEqual([0, 0]);
  });

  test('of several snapshots: growth within --sigma is noise', async () => {
    const file = path.join(folder, 'idle.json');
    const { stderr } = await heapgraph(['baseline', B, F, '-o', file]);
    expect(stderr).toBe('heapgraph: a baseline of 2 snapshots: 159 classes, 6.7 MB\n');
    const quiet = await heapgraph(['show-growth', file, F]);
    expect(quiet.stdout).toBe('');
    expect(quiet.stderr).toMatch(/15 classes grew within 3 standard deviations of the baseline: noise/);
    const loud = await heapgraph(['show-growth', file, F, '--sigma', '0', '--all', '--json']);
    expect((JSON.parse(loud.stdout) as { rows: Row[] }).rows).toHaveLength(15);
    const args = ['check', F, '--max-growth', '*=10,10%', '--baseline', file];
    const kept = await heapgraph(args);
    expect(kept.code).toBe(0);
    expect(kept.stdout).toMatch(/^ok .*; 3 more classes beyond it within noise\n$/);
    expect(kept.stderr).toContain('3 classes grew within 3 standard deviations');
    const one = await heapgraph(['check', F, '--max-growth', 'OBJ=10', '--baseline', file]);
    expect(one.stdout).toBe(
      'ok      max-growth OBJ=10  +50 objects (50 before), at most +10; within noise\n',
    );
    expect((await heapgraph([...args, '--sigma', '0'])).code).toBe(1);
  });
});

describe('config files', () => {
  const home = mkdtempSync(path.join(folder, 'config-'));
  const deep = path.join(home, 'a/b');
  mkdirSync(deep, { recursive: true });
  const config = path.join(home, 'heapgraph.config.json');
  const write = (value: unknown): void => writeFileSync(config, JSON.stringify(value));
  const run = (...args: string[]) => heapgraph(args, { cwd: deep });

  test('is found above; paths are relative to it; the command line wins for the same classes', async () => {
    writeFileSync(path.join(home, 'base.json'), readFileSync(BASELINE));
    write({
      baseline: 'base.json',
      budgets: { max: { OBJ: 100, Foo: 10 }, maxGrowth: { OBJ: '200%,200' }, forbid: ['Nope'] },
    });
    expect((await run('check', F)).stderr).toContain(
      'budgets.maxGrowth["OBJ"]: expected a number of objects',
    );
    write({
      baseline: 'base.json',
      budgets: { max: { OBJ: 100, Foo: 10 }, maxGrowth: { OBJ: '200,200%' }, forbid: ['Nope'] },
    });
    const { stdout, code } = await run('check', F, '--max', 'Foo=51');
    expect(stdout.split('\n')).toEqual([
      'ok      max OBJ=100              100 objects, at most 100',
      'ok      max Foo=51               51 objects, at most 51',
      'ok      max-growth OBJ=200,200%  +100 objects (0 before), at most +200',
      'ok      forbid Nope              0 objects, none allowed',
      '',
    ]);
    expect(code).toBe(0);
    expect((await run('check', F)).code).toBe(1);
  });

  test('growth without a baseline: the file and the key are named, and how to do without', async () => {
    write({ budgets: { maxGrowth: { OBJ: '10' } } });
    const { stderr, code } = await run('check', F);
    expect(stderr).toBe(
      [
        'heapgraph: ../../heapgraph.config.json: budgets.maxGrowth needs a baseline, and none is named',
        '  Name one: --baseline before.heapsnapshot, or "baseline" in the file; --no-config leaves the file out.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(2);
    expect((await run('check', F, '--max-growth', 'Foo=1')).stderr).toContain(
      '--max-growth needs a baseline',
    );
    expect((await run('check', F, '--baseline', B)).stderr).not.toContain('needs a baseline');
  });

  test('--config FILE, --no-config', async () => {
    const other = path.join(folder, 'other.json');
    writeFileSync(other, '{"budgets":{"forbid":["OBJ"]}}');
    expect((await run('check', F, '--config', other)).stdout).toContain('FAILED  forbid OBJ');
    expect((await run('check', F, '--no-config')).stderr).toContain('there is no budget to check');
    expect((await run('check', F, '--config', 'gone.json')).stderr).toContain('gone.json: no such file');
    expect((await run('check', F, '--config', folder)).stderr).toContain('it is a folder');
  });

  test('sigma for show-growth', async () => {
    const idle = path.join(home, 'idle.json');
    await heapgraph(['baseline', B, F, '-o', idle]);
    write({ sigma: 0 });
    expect((await run('show-growth', idle, F)).stdout).toContain('OBJ');
    expect((await run('show-growth', idle, F, '--sigma', '3')).stdout).toBe('');
  });

  test.each([
    ['', /expected JSON.*it is empty/],
    ['{"budgets":', /expected JSON, found something else/],
    ['{"budgets":{"max":{"Foo":"x"}}}', /budgets\.max\["Foo"\]: expected a whole number.*found "x"/],
    ['{"colour":1}', /colour is not a key of it/],
  ])('%j: exit code 2, the file is named', async (content, message) => {
    writeFileSync(config, content);
    const { stdout, stderr, code } = await run('check', F);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('heapgraph: ../../heapgraph.config.json: ');
  });
});

describe('init', () => {
  const validate = new Ajv().compile(
    JSON.parse(readFileSync(new URL('../../heapgraph.schema.json', import.meta.url), 'utf8')) as object,
  );
  const home = mkdtempSync(path.join(folder, 'init-'));
  const file = path.join(home, 'heapgraph.config.json');
  const read = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

  test('init: a config file that check accepts; a second time it refuses', async () => {
    const { stdout, stderr, code } = await heapgraph(['init'], { cwd: home });
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr.split('\n').sort()).toEqual([
      '',
      'heapgraph: $schema is for editors, where the project depends on heapgraph: elsewhere delete the line',
      'heapgraph: written to heapgraph.config.json',
    ]);
    expect(validate(read())).toBe(true);
    expect((await heapgraph(['check', F], { cwd: home })).code).toBe(0);
    const again = await heapgraph(['init'], { cwd: home });
    expect([again.stdout, again.code]).toEqual(['', 2]);
    expect(again.stderr).toContain('heapgraph.config.json is there already\n  --force replaces it');
  });

  test('init F --force: budgets for the five largest classes of the program itself', async () => {
    expect((await heapgraph(['init', F, '--force'], { cwd: home })).code).toBe(0);
    expect(read()).toMatchObject({
      budgets: { max: { Parent: 15, Foo: 77, OBJ: 150, Child: 75, Weakly: 3 }, maxTotal: '11MB' },
    });
    expect(validate(read())).toBe(true);
    const { stdout, stderr, code } = await heapgraph(['check', F], { cwd: home });
    expect([stdout.match(/^ok/gm)?.length, stderr, code]).toEqual([6, '', 0]);
  });

  test('init -o other.json; init -o -; init gone.heapsnapshot leaves nothing', async () => {
    const other = path.join(home, 'other.json');
    await heapgraph(['init', '-o', other]);
    expect(validate(JSON.parse(readFileSync(other, 'utf8')))).toBe(true);
    expect((await heapgraph(['init', '-o', '-'])).stdout).toBe(readFileSync(other, 'utf8'));
    const gone = await heapgraph(['init', 'gone.heapsnapshot', '-o', path.join(home, 'third.json')]);
    expect(gone.code).toBe(2);
    expect(() => readFileSync(path.join(home, 'third.json'))).toThrow();
  });

  test('init: a class whose name looks like a pattern stays that class', async () => {
    const plain = await heapgraph(['init', '-o', '-', fixturePath('chromium156')]);
    expect(JSON.parse(plain.stdout)).toMatchObject({ budgets: { max: { Widget: 150 } } });
  });
});

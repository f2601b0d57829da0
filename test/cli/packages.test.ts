/** packages: a program whose packages keep known bytes, in three versions of Node.js. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { expressPath, fixturePath } from '../support/fixtures.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/packages/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');

beforeAll(() => {
  mkdirSync(path.join(folder, 'shop'));
  execFileSync(process.execPath, [path.join(FIXTURES, 'make.cjs'), path.join(folder, 'shop'), '2.2.0', LIVE]);
}, 60_000);

interface Owner {
  readonly kind: string;
  readonly package: string;
  readonly version: string | null;
  readonly exclusiveSize: number;
  readonly retainedSize: number;
  readonly sharedSize: number;
  readonly codeSize: number;
}

async function packages(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['packages', ...line, '--json']);
  const answer = JSON.parse(stdout) as { readonly rows: readonly Owner[]; readonly totalSize: number };
  const sum = answer.rows.reduce((bytes, { exclusiveSize }) => bytes + exclusiveSize, 0);
  const of = Object.fromEntries(answer.rows.map((row) => [row.package, row]));
  return { ...answer, sum, of, stderr, code };
}

/** Bytes of a flat text, one byte a character. */
const text = (length: number): number => 16 + Math.ceil(length / 8) * 8;

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20-after.heapsnapshot.br'), undefined],
  ['Node.js 24', path.join(FIXTURES, 'node24-after.heapsnapshot.br'), undefined],
  ['this Node.js', LIVE, '3.0.1'],
])('%s', (_, file, version) => {
  const QUEUE = version === undefined ? '@acme/queue' : `@acme/queue@${version}`;
  const POOL = version === undefined ? 'tiny-pool' : 'tiny-pool@0.4.2';

  test('packages: every byte once, for whom holds it', async () => {
    const { of, sum, totalSize, rows, code, stderr } = await packages(file);
    expect([code, sum]).toEqual([0, totalSize]);
    expect(rows.map((row) => [row.kind, row.package, row.version])).toEqual([
      ['package', 'big-cache@2.2.0', '2.2.0'],
      ['package', QUEUE, version ?? null],
      ['package', POOL, version === undefined ? null : '0.4.2'],
      ['app', 'app', null],
      ['node', 'node:', null],
      ['v8', 'V8', null],
      ['shared', '(shared)', null],
    ]);
    // What the program says that they keep; the rest of a row are the objects and the code around it.
    const cases: [string, number, number][] = [
      ['big-cache@2.2.0', 150 * text(10_000), 25_000],
      [QUEUE, 19 * text(1000), 8000],
      [POOL, 5 * text(4000), 5000],
      ['app', 100 * text(500), 30_000],
      ['(shared)', text(20_000), 5000],
    ];
    for (const [name, least, around] of cases) {
      expect(of[name]!.exclusiveSize, name).toBeGreaterThan(least);
      expect(of[name]!.exclusiveSize, name).toBeLessThan(least + around);
    }
    const [queue, pool] = [of[QUEUE]!, of[POOL]!];
    expect(queue.retainedSize - queue.exclusiveSize).toBeGreaterThan(5 * text(4000));
    expect(pool.retainedSize).toBe(pool.exclusiveSize);
    for (const name of ['big-cache@2.2.0', QUEUE])
      expect(of[name]!.sharedSize, name).toBeGreaterThan(text(20_000));
    expect(pool.sharedSize).toBeLessThan(5000);
    for (const row of rows) expect(row.codeSize).toBeLessThanOrEqual(row.exclusiveSize);
    expect(stderr.includes('installed on this machine')).toBe(version !== undefined);
  });

  test("packages --where 'type = string': texts alone, and they add up", async () => {
    const { of, sum, totalSize } = await packages(file, '--where', 'type = string');
    expect(sum).toBe(totalSize);
    expect(of['big-cache@2.2.0']!.exclusiveSize).toBeGreaterThanOrEqual(150 * text(10_000));
    expect(of['big-cache@2.2.0']!.exclusiveSize).toBeLessThan(150 * text(10_000) + 6000);
  });
});

test('packages node24-after: exact numbers', async () => {
  const { rows, totalSize } = await packages(path.join(FIXTURES, 'node24-after.heapsnapshot.br'));
  expect(totalSize).toBe(7_625_082);
  expect(
    rows.map((row) => [row.package, row.exclusiveSize, row.retainedSize, row.sharedSize, row.codeSize]),
  ).toEqual([
    ['big-cache@2.2.0', 1_524_584, 1_524_584, 21_480, 3264],
    ['@acme/queue', 25_496, 45_976, 21_480, 2856],
    ['tiny-pool', 23_264, 23_264, 1464, 1168],
    ['app', 70_120, 70_120, 1392, 8656],
    ['node:', 4_864_809, 4_864_809, 0, 3_241_494],
    ['V8', 1_095_329, 1_095_329, 0, 319_504],
    ['(shared)', 21_480, 21_480, 0, 0],
  ]);
});

test('packages express-final: many packages, and their order', async () => {
  const file = expressPath('final');
  const { rows, sum, totalSize } = await packages(file, '--all');
  expect([rows.filter(({ kind }) => kind === 'package').length, sum]).toEqual([68, totalSize]);
  const byName = await packages(file, '--sort', 'name', '--limit', '3');
  expect(byName.rows.slice(0, 3).map((row) => row.package)).toEqual([
    'accepts',
    'async-function',
    'async-generator-function',
  ]);
  const byRetained = (await packages(file, '--sort', 'retained')).rows.filter(
    ({ kind }) => kind === 'package',
  );
  for (const [i, row] of byRetained.slice(1).entries())
    expect(row.retainedSize).toBeLessThanOrEqual(byRetained[i]!.retainedSize);
  const { stdout, stderr } = await heapgraph(['packages', file, '--limit', '2']);
  expect(stdout).toMatch(
    /^8,742,577 bytes = packages [\d,]+, app [\d,]+, shared [\d,]+, node: [\d,]+, V8 [\d,]+\n/,
  );
  expect(stderr).toMatch(/66 more packages with [\d,]+ bytes; --all shows them/);
});

test('packages chromium156: no packages, and that is said', async () => {
  const { rows, stderr, code } = await packages(fixturePath('chromium156'));
  expect(rows.map((row) => row.kind)).toEqual(['app', 'v8']);
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('no function or object of a package was found'),
  ]);
});

test('packages before after: the differences add up, and the package that keeps more is named', async () => {
  const files = ['before', 'after'].map((step) => path.join(FIXTURES, `node24-${step}.heapsnapshot.br`));
  const { stdout, code } = await heapgraph(['packages', ...files, '--json']);
  const { rows, ...answer } = JSON.parse(stdout) as {
    readonly rows: readonly Record<string, number | string | null>[];
    readonly totalSize: number;
    readonly totalDelta: number;
    readonly totalSizes: readonly number[];
  };
  const sum = rows.reduce((bytes, row) => bytes + Number(row.exclusiveDelta), 0);
  expect([code, sum, answer.totalSizes]).toEqual([0, answer.totalDelta, [6_613_498, 7_625_082]]);
  expect(answer.totalDelta).toBe(7_625_082 - 6_613_498);
  expect(rows[0]).toMatchObject({
    package: 'big-cache@2.1.0 → 2.2.0',
    name: 'big-cache',
    versionBefore: '2.1.0',
    version: '2.2.0',
    exclusiveBefore: 513_000,
    exclusiveAfter: 1_524_584,
    exclusiveDelta: 1_011_584,
    exclusiveSizes: [513_000, 1_524_584],
  });
  const csv = (await heapgraph(['packages', ...files, '--csv'])).stdout.split('\n');
  expect(csv[1]).toMatch(/^513000,1524584,1011584,/);
  expect((await heapgraph(['packages', ...files])).stdout).toMatch(
    /^\+1,011,584 bytes = packages \+1,011,584, app 0, /,
  );
});

test('packages of Node.js 20 and 24: differences of two programs add up, too', async () => {
  const { stdout } = await heapgraph([
    'packages',
    path.join(FIXTURES, 'node20-after.heapsnapshot.br'),
    path.join(FIXTURES, 'node24-before.heapsnapshot.br'),
    path.join(FIXTURES, 'node24-after.heapsnapshot.br'),
    '--json',
  ]);
  const { rows, totalDelta } = JSON.parse(stdout) as { rows: Record<string, number>[]; totalDelta: number };
  expect(rows.reduce((bytes, row) => bytes + row.exclusiveDelta!, 0)).toBe(totalDelta);
  expect(rows.find((row) => String(row.package).startsWith('big'))).toMatchObject({
    package: 'big-cache@2.2.0 → 2.1.0',
  });
});

test('packages --team CODEOWNERS: sums as before, in differences, too', async () => {
  const map = path.join(folder, 'CODEOWNERS');
  writeFileSync(map, '* @acme/core\nnode_modules/big-cache/ @acme/platform dev@acme.org # the cache\n');
  const after = path.join(FIXTURES, 'node24-after.heapsnapshot.br');
  const before = path.join(FIXTURES, 'node24-before.heapsnapshot.br');
  const [apart, teams, byPackage, { stdout }] = await Promise.all([
    packages(after),
    packages('--team', map, after),
    packages('--team', map, '--by', 'package', after),
    heapgraph(['packages', '--team', map, before, after, '--json']),
  ]);
  expect(teams.rows.map(({ kind, package: team }) => [kind, team])).toEqual([
    ['team', '@acme/platform dev@acme.org'],
    ['team', '@acme/core'],
    ['app', '(no team)'],
    ['node', 'node:'],
    ['v8', 'V8'],
    ['shared', '(shared)'],
  ]);
  expect([teams.sum, teams.totalSize]).toEqual([apart.totalSize, apart.totalSize]);
  expect(teams.of['@acme/platform dev@acme.org']!.exclusiveSize).toBe(
    apart.of['big-cache@2.2.0']!.exclusiveSize,
  );
  expect(teams.of['@acme/core']!.exclusiveSize).toBe(apart.of.app!.exclusiveSize);
  expect(byPackage.rows).toEqual(apart.rows);
  const answer = JSON.parse(stdout);
  const deltas = answer.rows.map((row: { exclusiveDelta: number }) => row.exclusiveDelta);
  expect([answer.by, deltas.reduce((sum: number, one: number) => sum + one, 0)]).toEqual([
    'team',
    answer.totalDelta,
  ]);
});

test('packages --team: what is no map, and what is missing', async () => {
  const map = path.join(folder, 'wrong');
  writeFileSync(map, '* @a\n!src @b\n');
  const file = path.join(FIXTURES, 'node24-after.heapsnapshot.br');
  const ask = async (...line: string[]) => {
    const { stderr, code } = await heapgraph(['packages', ...line, file]);
    return [code, stderr.split('\n')[0]];
  };
  expect(await ask('--team', map)).toEqual([
    2,
    expect.stringContaining('wrong, line 2: expected a pattern without "!"'),
  ]);
  expect(await ask('--team', path.join(folder, 'absent'))).toEqual([
    2,
    expect.stringContaining('absent cannot be read: no such file'),
  ]);
  expect(await ask('--by', 'team')).toEqual([2, expect.stringContaining('rows by team need a file')]);
  expect(await ask('--by', 'class')).toEqual([2, expect.stringContaining('rows are by package or team')]);
});

/** select, heap, patterns, cycles: a program whose partitions, referrers and cycles are known, in three versions of Node.js. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/queries/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'rings.cjs'), LIVE]);
});

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(...line: readonly string[]): Promise<readonly Row[]> {
  const { stdout, code } = await heapgraph([...line, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout).rows;
}

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 24', path.join(FIXTURES, 'node24.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test.each([
    ['class = Session', 40],
    ['Session and closed = true', 10],
    ['Session and prop("until") = null', 20],
    ['Session and prop("until") = undefined', 20],
    ['Profile and heldby(Session)', 40],
    ['Session and holds(Child)', 0],
    ['class in (Parent, Child)', 24],
    ['Link and reaches(Link)', 7],
    ['Waiter and has("done")', 9],
    ['Profile and dominatedby(Map)', 40],
  ])('select %j --count', async (query, count) => {
    const { stdout } = await heapgraph(['select', query, file, '--count']);
    expect(stdout).toBe(`${count}\n`);
  });

  test('heap --by class, and --by referrers: who alone refers to a Profile and a Child', async () => {
    const classes = await rowsOf(
      'heap',
      file,
      '--by',
      'class',
      '--where',
      'class in (Session, Parent, Waiter)',
    );
    expect(classes.map(({ kind, count }) => [kind, count])).toEqual([
      ['Session', 40],
      ['Parent', 12],
      ['Waiter', 9],
    ]);
    const referrers = await rowsOf('heap', file, '--by', 'referrers', '--where', 'class in (Profile, Child)');
    expect(referrers.map(({ kind, count }) => [kind, count])).toEqual([
      ['Session', 40],
      ['Parent', 12],
    ]);
  });

  test('patterns Profile: 40 Sessions, one Map, one variable', async () => {
    const rows = await rowsOf('patterns', 'Profile', file, '--limit', '1');
    expect(rows.slice(0, 4).map(({ type, via, count }) => [type, via, count])).toEqual([
      ['Profile', null, 40],
      ['Session', '.profile', 40],
      ['Map', '[…]', 1],
      ['system / Context', 'variable sessions', 1],
    ]);
  });

  test('patterns Parent: the Child that it has is a cycle', async () => {
    const rows = await rowsOf('patterns', 'Parent', file);
    expect(rows).toContainEqual(expect.objectContaining({ type: 'Child', via: '.parent', count: 12 }));
    expect(rows).toContainEqual(expect.objectContaining({ type: 'Parent', via: '.child', cycle: true }));
  });

  test('patterns Profile --to-root: all 40 hang on the variable', async () => {
    const rows = await rowsOf('patterns', 'Profile', file, '--to-root');
    expect(rows).toContainEqual(
      expect.objectContaining({ type: 'Map', via: 'variable sessions', count: 40 }),
    );
  });

  test('cycles: a ring of seven, and twelve pairs', async () => {
    const rows = await rowsOf('cycles', file, '--limit', '20');
    expect(rows).toHaveLength(13);
    const counts = rows.map(({ count }) => count);
    expect(counts).toEqual([7, ...Array.from({ length: 12 }, () => 2)]);
    const [ring, pair] = rows as readonly (Row & { readonly chain: readonly Row[] })[];
    expect(ring!.chain.map(({ type }) => type)).toEqual(Array.from({ length: 8 }, () => 'Link'));
    expect(pair!.chain.map(({ type }) => type).sort()).toEqual(
      [pair!.chain[0]!.type, 'Child', 'Parent'].sort(),
    );
    expect(await rowsOf('cycles', file, '--where', 'Parent', '--limit', '20')).toHaveLength(12);
  });
});

/** select, heap, patterns and cycles, and queries where other commands take them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { expressPath, fixturePath } from '../support/fixtures.js';

const [BASELINE, TARGET, FINAL] = (['baseline', 'target', 'final'] as const).map(expressPath) as [
  string,
  string,
  string,
];
const A = fixturePath('node26-after');
const folder = temporaryFolder();

const json = async (
  ...args: string[]
): Promise<Record<string, never> & { rows: Record<string, unknown>[] }> =>
  JSON.parse((await heapgraph([...args, '--json', '-q'])).stdout);

describe('select', () => {
  test('select AuditEntry --count: as count', async () => {
    const [selected, counted] = await Promise.all([
      heapgraph(['select', 'AuditEntry', FINAL, '--count']),
      heapgraph(['count', 'AuditEntry', FINAL]),
    ]);
    expect(selected).toEqual({ stdout: '420\n', stderr: '', code: 0 });
    expect(counted.stdout).toBe('420\n');
  });

  test('new and died: the two directions of one comparison', async () => {
    const came = await heapgraph(['select', 'AuditEntry and new', FINAL, '--before', TARGET, '--count']);
    expect(came.stdout).toBe('100\n');
    const died = await json('select', 'died', TARGET, '--before', BASELINE, '--by', 'class');
    const diff = await json('diff', BASELINE, TARGET, '--all');
    const deleted = diff.rows.reduce((sum, { deletedCount }) => sum + Number(deletedCount), 0);
    // DevTools leaves out nodes without a size.
    expect(Number(died.count)).toBeGreaterThanOrEqual(deleted);
  });

  test('ids of a file: set algebra', async () => {
    const file = path.join(folder, 'target.ids');
    await heapgraph(['select', 'AuditEntry', TARGET, '--ids', '-o', file]);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(321);
    const query = `AuditEntry and not set("${file}")`;
    expect((await heapgraph(['select', query, FINAL, '--count'])).stdout).toBe('100\n');
    const missing = await heapgraph(['select', 'set("gone.ids")', FINAL]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('gone.ids')]);
  });

  test('--sum retained is the retained set; --sum shallow the sum', async () => {
    const { rows } = await json('select', 'AuditEntry', FINAL, '--all');
    const shallow = rows.reduce((sum, row) => sum + Number(row.shallowSize), 0);
    expect((await heapgraph(['select', 'AuditEntry', FINAL, '--sum', 'shallow'])).stdout).toBe(
      `${shallow}\n`,
    );
    const retained = await heapgraph(['select', 'AuditEntry', FINAL, '--sum', 'retained']);
    const all = await json('retained', 'AuditEntry', FINAL, '--pick', 'all');
    expect(Number(retained.stdout)).toBeGreaterThanOrEqual(shallow);
    expect(JSON.stringify(all)).toContain(retained.stdout.trim());
  });

  test.each([
    [['select', 'AuditEntry', FINAL, '--count', '--ids'], /two answers/],
    [['select', 'AuditEntry and new', FINAL], /compares two snapshots/],
    [['select', 'new and died', FINAL, '--before', TARGET], /later snapshot/],
    [['select', 'type = objekt', FINAL], /no type "objekt"/],
    [['select', 'AuditEntry and', FINAL], /column|the end/],
    [['heap', '--where', 'AuditEntry and new', FINAL], /relative-to/],
    [['heap', '--by', 'generation', FINAL], /relative-to/],
    [['patterns', 'retaind > 1mb', FINAL], /Did you mean retained/],
  ])('%j: exit code 2', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
  });

  test('a mistake has carets below it', async () => {
    const { stderr } = await heapgraph(['select', 'AuditEntry and retaind > 1', FINAL]);
    expect(stderr.split('\n').slice(1, 3)).toEqual([
      '  AuditEntry and retaind > 1',
      `  ${' '.repeat(15)}^^^^^^^`,
    ]);
  });

  test('--fail-if-none', async () => {
    expect((await heapgraph(['select', 'Nothing and retained > 1', FINAL, '--fail-if-none'])).code).toBe(1);
  });
});

describe('heap', () => {
  test('by class: the counts and sizes of typestats', async () => {
    const [heap, stats] = await Promise.all([json('heap', A, '--all'), json('typestats', A)]);
    const sizes = new Map(stats.rows.map((row) => [row.type, [row.count, row.shallowSize]]));
    const shown = heap.rows.filter((row) => sizes.has(row.kind));
    expect(shown.length).toBeGreaterThan(50);
    const bytes = heap.rows.reduce((sum, row) => sum + Number(row.size), 0);
    expect(bytes).toBe(Number(stats.totalSize));
    for (const row of shown) expect(row.size).toBe(sizes.get(row.kind)![1]);
  });

  test('--sizes retained: the retained sizes of typestats', async () => {
    const [heap, stats] = await Promise.all([
      json('heap', A, '--all', '--sizes', 'retained'),
      json('typestats', A, '--retained'),
    ]);
    const sizes = new Map(stats.rows.map((row) => [row.type, row.retainedSize]));
    for (const row of heap.rows)
      if (sizes.has(row.kind)) expect([row.kind, row.retainedSize]).toEqual([row.kind, sizes.get(row.kind)]);
  });

  test('--relative-to: what came since', async () => {
    const { rows } = await json('heap', FINAL, '--relative-to', BASELINE, '--where', 'AuditEntry');
    expect(rows).toMatchObject([{ kind: 'AuditEntry', count: 300 }]);
  });

  test('the text: a heading, ten rows', async () => {
    const { stdout, stderr } = await heapgraph(['heap', FINAL]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Partition of a set of [\d,]+ objects\. Total size = [\d,]+ bytes\.$/);
    expect(lines).toHaveLength(12);
    expect(stderr).toMatch(/<\d+ more rows>/);
  });
});

test('patterns: from objects up, and from the roots down', async () => {
  const up = await json('patterns', 'AuditEntry', FINAL);
  expect(up.rows.slice(0, 2)).toMatchObject([
    { depth: 0, type: 'AuditEntry', count: 420 },
    { depth: 1, type: 'Array', via: '[…]', count: 1 },
  ]);
  const down = await json('patterns', 'AuditEntry', FINAL, '--to-root');
  expect(down.rows.at(-1)).toMatchObject({ type: 'AuditEntry', count: 420 });
  expect((await heapgraph(['patterns', 'Nothing', FINAL])).code).toBe(1);
});

test('cycles --where: only those with such an object', async () => {
  const all = await json('cycles', FINAL, '--limit', '1000');
  expect(all.rows.length).toBeGreaterThan(10);
  const none = await heapgraph(['cycles', FINAL, '--where', 'AuditEntry']);
  expect([none.stdout, none.code]).toEqual(['', 0]);
  expect(none.stderr).toContain('no cycle');
});

describe('queries in other commands', () => {
  test('find-backref-chain, retained, show-backrefs --filter', async () => {
    const query = 'class = AuditEntry and edges > 1';
    const chain = await heapgraph(['find-backref-chain', query, FINAL]);
    expect(chain.stdout).toContain('auditLog');
    const retained = await heapgraph([
      'retained',
      'id in (@63741, @63769)',
      FINAL,
      '--pick',
      'all',
      '--json',
    ]);
    expect(retained.code).toBe(0);
    const picture = await heapgraph(['show-backrefs', '@63741', FINAL, '--filter', 'not type = closure']);
    expect(picture.stdout).toContain('digraph');
    const wrong = await heapgraph(['find-backref-chain', 'AuditEntry and retaind > 1', FINAL]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean retained?')]);
  });
});

describe('pictures of merged trees and of cycles', () => {
  const draw = async (file: string, ...line: readonly string[]): Promise<string> => {
    const target = path.join(folder, file);
    const { code, stderr } = await heapgraph([...line, '-o', target, '-q']);
    expect([code, stderr]).toEqual([0, '']);
    return readFileSync(target, 'latin1');
  };

  test('patterns AuditEntry --depth 2 -o up.dot: referrers above, with counts and bytes', async () => {
    const dot = await draw('up.dot', 'patterns', 'AuditEntry', FINAL, '--depth', '2');
    expect(dot).toContain('420 × AuditEntry\\n16.8 kB'.replace('×', Buffer.from('×').toString('latin1')));
    expect(dot).toMatch(/"o2" -> "o1" \[\s+label = " \[/);
    expect(dot).toMatch(/"o3" -> "o2" \[\s+label = " variable auditLog"/);
  });

  test("patterns '(concatenated string)' --to-root -o down.svg: from the roots, the rest counted", async () => {
    const svg = await draw(
      'down.svg',
      'patterns',
      '(concatenated string)',
      FINAL,
      '--to-root',
      '--limit',
      '2',
    );
    expect(svg).toContain('<svg');
    expect(svg).toContain('BuiltinModule');
    expect(svg).toContain('more references');
  });

  test('patterns Nothing -o nothing.svg: no file', async () => {
    const target = path.join(folder, 'nothing.svg');
    expect((await heapgraph(['patterns', 'Nothing', FINAL, '-o', target])).code).toBe(1);
    expect(() => readFileSync(target)).toThrow();
  });

  test('cycles --limit 1 -o cycle.dot: a way round', async () => {
    const dot = await draw('cycle.dot', 'cycles', FINAL, '--limit', '1');
    expect(dot).toContain('"o68681" -> "o68679"');
    expect(dot).toContain('"o68679" -> "o68681"');
    expect((await draw('cycle.png', 'cycles', FINAL, '--limit', '1')).slice(1, 4)).toBe('PNG');
  });
});

describe('count and by-type', () => {
  test("count 'AuditEntry and retained > 1' AuditEntry '/^AuditEn/' 'class in (…)': as select --count", async () => {
    const queries = [
      'AuditEntry and retained > 1',
      'AuditEntry',
      '/^AuditEn/',
      'class in (AuditEntry, Array)',
      '@1',
    ];
    const { rows } = await json('count', ...queries, '-s', FINAL);
    const selected = await Promise.all(
      queries.map((query) => heapgraph(['select', query, FINAL, '--count'])),
    );
    expect(rows.map(({ count }) => `${String(count)}\n`)).toEqual(selected.map(({ stdout }) => stdout));
    expect(rows.map(({ matches }) => matches)).toEqual([
      undefined,
      undefined,
      ['AuditEntry'],
      expect.arrayContaining(['AuditEntry', 'Array']),
      undefined,
    ]);
  });

  test('count: what cannot be asked, and what fits nothing', async () => {
    const two = await heapgraph(['count', 'AuditEntry and new', FINAL]);
    expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('"new" compares two snapshots')]);
    const none = await heapgraph(['count', 'AuditEntry and retained > 1gb', FINAL, '--fail-if-none']);
    expect([none.code, none.stdout]).toEqual([1, '0\n']);
    expect(none.stderr).toContain('no object fits AuditEntry and retained > 1gb');
    const wrong = await heapgraph(['count', 'AuditEntry and retaind > 1', FINAL]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean retained?')]);
  });

  test("by-type 'AuditEntry and edges > 3' --ids: as select --ids", async () => {
    const query = 'AuditEntry and edges > 3';
    const [listed, selected] = await Promise.all([
      heapgraph(['by-type', query, FINAL, '--ids']),
      heapgraph(['select', query, FINAL, '--ids']),
    ]);
    expect(listed.stdout).toBe(selected.stdout);
    expect(listed.stdout).not.toBe('');
    const { rows } = await json('by-type', '/^AuditEn/', FINAL, '--limit', '1');
    expect(rows[0]).toMatchObject({ type: 'AuditEntry' });
  });
});

test('sets of ids as targets, and in options: retained, dominators, show-backrefs, --ignore', async () => {
  const file = path.join(folder, 'some.ids');
  await heapgraph(['select', 'AuditEntry', FINAL, '--ids', '--limit', '7', '-o', file, '-q']);
  const set = `set(${JSON.stringify(file)})`;
  expect(await json('retained', set, FINAL)).toMatchObject({ members: 7 });
  const picture = await json('show-backrefs', set, FINAL, '--pick', 'all');
  const nodes = picture.nodes as unknown as { readonly asked: boolean; readonly merged?: number }[];
  const asked = nodes.filter((node) => node.asked);
  expect(asked.reduce((sum, { merged = 1 }) => sum + merged, 0)).toBe(7);
  const chain = await heapgraph(['find-backref-chain', 'AuditEntry', FINAL, '--ignore', `${set} and root`]);
  expect(chain.code).toBe(0);
  expect((await json('count', set, `${set} and not AuditEntry`, '-s', FINAL)).rows).toMatchObject([
    { count: 7 },
    { count: 0 },
  ]);
  const missing = await heapgraph(['retained', 'set("gone.ids")', FINAL]);
  expect([missing.code, missing.stderr]).toEqual([
    2,
    expect.stringContaining('cannot read ids from gone.ids'),
  ]);
  const patterns = await json('retained', '/^AuditEn/ or /^Nothing/', FINAL);
  expect(patterns).toMatchObject({ members: 420 });
});

test('dominators --where QUERY: the topmost, which together keep what all of them keep', async () => {
  const query = 'type = object and origin = program';
  const { rows, ...rest } = await json('dominators', '--where', query, FINAL, '--depth', '1', '--all');
  expect(rest.omitted).toBe(0);
  const tops = rows.filter(({ depth }) => depth === 0);
  const kept = await heapgraph(['select', query, FINAL, '--sum', 'retained']);
  const sum = tops.reduce((total, { retainedSize }) => total + Number(retainedSize), 0);
  expect(tops.length).toBeGreaterThan(1);
  expect(Number(kept.stdout)).toBeGreaterThanOrEqual(sum);
  const sizes = tops.map(({ retainedSize }) => Number(retainedSize));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  const first = await json('dominators', '--where', query, FINAL, '--limit', '1');
  expect(first).toMatchObject({ omitted: tops.length - 1 });
  const none = await heapgraph(['dominators', '--where', 'retained > 1gb', FINAL]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no object fits retained > 1gb')]);
  const twice = await heapgraph(['dominators', 'AuditEntry', '--where', query, FINAL]);
  expect(twice.code).toBe(2);
});

describe('a class that is not there is probably misspelt', () => {
  test.each([
    ['cut Sesion', 'Sesion', 'Session'],
    ["select 'class = Sokcet and shallow > 1'", 'Sokcet', 'Socket'],
    ["select 'class in (Sokcet, Socket)'", 'Sokcet', 'Socket'],
    ['patterns Sokcet', 'Sokcet', 'Socket'],
    ['select Sokcet --by type', 'Sokcet', 'Socket'],
    ['cycles --where Sokcet', 'Sokcet', 'Socket'],
    ['garbage --where Sokcet', 'Sokcet', 'Socket'],
    ['heap --where Sokcet', 'Sokcet', 'Socket'],
    ['dominators --where Sokcet', 'Sokcet', 'Socket'],
    ['dead --class Sokcet', 'Sokcet', 'Socket'],
    ['dead --where Sokcet', 'Sokcet', 'Socket'],
    ['weak --if-weak Sokcet.server', 'Sokcet', 'Socket'],
  ])('%s', async (line, name, near) => {
    const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!);
    const { stderr } = await heapgraph([...words, FINAL]);
    expect(stderr).toContain(`no objects of type "${name}" in ${FINAL}; did you mean "${near}"`);
    expect(stderr).not.toContain('no object that');
  });

  test('patterns of names, functions and classes that are there: nothing is said', async () => {
    for (const query of ['/Sokcet/', 'Socket', 'class ~ /Sok/'])
      expect((await heapgraph(['heap', FINAL, '--where', query])).stderr).not.toContain('no objects of type');
  });
});

test('select of what nothing fits says so, and numbers and ids stand for themselves', async () => {
  const query = 'AuditEntry and retained > 1gb';
  const listed = await heapgraph(['select', query, FINAL]);
  expect(listed).toEqual({ stdout: '', stderr: `heapgraph: no object that "${query}" accepts\n`, code: 0 });
  expect((await heapgraph(['select', query, FINAL, '--count'])).stderr).toBe('');
  expect((await heapgraph(['select', query, FINAL, '--ids'])).stderr).toBe('');
});

test('a condition on a number, of a file that has none: a note, as nothing is accepted', async () => {
  const { stdout, stderr } = await heapgraph([
    'select',
    'prop("length") > 1',
    fixturePath('node18-after'),
    '--count',
  ]);
  expect(stdout).toBe('0\n');
  expect(stderr).toContain(
    'has no numbers: a condition on one accepts nothing (heapgraph capture writes them)',
  );
});

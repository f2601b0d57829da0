/** What grows? Each test is named by its command line. B and A stand for the fixture before and after its leak. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { snapshotBytes, snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const B = fixturePath('node26-before');
const A = fixturePath('node26-after');
const OTHER = fixturePath('node22-after');
const folder = temporaryFolder();

const inFolder = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

interface Json {
  readonly snapshots: readonly string[];
  readonly total: number;
  readonly omitted: number;
  readonly complete: boolean;
  readonly comparedBy?: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

async function json(...args: string[]): Promise<Json> {
  const { stdout } = await heapgraph([...args, '--json']);
  return JSON.parse(stdout) as Json;
}

describe('show-growth', () => {
  test("show-growth B A --limit 5: objgraph's text", async () => {
    expect(await heapgraph(['show-growth', B, A, '--limit', '5'])).toEqual({
      stdout: [
        '(string)           12740      +103',
        'OBJ                  100      +100',
        '(compiled code)    27589       +82',
        'Child                 50       +50',
        'Foo                   51       +50',
        '',
      ].join('\n'),
      stderr: 'heapgraph: 11 more classes grew; --all shows them\n',
      code: 0,
    });
  });

  test('show-growth B A --filter ^OBJ$ --json', async () => {
    expect(await json('show-growth', B, A, '--filter', '^OBJ$')).toEqual({
      schema: 'heapgraph/1',
      command: 'show-growth',
      snapshots: [B, A],
      complete: true,
      total: 1,
      omitted: 0,
      rows: [{ snapshot: A, type: 'OBJ', count: 100, countDelta: 100 }],
    });
  });

  test('show-growth B A --by size, --by retained', async () => {
    const bySize = await json('show-growth', B, A, '--by', 'size', '--limit', '1');
    expect(bySize.rows).toMatchObject([{ type: 'system / JSArrayBufferData', sizeDelta: 1_114_112 }]);
    const retained = await json('show-growth', B, A, '--by', 'retained', '--filter', '^(OBJ|Foo)$');
    expect(retained.rows).toMatchObject([
      { type: 'OBJ', retainedDelta: 3200 },
      { type: 'Foo', countDelta: 50 },
    ]);
  });

  test('show-growth B A --detail --filter string: what is new and what is gone', async () => {
    const { rows } = await json('show-growth', B, A, '--detail', '--filter', '^\\(string\\)$');
    expect(rows).toEqual([
      {
        snapshot: A,
        type: '(string)',
        count: 12_740,
        countDelta: 103,
        shallowSize: 2_178_822,
        sizeDelta: 2488,
        newCount: 104,
        deletedCount: 1,
        newSize: 2536,
        deletedSize: 48,
      },
    ]);
  });

  test('show-growth A B: the wrong order is told; nothing grew, nothing is printed', async () => {
    const { stdout, stderr, code } = await heapgraph(['show-growth', A, B]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('seems to be the later one');
    expect(stderr).toContain('nothing grew');
  });

  test('show-growth A A: told', async () => {
    const { stdout, stderr, code } = await heapgraph(['show-growth', A, A]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('hold the same 59,951 objects: one snapshot twice?');
  });

  describe('several files', () => {
    const make = (count: number): Uint8Array =>
      snapshotBytes({
        root: { id: 1, edges: ['text', ...Array.from({ length: count }, (_, i) => `a${i}`)] },
        text: { id: 3, type: 'string' },
        ...Object.fromEntries(
          Array.from({ length: count }, (_, i) => [`a${i}`, { id: 5 + 2 * i, name: 'A' }]),
        ),
      });
    // The names' order is 4, 9, 6 objects; the order of time 6, 4, 9.
    const files = [
      ['3.heapsnapshot', 6, 1000],
      ['1.heapsnapshot', 4, 2000],
      ['2.heapsnapshot', 9, 3000],
    ] as const;
    const paths = files.map(([name, count, time]) => {
      const file = inFolder(name, make(count));
      utimesSync(file, time, time);
      return file;
    });
    const growth = async (...args: string[]): Promise<unknown[]> =>
      (await json('show-growth', ...paths, ...args)).rows.map(({ snapshot, count, countDelta }) => [
        path.basename(String(snapshot)),
        count,
        countDelta,
      ]);

    test('show-growth 3 1 2: as given, against the peak', async () => {
      expect(await growth()).toEqual([['2.heapsnapshot', 9, 3]]);
    });

    test('show-growth 3 1 2 --sort-by name', async () => {
      expect(await growth('--sort-by', 'name')).toEqual([['2.heapsnapshot', 9, 5]]);
    });

    test('show-growth 3 2 1 --sort-by time', async () => {
      const reversed = [paths[2]!, paths[0]!, paths[1]!];
      const { snapshots, rows } = await json('show-growth', ...reversed, '--sort-by', 'time');
      expect(snapshots).toEqual(paths);
      expect(rows).toMatchObject([{ count: 9, countDelta: 3 }]);
    });

    test('show-growth - 1 2: the first from standard input', async () => {
      const { stdout } = await heapgraph(['show-growth', '-', paths[2]!], { input: make(1) });
      expect(stdout).toBe('A        9        +8\n');
    });

    test('show-growth 1 2 3 as a table: a column for the file, as there are several steps', async () => {
      const { stdout } = await heapgraph(['show-growth', paths[1]!, paths[0]!, paths[2]!]);
      expect(stdout.split('\n').map((line) => line.trim().split(/ +/).slice(-3))).toEqual([
        ['Type', 'Count', 'Delta'],
        ['A', '6', '+2'],
        ['A', '9', '+3'],
        [''],
      ]);
    });
  });

  test('show-growth B A --detail, of two processes: exit code 2, unless --by-id', async () => {
    const refused = await heapgraph(['show-growth', B, OTHER, '--detail']);
    expect([refused.stdout, refused.code]).toEqual(['', 2]);
    expect(refused.stderr).toContain('--detail needs snapshots of one process');
    expect((await heapgraph(['show-growth', B, OTHER, '--detail', '--by-id'])).code).toBe(0);
  });
});

describe('diff', () => {
  test('diff B A --limit 4', async () => {
    expect(await heapgraph(['diff', B, A, '--limit', '4'])).toEqual({
      stdout: [
        'Type                        New  Deleted  Delta   New size  Deleted size  Size delta',
        'system / JSArrayBufferData    3        1     +2  1,114,114             2  +1,114,112',
        'Array                        30        0    +30     18,800             0     +18,800',
        '(compiled code)              88        6    +82     12,816           160     +12,656',
        'OBJ                         100        0   +100      3,200             0      +3,200',
        '',
      ].join('\n'),
      stderr: 'heapgraph: 35 more classes changed; --all shows them\n',
      code: 0,
    });
  });

  test.each([
    ['size', 'system / JSArrayBufferData'],
    ['count', '(string)'],
    ['new', '(string)'],
    ['name', '(compiled code)'],
  ])('diff B A --sort-by %s begins with %s', async (sort, first) => {
    const { rows, total } = await json('diff', B, A, '--all', '--sort-by', sort);
    expect(rows[0]?.type).toBe(first);
    expect(rows).toHaveLength(total);
  });

  test('diff B A --type Parent: the objects, new ones first, by id', async () => {
    const { rows, total } = await json('diff', B, A, '--type', 'Parent', '--all');
    expect([rows.length, total]).toEqual([10, 10]);
    expect(rows.every(({ change }) => change === 'new')).toBe(true);
    const ids = rows.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(rows[0]).toMatchObject({ change: 'new', id: 118649, type: 'Parent' });
  });

  test('diff B A --csv, --markdown', async () => {
    const csv = await heapgraph(['diff', B, A, '--csv', '--limit', '1']);
    expect(csv.stdout.replace(/\r/g, '')).toBe(
      'type,newCount,deletedCount,countDelta,newSize,deletedSize,sizeDelta\nsystem / JSArrayBufferData,3,1,2,1114114,2,1114112\n',
    );
    const markdown = await heapgraph(['diff', B, A, '--markdown', '--filter', '^OBJ$']);
    expect(markdown.stdout.split('\n')[2]).toBe(
      '| OBJ  | 100 |       0 |  +100 |    3,200 |            0 |     +3,200 |',
    );
  });

  test('diff B OTHER: two processes, by class only; --by-id; --by-class', async () => {
    const { stdout, stderr, code } = await heapgraph(['diff', B, OTHER, '--json', '--limit', '1']);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /of two processes, or of one whose inspector session ended in between \(.*3\.4% are the same.*: compared by class only; to compare objects take all snapshots in one run/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ comparedBy: 'class' });
    expect((await json('diff', B, OTHER, '--by-id')).comparedBy).toBe('id');
    const byClass = await json('diff', B, A, '--by-class', '--filter', '^OBJ$');
    expect(byClass.comparedBy).toBe('class');
    expect(byClass.rows).toEqual([{ type: 'OBJ', countDelta: 100, sizeDelta: 3200 }]);
  });

  test('diff A A: nothing changed', async () => {
    const { stdout, stderr, code } = await heapgraph(['diff', A, A]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('nothing changed');
    expect(stderr).toContain('one snapshot twice?');
  });
});

describe('get-new-ids', () => {
  test("get-new-ids B A --type OBJ: objgraph's table", async () => {
    const { stdout, stderr, code } = await heapgraph(['get-new-ids', B, A, '--type', 'OBJ']);
    expect(stdout).toBe(
      [
        '========================================================',
        'Type      Old_ids  Current_ids      New_ids Count_Deltas',
        '========================================================',
        'OBJ             0          100          100         +100',
        '========================================================',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('get-new-ids B A --type OBJ --ids: bare ids, ascending, all of them', async () => {
    const { stdout } = await heapgraph(['get-new-ids', B, A, '--type', 'OBJ', '--ids']);
    const ids = stdout.trimEnd().split('\n').map(Number);
    expect(ids).toHaveLength(100);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids).toContain(119045);
  });

  test.each([
    ['deltas', 'countDelta'],
    ['new', 'newCount'],
    ['current', 'count'],
    ['old', 'oldCount'],
  ])('get-new-ids B A --sort-by %s', async (sort, key) => {
    const { rows, omitted, total } = await json('get-new-ids', B, A, '--sort-by', sort);
    const values = rows.map((row) => Number(row[key]));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect([rows.length, total - omitted]).toEqual([10, 10]);
  });

  test('get-new-ids B A --type Nope: exit code 1', async () => {
    const { stderr, code } = await heapgraph(['get-new-ids', B, A, '--type', 'Nope', '--ids']);
    expect(code).toBe(1);
    expect(stderr).toContain('no objects of type "Nope"');
  });

  test('one more class is one', async () => {
    const args = ['--filter', '^(OBJ|Foo)$', '--limit', '1'];
    const text = async (command: string): Promise<string> =>
      (await heapgraph([command, B, A, ...args])).stderr;
    expect(await text('diff')).toBe('heapgraph: 1 more class changed; --all shows it\n');
    expect(await text('show-growth')).toBe('heapgraph: 1 more class grew; --all shows it\n');
  });

  test('diff B A --type Obj: exit code 1, and what was meant, as in get-new-ids', async () => {
    const { stdout, stderr, code } = await heapgraph(['diff', B, A, '--type', 'Obj']);
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toMatch(/^heapgraph: no objects of type "Obj" in .*; did you mean "OBJ"/);
    expect((await heapgraph(['diff', B, B, '--type', 'Array'])).stderr).toContain(
      'no object of class "Array" came or went',
    );
  });

  test('get-new-ids B OTHER: two processes, exit code 2; --by-id goes on', async () => {
    const { stdout, stderr, code } = await heapgraph(['get-new-ids', B, OTHER]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain(
      'seem to be of two processes, or of one whose inspector session ended in between',
    );
    expect(stderr).toContain('take all snapshots in one run (heapgraph capture PID --every 60s --count 3');
    expect(stderr).toContain('--by-id goes on all the same');
    expect(stderr).not.toContain('compared by class');
    const forced = await heapgraph(['get-new-ids', B, OTHER, '--by-id']);
    expect([forced.stdout.startsWith('==='), forced.code]).toEqual([true, 0]);
  });
});

describe('wrong usage and unreadable files', () => {
  test.each([
    [['show-growth'], /missing before: name at least 2 snapshots/],
    [['show-growth', A], /missing after: name at least 2 snapshots/],
    [['diff', A], /missing after: name 2 snapshots/],
    [['diff', A, B, A], /too many snapshots/],
    [['get-new-ids', A, B, 'x', 'y'], /too many snapshots: "x", "y"/],
    [['show-growth', '-', A, '-'], /standard input can be read only once/],
    [['diff', '-', '-'], /standard input can be read only once/],
    [['show-growth', B, A, '--sort-by', 'size'], /Allowed choices are given, name, time/],
    [['diff', B, A, '--filter', '('], /not a regular expression/],
    [['diff', B, 'gone.heapsnapshot'], /gone\.heapsnapshot: no such file/],
  ])('%j: exit code 2, nothing on stdout', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  const text = snapshotText({
    root: { id: 1, edges: ['text', 'Foo', 'Bar'] },
    text: { id: 3, type: 'string' },
    Foo: { id: 5 },
    Bar: { id: 7 },
  });
  const first = inFolder(
    'first.heapsnapshot',
    snapshotText({ root: { id: 1, edges: ['text'] }, text: { id: 3, type: 'string' } }),
  );
  const cut = inFolder('cut.heapsnapshot', text.slice(0, text.lastIndexOf('"Bar"')));

  test.each(['show-growth', 'diff', 'get-new-ids'])(
    '%s first cut: the second file is cut, the message names it',
    async (command) => {
      const { stdout, stderr, code } = await heapgraph([command, first, cut]);
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(/cut\.heapsnapshot: .*ends too early/);
      expect(stderr).not.toContain('first.heapsnapshot');
    },
  );

  test.each(['show-growth', 'diff', 'get-new-ids'])(
    '%s first cut --salvage: what is there, and which ended where',
    async (command) => {
      const { stdout, stderr, code } = await heapgraph([command, first, cut, '--salvage', '--json']);
      expect(code).toBe(0);
      expect(stderr).toMatch(/cut\.heapsnapshot is not whole: section "strings" ends at byte/);
      const answer = JSON.parse(stdout) as Json;
      expect(answer.complete).toBe(false);
      expect(answer.rows).toContainEqual(expect.objectContaining({ type: 'Foo', countDelta: 1 }));
    },
  );

  test('diff B OTHER --by-id --all --csv | head -1 ends quietly', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const script = `"${process.execPath}" "${bin}" diff "${B}" "${OTHER}" --by-id --all --csv 2>"${folder}/err" | head -1; echo "\${PIPESTATUS[0]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).replace(/\r/g, '')).toMatch(
      /^type,.*\n0\n$/,
    );
    expect(readFileSync(path.join(folder, 'err'), 'utf8')).not.toMatch(/EPIPE| {4}at /);
  });

  test('a file and a pipe of the same bytes', async () => {
    copyFileSync(B, path.join(folder, 'b.heapsnapshot.gz'));
    const { stdout } = await heapgraph(['show-growth', 'b.heapsnapshot.gz', '-', '--limit', '2'], {
      cwd: folder,
      input: fixtureBytes('node26-after'),
      spawned: true,
    });
    expect(stdout).toBe('(string)    12740      +103\nOBJ           100      +100\n');
  });
});

/** Censuses: `heapgraph census … --to DATASET`. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openDatabase, rowsOf, sqlFiles } from '../../src/tables/duckdb.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { CLI_ENV, NODE } from '../support/cli-host.js';
import { fixturePath } from '../support/fixtures.js';
import { fleetHeap } from '../support/fleet-heaps.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const folder = temporaryFolder();
const made = (name: string, text: string | Uint8Array): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return name;
};
const census = (...args: readonly string[]) => heapgraph(['census', ...args], { cwd: folder });

async function ask(dataset: string, sql: string) {
  const database = await openDatabase({ folders: [dataset] });
  try {
    for (const table of ['snapshots', 'classes', 'groups'])
      await database.prepare(
        `create view ${table} as select * from read_parquet(${sqlFiles(path.join(dataset, table), '*.parquet')})`,
      );
    return rowsOf(await database.query(sql));
  } finally {
    database.close();
  }
}

describe('heapgraph census', () => {
  const F = fixturePath('node26-after');

  it('census F --to DATASET has the numbers that other commands give', async () => {
    const answer = await census(
      F,
      '--to',
      'd1',
      '--host',
      "web'1",
      '--release',
      '1.4.0',
      '--service',
      'shop',
    );
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toContain('1 snapshot: 1 written, 0 there already, 0 failed; ');
    expect(answer.code).toBe(0);
    const asked = async (...line: string[]) =>
      JSON.parse((await heapgraph([...line, F, '--json', '-q'])).stdout) as {
        rows: Record<string, unknown>[];
      };
    const stats = await asked('typestats', '--retained');
    const suspects = await asked('suspects', '--all');
    const info = await asked('info');
    const dataset = path.join(folder, 'd1');
    const classes = await ask(dataset, 'select class, "count", shallow, retained from classes');
    const byName = (a: { class?: unknown }, b: { class?: unknown }) =>
      String(a.class) < String(b.class) ? -1 : 1;
    expect([...classes].sort(byName)).toEqual(
      stats.rows
        .map((row) => ({
          class: row.type,
          count: row.count,
          shallow: row.shallowSize,
          retained: row.retainedSize,
        }))
        .sort(byName),
    );
    const groups = await ask(
      dataset,
      'select fingerprint, verdict, "count", bytes, headline from groups order by bytes',
    );
    expect(groups.length).toBe(2);
    expect(groups).toEqual(
      suspects.rows
        .map((row) => ({
          fingerprint: row.fingerprint,
          verdict: row.verdict,
          count: row.count,
          bytes: row.retainedSize,
          headline: row.headline,
        }))
        .sort((a, b) => Number(a.bytes) - Number(b.bytes)),
    );
    const [snapshot] = await ask(dataset, 'select * from snapshots');
    expect(snapshot).toMatchObject({
      file: F,
      host: "web'1",
      service: 'shop',
      release: '1.4.0',
      taken_from: 'mtime',
      taken_ms: Math.floor(statSync(F).mtimeMs),
      node_version: 'v26.10.0',
      nodes: info.rows[0]!.nodeCount,
      edges: info.rows[0]!.edgeCount,
      size: info.rows[0]!.totalSize,
      classes: classes.length,
      rest_classes: 0,
      groups: 2,
    });
  }, 60_000);

  it('census of the same snapshot under another name, compressed: there already', async () => {
    made('a.heapsnapshot', fleetHeap({ seed: 1, leaked: 100 }));
    made('b.heapsnapshot.gz', gzipSync(fleetHeap({ seed: 1, leaked: 100 })));
    expect((await census('a.heapsnapshot', '--to', 'd2')).code).toBe(0);
    const before = readdirSync(path.join(folder, 'd2/snapshots'));
    const again = await census('b.heapsnapshot.gz', 'a.heapsnapshot', '--to', 'd2');
    expect(again.stdout).toContain('2 snapshots: 0 written, 2 there already, 0 failed; 0 B into d2');
    expect(again.code).toBe(0);
    expect(readdirSync(path.join(folder, 'd2/snapshots'))).toEqual(before);
    for (const name of ['heapgraph-dataset.json', `snapshots/${before[0]}`, `groups/${before[0]}`])
      expect(statSync(path.join(folder, 'd2', name)).mode & 0o777).toBe(0o600);
  });

  it('census --list: labels by line, by folder, by option; bad files are told at the end', async () => {
    for (const [i, name] of [
      'h/host=web%201/release=2/x.heapsnapshot',
      'y.heapsnapshot',
      'z.heapsnapshot',
    ].entries())
      made(name, fleetHeap({ seed: 10 + i, leaked: 1 }));
    made('cut.heapsnapshot', fleetHeap({ seed: 19, leaked: 1 }).slice(0, -400));
    utimesSync(path.join(folder, 'y.heapsnapshot'), 1_700_000_000, 1_700_000_000.5);
    const lines = [
      'h/host=web%201/release=2/x.heapsnapshot',
      '',
      'gone.heapsnapshot',
      'cut.heapsnapshot',
      '{"file": 1}',
      '{"file": "z.heapsnapshot", "host": "web-3", "taken": "2026-01-31T12:00:00Z"}',
      '{"file": "z.heapsnapshot", "taken": "yesterday"}',
      'y.heapsnapshot',
    ];
    made('list.txt', `${lines.join('\n')}\n`);
    const answer = await census('--list', 'list.txt', '--to', 'd3', '--service', 'shop', '--json');
    expect(answer.code).toBe(2);
    const { rows, ...head } = JSON.parse(answer.stdout);
    expect(head).toMatchObject({ written: 3, there: 0, failed: 4, dataset: 'd3', total: 7 });
    expect(rows.slice(0, 4).map((row: { file: string; reason: string }) => [row.file, row.reason])).toEqual([
      ['gone.heapsnapshot', 'gone.heapsnapshot: no such file'],
      ['cut.heapsnapshot', expect.stringContaining('cut.heapsnapshot: ')],
      ['list.txt, line 5', 'it has no "file"'],
      ['list.txt, line 7', '"taken" is no time such as "2026-01-31T12:00:00Z"'],
    ]);
    const found = await ask(
      path.join(folder, 'd3'),
      'select file, host, service, release, taken_at, taken_from from snapshots order by file',
    );
    const [x, y, z] = found;
    expect(x).toMatchObject({ host: 'web 1', release: '2', service: 'shop', taken_from: 'mtime' });
    expect(y).toMatchObject({ host: null, release: null, taken_at: '2023-11-14T22:13:20.500Z' });
    expect(z).toMatchObject({ host: 'web-3', taken_at: '2026-01-31T12:00:00.000Z', taken_from: 'given' });
  });

  it.each([
    [['a.heapsnapshot'], 'where is the dataset?'],
    [['--to', 'd9'], 'missing snapshots'],
    [['a.heapsnapshot', '--to', 'a.heapsnapshot'], 'is a file'],
    [['a.heapsnapshot', '--to', 'full'], 'full is no dataset, and not empty: other.txt'],
    [['a.heapsnapshot', '--to', 'newer'], 'is a dataset of version 2, and this heapgraph knows version 1'],
    [['a.heapsnapshot', '--to', 'strange'], 'does not say that this is a dataset'],
    [['a.heapsnapshot', '--to', 'd9', '--part', '3/2'], '--part is such as 2/4'],
    [['a.heapsnapshot', '--to', 'd9', '--taken', '2026-13-01'], '--taken is a day or a time'],
    [['--list', 'nowhere.txt', '--to', 'd9'], 'cannot read the listing nowhere.txt: no such file'],
  ])('census %j is refused', async (args, says) => {
    made('a.heapsnapshot', fleetHeap({ seed: 1, leaked: 100 }));
    made('full/other.txt', '');
    made('newer/heapgraph-dataset.json', '{"schema":"heapgraph/dataset","version":2}');
    made('strange/heapgraph-dataset.json', '[]');
    const { code, stdout, stderr } = await census(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trimEnd().split('\n').length).toBe(2);
    expect(readdirSync(path.join(folder, 'full'))).toEqual(['other.txt']);
  });

  it('census FOLDER takes its snapshots and those of folders below, with their labels', async () => {
    for (const [i, name] of ['b.heapsnapshot', 'a.heaptimeline', 'host=web-7/c.heapsnapshot.gz'].entries()) {
      const text = fleetHeap({ seed: 30 + i, leaked: 1 });
      made(`dumps/${name}`, name.endsWith('.gz') ? gzipSync(text) : text);
    }
    made('dumps/notes.txt', 'no snapshot');
    made('none/notes.txt', 'no snapshot');
    made('folders.txt', '{"file": "dumps", "release": "3"}\nnone\n');
    const answer = await census('dumps', '--list', 'folders.txt', '--to', 'dumped', '--json');
    expect(answer.code).toBe(2);
    const { rows } = JSON.parse(answer.stdout) as { rows: { file: string; state: string; reason: string }[] };
    const files = ['a.heaptimeline', 'b.heapsnapshot', path.join('host=web-7', 'c.heapsnapshot.gz')].map(
      (name) => path.join('dumps', name),
    );
    expect(rows.map(({ file, state }) => [file, state])).toEqual([
      ['none', 'failed'],
      ...files.map((file) => [file, 'written']),
      ...files.map((file) => [file, 'there already']),
    ]);
    expect(rows[0]!.reason).toContain('none is a folder without a file that ends in .heapsnapshot');
    const hosts = await ask(path.join(folder, 'dumped'), 'select host from snapshots where host is not null');
    expect(hosts).toEqual([{ host: 'web-7' }]);
  });

  it.skipIf(process.platform === 'win32')(
    'census, stopped by Ctrl-C: what is there, and how to go on',
    async () => {
      made('first.heapsnapshot', fleetHeap({ seed: 40, leaked: 1 }));
      const child = spawn(NODE, [BIN, 'census', '--list', '-', '--to', 'stopped'], {
        cwd: folder,
        env: { ...process.env, ...CLI_ENV },
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      const ended = new Promise((resolve) => child.on('close', resolve));
      // The listing stays open: the census waits for its next line.
      child.stdin.write('gone.heapsnapshot\nfirst.heapsnapshot\n');
      const snapshots = path.join(folder, 'stopped/snapshots');
      const written = (): number =>
        existsSync(snapshots)
          ? readdirSync(snapshots).filter((name) => /^[0-9a-f]+\.parquet$/.test(name)).length
          : 0;
      await expect.poll(written, { timeout: 120_000 }).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(stderr).toBe(
        'heapgraph: interrupted after 2 snapshots: 1 written, 0 there already, 1 failed, in stopped; the same command goes on, and writes none twice\n',
      );
    },
  );

  it('census - is told that it is read twice', async () => {
    const { stdout, code } = await census('-', '--to', 'd4');
    expect(code).toBe(2);
    expect(stdout).toContain('standard input can be read only once');
  });

  it.skipIf(process.getuid?.() === 0)('census into a folder without permission', async () => {
    made('locked/x', '');
    chmodSync(path.join(folder, 'locked'), 0o500);
    const { stderr, code } = await census('a.heapsnapshot', '--to', 'locked/d');
    expect(code).toBe(2);
    expect(stderr).toContain('no permission');
  });

  it('four processes at once, one killed and started again: no census lost, none doubled', async () => {
    const count = 60;
    const files = Array.from({ length: count }, (_, i) =>
      made(`many/${i}.heapsnapshot`, fleetHeap({ seed: 1000 + i, leaked: 30 + i })),
    );
    made('many.txt', files.join('\n'));
    const dataset = path.join(folder, 'd5');
    const words = (part: string) => ['census', '--list', 'many.txt', '--to', 'd5', '--part', part, '-q'];
    const start = (part: string) => {
      const child = spawn(NODE, [BIN, ...words(part)], { cwd: folder, env: CLI_ENV, stdio: 'ignore' });
      return { child, end: new Promise<number | null>((resolve) => child.on('close', resolve)) };
    };
    // Two of them have the same part: they meet at every file.
    const running = ['1/3', '2/3', '3/3', '3/3'].map(start);
    const there = () => (existsSync(`${dataset}/snapshots`) ? readdirSync(`${dataset}/snapshots`).length : 0);
    while (there() < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    running[0]!.child.kill('SIGKILL');
    expect(await running[0]!.end).toBe(null);
    // As a process leaves it that was killed between two files, and within one.
    made('other.heapsnapshot', fleetHeap({ seed: 9999, leaked: 5 }));
    await census('other.heapsnapshot', '--to', 'd6');
    const [other] = readdirSync(path.join(folder, 'd6/classes'));
    made(`d5/classes/${other}`, readFileSync(path.join(folder, 'd6/classes', other!)));
    made('d5/groups/.heapgraph-old.tmp', 'PAR1');
    utimesSync(path.join(dataset, 'groups/.heapgraph-old.tmp'), 1, 1);
    const again = start('1/3');
    expect(await Promise.all([again, ...running.slice(1)].map(({ end }) => end))).toEqual([0, 0, 0, 0]);
    const parts = await ask(dataset, 'select file, count(*) as n from snapshots group by file order by file');
    expect(parts.length).toBe(count);
    expect(parts.every(({ n }) => n === 1)).toBe(true);
    const [sums] = await ask(
      dataset,
      `select count(*) as n, sum(c."count") as objects from classes c
       join snapshots s on c.snapshot = s.snapshot and c.part = s.part where c.class = 'Entry'`,
    );
    expect(sums).toEqual({ n: count, objects: (count * (30 + 30 + count - 1)) / 2 });
    expect(existsSync(path.join(dataset, 'groups/.heapgraph-old.tmp'))).toBe(false);
  }, 60_000);

  it('census --to DATASET --merge: three files in place of many, the same answers, nothing written twice', async () => {
    const D7 = "d'7 [1]*"; // a folder's name is no pattern
    const files = [1, 2, 3, 4, 5].map((seed) =>
      made(`merge/${seed}.heapsnapshot`, fleetHeap({ seed: 500 + seed, leaked: 40 * seed })),
    );
    const rows = () =>
      ask(path.join(folder, D7), 'select * exclude (part) from classes order by snapshot, class');
    const answer = async () => (await heapgraph(['fleet', D7, '--json', '-q'], { cwd: folder })).stdout;
    await census(...files.slice(0, 4), '--to', D7, '-q');
    const [before, said] = [await rows(), await answer()];
    const single = readdirSync(path.join(folder, D7, 'classes')).sort();
    // Left by a merge that was killed before it took the single files away.
    const kept = readFileSync(path.join(folder, D7, 'groups', single[0]!));
    const merged = await census('--to', D7, '--merge');
    expect(merged.stdout).toContain('4 censuses merged into 1 file a table');
    expect(merged.code).toBe(0);
    for (const table of ['snapshots', 'classes', 'groups']) {
      const names = readdirSync(path.join(folder, D7, table)).filter((name) => !name.startsWith('.'));
      expect(names).toEqual([expect.stringMatching(/^merged-[0-9a-f]{32}\.parquet$/)]);
      expect(statSync(path.join(folder, D7, table, names[0]!)).mode & 0o777).toBe(0o600);
    }
    expect(await rows()).toEqual(before);
    expect(await answer()).toBe(said);
    writeFileSync(path.join(folder, D7, 'groups', single[0]!), kept);
    expect(await answer()).toBe(said);
    // And by one that was killed before its last table, long ago and just now.
    const unfinished = ['0', '1'].map((digit) => `merged-${digit.repeat(32)}`);
    for (const part of unfinished) writeFileSync(path.join(folder, D7, 'classes', `${part}.parquet`), '');
    const past = new Date(Date.now() - 2 * 60 * 60 * 1000);
    utimesSync(path.join(folder, D7, 'classes', `${unfinished[0]}.parquet`), past, past);
    const again = await census(...files, '--to', D7, '--merge');
    expect(again.stdout).toContain('1 written, 4 there already, 0 failed');
    expect(again.stdout).toContain('nothing to merge');
    expect(existsSync(path.join(folder, D7, 'groups', single[0]!))).toBe(false);
    expect(unfinished.map((part) => existsSync(path.join(folder, D7, 'classes', `${part}.parquet`)))).toEqual(
      [false, true],
    );
    rmSync(path.join(folder, D7, 'classes', `${unfinished[1]}.parquet`));
    expect((await ask(path.join(folder, D7), 'select count(*) as n from snapshots'))[0]).toEqual({ n: 5 });
  }, 30_000);
});

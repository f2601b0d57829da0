/** Questions about a dataset: `heapgraph fleet DATASET`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, rowsOf, sqlText } from '../../src/tables/duckdb.js';
import { FLEET_QUESTIONS, QUESTION_NAMES, VIEWS } from '../../src/tables/fleet-questions.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fleetHeap } from '../support/fleet-heaps.js';

const folder = temporaryFolder();
const HOSTS = 6;
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** Entries of the table that leaks: from 1.1 on, ten a day, of web-3 150. */
const leakedAt = (host: number, day: number): number =>
  day < 2 ? 0 : 20 + (host === 3 ? 150 : 10) * (day - 1);

const fleet = async (...args: readonly string[]) => {
  const { stdout, stderr, code } = await heapgraph(['fleet', 'd', ...args, '--json', '-q'], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as { rows: Record<string, unknown>[]; [key: string]: unknown };
};

beforeAll(async () => {
  mkdirSync(path.join(folder, 'heaps'));
  const lines: string[] = [];
  for (let host = 1; host <= HOSTS; host++)
    for (let day = 0; day < 4; day++) {
      const file = `heaps/${host}-${day}.heapsnapshot`;
      writeFileSync(
        path.join(folder, file),
        fleetHeap({ seed: host * 10 + day, leaked: leakedAt(host, day), sessions: 10 + host }),
      );
      const taken = new Date(START + day * DAY).toISOString();
      lines.push(
        JSON.stringify({
          file,
          host: `web-${host}`,
          service: 'shop',
          release: day < 2 ? '1.0' : '1.1',
          taken,
        }),
      );
    }
  writeFileSync(path.join(folder, 'list.txt'), lines.join('\n'));
  const { stdout, code } = await heapgraph(['census', '--list', 'list.txt', '--to', 'd', '-q'], {
    cwd: folder,
  });
  expect(stdout).toContain(`${HOSTS * 4} written`);
  expect(code).toBe(0);
}, 60_000);

describe('heapgraph fleet', () => {
  it('fleet d: each leak, on how many hosts, since when, how fast', async () => {
    const { rows, ...head } = await fleet();
    expect(head).toMatchObject({
      question: 'leaks',
      fleet: { snapshots: 24, hosts: 6, services: 1, releases: 2, firstTaken: '2026-01-01T00:00:00.000Z' },
    });
    const [entry] = rows.filter((row) => row.class === 'Entry');
    const bytes = (entries: number) => entries * 1032; // an entry and its text
    expect(entry).toMatchObject({
      verdict: 'large',
      hosts: 6,
      releases: 1,
      services: 1,
      snapshots: 12,
      firstSeen: '2026-01-03T00:00:00.000Z',
      lastSeen: '2026-01-04T00:00:00.000Z',
      firstRelease: '1.1',
      lastRelease: '1.1',
      mostObjects: 320,
    });
    // Five hosts get ten entries a day, one gets 150: from the third day to the fourth.
    expect(Number(entry!.bytesPerDay)).toBe(Math.floor(bytes((5 * 10 + 150) / 6) + 0.5));
  });

  it('fleet d --question outliers: the host that is unlike the others', async () => {
    const { rows } = await fleet('--question', 'outliers', '--all');
    expect(new Set(rows.map(({ host }) => host))).toEqual(new Set(['web-3']));
    const total = rows.find((row) => row.class === '(total)')!;
    expect(total).toMatchObject({ direction: 'more', peers: 6, release: '1.1', service: 'shop' });
    // By hand: sizes of the newest snapshots, their median, the median of what they are away from it.
    const sizes = rowsOf(await asked("select size from snapshots where taken_at like '2026-01-04%'")).map(
      ({ size }) => Number(size),
    );
    const median = (numbers: readonly number[]) => {
      const sorted = [...numbers].sort((a, b) => a - b);
      return (sorted[2]! + sorted[3]!) / 2;
    };
    const middle = median(sizes);
    const mad = median(sizes.map((size) => Math.abs(size - middle)));
    const score = (Number(total.bytes) - middle) / (1.4826 * mad);
    expect(total.medianBytes).toBe(Math.floor(middle + 0.5));
    expect(total.score).toBe(Math.floor(score * 10 + 0.5) / 10);
  });

  it('fleet d --question regressions: means of a snapshot, the last two releases', async () => {
    const { rows, ...head } = await fleet('--question', 'regressions', '--all');
    expect(head).toMatchObject({ from: '1.0', to: '1.1' });
    const leaked = [2, 3].flatMap((day) => [1, 2, 3, 4, 5, 6].map((host) => leakedAt(host, day)));
    const mean = leaked.reduce((sum, count) => sum + count, 0) / leaked.length;
    expect(rows.find(({ name, what }) => name === 'Entry' && what === 'class')).toMatchObject({
      objectsBefore: 0,
      objectsAfter: Math.floor(mean * 10 + 0.5) / 10,
      snapshotsBefore: 0,
      snapshotsAfter: 12,
      bytesBefore: 0,
      bytesAfter: Math.floor(mean * 1032 + 0.5),
    });
    expect(rows.filter(({ what }) => what === 'leak').map((row) => row.class)).toContain('Entry');
    expect(rows.some(({ name }) => name === 'Session')).toBe(false);
    expect(rows[0]).toMatchObject({ what: 'total', name: '(total)' });
    const back = await fleet('--question', 'regressions', '--from', '1.1', '--to', '1.0');
    expect(back.rows.map(({ what }) => what)).toEqual(['total']);
  });

  it('fleet d --question releases, hosts', async () => {
    const releases = (await fleet('--question', 'releases')).rows;
    expect(releases.map(({ release, snapshots, hosts }) => [release, snapshots, hosts])).toEqual([
      ['1.0', 12, 6],
      ['1.1', 12, 6],
    ]);
    const hosts = (await fleet('--question', 'hosts')).rows;
    expect(hosts.length).toBe(HOSTS);
    expect(hosts[0]).toMatchObject({ host: 'web-3', snapshots: 4, releases: 2, release: '1.1' });
  });

  it('fleet d as text: what there is, what it says, the rows', async () => {
    const { stdout, stderr } = await heapgraph(['fleet', 'd', '--limit', '1'], { cwd: folder });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('24 snapshots: 6 hosts, 1 service, 2 releases; 2026-01-01 to 2026-01-04');
    expect(lines[3]).toMatch(/^Fingerprint +Verdict +Hosts +Releases/);
    expect(lines.length).toBeLessThan(10);
    expect(stderr).not.toContain('host');
  });

  it.each(['--csv', '--markdown'])('fleet d %s', async (format) => {
    const { stdout, code } = await heapgraph(['fleet', 'd', '--question', 'releases', format, '-q'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('1.1');
  });

  it.each(QUESTION_NAMES)(
    '--question %s --print-sql: the text gives the same rows over the files',
    async (question) => {
      const { stdout } = await heapgraph(['fleet', 'd', '--question', question, '--print-sql'], {
        cwd: folder,
      });
      expect(stdout).toBe(`${FLEET_QUESTIONS[question].sql}\n`);
      // Nothing that only DuckDB knows, and nothing that Spark reads in another way.
      expect(stdout).not.toMatch(
        /"|::|\b(median|mad|quantile\w*|filter|avg|any_value|arg_max)\s*\(|\bqualify\b|group by all/i,
      );
      const printed = rowsOf(await asked(stdout));
      expect(printed.length).toBeGreaterThan(0);
      expect(printed).toEqual((await fleet('--question', question, '--all')).rows);
    },
  );

  it.each([
    [
      ['d', '--question', 'regressions', '--to', '9.9'],
      'no snapshot is of release 9.9',
      'There are 1.0, 1.1.',
    ],
    [['d', '--from', '1.0'], '--from and --to are for regressions', '--question regressions'],
    [['heaps'], 'heaps is no dataset', 'census'],
    [['gone'], 'gone is no dataset', 'census'],
    [['newer'], 'is a dataset of version 7, and this heapgraph knows version 1', 'newer heapgraph'],
    [['older'], 'is a dataset of version 0', 'into another folder'],
    [['empty'], 'empty has no census yet', 'Take one'],
    [['broken'], 'broken: the table snapshots cannot be read', 'remove it'],
  ])('fleet %j is refused', async (args, says, hint) => {
    for (const [name, version] of [
      ['newer', 7],
      ['older', 0],
      ['empty', 1],
      ['broken', 1],
    ] as const) {
      for (const table of ['snapshots', 'classes', 'groups'])
        mkdirSync(path.join(folder, name, table), { recursive: true });
      writeFileSync(
        path.join(folder, name, 'heapgraph-dataset.json'),
        JSON.stringify({ schema: 'heapgraph/dataset', version }),
      );
    }
    writeFileSync(path.join(folder, 'broken/snapshots/x.parquet'), 'PAR1 and nothing else PAR1');
    const { stdout, stderr, code } = await heapgraph(['fleet', ...args], { cwd: folder });
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
  });

  it('a census in two files, one that merges many, counts once; one without its row does not count', async () => {
    const before = await fleet('--all');
    const dataset = path.join(folder, 'd');
    const database = await openDatabase({ folders: [dataset] });
    const merged = { snapshots: '', classes: '', groups: '' };
    for (const table of ['snapshots', 'classes', 'groups'] as const) {
      const files = readdirSync(path.join(dataset, table)).slice(0, 3);
      const from = files.map((name) => sqlText(path.join(dataset, table, name)));
      merged[table] = path.join(dataset, table, 'merged.parquet');
      await database.prepare(
        `copy (select * replace ('merged' as part) from read_parquet([${from.join(', ')}])) to ${sqlText(merged[table])} (format parquet)`,
      );
    }
    database.close();
    expect((await fleet('--all')).rows).toEqual(before.rows);
    rmSync(merged.snapshots);
    expect((await fleet('--all')).rows).toEqual(before.rows);
    for (const file of [merged.classes, merged.groups]) rmSync(file);
  });

  it('the views of docs/datasets.md are those that fleet uses', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/datasets.md', import.meta.url)), 'utf8');
    for (const [name, sql] of Object.entries(VIEWS))
      expect(page).toContain(`create view ${name} as\n${sql};`);
  });
});

/** Asks the files themselves, by the views of the contract. */
async function asked(sql: string) {
  const dataset = path.join(folder, 'd');
  const database = await openDatabase({ folders: [dataset] });
  try {
    for (const table of ['snapshots', 'classes', 'groups'] as const)
      await database.prepare(
        `create view stored_${table} as select * from read_parquet(${sqlText(path.join(dataset, table, '*.parquet'))});
         create view ${table} as ${VIEWS[table]}`,
      );
    await database.prepare(
      "create view settings as select * from (values ('from', '1.0'), ('to', '1.1')) s(name, value)",
    );
    return await database.query(sql);
  } finally {
    database.close();
  }
}

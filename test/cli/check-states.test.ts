/** `heapgraph check` with budgets on suspects and on dead objects. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/base/checks.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { deadPath, expressPath } from '../support/fixtures.js';

const SERVER = deadPath('server-node24-1');
const folder = temporaryFolder();

async function checks(...args: string[]): Promise<{ rows: readonly Check[]; code: number; stderr: string }> {
  const { stdout, stderr, code } = await heapgraph(['check', ...args, '--json']);
  return { rows: stdout === '' ? [] : (JSON.parse(stdout) as { rows: Check[] }).rows, code: code!, stderr };
}

const facts = ({ budget, ok, value, type, findings }: Check) => ({
  budget,
  ok,
  value,
  type,
  prints: findings.map(({ fingerprint }) => fingerprint),
});

describe('check server-1.heapsnapshot.gz', () => {
  test('--no-suspects --forbid-dead --max-dead: what breaks them, in the order of suspects and dead', async () => {
    const { rows, code } = await checks(
      SERVER,
      '--no-config',
      '--no-suspects',
      '--forbid-dead',
      '--max-dead',
      'Socket=39',
      '--max-dead',
      '/^Server|^Time/=20',
      '--max-dead',
      'Socket and connecting = false=40',
    );
    const all = ['c6f87ff9', '4333d8a7', 'c0934dc0', '10b89d17'];
    expect(code).toBe(1);
    expect(rows.map(facts)).toEqual([
      { budget: 'no-suspects', ok: false, value: 4, type: null, prints: all },
      { budget: 'forbid-dead', ok: false, value: 80, type: null, prints: all },
      // 20 in a Map of their own, 20 below the responses
      { budget: 'max-dead Socket=39', ok: false, value: 40, type: 'Socket', prints: all.slice(0, 2) },
      {
        budget: 'max-dead /^Server|^Time/=20',
        ok: true,
        value: 20,
        type: 'ServerResponse',
        prints: ['c6f87ff9', 'c0934dc0'],
      },
      {
        budget: 'max-dead Socket and connecting = false=40',
        ok: true,
        value: 40,
        type: null,
        prints: all.slice(0, 2),
      },
    ]);
    expect(rows.map(({ chain }) => chain?.expression ?? null)).toEqual([
      '(variable audit of /srv/audit/server.cjs)[6]',
      '(variable audit of /srv/audit/server.cjs)[6]',
      '(variable audit of /srv/audit/server.cjs)[6]',
      null,
      null,
    ]);
  });

  test('known ones break none of them, nor what only they keep; an overdue one does', async () => {
    const file = path.join(folder, 'heapgraph.config.json');
    const known = ['c6f87ff9', '4333d8a7', 'c0934dc0', '10b89d17'].map((fingerprint) => ({ fingerprint }));
    const budgets = { noSuspects: 'suspect', forbidDead: true, maxDead: { Socket: 0, '*': 0 } };
    const run = (list: unknown) => {
      writeFileSync(file, JSON.stringify({ budgets, known: list }));
      return checks(SERVER, '--config', file);
    };
    const all = await run([...known, { fingerprint: '01234567' }]);
    expect(all.rows.map(({ ok, value }) => [ok, value])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
      [true, 0],
    ]);
    expect(all.code).toBe(0);
    expect(all.stderr).toContain('the known 01234567 was not found by check');
    const late = await run([{ fingerprint: 'c6f87ff9', until: '2020-01-01' }, ...known.slice(1)]);
    // The sockets of the responses count again, those of the Map do not.
    expect(late.rows.map(({ value }) => value)).toEqual([1, 20, 20, 20]);
    expect(late.code).toBe(1);
  });

  test('text, github, markdown, junit name the finding and its fingerprint', async () => {
    const args = ['check', SERVER, '--no-config', '--no-suspects', '--known', '4333d8a7', '-q', '--format'];
    const said =
      '20 ServerResponse, each of which was sent or its connection is gone, are still held by audit';
    for (const format of ['text', 'github', 'markdown', 'junit']) {
      const { stdout, code } = await heapgraph([...args, format]);
      expect(code).toBe(1);
      expect(stdout).toContain(said);
      expect(stdout).toContain('(fingerprint c6f87ff9)');
      expect(stdout).toMatch(/3 leaks(,| *\|) none allowed; 1 known one not counted/);
      expect(stdout).toContain('known: leak: 20 Socket');
    }
  });

  test('--fingerprint looks at one of them alone', async () => {
    const { rows } = await checks(SERVER, '--no-config', '--no-suspects', '--fingerprint', '4333d8a7');
    expect(rows[0]!.value).toBe(1);
  });
});

describe('check express-final.heapsnapshot.gz', () => {
  const FINAL = expressPath('final');

  test('--no-suspects passes where --fail-if suspect does not', async () => {
    const leaks = await checks(FINAL, '--no-config', '--no-suspects');
    expect(leaks.code).toBe(0);
    expect(leaks.rows.map(facts)).toEqual([
      { budget: 'no-suspects', ok: true, value: 0, type: null, prints: [] },
    ]);
    const suspects = await checks(FINAL, '--no-config', '--fail-if', 'suspect');
    expect(suspects.code).toBe(1);
    expect(suspects.rows[0]!.findings[0]).toMatchObject({ verdict: 'suspect', fingerprint: '69d24468' });
  });

  test('a baseline makes growth a suspect, with the fingerprints that leaks has; a class budget has one, too', async () => {
    const { rows } = await checks(
      FINAL,
      '--no-config',
      ...['--baseline', expressPath('target'), '--fail-if', 'suspect', '--max-growth', 'Session=5'],
    );
    expect(rows[0]).toMatchObject({ kind: 'max-growth', ok: false, fingerprint: '58314cd5', findings: [] });
    expect(rows[1]!.findings.map(({ fingerprint }) => fingerprint)).toContain('9d054b00');
  });
});

test.each([
  [['--max-dead', 'Socket'], /--max-dead "Socket": expected a class, an equals sign and a whole number/],
  [['--max-dead', 'Socket=many'], /--max-dead "Socket=many": expected/],
  [['--max-dead', 'Socket and and=1'], /query|condition|expected/],
  [['--fail-if', 'leaks'], /Allowed choices are nothing, leak, suspect, large/],
  [['--known', 'c6f'], /expected a fingerprint of 8 hexadecimal digits/],
  [[], /there is no budget to check/],
])('check %j is refused with exit code 2', async (args, message) => {
  const { code, stderr } = await heapgraph(['check', SERVER, '--no-config', ...args]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

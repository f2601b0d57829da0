/** Fingerprints of `heapgraph leaks` and `suspects`, and the list of known ones. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SuspectEntry } from '../../src/base/suspect-report.js';
import { knownLeaks, knownWords, suspectFact } from '../../src/commands/shared/known-leaks.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { EXPRESS, expressPath, fixturePath } from '../support/fixtures.js';

describe('the fingerprints are the same in all lines of Node.js', () => {
  test.each([18, 22, 26] as const)('heapgraph leaks node%i-before node%i-after --json', async (line) => {
    const { stdout } = await heapgraph([
      'leaks',
      fixturePath(`node${line}-before`),
      fixturePath(`node${line}-after`),
      '--json',
      '--no-config',
    ]);
    const { rows } = JSON.parse(stdout) as {
      rows: { fingerprint: string; container: { text: string }; known: unknown }[];
    };
    expect(rows.map(({ fingerprint, container, known }) => [container.text, fingerprint, known])).toEqual([
      ['globalThis.buf', 'cca6170e', null],
      ['handlers', 'f3e5ca06', null],
    ]);
  });
});

describe('heapgraph leaks --fail-if-any with known ones', () => {
  const folder = temporaryFolder();
  const leaks = (known: unknown, ...args: string[]) => {
    const file = path.join(folder, 'known.json');
    writeFileSync(file, JSON.stringify({ known }));
    const snapshots = [fixturePath('node26-before'), fixturePath('node26-after')];
    return heapgraph(['leaks', ...snapshots, '--config', file, '--fail-if-any', ...args]);
  };
  const both = [{ fingerprint: 'cca6170e', why: 'one buffer' }, { fingerprint: 'f3e5ca06' }];

  test('all known: exit code 0; one is new or overdue: 1', async () => {
    const all = await leaks(both);
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('Known: one buffer.');
    expect(all.stdout).toContain(', fingerprint f3e5ca06\n');
    expect((await leaks(both.slice(1))).code).toBe(1);
    const late = await leaks([both[0], { ...both[1], until: '2020-01-01' }]);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('the known f3e5ca06 is overdue: it was accepted until 2020-01-01');
  });

  test('one that is gone is told; --fingerprint selects', async () => {
    const { stdout, stderr, code } = await leaks(
      [...both, { fingerprint: '01234567' }],
      '--fingerprint',
      'f3e5ca06',
      '--json',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('the known 01234567 was not found');
    expect(JSON.parse(stdout)).toMatchObject({ total: 1, rows: [{ fingerprint: 'f3e5ca06' }] });
  });
});

describe('the list', () => {
  const list = knownLeaks(
    [
      { fingerprint: '00000001', until: '2027-01-31' },
      { fingerprint: '00000002', until: '2027-02-01', why: 'it waits.' },
    ],
    '2027-02-01',
  );

  test('a day counts until it is over', () => {
    expect(['00000001', '00000002', '00000003'].map((one) => list.isNew(one))).toEqual([true, false, true]);
    expect(list.notes(new Set(['00000001', '00000002']), 'dead')).toEqual([
      'the known 00000001 is overdue: it was accepted until 2027-01-31',
    ]);
  });

  test('in words', () => {
    expect(knownWords(list.factOf('00000002'))).toBe(' Known, accepted until 2027-02-01: it waits.');
    expect(knownWords(list.factOf('00000001'))).toBe(' Known, accepted until 2027-01-31 and overdue.');
    expect(knownWords(list.factOf('00000003'))).toBe('');
  });
});

describe('heapgraph suspects with known ones', () => {
  const folder = temporaryFolder();
  const THREE = EXPRESS.map(expressPath);
  const suspects = (known: unknown, ...args: string[]) => {
    const file = path.join(folder, 'known.json');
    writeFileSync(file, JSON.stringify({ known }));
    return heapgraph(['suspects', ...THREE, '--config', file, ...args]);
  };
  const all = ['9d054b00', '69d24468', '58314cd5'].map((fingerprint) => ({ fingerprint, why: 'a <plan>' }));

  test('the fingerprints are those of leaks', async () => {
    const rows = async (command: string): Promise<string[]> => {
      const { stdout } = await heapgraph([command, ...THREE, '--json', '-q', '--no-config']);
      const answer = JSON.parse(stdout) as { rows: { fingerprint: string }[] };
      return answer.rows.map(({ fingerprint }) => fingerprint).sort();
    };
    expect(await rows('suspects')).toEqual(all.map(({ fingerprint }) => fingerprint).sort());
    expect(await rows('leaks')).toEqual(await rows('suspects'));
  });

  test('--fail-if-any: 0 when all are known, 1 when one is new or overdue; one that is gone is told', async () => {
    const known = await suspects([...all, { fingerprint: '01234567' }], '--fail-if-any');
    expect(known.code).toBe(0);
    expect(known.stdout).toContain('  known   a <plan>\n');
    expect(known.stderr).toContain('the known 01234567 was not found by suspects');
    expect((await suspects(all.slice(1), '--fail-if-any')).code).toBe(1);
    const late = await suspects(
      all.map((one) => ({ ...one, until: '2020-01-01' })),
      '--fail-if-any',
    );
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('is overdue');
    expect(late.stdout).toContain('  known   until 2020-01-01, which is over: a <plan>\n');
  });

  test('--format github: what is known is a notice', async () => {
    const { stdout } = await suspects(all.slice(0, 1), '--format', 'github', '-q');
    expect(stdout).toMatch(/^::notice title=heapgraph%3A leak%3A 120 → 320 → 420 × AuditEntry/);
    expect(stdout).toMatch(/\n::error title=/);
    expect(stdout).toMatch(/3 entries, 3 of them leaks, 1 known\n$/);
  });

  test('--fingerprint selects, and says what it left out', async () => {
    const one = await suspects([], '--fingerprint', '69d24468', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({
      total: 1,
      rows: [{ fingerprint: '69d24468', known: null }],
    });
    const none = await suspects([], '--fingerprint', '01234567', '-q');
    expect(none.stdout).toMatch(/^Nothing of what was asked for/);
  });
});

test('heapgraph diff --holders --fingerprint: the fingerprints are those of leaks', async () => {
  const files = EXPRESS.slice(0, 2).map(expressPath);
  const { stdout } = await heapgraph(['diff', ...files, '--holders', '--all', '--json', '-q']);
  interface Held {
    readonly type: string;
    readonly holders: readonly { readonly fingerprint: string | null }[];
  }
  const rowsOf = (text: string): readonly Held[] => (JSON.parse(text) as { rows: Held[] }).rows;
  const printOf = (type: string) => rowsOf(stdout).find((row) => row.type === type)!.holders[0]!.fingerprint;
  expect(['AuditEntry', 'Session', 'RequestContext'].map(printOf)).toEqual([
    '9d054b00',
    '58314cd5',
    '69d24468',
  ]);
  const one = await heapgraph(['diff', ...files, '--holders', '--fingerprint', '58314cd5', '--json', '-q']);
  const chosen = rowsOf(one.stdout);
  expect(chosen.map(({ type }) => type)).toContain('Basket');
  expect(new Set(chosen.flatMap(({ holders }) => holders.map((row) => row.fingerprint)))).toEqual(
    new Set(['58314cd5']),
  );
  const none = await heapgraph(['diff', ...files, '--holders', '--fingerprint', '01234567']);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('no class has new objects in a container of the fingerprint 01234567');
  expect((await heapgraph(['diff', ...files, '--fingerprint', '58314cd5'])).code).toBe(2);
});

test('dead objects that alone make a place a leak make it a known one by their fingerprint, too', () => {
  const known = knownLeaks([{ fingerprint: '00000002' }, { fingerprint: '00000003' }]);
  const fact = (fingerprint: string, leakBy: string[]) =>
    suspectFact(known, { fingerprint, leakBy } as unknown as SuspectEntry);
  expect(fact('00000001', [])).toBe(null);
  expect(fact('00000002', ['00000009'])).not.toBe(null);
  expect(fact('00000001', ['00000002', '00000003'])).not.toBe(null);
  expect(fact('00000001', ['00000002', '00000004'])).toBe(null);
});

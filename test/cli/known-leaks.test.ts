/** Fingerprints of `heapgraph leaks`, and the list of known ones. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownLeaks, knownWords } from '../../src/commands/shared/known-leaks.js';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';

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
    expect(all.stdout).toContain('fingerprint f3e5ca06: handlers (known)');
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
    expect(list.notes(new Set(['00000001', '00000002']))).toEqual([
      'the known 00000001 is overdue: it was accepted until 2027-01-31',
    ]);
  });

  test('in words', () => {
    expect(knownWords(list.factOf('00000002'))).toBe(' Known, accepted until 2027-02-01: it waits.');
    expect(knownWords(list.factOf('00000001'))).toBe(' Known, accepted until 2027-01-31 and overdue.');
    expect(knownWords(list.factOf('00000003'))).toBe('');
  });
});

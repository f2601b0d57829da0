/** cut: a program whose smallest cuts are known, in three versions of Node.js. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/cut/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(FIXTURES, 'held-twice.cjs'), LIVE]);
});

interface Row {
  readonly aloneSize: number;
  readonly aloneObjects: number;
  readonly expression: string;
}

async function cut(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['cut', ...line, '--json']);
  return { ...JSON.parse(stdout), stderr, code } as {
    readonly rows: readonly Row[];
    readonly freedSize: number;
    readonly retainedSize: number;
    readonly objects: number;
    readonly references: number;
    readonly complete: boolean;
    readonly fixed: number;
    readonly stderr: string;
    readonly code: number;
  };
}

const expressions = ({ rows }: { readonly rows: readonly Row[] }): string[] =>
  rows.map(({ expression }) => expression);

describe.each([
  ['Node.js 20', path.join(FIXTURES, 'node20.heapsnapshot.br')],
  ['Node.js 24', path.join(FIXTURES, 'node24.heapsnapshot.br')],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('cut Session: the Map, and the array that has three of them too', async () => {
    const answer = await cut('Session', file);
    expect(answer).toMatchObject({ objects: 50, references: 2, complete: true, code: 0 });
    expect(expressions(answer)).toEqual([
      expect.stringMatching(/^\(variable sessions of .*held-twice\.cjs\)$/),
      'globalThis.recent',
    ]);
    expect(answer.rows.map(({ aloneObjects }) => aloneObjects)).toEqual([47, 0]);
    expect(answer.freedSize).toBeGreaterThan(answer.rows[0]!.aloneSize + answer.rows[1]!.aloneSize);
    expect(answer.freedSize).toBeGreaterThan(answer.retainedSize);
  });

  test('cut Only: its property, and nothing but what it retains', async () => {
    const answer = await cut('Only', file);
    expect(expressions(answer)).toEqual(['globalThis.lone.only']);
    expect(answer.freedSize).toBe(answer.retainedSize);
    const retained = await heapgraph(['retained', 'Only', file, '--json']);
    expect(answer.freedSize).toBe(JSON.parse(retained.stdout).retainedSize);
  });

  test('cut Twice: neither of two frees anything alone', async () => {
    const answer = await cut('Twice', file);
    expect(expressions(answer)).toEqual(['globalThis.one.twice', 'globalThis.two.list[0]']);
    expect(answer.rows.map(({ aloneSize }) => aloneSize)).toEqual([0, 0]);
    expect(answer.freedSize).toBeGreaterThan(0);
  });

  test('cut Entry: a key and its value are one reference', async () => {
    const answer = await cut('Entry', file);
    expect([answer.objects, answer.references]).toEqual([2, 1]);
    expect(expressions(answer)).toEqual(['[...globalThis.pairs.values()][0]']);
  });

  test('cut Value: of a WeakMap', async () => {
    expect(expressions(await cut('Value', file))).toEqual([
      expect.stringMatching(/^\(WeakMap value of globalThis\.key in WeakMap @\d+\)$/),
    ]);
  });

  test('cut Exported: the nearest of three; --nearest roots: the furthest', async () => {
    expect(expressions(await cut('Exported', file))[0]).toMatch(/\(variable exported of .*\)\.deep\[0\]$/);
    const [far] = expressions(await cut('Exported', file, '--nearest', 'roots'));
    expect(far).not.toContain('deep');
  });

  test('cut Twice --limit 1: at least two', async () => {
    const answer = await cut('Twice', file, '--limit', '1');
    expect(answer).toMatchObject({ references: 2, complete: false, rows: [], code: 1 });
    expect(answer.stderr).toContain('at least 2 references');
  });

  test('cut process: V8 holds one, and what holds it is said', async () => {
    const answer = await cut('process', file);
    expect(answer.fixed).toBeGreaterThan(0);
    expect(answer.stderr).toMatch(/no reference of the program frees: process @\d+ is held by /);
  });
});

test('cut Nothing: exit code 1; cut "retaind > 1": exit code 2', async () => {
  expect(await heapgraph(['cut', 'Nothing', LIVE])).toMatchObject({ code: 1, stdout: '' });
  expect((await heapgraph(['cut', 'retaind > 1', LIVE])).code).toBe(2);
});

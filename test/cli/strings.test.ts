/** strings: a program whose texts are known, in two versions of Node.js and in this one. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';

const WASTE = fileURLToPath(new URL('../../fixtures/waste/', import.meta.url));
const folder = temporaryFolder();
const LIVE = path.join(folder, 'live.heapsnapshot');
const NODE_20 = path.join(folder, 'node20.heapsnapshot');
const NODE_26 = path.join(folder, 'node26.heapsnapshot');
for (const name of ['node20', 'node26'])
  writeFileSync(
    path.join(folder, `${name}.heapsnapshot`),
    brotliDecompressSync(readFileSync(path.join(WASTE, `${name}.heapsnapshot.br`))),
  );

beforeAll(() => {
  execFileSync(process.execPath, [path.join(WASTE, 'waste.cjs'), LIVE]);
}, 60_000);

type Row = Readonly<Record<string, unknown>>;
interface Answer {
  readonly rows: readonly Row[];
  readonly wastedSize: number;
  readonly strings: number;
  readonly stringsSize: number;
  readonly matchedTexts: number;
  readonly matchedStrings: number;
  readonly isComplete: boolean;
}

async function strings(...line: readonly string[]) {
  const { stdout, stderr, code } = await heapgraph(['strings', ...line, '--json']);
  return { ...(JSON.parse(stdout) as Answer), stderr, code };
}

const place = (row: Row): string => /waste\.cjs \.texts → Object \.(\w+)/.exec(String(row.holder))?.[1] ?? '';
const ofProgram = (rows: readonly Row[]): Readonly<Record<string, Row>> =>
  Object.fromEntries(rows.map((row) => [place(row), row]).filter(([name]) => name !== ''));

describe.each([
  ['Node.js 20', NODE_20],
  ['Node.js 26', NODE_26],
  ['this Node.js', LIVE],
])('%s', (_, file) => {
  test('strings: copies, their bytes, and who holds them', async () => {
    const { rows, stderr, code, wastedSize } = await strings(file, '--all');
    expect(code).toBe(0);
    const found = ofProgram(rows);
    // 26 characters: 16 + 26, up to a multiple of 8. 20 of two bytes: 16 + 40.
    expect(found.copies).toMatchObject({ count: 50, shallowSize: 2400, wastedSize: 2352, isCut: false });
    expect(found.copies!.holders).toMatchObject([{ count: 50, size: 2400 }]);
    expect(found.wide).toMatchObject({ count: 30, shallowSize: 1680, wastedSize: 1624 });
    expect(found.long).toMatchObject({ count: 3, wastedSize: 6032, isCut: true });
    expect(stderr).toMatch(/3 of these strings are cut in the file .* may differ behind/);
    expect(rows.reduce((sum, row) => sum + Number(row.wastedSize), 0)).toBe(wastedSize);
  });

  test('strings --pinned: parts of a large text, and a text in pieces', async () => {
    const { rows } = await strings(file, '--pinned', '--all');
    const found = ofProgram(rows);
    expect(found.parts).toMatchObject({
      kind: 'sliced',
      parts: 10,
      keptSize: 100_016,
      wastedSize: 100_016,
      heldOtherwise: false,
    });
    // The program holds the text itself, too.
    const whole = rows.find(({ text }) => String(text).startsWith('WWWW'));
    expect(whole).toMatchObject({ parts: 2, keptSize: 50_016, wastedSize: 0, heldOtherwise: true });
    // 200 pieces of 24 bytes, all but one joined by 32 bytes: 16 + 1,800 would do.
    expect(found.rope).toMatchObject({
      kind: 'concatenated',
      usedLength: 1800,
      keptSize: 200 * 32 + 199 * 32,
      wastedSize: 200 * 32 + 199 * 32 - 1816,
    });
  });

  test('strings --largest', async () => {
    const { rows } = await strings(file, '--largest', '--limit', '300');
    const found = ofProgram(rows);
    expect(found.whole).toMatchObject({ retainedSize: 50_016, length: null, form: 'cut' });
    expect(found.rope).toMatchObject({ retainedSize: 12_768, form: 'concatenated' });
  });

  test('strings --grep: distinct texts, and who holds them', async () => {
    const { rows, matchedTexts, matchedStrings } = await strings(file, '--grep', '^duplicate value');
    expect(rows).toMatchObject([{ text: 'duplicate value number one', count: 50, shallowSize: 2400 }]);
    expect([matchedTexts, matchedStrings]).toEqual([1, 50]);
    const none = await strings(file, '--grep', 'no such text at all');
    expect([none.code, none.rows]).toEqual([1, []]);
    expect(none.stderr).toMatch(/no text of [\d,]+ matches/);
  });

  test('strings --encodings: each string in one form', async () => {
    const { rows, strings: count, stringsSize } = await strings(file, '--encodings');
    const sum = (key: string): number => rows.reduce((total, row) => total + Number(row[key]), 0);
    expect([sum('count'), sum('shallowSize')]).toEqual([count, stringsSize]);
    const forms = Object.fromEntries(rows.map((row) => [row.form, row]));
    expect(forms.unknown).toBeUndefined();
    expect(forms.twoByte!.count).toBeGreaterThanOrEqual(30);
    expect(forms.sliced!.count).toBeGreaterThanOrEqual(12);
  });
});

test('strings --all-values --csv -o: every text once, for its owner alone', async () => {
  const output = path.join(folder, 'all.csv');
  await heapgraph(['strings', NODE_26, '--all-values', '--csv', '-o', output]);
  expect(statSync(output).mode & 0o777).toBe(0o600);
  const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toBe('count,shallowSize,id,isCut,text');
  expect(lines.filter((line) => line.includes('duplicate value number one'))).toHaveLength(1);
  const { stdout } = await heapgraph(['strings', NODE_26, '--all-values', '--limit', '20']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(20);
});

test('strings: what it says first', async () => {
  const { stdout } = await heapgraph(['strings', NODE_26, '--limit', '1', '-q']);
  expect(stdout).toMatch(
    /^[\d,]+ strings with [\d,]+ bytes, \d+\.\d% of the heap\nduplicates: [\d,]+ copies of \d+ texts waste [\d,]+ bytes, \d\.\d% of the strings\ntwo bytes a character: 31 \(1\.7 kB\); external: 3 /,
  );
});

test('strings --grep: a pattern that takes too long is stopped', async () => {
  const { stderr, isComplete } = await strings(NODE_26, '--grep', '(z+)+y$');
  expect(isComplete).toBe(false);
  expect(stderr).toMatch(/the pattern takes too long on @\d+/);
}, 60_000);

test('strings --pinned --largest: one question at a time', async () => {
  const { stderr, code } = await heapgraph(['strings', NODE_26, '--pinned', '--largest']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/several questions at once/);
});

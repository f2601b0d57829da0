import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { deadPath, EXPRESS, expressPath, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const FINAL = expressPath('final');
const THREE = EXPRESS.map(expressPath);
const SERVER = [1, 2].map((step) => deadPath(`server-node24-${step}`));

interface Entry {
  readonly verdict: string;
  readonly kind: string;
  readonly headline: string;
  readonly count: number;
  readonly counts: readonly number[];
  readonly retainedSize: number;
  readonly fingerprint: string;
  readonly location: { readonly line: number } | null;
}

async function entriesOf(...args: string[]): Promise<Entry[]> {
  const { stdout, code } = await heapgraph(['suspects', ...args, '--json', '-q']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { rows: Entry[] }).rows;
}

describe('suspects express-final.heapsnapshot.gz', () => {
  test('names the emitter with 210 listeners first, and calls nothing a leak', async () => {
    const entries = await entriesOf(FINAL);
    expect(entries[0]).toMatchObject({ verdict: 'suspect', kind: 'listeners', count: 210, counts: [210] });
    expect(entries[0]!.headline).toBe(
      'suspect: 210 listeners of settings for "changed", onSettingsChanged() in /srv/express-leak/server.cjs:54, keep 37.3 kB',
    );
    expect(entries.filter(({ verdict }) => verdict === 'leak')).toEqual([]);
  });

  test('each entry has at most 14 lines, the first of which begins with the verdict', async () => {
    const { stdout } = await heapgraph(['suspects', FINAL, '-q']);
    const blocks = stdout.split('\n\n').filter((block) => /^(leak|suspect|large):/.test(block));
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(block.trimEnd().split('\n').length).toBeLessThanOrEqual(14);
  });

  test('says what was looked at where nothing is suspicious', async () => {
    const { stdout, code } = await heapgraph(['suspects', FINAL, '--min-size', '1GB', '-q']);
    expect(stdout).toMatch(/^Nothing suspicious: \d+ objects .* were looked at\.\n$/);
    expect(code).toBe(0);
  });
});

describe('suspects with three snapshots', () => {
  test('calls the three containers of the Express server leaks, and nothing else', async () => {
    const entries = await entriesOf(...THREE);
    expect(entries.map(({ verdict, kind, counts }) => ({ verdict, kind, counts }))).toEqual([
      { verdict: 'leak', kind: 'growth', counts: [120, 320, 420] },
      { verdict: 'leak', kind: 'listeners', counts: [60, 160, 210] },
      { verdict: 'leak', kind: 'growth', counts: [60, 160, 210] },
    ]);
  });

  test('two of them do not make a leak of growth', async () => {
    const entries = await entriesOf(...THREE.slice(0, 2));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ verdict }) => verdict === 'leak')).toEqual([]);
  });
});

describe('suspects server-1.heapsnapshot.gz', () => {
  test('dead objects are leaks, with how many were dead before', async () => {
    const [first] = await entriesOf(...SERVER);
    expect(first).toMatchObject({ verdict: 'leak', kind: 'dead', counts: [40], stayed: [20], count: 40 });
    expect(first!.headline).toContain('ServerResponse');
  });

  test('a fingerprint is that of dead', async () => {
    const [first] = await entriesOf(SERVER[0]!);
    const { stdout } = await heapgraph(['dead', SERVER[0]!, '--json', '-q']);
    expect(first!.fingerprint).toBe((JSON.parse(stdout) as { rows: Entry[] }).rows[0]!.fingerprint);
  });

  it.each([
    [['--fail-if-any'], SERVER[0]!, 1],
    [['--fail-if-any'], FINAL, 0],
    [['--fail-if', 'suspect'], FINAL, 1],
    [['--fail-if', 'suspect', '--kind', 'timers'], FINAL, 0],
  ])('%s exits as it should', async (args, file, code) => {
    expect((await heapgraph(['suspects', file, ...args, '-q'])).code).toBe(code);
  });
});

describe('snapshots without a command', () => {
  test('mean suspects', async () => {
    const asked = await heapgraph(['suspects', FINAL, '-q']);
    expect(await heapgraph([FINAL, '-q'])).toEqual(asked);
    expect(await heapgraph(['-q', FINAL])).toEqual(asked);
  });

  test('also from standard input, and of a file by another name', async () => {
    const headline = (await heapgraph([FINAL, '-q'])).stdout.split('\n')[0];
    const input = readFileSync(FINAL);
    expect((await heapgraph(['-', '-q'], { input })).stdout.split('\n')[0]).toBe(headline);
    const file = path.join(folder, 'renamed.json');
    writeFileSync(file, gunzipSync(input));
    expect((await heapgraph([file, '-q'])).stdout.split('\n')[0]).toBe(headline);
  });

  test('another word is still no command', async () => {
    const { code, stderr } = await heapgraph(['frobnicate']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown command 'frobnicate'");
  });
});

test('suspects --format github: an annotation for each entry', async () => {
  const { stdout } = await heapgraph(['suspects', FINAL, '--format', 'github', '--limit', '1', '-q']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^::warning title=heapgraph%3A suspect%3A 210 listeners/);
  expect(lines.at(-1)).toMatch(/^heapgraph: \d+ entries, 0 of them leaks$/);
});

test('suspects --markdown: a heading for each entry', async () => {
  const { stdout } = await heapgraph(['suspects', FINAL, '--markdown', '--limit', '1', '-q']);
  expect(stdout).toMatch(/^### suspect: 210 listeners of settings/);
});

test('suspects of a heap without a program says so', async () => {
  const { code, stdout } = await heapgraph(['suspects', fixturePath('node26-before'), '-q']);
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/^leak/m);
});

describe('suspects, used wrongly', () => {
  test('snapshots in the wrong order, or one twice, are not judged', async () => {
    const [first, second, third] = THREE as [string, string, string];
    for (const files of [
      [third, second, first],
      [first, first],
    ]) {
      const { code, stdout, stderr } = await heapgraph(['suspects', ...files, '--fail-if', 'leak']);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('--fail-if cannot judge these snapshots');
    }
    const any = await heapgraph(['suspects', third, first, '--fail-if-any']);
    expect([any.code, any.stderr]).toEqual([2, expect.stringContaining('--fail-if-any cannot judge')]);
    expect((await heapgraph(['suspects', third, first])).code).toBe(0);
  });

  test('-o x.xml: refused, with what it can be written as', async () => {
    const { code, stdout, stderr } = await heapgraph(['suspects', FINAL, '-o', 'x.xml']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('cannot be written as .xml\n  Use .json, .md, or another name for text.');
  });
});

/** Each kind of suspect in a program of which it is known how many there are. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { heapgraph } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const FILE = path.join(folder, 'suspects.heapsnapshot');

/** Node.js 18 and 20 build their signals from EventTarget. */
const SIGNAL = Number.parseInt(process.versions.node, 10) < 21 ? 'AbortSignal (EventTarget)' : 'AbortSignal';

interface Entry {
  readonly verdict: string;
  readonly kind: string;
  readonly headline: string;
  readonly count: number;
  readonly retainedSize: number;
  readonly evidence: readonly string[];
  readonly location: { readonly script: string; readonly line: number } | null;
}
let entries: readonly Entry[];

beforeAll(async () => {
  const program = path.join(import.meta.dirname, '../../support/suspects.cjs');
  execFileSync(process.execPath, [program, FILE], { stdio: 'pipe' });
  const line = ['suspects', FILE, '--all', '--min-size', '1', '--json', '-q'];
  entries = (JSON.parse((await heapgraph(line)).stdout) as { rows: Entry[] }).rows;
}, 60_000);

describe('suspects of a program with many of each kind', () => {
  it.each([
    ['listeners', 31, 'suspect: 31 listeners of emitter for "change", onChange() in '],
    ['listeners', 32, 'suspect: 32 listeners of target for "tick", onTick() in '],
    ['timers', 33, 'suspect: 33 timers that wait to call onPoll() in '],
    ['gathering', 34, 'suspect: 34 × (anonymous)() in waiting, with placeOrder() suspended in '],
    ['reactions', 35, 'suspect: 35 callbacks that wait for one promise, stopped, onStop() in '],
    ['slices', 38, 'suspect: 38 sliced strings in parts'],
    ['gathering', 39, `large: 39 × ${SIGNAL} in gcPersistentSignals, with `],
    ['handles', 12, 'suspect: 12 open TCP (Server) that only the runtime holds, '],
    ['errors', 15, 'suspect: 15 UploadError in failed, each with its .request, keep '],
    ['external', 6, 'large: 6 ArrayBuffer in frames keep 180'],
    ['realms', 6, 'suspect: 6 contexts of node:vm, '],
    ['gathering', 300, 'large: 300 × Row in by'],
    ['list', 150, 'large: 150 × Step that lead to each other, from '],
    [
      'list',
      170,
      'large: 170 × LogLine that lead to each other, from log.readers.get("replica").cursor keep ',
    ],
    ['gathering', 41, 'large: 41 × Object {allowed, denied} in grants keep '],
    ['large', 1, 'large: times (Array) keeps 160'],
  ])('%s: %i', (kind, count, beginning) => {
    const found = entries.filter((entry) => entry.kind === kind && entry.count === count);
    expect(found.map(({ headline }) => headline.slice(0, beginning.length))).toEqual([beginning]);
  });

  test('modules made on the fly, and a package in two folders', () => {
    const headlines = entries.map(({ headline }) => headline);
    expect(headlines).toContainEqual(
      expect.stringMatching(/^suspect: 23 modules loaded from .*[/\\]view-#\.cjs keep /),
    );
    expect(headlines).toContainEqual(
      expect.stringMatching(/^suspect: 1 package that is loaded from several folders, acme-parts in .* and /),
    );
  });

  test('one file that is loaded by many addresses; what is over does not wait', () => {
    const headlines = entries.map(({ headline }) => headline);
    expect(headlines).toContainEqual(expect.stringMatching(/^suspect: 26 modules loaded from .*plugin\.mjs/));
    // The calls of placeOrder() wait, and are told with the Map that has them.
    expect(entries.filter(({ kind }) => kind === 'pending')).toEqual([]);
    expect(headlines.filter((headline) => /(?:pages|anonymous\))\(\) suspended/.test(headline))).toEqual([]);
  });

  test('handles: both ends of each channel', () => {
    const found = entries.find(
      ({ kind, headline }) => kind === 'handles' && headline.includes('MessagePort'),
    );
    expect(found?.headline).toMatch(/^suspect: \d+ open MessagePort that only the runtime holds/);
    expect(found!.count).toBeGreaterThanOrEqual(37);
    expect(found!.location?.script).toMatch(/suspects\.cjs$/);
  });

  test('a variable that leads to proxies', () => {
    const headlines = entries.filter(({ kind }) => kind === 'variable').map(({ headline }) => headline);
    expect(headlines).toContainEqual(
      expect.stringMatching(/^large: settings .*180 × get\(\) in .*suspects\.cjs:/),
    );
  });

  test('symbols that Symbol.for made of ids', () => {
    const found = entries.find(({ kind }) => kind === 'symbols');
    expect(found?.headline).toMatch(/^suspect: 1,[2-9]\d\d symbols of Symbol\.for, such as ".*", keep /);
  });

  test('stores stand with the timers that keep them, or by themselves', () => {
    const all = entries.map(({ headline, evidence }) => [headline, ...evidence].join(' ')).join('\n');
    expect(all).toMatch(/36 (Request, )?stores of AsyncLocalStorage/);
  });

  test('two arrays of the same objects: all of them together, once', () => {
    const rows = entries.filter(({ headline }) => headline.includes('× Row'));
    expect(rows).toHaveLength(1);
    expect(rows[0]!.retainedSize).toBeGreaterThan(300 * 20 * 28);
  });

  test('nothing is called a leak', () => {
    expect(entries.filter(({ verdict }) => verdict === 'leak').map(({ headline }) => headline)).toEqual([]);
  });
});

test('a place that grows is told once, though it had more before than what came', async () => {
  const program = `
    const { writeHeapSnapshot } = require('node:v8');
    class View { constructor(id) { this.rows = Array.from({ length: 30 }, (_, i) => 'row ' + id + '.' + i); } }
    globalThis.views = new Set();
    globalThis.prices = new Map(Array.from({ length: 3000 }, (_, i) => [i, { name: 'item ' + i }]));
    for (let i = 0; i < 1500; i++) {
      if (i >= 500 && i % 500 === 0) writeHeapSnapshot(i / 500 + '.heapsnapshot');
      views.add(new View(i));
    }
    writeHeapSnapshot('3.heapsnapshot');`;
  execFileSync(process.execPath, ['-e', program], { cwd: folder, stdio: 'pipe' });
  const files = [1, 2, 3].map((step) => path.join(folder, `${step}.heapsnapshot`));
  const { stdout } = await heapgraph(['suspects', ...files, '--json', '-q', '--all']);
  const found = (JSON.parse(stdout) as { rows: Entry[] }).rows;
  expect(found[0]!.headline).toContain('leak: 500 → 1,000 → 1,500 × View in globalThis.views');
  expect(found.slice(1).filter(({ headline }) => /views|View|row/.test(headline))).toEqual([]);
});

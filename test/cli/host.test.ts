/** The process that answers the tests' command lines answers as a process of its own does, and keeps nothing. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/commands/command.js';
import { COMMANDS } from '../../src/commands/index.js';
import { heapgraph, spawnHeapgraph } from '../support/cli.js';
import { CliHost } from '../support/cli-host.js';
import { exampleLines } from '../support/example-lines.js';
import { deadPath, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// A process of its own is as cold as can be, and there are as many as commands: small snapshots.
const B = deadPath('server-node24-1');
const F = deadPath('server-node24-2');
const folder = temporaryFolder();
const NODE = process.env.HEAPGRAPH_NODE ?? process.execPath;

/** Command lines. A command that reads snapshots and is not among them is asked its first example. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  count: ['count', 'Socket', F],
  'by-type': ['by-type', 'Socket', F, '--limit', '2'],
  'show-most-common-types': ['show-most-common-types', F, '--by', 'size'],
  typestats: ['typestats', F, '--csv'],
  at: ['at', '1', F, '--json'],
  'find-backref-chain': ['find-backref-chain', 'Socket', F],
  'find-ref-chain': ['find-ref-chain', 'Socket', F, '--to', 'Nope'],
  'show-backrefs': ['show-backrefs', 'Socket', F],
  'show-refs': ['show-refs', 'Socket', F],
  'show-chain': ['show-chain', 'Socket', F],
  dominators: ['dominators', F, '--depth', '1', '--limit', '2'],
  retained: ['retained', 'Socket', F],
  'get-leaking-objects': ['get-leaking-objects', F, '--limit', '3'],
  select: ['select', 'Socket and retained > 10', F, '--limit', '3'],
  heap: ['heap', F, '--limit', '3'],
  patterns: ['patterns', 'Socket', F],
  cycles: ['cycles', F, '--limit', '1'],
  garbage: ['garbage', F, '--limit', '3'],
  weak: ['weak', F, '--all', '--limit', '3'],
  cut: ['cut', 'Socket', F],
  'show-growth': ['show-growth', B, F],
  leaks: ['leaks', B, F],
  dead: ['dead', F],
  survival: ['survival', B, F, F],
  report: ['report', F],
  diff: ['diff', B, F, '--markdown'],
  'get-new-ids': ['get-new-ids', B, F, '--limit', '3'],
  check: ['check', F, '--max', 'Socket=50'],
  baseline: ['baseline', F, '-o', '-'],
  init: ['init', F, '-o', '-'],
  info: ['info', F],
  census: ['census', F], // where to is missing
  fleet: ['fleet', 'nowhere'],
  slice: ['slice', 'Socket', F], // where to is missing
};

const commands: readonly Command[] = COMMANDS;

describe('a process of its own and the process of many answers say the same', () => {
  const asked = commands
    .filter(({ live }) => !live)
    .map(
      (command) =>
        [command.name, LINES[command.name] ?? exampleLines(command, { before: B, after: F })[0]!] as const,
    );

  it('has no line of a command that is not there', () => {
    expect(Object.keys(LINES).filter((name) => !asked.some(([other]) => other === name))).toEqual([]);
  });

  it.each(asked)('%s', async (_, line) => {
    const own = await spawnHeapgraph(line);
    expect(await heapgraph(line)).toEqual(own);
    expect(own.stdout + own.stderr).not.toBe('');
  });

  it.each([
    ['no command', []],
    ['help', ['--help']],
    ['version', ['--version']],
    ['wrong usage', ['count']],
    ['an unknown command', ['cuont', 'Socket']],
    ['an unreadable file', ['typestats', path.join(folder, 'nothing.heapsnapshot')]],
    ['completion', ['completion', 'zsh']],
  ])('%s', async (_, line) => {
    expect(await heapgraph(line)).toEqual(await spawnHeapgraph(line));
  });
});

describe('the process of many answers', () => {
  const F = fixturePath('node22-after');
  const host = new CliHost(NODE, { ...process.env, HEAPGRAPH_HOST_QUESTIONS: '8' });
  const small = new CliHost(NODE, { ...process.env, HEAPGRAPH_HOST_BYTES: '1' });
  afterAll(() => {
    host.end();
    small.end();
  });

  it('keeps no exit code, listener, file or folder, and is followed by another one in time', async () => {
    const out = path.join(folder, 'out.json');
    const lines = [
      ['typestats', F, '--json'],
      ['count', 'Nope', F],
      ['check', F, '--max', 'OBJ=1'],
      ['typestats', 'nothing.heapsnapshot'],
      ['typestats', F, '-o', 'out.json'],
      ['show-backrefs', 'OBJ', F, '-o', 'out.svg'],
      ['typestats', F, '-o', path.join('nowhere', 'out.json')],
      ['typestats', F, '--json'],
      ['typestats', F, '--json'],
    ];
    const runs = [];
    for (const line of lines) runs.push(await host.ask(line, folder));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 1, 2, 0, 0, 2, 0, 0]);
    expect(runs.map(({ left }) => left)).toEqual(runs.map(() => 0));
    expect(new Set(runs.map(({ listeners }) => listeners)).size).toBe(1);
    expect(runs.map(({ last }) => last)).toEqual(runs.map((_, i) => i === 7));
    expect(new Set(runs.map(({ pid }) => pid)).size).toBe(2);
    expect(runs[8]!.pid).not.toBe(runs[0]!.pid);
    for (const again of [runs[7]!, runs[8]!]) {
      expect(again.stdout).toBe(runs[0]!.stdout);
      expect(again.stderr).toBe('');
    }
    expect(readFileSync(out, 'utf8')).toBe(runs[0]!.stdout);
    expect(existsSync(path.join(folder, 'nowhere'))).toBe(false);
  });

  it('ends when it has grown too large', async () => {
    const runs = [await small.ask(['count', 'OBJ', F], folder), await small.ask(['count', 'OBJ', F], folder)];
    expect(runs.map(({ stdout, last }) => [stdout, last])).toEqual([
      ['100\n', true],
      ['100\n', true],
    ]);
    expect(runs[0]!.pid).not.toBe(runs[1]!.pid);
  });

  it('answers one at a time, in order, what is asked at once', async () => {
    const asked = ['OBJ', 'Nope', 'Array'].map((name) => heapgraph(['count', name, F]));
    expect((await Promise.all(asked)).map(({ stdout }) => stdout.split('\n')[0])).toEqual([
      '100',
      '0',
      (await spawnHeapgraph(['count', 'Array', F])).stdout.trim(),
    ]);
  });

  it('says that it died', async () => {
    const dying = new CliHost(NODE, process.env);
    const answer = dying.ask(['typestats', F], folder);
    await dying.ask(['count', 'OBJ', F], folder); // queued behind: the process lives
    const broken = dying.ask(['typestats', F], folder);
    await new Promise((resolve) => setTimeout(resolve, 5));
    dying.end();
    await expect(broken).rejects.toThrow('heapgraph typestats');
    expect((await answer).code).toBe(0);
    expect((await dying.ask(['count', 'OBJ', F], folder)).stdout).toBe('100\n');
    dying.end();
  });
});

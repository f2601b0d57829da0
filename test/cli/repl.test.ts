/** The prompt, in a pipe: a command a line. */
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { expressPath, fixturePath } from '../support/fixtures.js';

const [BASELINE, TARGET, FINAL] = (['baseline', 'target', 'final'] as const).map(expressPath) as [
  string,
  string,
  string,
];
const folder = temporaryFolder();

const repl = (lines: readonly string[], ...args: string[]) =>
  heapgraph(['repl', ...args], { input: Buffer.from(`${lines.join('\n')}\n`), cwd: folder });

/** Answers of the same questions, each by itself. */
async function apart(lines: readonly (readonly string[])[]) {
  const runs = await Promise.all(lines.map((words) => heapgraph(words, { cwd: folder })));
  return {
    stdout: runs.map(({ stdout }) => stdout).join(''),
    stderr: runs.map(({ stderr }) => stderr).join(''),
  };
}

describe('heapgraph repl a.heapsnapshot', () => {
  test('answers as each command by itself, from what is loaded once', async () => {
    const lines = [
      'count AuditEntry',
      'count AuditEntry NoSuchClass --json',
      "count 'AuditEntry and retained > 1'",
      'by-type AuditEntry --limit 3',
      'find-backref-chain AuditEntry',
      'heap --limit 3',
      'typestats --csv',
      'suspects --limit 1',
      'dominators --limit 2',
      'info',
      'show-most-common-types --limit 2',
    ];
    const words = lines.map((line) => Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, a, b]) => a ?? b!));
    const [together, alone] = await Promise.all([
      repl(lines, FINAL),
      apart(words.map((one) => [...one, FINAL])),
    ]);
    expect(together.code).toBe(0);
    expect(together.stdout).toBe(alone.stdout);
    expect(together.stderr).toBe(alone.stderr);
  });

  test('its own words, comments, empty lines, lines copied from a shell', async () => {
    const run = await repl(
      ['# what is loaded', '', '.files', 'heapgraph count AuditEntry', '.exit', 'count OBJ'],
      FINAL,
    );
    expect(run).toEqual({ stdout: `${FINAL}: 80,645 nodes, 354,462 edges\n420\n`, stderr: '', code: 0 });
    for (const word of ['exit', 'quit', '.exit'])
      expect((await repl([word, 'count OBJ'], FINAL)).stdout).toBe('');
    const help = await repl(['.help', '.help count'], FINAL);
    expect(help.stdout).toContain('Find a leak');
    expect(help.stdout).toContain('How many objects there are of a class.');
  });

  test('what cannot be answered: told, and the next line is answered; the code is that of the last', async () => {
    const run = await repl(['nosuch', 'count "x', '.nosuch', 'capture 1', 'repl', 'count AuditEntry'], FINAL);
    expect([run.stdout, run.code]).toEqual(['420\n', 0]);
    for (const part of [
      "unknown command 'nosuch'",
      'has no end',
      'there is no .nosuch',
      'capture is no question',
    ])
      expect(run.stderr).toContain(part);
    expect((await repl(['count AuditEntry', 'count NoSuch --fail-if-none'], FINAL)).code).toBe(1);
    expect((await repl(['count AuditEntry', 'nosuch'], FINAL)).code).toBe(2);
    expect((await repl([], FINAL)).code).toBe(0);
  });

  test('--json and --quiet are for every question', async () => {
    const run = await repl(['count AuditEntry', 'count NoSuch'], FINAL, '--json', '-q');
    const answers = run.stdout.match(/"command":\s*"count"/g);
    expect([answers?.length, run.stderr]).toEqual([2, '']);
  });

  test('no snapshot: the newest of the folder; none there, a missing one, standard input: refused', async () => {
    copyFileSync(FINAL, path.join(folder, 'newest.heapsnapshot.gz'));
    expect((await repl(['count AuditEntry'])).stdout).toBe('420\n');
    const empty = await heapgraph(['repl'], {
      input: Buffer.from('info\n'),
      cwd: path.dirname(fileURLToPath(import.meta.url)),
    });
    expect([empty.code, empty.stdout]).toEqual([2, '']);
    expect((await repl(['info'], 'gone.heapsnapshot')).code).toBe(2);
    expect((await repl(['info'], '-')).stderr).toContain('standard input has the questions');
  });

  test('index: of the snapshot that is loaded', async () => {
    const run = await heapgraph(['repl', FINAL], {
      input: Buffer.from('index --json\nindex --list --remove --json\n'),
      env: { XDG_CACHE_HOME: folder },
    });
    const states = Array.from(run.stdout.matchAll(/"state":"(\w+)"/g), ([, state]) => state);
    expect([states, run.stderr, run.code]).toEqual([['written', 'removed'], '', 0]);
  });

  test('what is not loaded: too large for the bound, a baseline', async () => {
    const bound = await repl(['info'], FINAL, '--max-memory', '1mb');
    expect([bound.code, bound.stdout]).toEqual([2, '']);
    expect(bound.stderr).toContain('--max-memory allows 1.0 MB');
    const variable = await heapgraph(['repl', FINAL], {
      input: Buffer.from('info\n'),
      env: { HEAPGRAPH_MAX_MEMORY: '1mb' },
    });
    expect([variable.code, variable.stderr]).toEqual([
      2,
      expect.stringContaining('HEAPGRAPH_MAX_MEMORY allows'),
    ]);
    await heapgraph(['baseline', FINAL, '-o', 'base.json'], { cwd: folder });
    const baseline = await repl(['info'], 'base.json');
    expect([baseline.code, baseline.stderr]).toEqual([2, expect.stringContaining('is a baseline')]);
  });

  test('an answer in a file; other snapshots than those that are loaded', async () => {
    const run = await repl(
      ['count AuditEntry -o count.json', `count OBJ ${fixturePath('node22-after')}`, 'count AuditEntry'],
      FINAL,
    );
    expect(run.stdout).toBe('100\n420\n');
    expect(JSON.parse(readFileSync(path.join(folder, 'count.json'), 'utf8')).command).toBe('count');
  });
});

describe('heapgraph repl 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot', () => {
  test('comparisons take all, or the last ones; other questions the last', async () => {
    const lines = ['leaks --limit 1', 'diff --limit 3', 'count AuditEntry', `count AuditEntry ${BASELINE}`];
    const [run, alone] = await Promise.all([
      repl(lines, BASELINE, TARGET, FINAL),
      apart([
        ['leaks', '--limit', '1', BASELINE, TARGET, FINAL],
        ['diff', '--limit', '3', TARGET, FINAL],
        ['count', 'AuditEntry', FINAL],
        ['count', 'AuditEntry', BASELINE],
      ]),
    ]);
    expect(run.stdout).toBe(alone.stdout);
  });
});

describe('Ctrl-C', () => {
  test('ends the question, not the session, and leaves no half of a file', async () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const node = process.env.HEAPGRAPH_NODE ?? process.execPath;
    const child = spawn(node, [bin, 'repl', FINAL], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    const waits: (() => void)[] = [];
    const told = (): void => {
      for (const wake of waits.splice(0)) wake();
    };
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      told();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      told();
    });
    const until = async (is: () => boolean): Promise<void> => {
      while (!is()) await new Promise<void>((resolve) => waits.push(resolve));
    };
    child.stdin.write('count AuditEntry\n');
    await until(() => stdout === '420\n');
    // Many questions: one of them is being answered when the signal comes.
    child.stdin.write('suspects -o out.json\n'.repeat(50));
    const signals = setInterval(() => child.kill('SIGINT'), 300);
    await until(() => stderr.includes('interrupted'));
    clearInterval(signals);
    child.stdin.end('.exit\n');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([0, 130]).toContain(code);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

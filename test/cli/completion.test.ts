/** What shells offer, and the shells themselves, where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.js';
import { heapgraph } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const work = path.join(folder, 'work');
const bin = path.join(folder, 'bin');
mkdirSync(path.join(work, 'sub dir'), { recursive: true });
mkdirSync(bin);
for (const name of [
  'a.heapsnapshot',
  'b c.heapsnapshot.gz',
  'base.json',
  'other.txt',
  '.hidden.heapsnapshot',
])
  writeFileSync(path.join(work, name), '');
const program = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
writeFileSync(path.join(bin, 'heapgraph'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
chmodSync(path.join(bin, 'heapgraph'), 0o755);
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, HOME: folder };

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

async function offered(...words: string[]): Promise<string[]> {
  const { stdout, stderr, code } = await heapgraph(['complete', '--', ...words], { cwd: work });
  expect([stderr, code]).toEqual(['', 0]);
  return stdout === '' ? [] : stdout.trimEnd().split('\n');
}

const SNAPSHOTS = ['a.heapsnapshot', 'b c.heapsnapshot.gz', 'sub dir/'];

describe('heapgraph complete --', () => {
  test('"": every command, a line each, with its summary', async () => {
    const lines = await offered('');
    expect(lines).toEqual([
      ...COMMANDS.map(({ name, summary }) => `${name}\t${summary}`),
      'completion\ta script that teaches a shell the commands and options',
    ]);
  });

  test.each<[string[], string[]]>([
    [['show-gr'], ['show-growth']],
    [['count', 'Session', ''], SNAPSHOTS],
    [['count', 'b'], ['b c.heapsnapshot.gz']],
    [['count', '.h'], ['.hidden.heapsnapshot']],
    [['count', 'sub dir/'], []],
    [['count', 'nowhere/'], []],
    [
      ['diff', ''],
      ['a.heapsnapshot', 'b c.heapsnapshot.gz', 'base.json', 'sub dir/'],
    ],
    [
      ['show-growth', '--by', ''],
      ['count', 'size', 'retained'],
    ],
    [['show-growth', '--by=s'], ['--by=size']],
    [['show-growth', '--limit', ''], []],
    [['show-backrefs', '--since', ''], SNAPSHOTS],
    [['at', '-o', 'o'], ['other.txt']],
    [
      ['at', '@1', '--ids-from', 'b'],
      ['b c.heapsnapshot.gz', 'base.json'],
    ],
    [['by-type', '--ret'], ['--retained']],
    [['capture', '--', 'o'], ['other.txt']],
    [['completion', 'z'], ['zsh']],
    [['nope', ''], []],
    [['--h'], ['--help']],
  ])('%j', async (words, expected) => {
    const lines = await offered(...words);
    expect(lines.map((line) => line.split('\t')[0]).sort()).toEqual([...expected].sort());
  });

  test.each(COMMANDS.map(({ name }) => name))('%s --: options, a line each', async (name) => {
    const lines = await offered(name, '--');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/^--[a-z][a-z-]*\t\S/);
  });
});

test.each(['bash', 'zsh', 'fish'])('completion %s: a script for that shell', async (shell) => {
  const { stdout, stderr, code } = await heapgraph(['completion', shell]);
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toContain(`# ${shell} completion for heapgraph`);
});

test('completion bash --json', async () => {
  const { stdout } = await heapgraph(['completion', 'bash', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'heapgraph/1', command: 'completion', shell: 'bash' });
});

describe.skipIf(!has('bash'))('bash, without bash-completion, the script loaded twice', () => {
  const complete = (line: string): string[] => {
    const script = `set -u
      source <(heapgraph completion bash); source <(heapgraph completion bash)
      COMP_LINE="$1"; COMP_POINT=\${#1}
      read -ra COMP_WORDS <<< "\${1//=/ = }"
      [[ $1 == *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _heapgraph
      printf "%s\\n" "\${COMPREPLY[@]}"`;
    const args = ['--norc', '--noprofile', '-c', script, 'bash', line];
    const { stdout, stderr } = spawnSync('bash', args, { cwd: work, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  };

  test('a command, an option, a value behind an equals sign, files with blanks', () => {
    expect(complete('heapgraph show-m')).toEqual(['show-most-common-types']);
    expect(complete('heapgraph count --fail')).toEqual(['--fail-if-none']);
    expect(complete('heapgraph show-growth --by=r')).toEqual(['retained']);
    expect(complete('heapgraph count Session b')).toEqual(['b\\ c.heapsnapshot.gz']);
    expect(complete('heapgraph count Session ').sort()).toEqual([
      'a.heapsnapshot',
      'b\\ c.heapsnapshot.gz',
      'sub\\ dir/',
    ]);
  });

  test('nothing that is typed is run', () => {
    complete('heapgraph count $(touch ran) ');
    complete('heapgraph count "$(touch ran)" ');
    expect(execFileSync('ls', { cwd: work, encoding: 'utf8' })).not.toContain('ran');
  });
});

test.skipIf(!has('fish'))('fish, the script loaded twice', () => {
  const ask = (line: string): string[] =>
    execFileSync(
      'fish',
      [
        '--no-config',
        '-c',
        `heapgraph completion fish | source; heapgraph completion fish | source; complete -C '${line}'`,
      ],
      { cwd: work, env, encoding: 'utf8' },
    )
      .trimEnd()
      .split('\n');
  expect(ask('heapgraph show-m')).toEqual([
    'show-most-common-types\tthe classes with the most objects, or with the most bytes',
  ]);
  expect(ask('heapgraph count b')).toEqual(['b c.heapsnapshot.gz']);
});

test.skipIf(!has('zsh'))('zsh without compinit, the script loaded twice', () => {
  const script = [
    'source <(heapgraph completion zsh); source <(heapgraph completion zsh)',
    'print -r -- "$_comps[heapgraph]"',
  ].join('\n');
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script], { cwd: work, env, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['_heapgraph\n', '']);
});

/** What a user meets on the way: errors, files, pipes, signals, colours, help. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { flag } from '../../src/base/notes.js';
import { COMMANDS } from '../../src/commands/index.js';
import { snapshotBytes, snapshotText } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();
const inFolder = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

describe('unreadable input: one message with a hint, exit code 2, nothing on stdout', () => {
  const whole = snapshotText({ root: ['a', 'b'], a: ['c'] });
  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ['missing file', () => path.join(folder, 'missing.heapsnapshot'), /no such file/],
    ['empty file', () => inFolder('empty.heapsnapshot', ''), /is empty/],
    ['folder', () => folder, /is a folder/],
    ['HTML', () => inFolder('page.heapsnapshot', '<!doctype html><p>502'), /not a heap snapshot .*HTML/],
    ['other JSON', () => inFolder('x.heapsnapshot', '{"a":1}'), /first key is "a"/],
    [
      'CPU profile',
      () =>
        inFolder(
          'p.heapsnapshot',
          '{"nodes":[{"id":1,"callFrame":{"functionName":"(root)"}}],"timeDeltas":[]}',
        ),
      /CPU profile/,
    ],
    [
      'cut in the nodes',
      () => inFolder('n.heapsnapshot', whole.slice(0, whole.indexOf('"nodes"') + 20)),
      /section "nodes".*expected 4 nodes.*found/,
    ],
    [
      'cut in the edges',
      () => inFolder('e.heapsnapshot', whole.slice(0, whole.indexOf('"edges"') + 14)),
      /ends too early.*section "edges"/,
    ],
    [
      'cut in the strings',
      () => inFolder('s.heapsnapshot', whole.slice(0, -6)),
      /ends too early.*section "strings", byte/,
    ],
    [
      'wrong count',
      () => inFolder('w.heapsnapshot', whole.replace('"node_count":4', '"node_count":5')),
      /counts do not agree.*expected 5 nodes/,
    ],
    ['damaged gzip', () => inFolder('d.heapsnapshot.gz', damaged(readFileSync(F))), /gzip data is damaged/],
  ];

  function damaged(bytes: Buffer): Buffer {
    bytes.fill(0xff, 5000, 6000);
    return bytes;
  }

  test.each(cases)('%s', async (_, file, message) => {
    for (const command of [['typestats'], ['info']]) {
      const { stdout, stderr, code } = await heapgraph([...command, file()]);
      expect([stdout, code]).toEqual(['', 2]);
      expect(stderr).toMatch(/^heapgraph: .+\n {2}\S.+\n$/);
      expect(stderr.replace(/\n/g, ' ')).toMatch(message);
      expect(stderr).not.toContain('    at ');
    }
  });

  test.skipIf(process.getuid?.() === 0)('no permission', async () => {
    const file = inFolder('secret.heapsnapshot', whole);
    chmodSync(file, 0);
    const { stdout, stderr, code } = await heapgraph(['typestats', file]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('no permission');
  });
});

describe('--salvage', () => {
  const text = snapshotText({ root: ['Foo', 'Bar'], Foo: ['Baz'] });

  test('typestats cut.heapsnapshot --salvage: what is there, and where it ended', async () => {
    const file = inFolder('cut.heapsnapshot', text.slice(0, text.lastIndexOf('"Baz"')));
    const { stdout, stderr, code } = await heapgraph(['typestats', file, '--salvage', '--json']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the file is not whole: section "strings" ends at byte/);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({ complete: false, truncation: { section: 'strings' } });
    expect(answer.rows).toContainEqual(expect.objectContaining({ type: 'Foo', count: 1 }));
    expect(answer.rows).toContainEqual(expect.objectContaining({ type: '(lost name 3)', count: 1 }));
  });

  test('by-type Foo cut.heapsnapshot --salvage', async () => {
    const file = inFolder('cut.heapsnapshot', text.slice(0, text.lastIndexOf('"Baz"')));
    const { stdout } = await heapgraph(['by-type', 'Foo', file, '--salvage']);
    expect(stdout).toContain('@3');
  });
});

describe('text out of a snapshot is data', () => {
  const evil = '\x1b[2J\x1b]0;owned\x07=cmd|"/c calc"\u202e\u009b31m\r\nnext';
  const input = snapshotBytes({ root: [evil, '=1+1', '@x'] });
  const RAW = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;

  test.each([
    ['typestats', '-'],
    ['typestats', '-', '--json'],
    ['typestats', '-', '--csv'],
    ['typestats', '-', '--markdown'],
    ['by-type', evil, '-'],
    ['by-type', evil, '-', '--json'],
    ['at', '@1', '-'],
    ['at', '@1', '-', '--json'],
    ['count', 'owned', '-'],
  ])('%s %s %s: no control character comes out', async (...args) => {
    const { stdout, stderr } = await heapgraph(args, { input });
    expect(stdout.length + stderr.length).toBeGreaterThan(0);
    expect(stdout).not.toMatch(RAW);
    expect(stderr).not.toMatch(RAW);
  });

  test('typestats - --json keeps the name as it is', async () => {
    const { stdout } = await heapgraph(['typestats', '-', '--json'], { input });
    const { rows } = JSON.parse(stdout) as { rows: { type: string }[] };
    expect(rows.map(({ type }) => type)).toContain(evil);
  });

  test('typestats - --csv: no cell is a formula', async () => {
    const { stdout } = await heapgraph(['typestats', '-', '--csv'], { input });
    expect(stdout).toContain("\n'=1+1,object,");
    expect(stdout).toContain("\n'@x,object,");
    expect(stdout).not.toMatch(/(^|,|\n)"?[=+@]/);
  });
});

describe('-o FILE', () => {
  test('typestats F -o types.csv: the format from the name, nothing on stdout', async () => {
    const file = path.join(folder, 'types.csv');
    expect(await heapgraph(['typestats', F, '-o', file])).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(readFileSync(file, 'utf8')).toMatch(/^type,nodeType,count/);
    expect(statSync(file).mode & 0o111).toBe(0);
  });

  test('count OBJ F -o n.json, n.md, n.txt', async () => {
    for (const [name, content] of [
      ['n.json', /^\{"schema"/],
      ['n.md', /^\| +Count \|/],
      ['n.txt', /^100\n$/],
    ] as const) {
      await heapgraph(['count', 'OBJ', F, '-o', path.join(folder, name)]);
      expect(readFileSync(path.join(folder, name), 'utf8')).toMatch(content);
    }
  });

  test('count OBJ broken -o keep.txt: an error leaves the old file and nothing else', async () => {
    const home = mkdtempSync(path.join(folder, 'keep-'));
    const file = path.join(home, 'keep.txt');
    writeFileSync(file, 'old');
    writeFileSync(path.join(home, 'broken.heapsnapshot'), '{');
    expect((await heapgraph(['count', 'OBJ', path.join(home, 'broken.heapsnapshot'), '-o', file])).code).toBe(
      2,
    );
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(home).sort()).toEqual(['broken.heapsnapshot', 'keep.txt']);
  });

  test('-o no/such/folder/x.txt: told before the snapshot is read', async () => {
    const { stderr, code } = await heapgraph([
      'count',
      'OBJ',
      'gone.heapsnapshot',
      '-o',
      path.join(folder, 'no/such/x.txt'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('its folder does not exist');
  });

  test('-o a folder; -o at.csv, which is no table', async () => {
    mkdirSync(path.join(folder, 'dir'), { recursive: true });
    expect((await heapgraph(['count', 'OBJ', F, '-o', path.join(folder, 'dir')])).stderr).toContain(
      'is a folder',
    );
    expect((await heapgraph(['at', '@1', F, '-o', path.join(folder, 'at.csv')])).stderr).toContain(
      'not a table',
    );
  });

  test('-o through a symbolic link replaces the file behind it', async () => {
    const target = inFolder('behind.txt', 'old');
    const link = path.join(folder, 'link.txt');
    symlinkSync(target, link);
    await heapgraph(['count', 'OBJ', F, '-o', link]);
    expect(readFileSync(target, 'utf8')).toBe('100\n');
  });

  test('Ctrl-C in the middle: no file, no temporary file', async () => {
    const home = mkdtempSync(path.join(folder, 'signal-'));
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const child = spawn(process.execPath, [bin, 'count', 'OBJ', '-', '-o', path.join(home, 'out.txt')], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.write(fixtureBytes('node26-after').subarray(0, 100_000)); // and never ends
    await until(() => readdirSync(home).length > 0);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(128 + constants.signals.SIGINT);
    expect(readdirSync(home)).toEqual([]);
  });

  async function until(condition: () => boolean): Promise<void> {
    for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(condition()).toBe(true);
  }
});

describe('streams', () => {
  test('by-type "(string)" F --all | head -1 ends quietly', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    const script = `"${process.execPath}" "${bin}" by-type "(string)" "${F}" --all 2>"${folder}/err" | head -1; echo "\${PIPESTATUS[0]}"`;
    const stdout = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stdout).toMatch(/^Id +Value.*\n0\n$/);
    expect(readFileSync(path.join(folder, 'err'), 'utf8')).toBe('');
  });

  test.each(['--help', '--version', 'count --help', 'completion bash'])(
    '%s into a closed pipe ends quietly',
    (words) => {
      const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
      const script = `{ sleep 0.3; "${process.execPath}" "${bin}" ${words} 2>"${folder}/err"; echo "$?" >"${folder}/code"; } | true`;
      execFileSync('bash', ['-c', script]);
      expect(readFileSync(path.join(folder, 'err'), 'utf8')).toBe('');
      expect(readFileSync(path.join(folder, 'code'), 'utf8')).toBe('0\n');
    },
  );

  test.skipIf(!existsSync('/dev/full'))('an answer to a full disk: one line, exit code 2', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    for (const words of [
      '--help',
      'completion bash',
      `count OBJ "${F}"`,
      `by-type "(string)" "${F}" --all`,
    ]) {
      const script = `"${process.execPath}" "${bin}" ${words} 2>&1 >/dev/full; echo "$?"`;
      expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(
        'heapgraph: cannot write to standard output: the disk is full\n2\n',
      );
    }
  });

  test('count Nowhere F, count OBJ MISSING: notes and errors into a closed pipe keep the exit code', () => {
    const bin = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
    for (const [words, code] of [
      [`count Nowhere "${F}"`, 0],
      [`count OBJ "${folder}/missing.heapsnapshot"`, 2],
    ] as const) {
      const script = `{ sleep 0.3; "${process.execPath}" "${bin}" ${words} 2>&1; echo "$?" >"${folder}/code"; } | true`;
      execFileSync('bash', ['-c', script]);
      expect(readFileSync(path.join(folder, 'code'), 'utf8')).toBe(`${code}\n`);
    }
  });

  test('FORCE_COLOR=1 colours, NO_COLOR=1 wins, a pipe has none', async () => {
    const args = ['show-most-common-types', F, '--limit', '1'];
    expect((await heapgraph(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[');
    expect((await heapgraph(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(
      '\x1b[',
    );
    expect((await heapgraph(args)).stdout).not.toContain('\x1b[');
  });
});

describe('help and usage', () => {
  test('heapgraph --help lists every command; heapgraph alone does too', async () => {
    const { stdout, code } = await heapgraph(['--help']);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    expect((await heapgraph([])).stdout).toBe(stdout);
  });

  test.each(COMMANDS.map(({ name }) => name))('%s --help has examples and every option', async (name) => {
    const command = COMMANDS.find((candidate) => candidate.name === name)!;
    const { stdout, stderr, code } = await heapgraph([name, '--help']);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('Examples:');
    for (const option of Object.keys(command.options)) expect(stdout).toContain(flag(option));
    const unfolded = stdout.replaceAll(/ \\\n\s+/g, ' ');
    for (const { line } of command.examples) expect(unfolded).toContain(line);
  });

  test.each([
    [['nope'], /unknown command 'nope'/],
    [['cuont', 'Foo'], /unknown command 'cuont'[\s\S]*count/],
    [['count'], /missing type/],
    [['count', 'OBJ', F, '--limit', '3'], /unknown option '--limit'/],
    [['by-type', 'OBJ', F, '--limit', '0'], /Expected a whole number from 1 up/],
    [['by-type', 'OBJ', F, '--limit', '-1'], /Expected a whole number from 1 up|argument missing/],
    [['by-type', 'OBJ', 'Foo', 'Bar', F], /too many arguments: "Foo", "Bar"/],
    [['info', 'gone', F], /too many arguments: "gone"/],
    [['info', F, F], /one snapshot is taken, and 2 are named: ".*", ".*"\n {2}Name one of them/],
    [['by-type', 'OBJ', F, '-s', F], /one snapshot is taken, and 2 are named/],
    [['by-type', 'OBJ', F, '--sort', 'size'], /Allowed choices are id, self, retained, name/],
    [['show-most-common-types', F, '--type', 'objct'], /Expected some of hidden/],
    [['show-most-common-types', F, '--filter', '('], /is not a regular expression/],
    [['count', '--regex', '(', F], /is not a regular expression/],
    [['typestats', F, '--json', '--csv'], /cannot be used with/],
    [['at', F], /missing @id/],
    [['completion', 'tcsh'], /no completion for "tcsh"/],
  ])('%j: exit code 2, nothing on stdout', async (args, message) => {
    const { stdout, stderr, code } = await heapgraph(args, { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect((await heapgraph(['--version'])).stdout).toBe(`${version}\n`);
  });
});

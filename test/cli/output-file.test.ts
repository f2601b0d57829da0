/** `-o FILE`: the format by its name, whole or not at all. */
import { spawn } from 'node:child_process';
import {
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
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { fileMaker, temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');
const folder = temporaryFolder();
const inFolder = fileMaker(folder);

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
    for (let i = 0; i < 4000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(condition()).toBe(true);
  }
});

describe('-o x.svg, -o x.png', () => {
  test.each([
    ['leaks', [fixturePath('node26-before'), F]],
    ['heap', [F]],
    ['find-backref-chain', ['OBJ', F]],
    ['weak', [F]],
    ['typestats', [F]],
  ] as const)('%s does not draw: refused before anything is read', async (command, args) => {
    for (const name of ['x.svg', 'x.PNG', 'x.dot']) {
      const { code, stdout, stderr } = await heapgraph([command, ...args, '-o', path.join(folder, name)]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`answer is no picture and cannot be written as .${name.slice(2)}`);
      expect(existsSync(path.join(folder, name))).toBe(false);
    }
  });
});

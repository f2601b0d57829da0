/** Files that are whole or not there, and who can choose what is written. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import { openAtomicFile } from '../../src/io/atomic-file.js';
import { outputTarget } from '../../src/io/output-target.js';
import { folderMaker, temporaryFolder } from '../support/temporary-folder.js';

const ATOMIC_FILE = fileURLToPath(new URL('../../src/io/atomic-file.ts', import.meta.url));
const home = temporaryFolder();
const emptyFolder = folderMaker(home);

/** A folder of its own for each test. */
function newFolder(mode = 0o755): string {
  const folder = emptyFolder();
  fs.chmodSync(folder, mode);
  return folder;
}

function modeOf(file: string): string {
  return (fs.statSync(file).mode & 0o7777).toString(8);
}

function write(file: string, text: string, options = {}): number {
  const output = openAtomicFile(file, options);
  output.write(text);
  return output.finish();
}

const isRoot = process.geteuid?.() === 0;

describe('openAtomicFile', () => {
  it('makes the file when it is whole, with mode 0600, and gives its bytes', () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.txt');
    const output = openAtomicFile(file);
    output.write('zähl');
    output.write(Uint8Array.of(33));
    expect(fs.existsSync(file)).toBe(false);
    expect(fs.readdirSync(folder)).toHaveLength(1);
    expect(output.finish()).toBe(6);
    expect(fs.readFileSync(file, 'utf8')).toBe('zähl!');
    expect(fs.readdirSync(folder)).toEqual(['out.txt']);
    expect(modeOf(file)).toBe('600');
  });

  it('replaces a file of another mode by one of mode 0600', () => {
    const file = path.join(newFolder(), 'out.txt');
    fs.writeFileSync(file, 'old', { mode: 0o644 });
    write(file, 'new');
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(modeOf(file)).toBe('600');
    write(file, 'newer', { mode: 0o640 });
    expect(modeOf(file)).toBe('640');
  });

  it('leaves what was there when it is discarded, also twice and after the end', () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.txt');
    fs.writeFileSync(file, 'old');
    const output = openAtomicFile(file);
    output.write('new');
    output.discard();
    output.discard();
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['out.txt']);
    const other = openAtomicFile(file);
    other.finish();
    other.discard();
    expect(fs.readFileSync(file, 'utf8')).toBe('');
  });

  it('writes in the thread pool, in the order of the calls', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.bin');
    const output = openAtomicFile(file);
    output.write('[');
    const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(1 << 22, i));
    const first = output.writePooled(pieces[0]!);
    for (const piece of pieces.slice(1)) void output.writePooled(piece);
    await first;
    await output.settled();
    output.write(']');
    expect(output.finish()).toBe(40 * (1 << 22) + 2);
    const written = fs.readFileSync(file);
    expect(Buffer.compare(written.subarray(1, -1), Buffer.concat(pieces))).toBe(0);
  });

  it('is discarded while the thread pool writes', async () => {
    const folder = newFolder();
    const output = openAtomicFile(path.join(folder, 'out.bin'));
    const writes = [0, 1, 2].map((value) => output.writePooled(Buffer.alloc(1 << 22, value)));
    await new Promise(setImmediate);
    output.discard();
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.at(-1)!.status).toBe('rejected');
    await expect(output.settled()).rejects.toThrow(UsageError);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('writes under a name that nobody can guess, readable for the owner alone', () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.txt');
    const names = [0, 1].map(() => {
      const output = openAtomicFile(file);
      const [name] = fs.readdirSync(folder);
      expect(modeOf(path.join(folder, name!))).toBe('600');
      output.discard();
      return name!;
    });
    for (const name of names)
      expect(name).toMatch(/^\.heapgraph-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/);
    expect(names[0]).not.toBe(names[1]);
  });

  it('does not give its name to what somebody else has put in place of its own', () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.txt');
    const output = openAtomicFile(file);
    output.write('ours');
    const temporary = path.join(folder, fs.readdirSync(folder)[0]!);
    fs.rmSync(temporary);
    fs.writeFileSync(temporary, 'theirs');
    expect(() => output.finish()).toThrow(/another program has taken away the temporary file/);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('lets another writer write by a path', () => {
    const folder = newFolder();
    const file = path.join(folder, 'out.txt');
    const output = openAtomicFile(file);
    fs.writeFileSync(output.pathToWrite, 'from elsewhere');
    expect(fs.existsSync(file)).toBe(false);
    expect(output.finish()).toBe(14);
    expect(fs.readFileSync(file, 'utf8')).toBe('from elsewhere');
    expect(modeOf(file)).toBe('600');
  });

  it.skipIf(process.platform !== 'linux')('that path leads to the open file, whatever has its name', () => {
    const folder = newFolder();
    const victim = path.join(folder, 'victim');
    fs.writeFileSync(victim, 'precious');
    const output = openAtomicFile(path.join(folder, 'out.txt'));
    const temporary = path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith('.tmp'))!);
    fs.rmSync(temporary);
    fs.symlinkSync(victim, temporary);
    fs.writeFileSync(output.pathToWrite, 'secret');
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
    expect(() => output.finish()).toThrow(UsageError);
  });

  it('is taken away when the process ends before it is whole', () => {
    const folder = newFolder();
    const program = path.join(folder, 'program.mjs');
    const { outputFiles } = buildSync({
      stdin: {
        contents: `import { openAtomicFile } from ${JSON.stringify(ATOMIC_FILE)};
          openAtomicFile(process.argv[2]).write('half');
          process.exit(3);`,
        resolveDir: folder,
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
    });
    fs.writeFileSync(program, outputFiles[0]!.text);
    const { status } = spawnSync(process.execPath, [program, path.join(folder, 'out.txt')]);
    expect(status).toBe(3);
    expect(fs.readdirSync(folder)).toEqual(['program.mjs']);
  });

  it('takes a name as long as the system allows', () => {
    const folder = newFolder();
    const file = path.join(folder, 'n'.repeat(255));
    write(file, 'long');
    expect(fs.readFileSync(file, 'utf8')).toBe('long');
    expect(() => openAtomicFile(`${file}n`)).toThrow(/: its name is too long$/);
  });

  it.each([
    ['nothing', '', /an output file needs a name/],
    ['a zero byte', 'a\0b', /cannot write a\\0b: its name holds a zero byte/],
    ['a missing folder', 'no/such/folder/x', /cannot write .*: its folder does not exist/],
    ['a folder', '.', /is a folder/],
    ['a folder that is not there', 'folder-to-be/', /folder-to-be\/ is a folder/],
    ['below a file', 'package.json/x', /cannot write .*: a part of its path is not a folder/],
    ['control characters', 'no/such/\u001b[31mred\nline', /no\/such\/\\x1b\[31mred\\nline/],
  ])('refuses %s at once, with one clear line', (_, file, message) => {
    expect(() => openAtomicFile(file)).toThrow(UsageError);
    expect(() => openAtomicFile(file)).toThrow(message);
  });
});

describe('devices and pipes', () => {
  it('are written into and stay what they are', () => {
    const output = openAtomicFile('/dev/null');
    output.write('nothing');
    expect(output.finish()).toBe(7);
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('full: the message says so, and the device stays', () => {
    const output = openAtomicFile('/dev/full');
    expect(() => output.write('nothing')).toThrow(/cannot write \/dev\/full: the disk is full/);
    expect(fs.statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('a pipe gets the bytes', async () => {
    const pipe = path.join(newFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const fd = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    expect(write(pipe, 'through')).toBe(7);
    const bytes = Buffer.alloc(20);
    expect(bytes.toString('utf8', 0, fs.readSync(fd, bytes))).toBe('through');
    fs.closeSync(fd);
    expect(fs.statSync(pipe).isFIFO()).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('an open file behind /dev/fd is added to, not replaced', () => {
    const file = path.join(newFolder(), 'log');
    const fd = fs.openSync(file, 'a');
    fs.writeSync(fd, 'before ');
    write(`/dev/fd/${fd}`, 'ours');
    fs.writeSync(fd, ' after');
    fs.closeSync(fd);
    expect(fs.readFileSync(file, 'utf8')).toBe('before ours after');
  });
});

describe('symbolic links', () => {
  it('the file behind them is replaced, over several, relative and absolute, and the links stay', () => {
    const folder = newFolder();
    const real = path.join(folder, 'real');
    fs.mkdirSync(path.join(folder, 'below'));
    fs.symlinkSync(path.join(folder, 'below'), path.join(folder, 'short'));
    fs.symlinkSync('../real', path.join(folder, 'below', 'link'));
    fs.symlinkSync('short/link', path.join(folder, 'link'));
    for (const text of ['made', 'replaced']) {
      write(path.join(folder, 'link'), text);
      expect(fs.readFileSync(real, 'utf8')).toBe(text);
      expect(fs.lstatSync(real).isFile()).toBe(true);
    }
    expect(fs.lstatSync(path.join(folder, 'link')).isSymbolicLink()).toBe(true);
  });

  it('in a circle, or into a missing folder: a message', () => {
    const folder = newFolder();
    fs.symlinkSync('b', path.join(folder, 'a'));
    fs.symlinkSync('a', path.join(folder, 'b'));
    fs.symlinkSync('gone/x', path.join(folder, 'c'));
    expect(() => openAtomicFile(path.join(folder, 'a'))).toThrow(/symbolic links lead in a circle/);
    expect(() => openAtomicFile(path.join(folder, 'c'))).toThrow(/its folder does not exist/);
    expect(fs.readdirSync(folder)).toEqual(['a', 'b', 'c']);
  });

  it.runIf(isRoot)('of somebody else in a folder for all: refused, and so is a pipe', () => {
    const NOBODY = 65534;
    const folder = newFolder(0o1777);
    const victim = path.join(folder, 'victim');
    fs.writeFileSync(victim, 'precious');
    const link = path.join(folder, 'link');
    fs.symlinkSync(victim, link);
    fs.lchownSync(link, NOBODY, NOBODY);
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    fs.lchownSync(pipe, NOBODY, NOBODY);
    expect(() => openAtomicFile(link)).toThrow(/over a symbolic link that another user has put into/);
    expect(() => openAtomicFile(pipe)).toThrow(/is a pipe that another user has put into/);
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
    fs.chmodSync(folder, 0o755);
    expect(outputTarget(link)).toEqual({ path: fs.realpathSync(victim), isDevice: false });
  });

  it.runIf(isRoot)('disks are refused', () => {
    const folder = newFolder();
    const disk = path.join(folder, 'disk');
    const made = spawnSync('mknod', [disk, 'b', '7', '250']);
    if (made.status !== 0) return; // a container without the right to make one
    expect(() => openAtomicFile(disk)).toThrow(/is a disk, and would be overwritten/);
  });
});

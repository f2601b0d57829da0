/** Each test is named by its command line. F stands for a fixture. */
import { copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotBytes } from '../support/builder.js';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');

describe('count', () => {
  test('count OBJ F', async () => {
    expect(await heapgraph(['count', 'OBJ', F])).toEqual({ stdout: '100\n', stderr: '', code: 0 });
  });

  test('count OBJ Foo Parent Child F', async () => {
    const { stdout, stderr, code } = await heapgraph(['count', 'OBJ', 'Foo', 'Parent', 'Child', F]);
    expect(stdout).toBe('OBJ    100\nFoo    51\nParent 10\nChild  50\n');
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('count "system / Context" "(string)" F: names may hold anything', async () => {
    const { stdout } = await heapgraph(['count', 'system / Context', '(string)', F]);
    expect(stdout).toBe('system / Context 736\n(string)         12740\n');
  });

  test('count obj F: exact names, 0, the closest names on stderr, exit code 0', async () => {
    const { stdout, stderr, code } = await heapgraph(['count', 'obj', F]);
    expect(stdout).toBe('0\n');
    expect(stderr).toMatch(/^heapgraph: no objects of type "obj" in .*; did you mean "OBJ"/);
    expect(code).toBe(0);
  });

  test('count Foo Bar F --fail-if-none: exit code 1 when one is not there', async () => {
    const { stdout, code } = await heapgraph(['count', 'Foo', 'Nowhere', F, '--fail-if-none']);
    expect(stdout).toBe('Foo     51\nNowhere 0\n');
    expect(code).toBe(1);
    expect((await heapgraph(['count', 'Foo', F, '--fail-if-none'])).code).toBe(0);
  });

  test('count --regex "^(Foo|OBJ)$" F', async () => {
    expect((await heapgraph(['count', '--regex', '^(Foo|OBJ)$', F])).stdout).toBe('151\n');
  });

  test('count --ignore-case obj F', async () => {
    expect((await heapgraph(['count', '--ignore-case', 'obj', F])).stdout).toBe('100\n');
  });

  test('count OBJ F --json', async () => {
    const { stdout } = await heapgraph(['count', 'OBJ', F, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'heapgraph/1',
      command: 'count',
      snapshots: [F],
      complete: true,
      total: 1,
      omitted: 0,
      rows: [{ type: 'OBJ', count: 100 }],
    });
  });

  test('count OBJ Foo F --csv', async () => {
    expect((await heapgraph(['count', 'OBJ', 'Foo', F, '--csv'])).stdout).toBe(
      'type,count\nOBJ,100\nFoo,51\n',
    );
  });

  test('count __proto__ constructor toString F: ordinary names', async () => {
    const bytes = snapshotBytes({ root: ['__proto__', 'constructor'], other: [] });
    const { stdout } = await heapgraph(['count', '__proto__', 'constructor', 'toString', '-'], {
      input: bytes,
    });
    expect(stdout).toBe('__proto__   1\nconstructor 1\ntoString    0\n');
  });

  test('gunzip -c F | count OBJ -', async () => {
    const input = fixtureBytes('node26-after');
    expect(await heapgraph(['count', 'OBJ', '-'], { input, spawned: true })).toEqual({
      stdout: '100\n',
      stderr: '',
      code: 0,
    });
  });

  test('count OBJ - < F: compressed standard input is told by its content', async () => {
    const { stdout } = await heapgraph(['count', 'OBJ', '-'], { input: readFileSync(F), spawned: true });
    expect(stdout).toBe('100\n');
  });

  test('count "Detached <div>" chromium156: the edges decide what is detached', async () => {
    const chromium = fixturePath('chromium156');
    expect((await heapgraph(['count', 'Detached <div>', '<div>', chromium])).stdout).toBe(
      'Detached <div> 100\n<div>          1\n',
    );
    const input = fixtureBytes('chromium156');
    expect((await heapgraph(['count', 'Detached <div>', '-'], { input })).stdout).toBe('100\n');
  });
});

describe('which argument is the snapshot', () => {
  const folder = temporaryFolder();
  const text = (count: number): Uint8Array =>
    snapshotBytes({ root: Array.from({ length: count }, (_, i) => `a${i}`), ...sames(count) });

  function sames(count: number): Record<string, { name: string }> {
    return Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { name: 'Foo' }]));
  }

  test('count Foo, in a folder without snapshots: exit code 2 and what to do', async () => {
    const { stdout, stderr, code } = await heapgraph(['count', 'Foo'], { cwd: folder });
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('no snapshot was named, and this folder has no *.heapsnapshot file');
    expect(stderr).toContain('v8.writeHeapSnapshot()');
  });

  test('count Foo: the newest snapshot of this folder, and stderr says which', async () => {
    const home = path.join(folder, 'newest');
    mkdirSync(home);
    mkdirSync(path.join(home, 'a-folder.heapsnapshot'));
    writeFileSync(path.join(home, 'old.heapsnapshot'), text(1));
    copyFileSync(F, path.join(home, 'new.heapsnapshot.gz'));
    writeFileSync(path.join(home, 'newer.json'), '{}');
    utimesSync(path.join(home, 'old.heapsnapshot'), 1000, 1000);
    expect(await heapgraph(['count', 'Foo'], { cwd: home })).toEqual({
      stdout: '51\n',
      stderr: 'heapgraph: reading new.heapsnapshot.gz, the newest snapshot in this folder\n',
      code: 0,
    });
    const quiet = await heapgraph(['count', 'Foo', '--quiet'], { cwd: home });
    expect(quiet).toEqual({ stdout: '51\n', stderr: '', code: 0 });
  });

  test('count Foo data.bin: the last argument names an existing file', async () => {
    writeFileSync(path.join(folder, 'data.bin'), text(3));
    expect((await heapgraph(['count', 'Foo', 'data.bin'], { cwd: folder })).stdout).toBe('3\n');
  });

  test('count Foo -s data.bin: said outright', async () => {
    writeFileSync(path.join(folder, 'data.bin'), text(3));
    writeFileSync(path.join(folder, 'Foo'), 'a file that has the name of a type');
    const { stdout } = await heapgraph(['count', 'data.bin', 'Foo', '-s', 'data.bin'], { cwd: folder });
    expect(stdout).toBe('data.bin 0\nFoo      3\n');
  });

  test('count Foo: a file named Foo is not taken for the snapshot when no type would be left', async () => {
    const home = path.join(folder, 'ambiguous');
    mkdirSync(home);
    writeFileSync(path.join(home, 'Foo'), 'x');
    writeFileSync(path.join(home, 'one.heapsnapshot'), text(2));
    const { stdout, stderr } = await heapgraph(['count', 'Foo'], { cwd: home });
    expect(stdout).toBe('2\n');
    expect(stderr).toContain('one.heapsnapshot');
  });

  test('count gone.heapsnapshot: no type; count Foo gone.heapsnapshot: no such file', async () => {
    const noType = await heapgraph(['count', 'gone.heapsnapshot'], { cwd: folder });
    expect([noType.stdout, noType.code]).toEqual(['', 2]);
    expect(noType.stderr).toContain('missing type');
    const noFile = await heapgraph(['count', 'Foo', 'gone.heapsnapshot'], { cwd: folder });
    expect([noFile.stdout, noFile.code]).toEqual(['', 2]);
    expect(noFile.stderr).toContain('gone.heapsnapshot: no such file');
  });
});

/** `capture` where there is no room: what the process and the disk see of it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { MemoryCgroup } from '../support/cgroup.js';
import { heapgraph } from '../support/cli.js';
import { filesOf, inspectorOf, startHeapgraph, startNode, until } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const cgroup = MemoryCgroup.make();
afterAll(() => until('its processes have gone', () => removed()));

function removed(): boolean {
  try {
    cgroup?.remove();
    return true;
  } catch {
    return false;
  }
}

/** 40 MB of long strings: little work for V8, so that a snapshot does fit where the check does not know that. */
const KEEPER = `
globalThis.kept = Array.from({ length: 400 }, (_, i) => Buffer.alloc(100000, 97 + (i % 26)).toString('latin1'));
setInterval(() => {}, 1000);
console.log('ready');
`;

// Needs root, and cgroups that can be written to.
describe.skipIf(cgroup === undefined)('a process in a cgroup with little memory', () => {
  test.each([
    ['capture PID', '--inspect-port=0'],
    ['capture --inspect ADDRESS', '--inspect=127.0.0.1:0'],
  ])('%s: refused with the figures; it goes on with --force', async (_, flag) => {
    const program = await startNode(folder, KEEPER, [flag]);
    const address = flag.startsWith('--inspect=')
      ? ['--inspect', await inspectorOf(program)]
      : [String(program.pid)];
    cgroup!.add(program.pid);
    cgroup!.limit(75e6);
    const cwd = path.join(folder, flag.slice(2, 11));
    mkdirSync(cwd);
    const { stdout, stderr, code } = await heapgraph(['capture', ...address, '-o', 'a.heapsnapshot'], {
      cwd,
    });
    expect([stdout, code, filesOf(cwd)]).toEqual(['', 2, []]);
    expect(stderr).toMatch(
      /no room for a snapshot of \S.*: V8 takes 2 to 10 times the heap of [\d.]+ MB for it, and its cgroup has [\d.]+ MB left: memory\.\S+ is 7\d\.\d MB, of which [\d.]+ [kM]?B are in use \(\/sys\/fs\/cgroup\S*heapgraph-test-\d+\)\n.*--force/,
    );
    expect(program.child.exitCode).toBe(null);
    const forced = await heapgraph(['capture', ...address, '-q', '--force', '-o', 'a.heapsnapshot'], { cwd });
    expect(forced).toEqual({ stdout: 'a.heapsnapshot\n', stderr: '', code: 0 });
    cgroup!.limit(2e9);
    const enough = await heapgraph(['capture', ...address, '-q', '-o', 'b.heapsnapshot'], { cwd });
    expect(enough).toEqual({ stdout: 'b.heapsnapshot\n', stderr: '', code: 0 });
    await program.stop();
  });
});

describe.skipIf(cgroup === undefined)('watch --growth in a cgroup with little memory', () => {
  const watching = (pid: number, ...more: string[]): string[] => [
    ...['watch', String(pid), '--growth', '--every', '200ms', '--every-snapshot', '200ms', ...more],
  ];

  test('refused with the figures; it goes on with --force', async () => {
    const program = await startNode(folder, KEEPER, ['--inspect-port=0']);
    onTestFinished(() => program.stop());
    cgroup!.add(program.pid);
    // Little enough to be refused, and enough for two snapshots.
    cgroup!.limit(82e6);
    const { stderr, code } = await heapgraph(watching(program.pid, '--count', '2'));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /no room for a snapshot of process \d+: V8 takes 2 to 10 times the heap of .*its cgroup has .*\n.*--force/,
    );
    expect(program.child.exitCode).toBe(null);
    const forced = await heapgraph(watching(program.pid, '--count', '2', '--force'));
    expect([forced.code, forced.stderr]).toEqual([0, expect.not.stringContaining('no room')]);
  });

  test('later ones are left out, and that is told', async () => {
    const program = await startNode(folder, KEEPER, ['--inspect-port=0']);
    onTestFinished(() => program.stop());
    cgroup!.add(program.pid);
    cgroup!.limit(2e9);
    const run = startHeapgraph(watching(program.pid), folder);
    let said = '';
    let shown = '';
    run.child.stderr!.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    run.child.stdout!.on('data', (piece: Buffer) => {
      shown += piece.toString();
    });
    await until('it has begun', () => shown.split('\n').length > 3);
    // Room for what it has, and not for twice its heap.
    cgroup!.limit(cgroup!.used() + 50e6);
    await until('it is told', () => /no snapshot was taken: no room for a snapshot of process/.test(said));
    const before = shown.length;
    await until('it goes on', () => shown.length > before);
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(0);
  });
});

/** A disk of its own with so many megabytes; undefined where that cannot be (it needs root). */
function smallDisk(megabytes: number): string | undefined {
  const place = path.join(folder, `disk-${megabytes}`);
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return place;
}

describe('a disk with little space', () => {
  const disk = smallDisk(30);
  afterAll(() => {
    if (disk !== undefined) execFileSync('umount', [disk]);
  });

  test.skipIf(disk === undefined)(
    'capture PID -o FILE: refused with the figures; nothing is written',
    async () => {
      const program = await startNode(folder, KEEPER, ['--inspect-port=0']);
      onTestFinished(() => program.stop());
      const file = path.join(disk!, 'a.heapsnapshot');
      const { stdout, stderr, code } = await heapgraph(['capture', String(program.pid), '-o', file]);
      expect([stdout, code, filesOf(disk!)]).toEqual(['', 2, []]);
      expect(stderr).toMatch(
        /no room for the snapshot in \S*disk-30: it can have 2 times the heap of [\d.]+ MB, and \d\d\.\d MB are free\n.*-o names a file elsewhere, -z .*--force/,
      );
      const zipped = await heapgraph(['capture', String(program.pid), '-q', '-z', '-o', `${file}.gz`]);
      expect(zipped).toEqual({ stdout: `${file}.gz\n`, stderr: '', code: 0 });
      expect(statSync(`${file}.gz`).size).toBeGreaterThan(1e5);
    },
  );

  test.skipIf(disk === undefined)('capture -- node program: the same at its exit', async () => {
    const program = path.join(folder, 'program-large.cjs');
    writeFileSync(program, KEEPER.replace(/^setInterval.*$/m, ''));
    const file = path.join(disk!, 'exit.heapsnapshot');
    const before = filesOf(disk!);
    const run = await heapgraph(['capture', '-o', file, '--', 'node', program]);
    expect([run.stdout, run.code, filesOf(disk!)]).toEqual(['', 2, before]);
    expect(run.stderr).toMatch(
      /no room for the snapshot in \S*disk-30: .* are free\n.*-o names a file elsewhere; --force/,
    );
  });
});

/** `capture` where there is no room: what the process and the disk see of it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { filesOf, startNode } from '../support/processes.js';

const folder = temporaryFolder();

/** 40 MB of long strings: little work for V8, so that a snapshot does fit where the check does not know that. */
const KEEPER = `
globalThis.kept = Array.from({ length: 400 }, (_, i) => Buffer.alloc(100000, 97 + (i % 26)).toString('latin1'));
setInterval(() => {}, 1000);
console.log('ready');
`;

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
});

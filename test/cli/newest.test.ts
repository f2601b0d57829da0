import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { newestSnapshot } from '../../src/cli/newest.js';
import { isFile } from '../../src/io/file-facts.js';
import { SNAPSHOT_NAME } from '../../src/io/snapshot-names.js';
import { temporaryFolder } from '../load/inputs.js';

function at(file: string, seconds: number): void {
  utimesSync(file, seconds, seconds);
}

describe('newestSnapshot', () => {
  it('is the file that was changed last, whatever its ending', () => {
    const { folder, write } = temporaryFolder();
    expect(newestSnapshot(folder)).toBeUndefined();
    const names = [
      'b.heapsnapshot',
      'z.heapsnapshot.gz',
      'a.heapsnapshot.br',
      'c.HeapSnapshot.ZST',
      'd.heaptimeline',
      'a.heaptimeline.gz',
    ];
    for (const [i, name] of names.entries()) {
      at(write(name, 'x'), 1000 + i);
      expect(newestSnapshot(folder)).toBe(name);
    }
  });

  it('is the later name when two were changed at the same time', () => {
    const { folder, write } = temporaryFolder();
    for (const name of ['Heap.1.heapsnapshot', 'Heap.3.heapsnapshot', 'Heap.2.heapsnapshot'])
      at(write(name, ''), 5);
    expect(newestSnapshot(folder)).toBe('Heap.3.heapsnapshot');
  });

  it('is no other file, no folder and no link that leads nowhere', () => {
    const { folder, write } = temporaryFolder();
    at(write('old.heapsnapshot', 'x'), 1);
    for (const other of ['a.heapprofile', 'a.heapsnapshot.txt', 'heapsnapshot', 'a.heapsnapshot~'])
      write(other, 'x');
    mkdirSync(path.join(folder, 'folder.heapsnapshot'));
    symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'link.heapsnapshot'));
    expect(newestSnapshot(folder)).toBe('old.heapsnapshot');
  });

  it('is a link to a file, by the time of the file', () => {
    const { folder, write } = temporaryFolder();
    at(write('a.heapsnapshot', 'x'), 1);
    const target = write('target', 'x');
    symlinkSync(target, path.join(folder, 'b.heapsnapshot'));
    expect(newestSnapshot(folder)).toBe('b.heapsnapshot');
  });

  it('is found next to a link that leads to itself', () => {
    const { folder, write } = temporaryFolder();
    write('a.heapsnapshot', 'x');
    symlinkSync(path.join(folder, 'loop.heapsnapshot'), path.join(folder, 'loop.heapsnapshot'));
    expect(newestSnapshot(folder)).toBe('a.heapsnapshot');
  });
});

describe('isFile', () => {
  it('knows files, folders, what is not there and what cannot be there', () => {
    const { folder, write } = temporaryFolder();
    const file = write('a', 'x');
    expect(isFile(file)).toBe(true);
    expect(isFile(folder)).toBe(false);
    expect(isFile(path.join(folder, 'missing'))).toBe(false);
    expect(isFile(path.join(file, 'below a file'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('takes devices and pipes for files', () => {
    expect(isFile('/dev/null')).toBe(true);
  });
});

describe('SNAPSHOT_NAME', () => {
  it.each(['a.heapsnapshot', '.heapsnapshot', 'A.HEAPSNAPSHOT', 'a.b.heapsnapshot.gz', 'a.heapsnapshot.br'])(
    'fits %s',
    (name) => expect(SNAPSHOT_NAME.test(name)).toBe(true),
  );
  it.each(['a.heapsnapshot.xz', 'a.heapsnapshot.gz.part', 'aheapsnapshot', 'a.heapsnapshots'])(
    'does not fit %s',
    (name) => expect(SNAPSHOT_NAME.test(name)).toBe(false),
  );
});

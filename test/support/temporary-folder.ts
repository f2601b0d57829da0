import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'heapgraph-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return folder;
}

/** A function that writes a file into the folder and gives its path. */
export function fileMaker(folder: string): (name: string, content: string | Uint8Array) => string {
  return (name, content) => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };
}

/** A function that makes another empty folder in the folder each time, and gives its path. */
export function folderMaker(folder: string): () => string {
  let made = 0;
  return () => {
    const next = path.join(folder, `f${made++}`);
    mkdirSync(next);
    return next;
  };
}

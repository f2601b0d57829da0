/** Writes a snapshot file, whole or not at all, plain or compressed; never held in memory. */
import fs from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import zlib from 'node:zlib';
import { ProcessError } from '../../base/errors.js';
import { LOOKED_AT, looksWhole } from '../../inspector/snapshot.js';
import { openOutputFile } from '../output-file.js';

export interface SnapshotFile {
  /**
   * A promise while there is no room for more. The bytes may be used again when it is settled.
   * Texts, or bytes: not both for one file.
   * Throws UsageError when it cannot be written.
   */
  write(text: string | Uint8Array): Promise<void> | undefined;
  /** Makes it stay; gives its bytes on disk. */
  finish(): Promise<number>;
  discard(): void;
}

/** Throws UsageError when there can be no such file. */
export function openSnapshotFile(file: string, gzip: boolean): SnapshotFile {
  const output = openOutputFile(file);
  let over = false; // what still comes after the end goes nowhere: the descriptor may be another file's by then
  const finish = (): number => {
    over = true;
    return output.finish();
  };
  if (!gzip) {
    return {
      write(text) {
        if (over) return undefined;
        if (typeof text !== 'string') return output.writePooled(text);
        output.write(text);
        return undefined;
      },
      async finish() {
        await output.settled();
        return finish();
      },
      discard() {
        over = true;
        output.discard();
      },
    };
  }
  // The fastest level: what is not read in time fills the memory of the target.
  const zip = zlib.createGzip({ level: zlib.constants.Z_BEST_SPEED });
  zip.on('data', (bytes: Uint8Array) => {
    try {
      if (!over) output.write(bytes);
    } catch (error) {
      zip.destroy(error as Error);
    }
  });
  const whole = finished(zip);
  whole.catch(() => {}); // told by whoever waits for room, or for the end
  return {
    write: (text) =>
      over || zip.write(typeof text === 'string' ? text : Buffer.from(text))
        ? undefined
        : Promise.race([whole, new Promise<void>((resolve) => void zip.once('drain', resolve))]),
    async finish() {
      zip.end();
      await whole;
      return finish();
    },
    discard() {
      over = true;
      zip.destroy();
      output.discard();
    },
  };
}

/**
 * Moves a snapshot that another process has written to its place.
 *
 * - Out: its bytes on disk.
 * - Throws: ProcessError when it is not whole.
 */
export async function adoptSnapshot(written: string, file: string, gzip: boolean): Promise<number> {
  const size = fs.statSync(written, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 || !isWhole(written, size)) {
    throw new ProcessError(
      'the program ended before its snapshot was written',
      'A signal, process.abort() or a crash skips what a program does on exit: use --after, or --on signal.',
    );
  }
  const output = openSnapshotFile(file, gzip);
  try {
    for await (const piece of fs.createReadStream(written)) await output.write(piece as Uint8Array);
    return await output.finish();
  } catch (error) {
    output.discard();
    throw error;
  }
}

function isWhole(file: string, size: number): boolean {
  const fd = fs.openSync(file, 'r');
  try {
    const read = (position: number): string => {
      const bytes = Buffer.alloc(Math.min(LOOKED_AT, size));
      fs.readSync(fd, bytes, 0, bytes.length, position);
      return bytes.toString('latin1');
    };
    return looksWhole(read(0), read(Math.max(0, size - LOOKED_AT)));
  } finally {
    fs.closeSync(fd);
  }
}

/** Bytes free where a file would be; undefined where the system does not say. */
export function freeSpace(file: string): number | undefined {
  try {
    const { bavail, bsize } = fs.statfsSync(path.dirname(path.resolve(file)));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/**
 * The name from the command line, or one made of the pid and the time.
 *
 * - Out: numbered when there will be several; ends with `.gz` when compressed. A name that was not
 *   given on the command line is never that of an existing file.
 */
export function snapshotName(
  asked: string | undefined,
  pid: number | null,
  number: number | undefined,
  gzip: boolean,
): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const plain = asked ?? `heapgraph-${pid ?? 'page'}-${time}.heapsnapshot`;
  const name = gzip && !/\.gz$/i.test(plain) && !isSpecial(plain) ? `${plain}.gz` : plain;
  const numbered = (n: number | undefined): string =>
    n === undefined ? name : name.replace(/(\.heapsnapshot)?(\.gz)?$/, (ending) => `-${n}${ending}`);
  let file = numbered(number);
  for (let n = (number ?? 1) + 1; asked === undefined && fs.existsSync(file); n++) file = numbered(n);
  return file;
}

/** A pipe, a device: its name stays as it is. */
function isSpecial(file: string): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile();
}

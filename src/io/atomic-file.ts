/**
 * A file that is there whole or not at all, readable for its owner alone.
 *
 * The bytes go into a file beside the one that is meant, with a random name; it is made exclusively
 * (nobody can have put a file or a link there before) and takes the place of the other one when it
 * is whole. It is opened before the long work starts, so that a wrong path is known at once.
 * (write-file-atomic does neither.) Devices and pipes cannot be replaced: they are written into.
 */
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { outputTarget } from './output-target.js';
import { writeReason } from './reasons.js';

/** For what holds contents of a heap: every string of the process may be in it. */
export const PRIVATE_MODE = 0o600;

export interface AtomicFileOptions {
  /**
   * Permissions of the file, less the umask. Default 0600. Those of a file that is replaced do not
   * matter.
   */
  readonly mode?: number;
}

export interface AtomicFile {
  /** The path as it was given. */
  readonly file: string;
  /**
   * Where somebody else may write the bytes instead of `write` (V8 takes only a path). Opens the
   * file that is open here, whatever stands at its name by then, where the system has such paths
   * (Linux).
   */
  readonly pathToWrite: string;
  write(data: string | Uint8Array): void;
  /**
   * Writes bytes behind the last ones, in the thread pool; to devices and pipes it writes at once.
   * The bytes may be used again when the promise is settled.
   */
  writePooled(bytes: Uint8Array): Promise<void>;
  /** Waits for the thread pool: afterwards `write` and `finish` may be called again. */
  settled(): Promise<void>;
  /** Makes it stay; gives its bytes. Nothing can be written afterwards. */
  finish(): number;
  /** Leaves no trace; what stood at the path before is still there. Does nothing after `finish`. */
  discard(): void;
}

const writeInPool = promisify(fs.write);
const syncInPool = promisify(fs.fdatasync);

/**
 * Bytes that are written in the thread pool before the system is told to bring them to the disk:
 * the end then waits for the last of them alone.
 */
const SYNC_EVERY = 1 << 26;

let told: ((file: string) => void) | undefined;

/** Tells the name of each temporary file, for who may have to take it away from another thread. */
export function onTemporaryFile(listener: (file: string) => void): void {
  told = listener;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_APPEND } = fs.constants;

/**
 * In: the path; symbolic links are followed as output-target.ts says.
 * Mode: 0600, also where a file of another mode is replaced.
 * Ending: what is neither finished nor discarded when the process ends is discarded (SIGKILL leaves
 * a hidden file `.heapgraph-….tmp` behind).
 * Throws: UsageError, here and in every method, when it cannot be written; nothing is left then.
 */
export function openAtomicFile(file: string, options: AtomicFileOptions = {}): AtomicFile {
  return new OpenFile(file, options.mode ?? PRIVATE_MODE);
}

class OpenFile implements AtomicFile {
  private readonly target: string;
  private readonly isDevice: boolean;
  private readonly fd: number;
  /** Undefined for devices, and once there is nothing to take away. */
  private temporary: string | undefined;
  private isOpen = true;
  private written = 0;
  /** What was given to the thread pool last. */
  private last: Promise<void> = Promise.resolve();
  private syncing: Promise<unknown> | undefined;
  private isSyncing = false;
  private unsynced = 0;
  /** Calls in the thread pool. */
  private working = 0;

  constructor(
    readonly file: string,
    mode: number,
  ) {
    try {
      const { path: target, isDevice } = outputTarget(file);
      this.target = target;
      this.isDevice = isDevice;
      if (isDevice) this.fd = openDevice(target);
      else {
        // Not named after the file, whose name may be as long as the system allows.
        this.temporary = path.join(path.dirname(target), `.heapgraph-${crypto.randomUUID()}.tmp`);
        told?.(this.temporary);
        this.fd = fs.openSync(this.temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
      }
    } catch (error) {
      throw cannotWrite(file, error);
    }
    process.once('exit', this.discard);
  }

  get pathToWrite(): string {
    const own = `/proc/self/fd/${this.fd}`;
    return fs.existsSync(own) ? own : (this.temporary ?? this.target);
  }

  write(data: string | Uint8Array): void {
    try {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.fd, bytes, at, bytes.length - at);
      this.written += bytes.length;
    } catch (error) {
      this.discard();
      throw cannotWrite(this.file, error, this.isDevice);
    }
  }

  writePooled(bytes: Uint8Array): Promise<void> {
    if (this.isDevice) {
      this.write(bytes);
      return this.last;
    }
    this.last = this.last.then(() => this.append(bytes));
    this.last.catch(() => {}); // told to whoever waits
    return this.last;
  }

  async settled(): Promise<void> {
    await this.last;
    try {
      await this.syncing;
    } catch (error) {
      this.discard();
      throw cannotWrite(this.file, error);
    }
  }

  private async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        if (!this.isOpen) throw new Error('it was given up');
        at += (await this.inPool(() => writeInPool(this.fd, bytes, at, bytes.length - at))).bytesWritten;
      }
    } catch (error) {
      this.discard();
      throw cannotWrite(this.file, error);
    }
    this.written += bytes.length;
    this.unsynced += bytes.length;
    if (this.unsynced < SYNC_EVERY || this.isSyncing || !this.isOpen) return;
    this.unsynced = 0;
    this.isSyncing = true;
    this.syncing = Promise.all([this.syncing, this.inPool(() => this.sync())]);
    this.syncing.catch(() => {}); // told at the end
  }

  private async sync(): Promise<void> {
    try {
      await syncInPool(this.fd);
    } catch (error) {
      if (!isForbidden(error)) throw error;
    } finally {
      this.isSyncing = false;
    }
  }

  /** Work on the file, which stays open until it has ended. */
  private async inPool<T>(work: () => Promise<T>): Promise<T> {
    this.working++;
    try {
      return await work();
    } finally {
      this.working--;
      if (this.working === 0 && !this.isOpen) fs.closeSync(this.fd);
    }
  }

  finish(): number {
    try {
      const { temporary } = this;
      if (temporary === undefined) {
        this.close();
        return this.written;
      }
      bringToDisk(this.fd);
      const { size, ino, dev } = fs.fstatSync(this.fd);
      const there = fs.lstatSync(temporary, { throwIfNoEntry: false });
      if (there?.ino !== ino || there.dev !== dev)
        throw new Error('another program has taken away the temporary file beside it');
      this.close();
      fs.renameSync(temporary, this.target);
      this.temporary = undefined;
      return size;
    } catch (error) {
      this.discard();
      throw cannotWrite(this.file, error, this.isDevice);
    }
  }

  readonly discard = (): void => {
    this.close();
    if (this.temporary !== undefined) fs.rmSync(this.temporary, { force: true });
    this.temporary = undefined;
  };

  private close(): void {
    process.off('exit', this.discard);
    if (this.isOpen && this.working === 0) fs.closeSync(this.fd);
    this.isOpen = false;
  }
}

/** Brings a file to the disk, unless that is forbidden: the system does it, a little later. */
function bringToDisk(fd: number): void {
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
}

/** Whether Node.js has forbidden a call: its permission model allows writing, but no fsync. */
function isForbidden(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED';
}

/**
 * Appends, so that a file behind /dev/stderr or /dev/fd/3 keeps what others have written. Makes
 * nothing.
 */
function openDevice(file: string): number {
  return fs.openSync(file, O_WRONLY | O_APPEND);
}

function cannotWrite(file: string, error: unknown, isDevice = false): UsageError {
  if (error instanceof UsageError) return error;
  return new UsageError(
    `cannot write ${printable(file)}: ${writeReason(error)}`,
    isDevice ? 'A part of it may have been written.' : 'Nothing was written.',
    error,
  );
}

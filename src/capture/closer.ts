/** Sees to it that an inspector which heapgraph opened is closed also when heapgraph itself cannot do it. */
import { spawn } from 'node:child_process';
import type { Address } from './address.js';
import type { ProcessIdentity } from './process.js';

export interface Closer {
  /** The inspector was seen open: once it is not, there is nothing to wait for. */
  opened(): void;
  /** There is nothing to close any more. */
  disarm(): void;
}

/** What close-inspector.js is told. */
export interface CloserRequest extends ProcessIdentity {
  /** Addresses that were not opened for us. */
  readonly before: readonly Address[];
}

/** Reads words until there are no more: `closed` is the end of it; else the last one is told to the program. */
const WAIT =
  'state=asked; while read -r word; do [ "$word" = closed ] && exit; state=$word; done; exec "$@" "$state" </dev/null';

/**
 * A shell, which costs nothing, waits for a word from heapgraph. When heapgraph ends without it, killed or not, the shell
 * becomes the program that closes the inspector. On Windows, and where there is no shell, only heapgraph itself closes it.
 */
export function armCloser(identity: ProcessIdentity, before: readonly Address[], program: string): Closer {
  if (process.platform === 'win32') return { opened() {}, disarm() {} };
  const request: CloserRequest = { ...identity, before };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const words = ['-c', WAIT, 'sh', process.execPath, program, JSON.stringify(request)];
  const shell = spawn('/bin/sh', words, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return {
    opened() {
      shell.stdin.write('opened\n');
    },
    disarm() {
      shell.stdin.end('closed\n');
    },
  };
}

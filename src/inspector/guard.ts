/**
 * Sees to it that something is done also when heapgraph itself cannot do it, because it was killed.
 */
import { spawn } from 'node:child_process';

export interface Guard {
  /** The last argument of the program, from now on. */
  tell(state: string): void;
  /** There is nothing to do any more. */
  disarm(): void;
}

/**
 * Reads words until there are no more: `done` is the end of it; else the last one is told to the
 * program.
 */
const WAIT =
  'state=armed; while read -r word; do [ "$word" = done ] && exit; state=$word; done; exec "$@" "$state" </dev/null';

/**
 * A shell, which costs nothing, waits for a word from heapgraph. When heapgraph ends without it,
 * killed or not, the shell becomes the program. On Windows, and where there is no shell, nothing
 * does.
 */
export function armGuard(program: readonly string[]): Guard {
  if (process.platform === 'win32') return { tell() {}, disarm() {} };
  const { NODE_OPTIONS: _, ...env } = process.env;
  const shell = spawn('/bin/sh', ['-c', WAIT, 'sh', ...program], {
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
    tell: (state) => void shell.stdin.write(`${state}\n`),
    disarm: () => void shell.stdin.end('done\n'),
  };
}

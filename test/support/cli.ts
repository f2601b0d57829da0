/** The command line as a user has it: another process, its streams, its exit code. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { askHosts } from './ask-hosts.js';
import { CLI_ENV, NODE } from './cli-host.js';

export { temporaryFolder } from './temporary-folder.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether in a process of its own, as a shell does it, where that is not decided by what is asked. */
  readonly spawned?: boolean;
}

/**
 * Answers `heapgraph ARGS…`, in a process that answers one command line after another, for all test files. What is
 * about processes has one of its own: `spawned: true`, `capture` and `watch` (unless `spawned: false` says that the
 * process is not what is tested), and the names of standard streams. Without `input`, standard input is empty.
 */
export async function heapgraph(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { cwd = process.cwd(), input, env, spawned } = options;
  const own =
    spawned ??
    (['capture', 'watch'].includes(args[0]!) || args.some((arg) => /(^|=)\/(dev|proc)\//.test(arg)));
  if (own) return spawnHeapgraph(args, options);
  const piped = input === undefined ? undefined : Buffer.from(input).toString('base64');
  const { stdout, stderr, code } = await askHosts({ args, cwd, input: piped, env });
  return { stdout, stderr, code };
}

/** Runs `heapgraph ARGS…` as a shell does: a process of its own. */
export function spawnHeapgraph(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [BIN, ...args], { cwd: options.cwd, env: { ...CLI_ENV, ...options.env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code });
    });
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.stdin.end(options.input);
  });
}

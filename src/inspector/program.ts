/** Starts a program of which a snapshot is wanted. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ProcessError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { ExitProfile } from './exit-profile.js';
import type { ExitSnapshot } from './exit-snapshot.js';
import { armGuard } from './guard.js';
import { isNullOr, isRecord, isText } from './shape.js';
import { delay } from './waiting.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Hello {
  /** Of its Node.js: `v20.11.0`. */
  readonly version: string;
  /** Of its inspector; null when it needs none. */
  readonly url: string | null;
}

export interface Started {
  readonly pid: number;
  /** What it says of itself at its start; undefined when it ended before that. */
  readonly hello: Promise<Hello | undefined>;
  readonly ended: Promise<Exit>;
  /** Ends it: SIGTERM, and SIGKILL when that does not help. Nothing happens when it has ended. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The module that is loaded before the program: `preload.cjs`. */
  readonly preload: string;
  /** Write a snapshot on exit, instead of opening an inspector. */
  readonly exit?: ExitSnapshot;
  /**
   * Sample allocations from the start; the program writes the profile itself when it ends before it
   * was asked.
   */
  readonly profile?: ExitProfile;
  /** Note from the start where each object is made. */
  readonly track?: boolean;
}

/** What the preloaded module is told. */
export interface PreloadRequest extends Omit<StartOptions, 'preload'> {
  /** How many of the first flags are ours. */
  readonly flags: number;
}

const STOP_MS = 5000;

/**
 * $0 is the program's pid, $1 the folder of its snapshot, if it writes one; the last word says
 * whether it has ended.
 */
const CLEAR_UP =
  'for state; do :; done; [ "$state" = ended ] || kill -9 "$0"; if [ $# -gt 1 ]; then rm -rf -- "$1"; fi';

/**
 * Its standard output goes to our standard error: ours is the result. One that is profiled is in a
 * group of processes of its own, so that Ctrl-C on a terminal does not end it before it has been
 * asked for its profile.
 * Throws: UsageError, ProcessError.
 */
export function startProgram(words: readonly string[], options: StartOptions): Started {
  const [node, ...args] = nodeCommand(words);
  // Without the last one, Node.js would print where the debugger listens.
  const flags = ['--require', options.preload, '--inspect-publish-uid=http'];
  const { preload: _, ...wanted } = options;
  const request: PreloadRequest = { ...wanted, flags: flags.length };
  const child = spawn(node!, [...flags, ...args], {
    stdio: ['inherit', 2, 'inherit', 'pipe'],
    detached: options.profile !== undefined && process.platform !== 'win32',
    env: { ...process.env, HEAPGRAPH_CAPTURE: JSON.stringify(request) },
  });
  if (child.pid === undefined) {
    child.on('error', () => {});
    throw new ProcessError(`cannot start ${printable(node!)}`, 'Is it there, and may it be run?');
  }
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // Whatever happens to heapgraph, the program does not stay, nor what it has written.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const writes = options.exit ?? options.profile;
  const left = writes === undefined ? [] : [path.dirname(writes.file)];
  const guard = armGuard(['/bin/sh', '-c', CLEAR_UP, String(child.pid), ...left]);
  void ended.then(() => {
    process.off('exit', kill);
    if (writes === undefined) guard.disarm();
    else guard.tell('ended');
  });
  return {
    pid: child.pid,
    hello: helloOf(child),
    ended,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, delay(STOP_MS)]);
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const HELLO_LIMIT = 1000;

const isHello = isRecord<Hello>({ version: isText, url: isNullOr(isText) });

async function helloOf(child: ChildProcess): Promise<Hello | undefined> {
  let text = '';
  for await (const piece of child.stdio[3] as AsyncIterable<Buffer>) {
    text += piece.toString('latin1');
    // A shell in between may keep the descriptor open.
    if (text.includes('\n') || text.length > HELLO_LIMIT) break;
  }
  try {
    const hello: unknown = JSON.parse(text);
    return isHello(hello) ? hello : undefined;
  } catch {
    return undefined;
  }
}

/** Programs that start the one that is meant in a process of its own. */
const STARTERS = new Set(['npm', 'npx', 'yarn', 'pnpm', 'pnpx', 'bun', 'deno', 'tsx', 'nodemon']);

/** The words with `node` in front when they name a script for it. */
function nodeCommand(words: readonly string[]): readonly string[] {
  const [first] = words;
  if (first === undefined || first === '')
    throw new UsageError('no program after --', 'Name one: heapgraph capture -- node app.js');
  const name = path.basename(first).replace(/\.(exe|cmd)$/i, '');
  if (/^node(js)?[\d.]*$/i.test(name)) return words;
  const file = programFile(first);
  if (file !== undefined && !STARTERS.has(name)) {
    if (/\.[cm]?[jt]s$/.test(file) || startsWithNode(file))
      return [process.execPath, file, ...words.slice(1)];
  }
  throw new UsageError(
    file === undefined
      ? `there is no program "${printable(first)}"`
      : `${printable(first)} does not run in the Node.js process that would be looked at`,
    'Name node and the script: heapgraph capture -- node app.js, or -- node_modules/.bin/vitest run. A program that runs already: heapgraph capture <pid>.',
  );
}

/** As a shell finds it: a path, or a name in PATH. */
function programFile(name: string): string | undefined {
  const places =
    /[/\\]/.test(name) || fs.existsSync(name) ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  return places
    .map((place) => path.join(place, name))
    .find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

function startsWithNode(file: string): boolean {
  const fd = fs.openSync(file, 'r');
  try {
    const head = Buffer.alloc(128);
    fs.readSync(fd, head);
    return /^#!.*\bnode\b/.test(head.toString('latin1'));
  } finally {
    fs.closeSync(fd);
  }
}

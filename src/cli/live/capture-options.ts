/** What `capture` is asked for, and what of that cannot be: told before any process is touched. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import type { CaptureOptions } from '../../commands/live/capture.js';
import { STRING_LIMIT } from '../../inspector/string-limit.js';
import type { Call } from './call.js';

/** The longest string of V8. */
const MOST_CHARACTERS = 0x1fffffe8;

/** Throws UsageError for what excludes itself or cannot be written. */
export function checkCapture(options: CaptureOptions, call: Call): void {
  const { inspect, target, worker, output, after, every, count, on, strings, profile } = options;
  const { args, program } = call;
  const ways = [args.length > 0, inspect !== undefined, program !== undefined].filter(Boolean).length;
  if (args.length > 1)
    throw new UsageError(
      `too many arguments: ${args.slice(1).map(printable).join(' ')}`,
      'One pid; to start a program, put -- before it: heapgraph capture -- node app.js',
    );
  if (ways !== 1) {
    throw new UsageError(
      ways === 0 ? 'no process was named' : 'a pid, --inspect and a program exclude each other',
      'heapgraph capture <pid>, or heapgraph capture --inspect 127.0.0.1:9229, or heapgraph capture -- node app.js',
    );
  }
  if (args.length === 1) pidOf(args[0]!);
  const wrong = (message: string, hint: string): never => {
    throw new UsageError(message, hint);
  };
  if (target !== undefined && inspect === undefined)
    wrong('--target needs --inspect', 'A process that is named by its pid is a target itself.');
  if (on === 'exit' && !program)
    wrong('--on exit needs a program that heapgraph starts', 'heapgraph capture --on exit -- node app.js');
  if (on === 'exit' && (after !== undefined || every !== undefined || count !== undefined))
    wrong('--on exit takes one snapshot, at the end', 'Leave out --after, --every and --count.');
  if (worker !== undefined && program && profile !== undefined)
    wrong(
      'when a program starts its workers are not there yet',
      'Start it, then sample the worker: heapgraph capture <pid> --worker … --profile 30s',
    );
  if (worker !== undefined && program && (on === 'exit' || (on === 'now' && !after && !every)))
    wrong('when a program exits its workers are gone', 'Use --after or --on signal with --worker.');
  if (every !== undefined && on === 'signal')
    wrong('--every and --on signal exclude each other', 'Leave one out.');
  if (every !== undefined && count === undefined)
    wrong('--every needs --count', 'How many snapshots: --every 60s --count 3');
  if (count !== undefined && count > 1 && every === undefined && on !== 'signal')
    wrong('--count needs --every', 'How far apart: --every 60s --count 3');
  const atExit = on === 'exit' || (program !== undefined && on === 'now' && !after && !every && !profile);
  if (options.trackAllocations && !atExit && on === 'now' && !after && !every)
    wrong(
      '--track-allocations needs time before the snapshot',
      'Only what is made meanwhile has a stack: --after 30s, --every with --count, or --on signal.',
    );
  if (strings !== undefined && (strings <= STRING_LIMIT || strings > MOST_CHARACTERS))
    wrong(
      `--strings takes more characters than V8 writes itself: ${formatCount(STRING_LIMIT + 1)} to ${formatCount(MOST_CHARACTERS)}`,
      'V8 writes the first 1,024 of each string: --strings 100000 raises that.',
    );
  if (profile !== undefined && (after !== undefined || every !== undefined || on !== 'now'))
    wrong('--profile takes no snapshot', 'Leave out --after, --every and --on.');
  if (profile !== undefined && (options.trackAllocations || strings !== undefined))
    wrong('--profile takes no snapshot', 'Leave out --track-allocations and --strings.');
  if (on === 'signal' && process.platform === 'win32') wrong('Windows has no SIGUSR2', 'Use --every.');
  if (output === '-')
    wrong('a snapshot is not written to standard output', 'Name a file: -o app.heapsnapshot');
  if (output !== undefined) checkPlace(output);
}

/** Before the process is touched: throws UsageError for a file that cannot be written as named. */
function checkPlace(output: string): void {
  const ending = /\.(br|zst|zip|bz2|xz)$/i.exec(output)?.[0];
  if (ending !== undefined) {
    throw new UsageError(
      `capture compresses with gzip, not to ${ending}`,
      `Name it .gz: -o ${printable(output.slice(0, -ending.length))}.gz`,
    );
  }
  const isFolder = (place: string): boolean => {
    try {
      return fs.statSync(place).isDirectory();
    } catch {
      return false;
    }
  };
  if (isFolder(output)) throw new UsageError(`${printable(output)} is a folder`, 'Name a file in it.');
  const namesFolder = output.endsWith('/') || output.endsWith(path.sep);
  if (!namesFolder && isFolder(path.dirname(output))) return;
  throw new UsageError(
    `cannot write ${printable(output)}: its folder does not exist`,
    `Make it first${namesFolder ? ', and name a file in it' : ''}; the process was not touched.`,
  );
}

/** `otherwise` says what else can be named. Throws UsageError. */
export function pidOf(
  text: string,
  otherwise = 'to start a program: heapgraph capture -- node app.js',
): number {
  const pid = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (pid > 0) return pid;
  throw new UsageError(
    `"${printable(text)}" is not a process id`,
    text.includes(':')
      ? `If it is the address of an inspector: --inspect ${printable(text)}`
      : `A whole number, as ps or pgrep -n node show it; ${otherwise}`,
  );
}

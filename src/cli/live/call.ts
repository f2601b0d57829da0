/** Shared by commands on running processes: the call, notes, signals, clean-up. */

import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import type { Answer } from '../../base/result.js';
import { exitCodeOf, onEndingSignal } from '../../base/signals.js';
import type { OnWait } from '../../inspector/waiting.js';
import { type Output, openStandardOutput } from '../output.js';
import { createProgressLine, type ProgressLine } from '../progress-line.js';

export interface Call {
  readonly args: readonly string[];
  /** What follows `--`. */
  readonly program: readonly string[] | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Writes an answer in the format and to the file that were asked for. */
  readonly answer?: (answer: Answer) => Promise<void>;
}

/** A signal that ends heapgraph. */
class Interrupted extends Error {
  constructor(readonly exitCode: number) {
    super('interrupted');
  }
}

export function isInterrupted(error: unknown): error is Interrupted {
  return error instanceof Interrupted;
}

export interface Run {
  note(text: string): void;
  /** A note that --quiet does not silence: the answer is not what was hoped for. */
  warn(text: string): void;
  readonly progress: ProgressLine;
  /** Where the result goes. When it cannot be written the work ends, as it does after a signal. */
  readonly stdout: Output;
  /** Aborted when the work is to end. */
  readonly signal: AbortSignal;
  /** Says what is waited for, when it takes long. */
  readonly onWait: OnWait;
  /** The work's value; throws Interrupted when a signal comes first. */
  unlessInterrupted<T>(work: Promise<T>): Promise<T>;
  /** As a Ctrl-C would; for a terminal that gives keys, not signals. */
  interrupt(): void;
  /** Done at the end whatever happens, the last one first. */
  atEnd(clear: () => unknown): void;
}

/** Shorter waits are not told; on a terminal they can be seen to go on. */
const TOLD_AFTER_MS = 3000;
const SHOWN_AFTER_MS = 1000;

/**
 * Does the work and cleans up after it. At the first signal, whatever the work waits for throws,
 * the clean-up runs, and the exit code names the signal. The second signal ends heapgraph at once.
 */
export async function runLiveWork(call: Call, work: (run: Run) => Promise<number>): Promise<number> {
  const progress = createProgressLine(process.stderr, call.quiet);
  const clears: (() => unknown)[] = [];
  const ending = new AbortController();
  const interruption = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason));
  });
  interruption.catch(() => {});
  let asked = false;
  const interrupt = (exitCode: number): void => {
    if (asked) process.exit(exitCode);
    asked = true;
    ending.abort(new Interrupted(exitCode));
  };
  const offSignals = onEndingSignal((signal) => interrupt(exitCodeOf(signal)));
  const warn = (text: string): void => {
    progress.clear();
    process.stderr.write(`heapgraph: ${printable(text)}\n`);
  };
  const note = (text: string): void => {
    if (!call.quiet) warn(text);
  };
  const run: Run = {
    progress,
    warn,
    note,
    stdout: openStandardOutput((message) =>
      ending.abort(new UsageError(message, 'The process was left as it was found.')),
    ),
    signal: ending.signal,
    onWait: waitTeller(progress, note),
    unlessInterrupted: (promise) => Promise.race([interruption, promise]),
    interrupt: () => interrupt(exitCodeOf('SIGINT')),
    atEnd: (clear) => void clears.push(clear),
  };
  const alive = setInterval(() => {}, 1 << 30); // what is waited for (a signal, a time) need not do it
  try {
    return await work(run);
  } catch (error) {
    if (isInterrupted(error)) return error.exitCode;
    throw error;
  } finally {
    progress.clear();
    for (const clear of clears.reverse()) await clear();
    offSignals();
    clearInterval(alive);
  }
}

function waitTeller({ show, clear }: ProgressLine, note: (text: string) => void): OnWait {
  return (what) => {
    const begun = performance.now();
    const timer = setInterval(
      () => {
        const seconds = Math.round((performance.now() - begun) / 1000);
        if (show) return show(`waiting for ${printable(what)}  ${seconds} s`);
        note(`waiting for ${what}`);
        clearInterval(timer);
      },
      show ? SHOWN_AFTER_MS : TOLD_AFTER_MS,
    );
    timer.unref();
    return () => {
      clearInterval(timer);
      clear();
    };
  };
}

/** Resolves after a time; does not keep heapgraph alive when the work is over before. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

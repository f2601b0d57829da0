/** Times, and what they are spent on. */
import { ProcessError } from '../base/errors.js';
import { printable, shortened } from '../base/printable.js';

/**
 * Told that a wait has begun: `process 4711 to answer Runtime.evaluate`. What it gives is called at
 * its end.
 */
export type OnWait = (what: string) => () => void;

/** Does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Milliseconds as a person says them. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  return seconds < 120
    ? `${seconds} second${seconds === 1 ? '' : 's'}`
    : `${Math.round(seconds / 60)} minutes`;
}

export interface WaitOptions {
  readonly ms: number;
  readonly late: () => Error;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The value, or the error when it does not come in time; throws the signal's reason once it is
 * aborted.
 */
export async function withTimeout<T>(value: Promise<T>, { ms, late, signal }: WaitOptions): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    // Longer than that is for timers as if it were nothing.
    timer = setTimeout(() => reject(late()), Math.min(ms, 2 ** 31 - 1));
  });
  value.catch(() => {}); // it may fail when nobody waits for it any more
  try {
    return await unlessAborted(Promise.race([value, over]), signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The value; throws the signal's reason once it is aborted. */
export async function unlessAborted<T>(value: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return value;
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  value.catch(() => {});
  try {
    return await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** An answer that did not come in time. */
export class NoAnswer extends ProcessError {
  constructor(what: string, ms: number, question: string) {
    super(
      `${what} does not answer ${question} within ${formatDuration(ms)}`,
      'It may be busy, stopped (SIGSTOP, a container that is paused), or held by another debugger; --timeout waits longer.',
    );
  }
}

/** A question that the other side does not know, or does not like. */
export class Refusal extends ProcessError {}

/** Text of another program, to be quoted in a message. */
export function quoted(text: string): string {
  return printable(shortened(text, 200));
}

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return quoted(code ?? message ?? String(error));
}

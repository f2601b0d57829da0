/** What is said when something goes wrong. */
import { CommanderError } from 'commander';
import { isHeapgraphError, QueryError, type QueryPlace, type RemedyWords } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { EXIT } from './exit.js';
import { REMEDIES } from './remedies.js';

export const NAME = 'heapgraph';

/** Put in by build.mjs. */
declare const HEAPGRAPH_VERSION: string;

/**
 * commander's text, which repeats words of the command line as they are; its question may follow on
 * a line of its own.
 */
export function errorText(text: string): string {
  const whole = text.replace(/^error: /, '').trimEnd();
  const line = whole.lastIndexOf('\n');
  const isQuestion = line >= 0 && whole.startsWith('(Did you mean ', line + 1);
  const message = isQuestion ? whole.slice(0, line) : whole;
  return `${NAME}: ${printable(message)}\n${isQuestion ? `${printable(whole.slice(line + 1))}\n` : ''}`;
}

/** Tells an error on standard error, and sets the exit code. */
export function report(error: unknown, remedies: RemedyWords = REMEDIES): void {
  if (error instanceof CommanderError) {
    // commander has printed what there is to say; help and version are answers.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.wrong;
    return;
  }
  process.exitCode = EXIT.wrong;
  if (isHeapgraphError(error)) {
    process.stderr.write(`${NAME}: ${printable(error.message)}\n`);
    if (error instanceof QueryError && error.place) process.stderr.write(placeText(error.place));
    const hint = error.hintIn(remedies);
    for (const line of hint?.split('\n') ?? []) process.stderr.write(`  ${printable(line)}\n`);
    return;
  }
  if ((error as NodeJS.ErrnoException).syscall === 'uv_cwd') {
    process.stderr.write(`${NAME}: the current folder is gone\n  Change to an existing folder.\n`);
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  process.stderr.write(
    `${NAME}: this is a bug in heapgraph ${HEAPGRAPH_VERSION} (Node.js ${process.version}). Please report it with this text:\n${stack}\n`,
  );
}

/** What stands before and behind a mistake in a query that is longer than a line. */
const AROUND = 60;

/** The query with carets below the mistake. */
function placeText({ text, from, length }: QueryPlace): string {
  const start = Math.max(0, from - AROUND);
  // Each character of the heap's or the user's text may be written as several.
  const before = printable(text.slice(start, from));
  const wrong = printable(text.slice(from, from + Math.min(length, AROUND)));
  const behind = printable(text.slice(from + length, from + length + AROUND));
  return `  ${before}${wrong}${behind}\n  ${' '.repeat(before.length)}${'^'.repeat(Math.max(1, wrong.length))}\n`;
}

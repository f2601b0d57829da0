/** What captures of a program that heapgraph started have in common. */
import fs from 'node:fs';
import path from 'node:path';
import { ProcessError, UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { type Attached, type AttachOptions, attachToUrl } from '../inspector/attach.js';
import type { Exit, Started } from '../inspector/program.js';
import { writeReason } from '../io/reasons.js';
import { type Run, sleep } from './live/call.js';

/** Throws ProcessError, also when the program has ended. */
export async function attachToStarted(started: Started, options: AttachOptions): Promise<Attached> {
  const url = (await started.hello)?.url;
  if (!url) throw endedEarly(await started.ended);
  return attachToUrl(url, `process ${started.pid}`, options).catch(async (error: unknown) => {
    // It may just have ended; that says more than a connection that was refused.
    const exit = await Promise.race([started.ended, sleep(500)]);
    throw exit ? endedEarly(exit) : error;
  });
}

function endedEarly(exit: Exit): ProcessError {
  return new ProcessError(
    `the program ended (${formatExit(exit)}) before its snapshot was due`,
    'Without --after, --every and --on signal the snapshot is taken when the program exits.',
  );
}

export function formatExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}

/**
 * Makes a private folder beside the output file. What the program writes stays there until it is
 * whole. The folder is removed at the end in any case.
 *
 * - Throws: UsageError when the folder cannot be made.
 */
export function privateFolder(output: string | undefined, run: Run): string {
  const parent = path.resolve(path.dirname(output ?? '.'));
  let folder: string;
  try {
    folder = fs.mkdtempSync(path.join(parent, '.heapgraph-'));
  } catch (error) {
    throw new UsageError(
      `cannot write to ${printable(parent)}: ${writeReason(error)}`,
      'Name another folder by -o.',
    );
  }
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  run.atEnd(() => {
    remove();
    process.off('exit', remove);
  });
  return folder;
}

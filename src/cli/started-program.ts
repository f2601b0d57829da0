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
 * A folder beside the file that is meant, which nobody else can write to: what the program writes itself lies there until
 * it is whole. It is removed at the end, whatever happens.
 * Throws: UsageError when there can be none.
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

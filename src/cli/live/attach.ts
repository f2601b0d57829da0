/** A running process by what a command line calls it: a pid, or the address of an inspector. */
import { type Attached, attachToAddress } from '../../inspector/attach.js';
import { attachToPid } from '../../inspector/attach-pid.js';
import { limitsOf } from '../../inspector/limits.js';
import type { Run } from './call.js';
import type { Programs } from './capture.js';
import { pidOf } from './capture-options.js';

export interface ProcessOptions {
  readonly timeout: number | undefined;
  readonly force: boolean;
  readonly target?: string | undefined;
}

/** Throws UsageError where a text is neither. */
export function checkProcess(asked: string, example: string): void {
  if (!asked.includes(':')) pidOf(asked, `or the address of an inspector: ${example} 127.0.0.1:9229`);
}

/** Attaches, and sees to it that the process is left as it was found. Throws ProcessError. */
export async function attach(
  asked: string,
  { timeout, force, target }: ProcessOptions,
  run: Run,
  { closer }: Programs,
): Promise<Attached> {
  const { signal, onWait } = run;
  const how = { limits: limitsOf(timeout), signal, onWait };
  const attaching = asked.includes(':')
    ? attachToAddress(asked, target, how)
    : attachToPid(pidOf(asked), { ...how, force, closer });
  run.atEnd(async () => (await attaching.catch(() => undefined))?.detach());
  return run.unlessInterrupted(attaching);
}

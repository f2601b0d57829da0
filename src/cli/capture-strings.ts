/** `capture --strings`: more characters of each string, for the time of the capture. */

import { formatCount } from '../base/units.js';
import type { Attached } from '../inspector/attach.js';
import { raiseStringLimit, STRING_LIMIT } from '../inspector/string-limit.js';
import type { Run } from './live/call.js';

/** Says where that cannot be, and what cannot be put back. */
export async function longerStrings({ session, name }: Attached, strings: number, run: Run): Promise<void> {
  const raised = await run.unlessInterrupted(raiseStringLimit(session, strings));
  const usual = formatCount(STRING_LIMIT);
  if (!raised) {
    run.warn(`${name} does not let the length of strings be set: they end at ${usual} characters`);
    return;
  }
  run.atEnd(() => raised.restore(run.signal.aborted));
  if (raised.byFlags === undefined)
    run.note(
      `at the end V8's limit of ${usual} characters a string is set again; one that the program has set itself (v8.setFlagsFromString) cannot be read, and is lost`,
    );
}

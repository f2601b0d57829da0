/**
 * A program of its own: closes the inspector that heapgraph opened in a process and left open, as
 * it was killed, or as the process did not get to opening it in time. It waits for that as long as
 * the process is there, an hour at most.
 */
import { ProcessError } from '../base/errors.js';
import type { Address } from './address.js';
import { inspectorOf } from './attach-pid.js';
import { closeInspector } from './evaluate.js';
import { limitsOf } from './limits.js';
import { isStillThere, type ProcessIdentity } from './process.js';
import { isAt, listeningAddresses } from './sockets.js';

/** Its first argument, as JSON. */
export interface CloserRequest extends ProcessIdentity {
  /** Addresses that were not opened for us. */
  readonly before: readonly Address[];
}

const HOUR_MS = 3_600_000;
const CLOSE_MS = 2000;
const ASK_MS = 200;
const ASK_SELDOM_MS = 5000;

/** The session with a busy process is kept that long: our request waits in its queue. */
const limits = limitsOf(600_000);

/** `wasSeen` says whether it was open already. */
async function closeWhatWasOpened({ before, ...identity }: CloserRequest, wasSeen: boolean): Promise<void> {
  let seen = wasSeen;
  const begun = performance.now();
  let wait = ASK_MS;
  while (performance.now() - begun < HOUR_MS && isStillThere(identity)) {
    const now = listeningAddresses(identity.pid);
    if (now === undefined) return;
    const opened = now.filter((one) => !isAt(before, one));
    try {
      const inspector = await inspectorOf(identity.pid, opened, { limits });
      if (inspector) {
        await closeInspector(inspector.session, CLOSE_MS);
        await inspector.session.close();
        seen = true;
        continue; // whether it is closed is seen by looking again
      }
      if (seen) return;
    } catch (error) {
      if (!(error instanceof ProcessError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 1.2, ASK_SELDOM_MS);
  }
}

void closeWhatWasOpened(JSON.parse(process.argv[2]!) as CloserRequest, process.argv[3] === 'opened');

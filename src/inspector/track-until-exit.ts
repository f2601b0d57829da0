/**
 * Has V8 note where each object is made, from a program's start to the snapshot at its exit. Runs
 * in the program.
 */
import { discardExitSnapshot, type ExitSnapshot, writeExitSnapshot } from './exit-snapshot.js';
import { type OwnSession, openOwnSession } from './own-session.js';

/**
 * Stacks from now on, in all snapshots of this process. It does not come to its end meanwhile: see
 * `snapshotAtEnd`.
 */
export function track(): OwnSession {
  const session = openOwnSession();
  session.post('HeapProfiler.enable');
  session.post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
  return session;
}

const LOOK_MS = 100;
/** Work of native code that nobody can see (compression, addons) is over by then, most likely. */
const IDLE_LOOKS = 3;

/**
 * Takes the snapshot when the program exits, with the stacks.
 *
 * V8 wakes up 20 times a second while it notes stacks, by a timer that keeps the event loop alive;
 * the end of the loop never comes. So when nothing else keeps it alive, the snapshot is taken and
 * the noting ended, and the program ends as it would have. Should it go on all the same, that
 * snapshot is dropped, and stacks are noted from then on.
 */
export function snapshotAtEnd(exit: ExitSnapshot): void {
  let session = track();
  let isTaken = false;
  let looksSince = 0;
  let idle = 0;
  let wanted = IDLE_LOOKS;
  const look = (): void => {
    if (isTaken) {
      // The first one may have been due while the snapshot was taken.
      if (++looksSince === 1) return;
      discardExitSnapshot(exit);
      isTaken = false;
      session = track();
      wanted *= 2;
    }
    idle = isIdle() ? idle + 1 : 0;
    if (idle < wanted) return;
    idle = 0;
    writeExitSnapshot(exit);
    isTaken = true;
    looksSince = 0;
    session.end();
  };
  setInterval(look, LOOK_MS).unref();
  process.once('exit', () => {
    if (!isTaken) writeExitSnapshot(exit);
  });
}

/** Handles that Node.js names also when they do nothing, as it does those of standard output. */
const MAYBE_IDLE = new Set(['TTYWrap', 'PipeWrap']);

interface Handle {
  readonly type: string;
  readonly is_active: boolean;
  readonly is_referenced: boolean;
}

/**
 * Whether nothing but timers of V8 keeps the event loop alive. Cost: where pipes are left, a report
 * (3 to 14 ms).
 */
function isIdle(): boolean {
  const resources = process.getActiveResourcesInfo();
  if (resources.some((name) => !MAYBE_IDLE.has(name))) return false;
  if (resources.length === 0) return true;
  const { report } = process as unknown as {
    report: { excludeNetwork?: boolean; getReport(): { libuv: readonly Handle[] } };
  };
  const { excludeNetwork } = report;
  report.excludeNetwork = true; // names of hosts are asked for otherwise
  try {
    // No timer of the program is among them: Node.js names those as resources.
    return report
      .getReport()
      .libuv.every((handle) => !handle.is_active || !handle.is_referenced || handle.type === 'timer');
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}

/** Allocation stacks: V8 notes for each object the functions that were running when it was made. */
import type { Session } from './session.js';

/**
 * Has V8 note the stack of every object that is made from now on, until the session ends. Snapshots
 * that are taken meanwhile have the stacks (`trace_function_infos`, `trace_tree`).
 *
 * - Throws: ProcessError when the target does not do that.
 * - Cost: in the target, a stack walk for each allocation: it is several times slower meanwhile.
 */
export async function trackAllocations(session: Session): Promise<void> {
  await session.send('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
}

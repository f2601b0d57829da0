/** Work that may take forever, such as a pattern on a text that somebody else has written. */
import vm from 'node:vm';

let context: vm.Context | undefined;

/**
 * Runs work of this thread and stops it when the time is over.
 *
 * - In: milliseconds; work that leaves nothing half done when it is stopped at any place.
 * - Out: whether it came to its end.
 * - Throws: what the work throws.
 */
export function within(milliseconds: number, work: () => void): boolean {
  context ??= vm.createContext(Object.create(null));
  context.work = work;
  try {
    vm.runInContext('work()', context, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  } finally {
    context.work = undefined;
  }
}

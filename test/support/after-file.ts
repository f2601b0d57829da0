/**
 * What support modules do at the end of a test file. They are loaded once for all files that share a
 * worker, so a hook of their own would run for the first of them only.
 */
export const cleanups = new Set<() => Promise<void> | void>();

/** Runs something at the end of this test file and of all that follow. */
export function afterFile(cleanup: () => Promise<void> | void): void {
  cleanups.add(cleanup);
}

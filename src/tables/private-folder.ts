/** A folder for files of this process alone, which goes with it. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { exitCodeOf, onEndingSignal } from '../base/signals.js';
import { writeReason } from '../io/reasons.js';

const PREFIX = 'heapgraph-tables-';

/**
 * Makes an empty folder among the system's temporary ones, for its owner alone, gives it to the
 * work, and takes it away afterwards; also when a signal ends the process meanwhile. One that a
 * killed process has left behind is taken away by the next.
 *
 * Throws: UsageError when it cannot be made.
 */
export async function withPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const home = tmpdir();
  let folder: string;
  try {
    sweep(home);
    folder = fs.mkdtempSync(path.join(home, `${PREFIX}${process.pid}-`));
  } catch (error) {
    throw new UsageError(
      `no temporary folder can be made in ${printable(home)}: ${writeReason(error)}`,
      'TMPDIR names another place.',
      error,
    );
  }
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const offSignals = onEndingSignal((signal) => process.exit(exitCodeOf(signal)));
  try {
    return await work(folder);
  } finally {
    offSignals();
    process.off('exit', remove);
    remove();
  }
}

/** Takes away folders of this user whose process is gone. */
function sweep(home: string): void {
  for (const name of fs.readdirSync(home)) {
    const pid = name.startsWith(PREFIX)
      ? Number(/^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0])
      : Number.NaN;
    if (!Number.isSafeInteger(pid) || isRunning(pid)) continue;
    const folder = path.join(home, name);
    const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory() && (process.geteuid === undefined || stat.uid === process.geteuid()))
      fs.rmSync(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** `capture -- program`: the program takes the snapshot itself when it exits. */
import fs from 'node:fs';
import path from 'node:path';
import { checkExitSnapshot } from '../capture/exit-snapshot.js';
import { startProgram } from '../capture/program.js';
import { UsageError } from '../errors.js';
import { writeReason } from '../io/reasons.js';
import { printable } from '../printable.js';
import type { Captures, Programs } from './capture.js';
import type { Call, Run } from './live-call.js';
import { adoptSnapshot } from './snapshot-file.js';

/** Throws UsageError when there can be none. */
function privateFolder(parent: string): string {
  try {
    return fs.mkdtempSync(path.join(parent, '.heapgraph-'));
  } catch (error) {
    throw new UsageError(
      `cannot write to ${printable(parent)}: ${writeReason(error)}`,
      'Name another folder by -o.',
    );
  }
}

/** No inspector can ask it any more by then. Throws UsageError, ProcessError. */
export async function captureExit(
  captures: Captures,
  call: Call,
  run: Run,
  programs: Programs,
): Promise<void> {
  const begun = performance.now();
  const { options } = captures;
  // A folder of its own beside the file that is meant, which nobody else can write to. A wrong place is told before the
  // program has run for hours.
  const folder = privateFolder(path.resolve(path.dirname(options.output ?? '.')));
  const exitFile = path.join(folder, 'exit.heapsnapshot');
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  run.atEnd(() => {
    remove();
    process.off('exit', remove);
  });
  const exit = { file: exitFile, numbers: !options['no-numbers'], force: options.force };
  const started = startProgram(call.program!, { preload: programs.preload, exit });
  run.atEnd(() => started.stop());
  const { code, signal } = await run.unlessInterrupted(started.ended);
  if (signal !== null || code !== 0) run.warn(`the program ended: ${signal ?? `exit code ${code}`}`);
  const file = captures.name(started.pid, false);
  checkExitSnapshot(exitFile);
  const bytes = await adoptSnapshot(exitFile, file, captures.gzip);
  const nodeVersion = (await started.hello)?.version ?? null;
  const runtime = nodeVersion === null ? null : { name: 'Node.js', version: nodeVersion };
  captures.add({ file, facts: { pid: started.pid, nodeVersion, runtime }, bytes, begun });
}

/** `capture -- program`: the program takes the snapshot itself when it exits. */
import path from 'node:path';
import { checkExitSnapshot } from '../../inspector/exit-snapshot.js';
import { startProgram } from '../../inspector/program.js';
import { formatExit, privateFolder } from '../started-program.js';
import type { Call, Run } from './call.js';
import type { Captures, Programs } from './capture.js';
import { adoptSnapshot } from './snapshot-file.js';

/** No inspector can ask it any more by then. Throws UsageError, ProcessError. */
export async function captureExit(
  captures: Captures,
  call: Call,
  run: Run,
  programs: Programs,
): Promise<void> {
  const begun = performance.now();
  const { options } = captures;
  // A wrong place is told before the program has run for hours.
  const exitFile = path.join(privateFolder(options.output, run), 'exit.heapsnapshot');
  const { force, strings } = options;
  const started = startProgram(call.program!, {
    preload: programs.preload,
    exit: { file: exitFile, numbers: !options.noNumbers, force, strings },
    track: options.trackAllocations,
  });
  run.atEnd(() => started.stop());
  const exit = await run.unlessInterrupted(started.ended);
  if (exit.code !== 0) run.warn(`the program ended: ${formatExit(exit)}`);
  const file = captures.name(started.pid, false);
  checkExitSnapshot(exitFile);
  const bytes = await adoptSnapshot(exitFile, file, captures.gzip);
  const nodeVersion = (await started.hello)?.version ?? null;
  const runtime = nodeVersion === null ? null : { name: 'Node.js', version: nodeVersion };
  captures.add({ file, facts: { pid: started.pid, nodeVersion, runtime }, bytes, begun });
}

/** Commands that work on running processes; loaded only when one of them is asked for. */
import { fileURLToPath } from 'node:url';
import type { LiveKind } from '../../commands/command.js';
import type { Call } from './call.js';
import { capture } from './capture.js';
import { countLiveInstances } from './count.js';
import { memory } from './memory.js';
import { watch } from './watch.js';

/** Programs of their own, beside this file in dist. */
const PROGRAMS = {
  preload: fileURLToPath(new URL('../../inspector/preload.cjs', import.meta.url)),
  closer: fileURLToPath(new URL('../../inspector/close-inspector.js', import.meta.url)),
};

/** Gives the exit code. Throws UsageError, ProcessError. */
export function runLive(
  kind: Exclude<LiveKind, 'repl' | 'tui' | 'open' | 'mcp'>,
  options: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<number> {
  switch (kind) {
    case 'capture':
      return capture(options as never, call, PROGRAMS);
    case 'count':
      return countLiveInstances(options as never, call, PROGRAMS);
    case 'memory':
      return memory(options as never, call, PROGRAMS);
    case 'watch':
      return watch(options as never, call, PROGRAMS);
  }
}

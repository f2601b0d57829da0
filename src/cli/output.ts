/** Where an answer goes: standard output here, a file in output-file.ts. */
import { writeReason } from '../io/reasons.js';
import { EXIT } from './exit.js';

export interface Output {
  write(data: string | Uint8Array): void;
  /** Its name as it was given; undefined for standard output. */
  readonly file: string | undefined;
  readonly isTerminal: boolean;
  /** False once nobody reads any more. */
  readonly wanted: boolean;
  /** Makes what was written stay. */
  finish(): void;
  /** Takes back what was written, where that is possible. */
  discard(): void;
}

/** Characters that are gathered before they are written. */
export const BUFFERED = 1 << 16;

/**
 * Standard output. A reader that goes away (`| head`) ends the writing quietly. Other failures,
 * such as a full disk, arrive after the call that wrote: `onFailure` gets the message. By default
 * it prints the message and ends the process.
 */
export function openStandardOutput(onFailure: (message: string) => void = tellAndExit): Output {
  const { stdout } = process;
  let closed = false;
  let waiting = '';
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code === 'EPIPE') return;
    onFailure(`cannot write to standard output: ${writeReason(error)}`);
  });
  const flush = (): void => {
    if (waiting !== '' && !closed) stdout.write(waiting);
    waiting = '';
  };
  return {
    isTerminal: stdout.isTTY === true,
    file: undefined,
    write(data) {
      if (typeof data !== 'string') {
        flush();
        if (!closed) stdout.write(data);
        return;
      }
      waiting += data;
      if (waiting.length >= BUFFERED) flush();
    },
    get wanted() {
      return !closed && !stdout.destroyed;
    },
    finish: flush,
    discard() {
      waiting = '';
    },
  };
}

function tellAndExit(message: string): void {
  process.stderr.write(`heapgraph: ${message}
`);
  process.exit(EXIT.wrong);
}

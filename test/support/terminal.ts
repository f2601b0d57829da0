/** A program on a terminal: Python's `pty` runs it, xterm.js says what is to be seen. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import xterm from '@xterm/headless';
import { CLI_ENV, NODE } from './cli-host.js';
import { programFile } from './runtimes.js';

const BIN = fileURLToPath(new URL('../../bin/heapgraph.js', import.meta.url));
const PTY = fileURLToPath(new URL('pty.py', import.meta.url));

const python = programFile(['python3'], 'PYTHON');
/** Whether this machine can run a program on a terminal of its own. */
export const hasTerminals =
  python !== undefined && spawnSync(python, ['-c', 'import fcntl, pty, termios']).status === 0;

export interface EndOfProgram {
  readonly code: number;
  /** Whether the terminal reads lines again, with echo; null where it is gone. */
  readonly asBefore: boolean | null;
}

export interface TestTerminal {
  /** The lines that are to be seen, without spaces at their ends. */
  lines(): readonly string[];
  /** Waits until the screen fits. Throws with the screen, after twenty seconds. */
  until(fits: (screen: string) => boolean): Promise<string>;
  type(keys: string): void;
  resize(columns: number, rows: number): Promise<void>;
  signal(number: number): void;
  /** Closes the terminal under the program. */
  hangUp(): void;
  /** All that was written. */
  readonly written: () => string;
  /** `alternate` while a program has the screen for itself. */
  readonly buffer: () => string;
  readonly end: Promise<EndOfProgram>;
}

/** Starts `heapgraph ARGS…` on a terminal. */
export function onTerminal(
  args: readonly string[],
  {
    columns = 80,
    rows = 24,
    env = {},
  }: { columns?: number; rows?: number; env?: Readonly<Record<string, string>> } = {},
): TestTerminal {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn(python!, [PTY, String(columns), String(rows), NODE, BIN, ...args], {
    env: { ...CLI_ENV, TERM: 'xterm-256color', ...env },
  });
  let written = '';
  let said = '';
  const wakes: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString('latin1');
    screen.write(chunk, () => {
      for (const wake of wakes.splice(0)) wake();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const end = new Promise<EndOfProgram>((resolve, reject) => {
    child.on('close', () => {
      try {
        resolve(JSON.parse(said) as EndOfProgram);
      } catch {
        reject(new Error(said));
      }
    });
  });
  end.catch(() => {});
  const tell = (command: object): void => void child.stdin.write(`${JSON.stringify(command)}\n`);
  const lines = (): readonly string[] =>
    Array.from({ length: screen.rows }, (_, i) => {
      const { active } = screen.buffer;
      return (
        active
          .getLine(active.baseY + i)
          ?.translateToString(true)
          .trimEnd() ?? ''
      );
    });
  return {
    lines,
    async until(fits) {
      const late = Date.now() + 120_000;
      for (;;) {
        const seen = lines().join('\n');
        if (fits(seen)) return seen;
        if (Date.now() > late) throw new Error(`the screen is\n${seen}`);
        await new Promise<void>((resolve) => {
          wakes.push(resolve);
          setTimeout(resolve, 500);
        });
      }
    },
    type: (keys) => tell({ type: keys }),
    async resize(width, height) {
      screen.resize(width, height);
      tell({ resize: [width, height] });
    },
    signal: (number) => tell({ signal: number }),
    hangUp: () => tell({ hangup: true }),
    written: () => written,
    buffer: () => screen.buffer.active.type,
    end,
  };
}

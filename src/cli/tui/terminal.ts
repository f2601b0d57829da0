/**
 * The terminal of the explorer: its other screen, keys one by one, and everything as it was at the
 * end, however that comes.
 */
import { emitKeypressEvents, type Interface } from 'node:readline';
import { exitCodeOf, onEndingSignal } from '../../base/signals.js';

/** A key: its name where it has one (`up`, `return`), and what it types. */
export interface Key {
  readonly name: string;
  readonly text: string;
  readonly ctrl: boolean;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Shows lines; writes those that differ from what is there. */
  show(lines: readonly string[]): void;
  /** Draws everything at the next time. */
  forget(): void;
  /** Gives the screen back, and takes it again when the shell continues the program. */
  suspend(): void;
  close(): void;
}

/** Who is told of what happens. */
export interface TerminalListener {
  onKey(key: Key): void;
  /** The size is another one, or the screen has to be drawn again. */
  onResize(): void;
}

// Sequences of xterm, which all terminals in use know.
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J\x1b[H';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** In front of a line: behind a full one it would take the last character. */
const CLEAR_LINE = '\x1b[2K';

/** Milliseconds after which an escape character is the key Esc, and no beginning of another key. */
const ESCAPE_TIME = 60;

/** Takes the terminal. In: streams that are terminals. */
export function openTerminal(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  listener: TerminalListener,
): Terminal {
  let shown: readonly string[] = [];
  let isTaken = false;
  const enter = (): void => {
    if (isTaken) return;
    isTaken = true;
    shown = [];
    stdin.setRawMode(true);
    stdout.write(ENTER);
  };
  const leave = (): void => {
    if (!isTaken) return;
    isTaken = false;
    stdout.write(LEAVE);
    try {
      stdin.setRawMode(false);
    } catch {
      // the terminal is gone
    }
  };
  const onKeypress = (text: string | undefined, key: { name?: string; ctrl?: boolean }): void =>
    listener.onKey({ name: key.name ?? '', text: text ?? '', ctrl: key.ctrl === true });
  const forget = (): void => {
    shown = [];
    stdout.write('\x1b[2J');
  };
  const onResize = (): void => {
    forget();
    listener.onResize();
  };
  let isClosed = false;
  const onContinue = (): void => {
    if (isClosed || isTaken) return;
    enter();
    listener.onResize();
  };
  // Node.js' own exit aborts where the terminal is gone, which it cannot set back.
  const hangUp = (): void => {
    close();
    process.kill(process.pid, 'SIGHUP');
  };
  const offSignals = onEndingSignal((signal) => {
    if (signal === 'SIGHUP') hangUp();
    else process.exit(exitCodeOf(signal)); // by way of `exit`
  });
  const close = (): void => {
    isClosed = true;
    leave();
    process.off('exit', leave);
    process.off('uncaughtExceptionMonitor', leave);
    process.off('SIGCONT', onContinue);
    offSignals();
    stdout.off('resize', onResize);
    stdin.off('keypress', onKeypress);
    stdin.off('error', hangUp);
    stdin.off('end', hangUp);
    stdin.pause();
  };
  // A terminal that was closed refuses whatever is written.
  const ignore = (): void => {};
  stdout.on('error', ignore);
  stdin.on('error', hangUp);
  stdin.on('end', hangUp);
  process.once('exit', leave);
  // What ends the program by mistake is told on the screen that stays.
  process.on('uncaughtExceptionMonitor', leave);
  process.on('SIGCONT', onContinue);
  stdout.on('resize', onResize);
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_TIME } as unknown as Interface);
  stdin.on('keypress', onKeypress);
  enter();
  stdin.resume();
  return {
    get columns() {
      return Math.max(1, stdout.columns || 80);
    },
    get rows() {
      return Math.max(1, stdout.rows || 24);
    },
    show(lines) {
      if (!isTaken) return;
      let text = '';
      for (const [i, line] of lines.entries())
        if (line !== shown[i]) text += `\x1b[${i + 1};1H${CLEAR_LINE}${line}`;
      shown = lines;
      if (text !== '') stdout.write(text);
    },
    forget,
    suspend() {
      leave();
      process.kill(process.pid, 'SIGTSTP');
      // Where no shell could continue it, the system does not stop it.
      setTimeout(onContinue, 50);
    },
    close,
  };
}

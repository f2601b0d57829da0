/** A prompt: snapshots are loaded once, and asked question after question. */
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { isHeapgraphError, UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import { formatCount } from '../../base/units.js';
import type { Graph } from '../../graph/graph.js';
import { sharedGraph } from '../../graph/shared-graph.js';
import { timeOf } from '../../io/file-facts.js';
import { WHOLE_SNAPSHOT } from '../../session/need.js';
import { createSession } from '../../session/open.js';
import { EXIT } from '../exit.js';
import { checkMemoryBound, type MaxMemory } from '../memory-bound.js';
import { newestSnapshot } from '../newest.js';
import { createProgressLine } from '../progress-line.js';
import { REMEDIES } from '../remedies.js';
import type { Prompt } from '../run.js';
import { threadsFor } from '../threads-setting.js';
import { completer } from './completer.js';
import { openHistory } from './history.js';
import { INTERRUPTED, QuestionThread } from './question-thread.js';
import { wordsOf } from './words.js';

/** What the command line gives. */
export interface ReplOptions extends Prompt {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly salvage?: boolean;
  readonly maxMemory?: MaxMemory;
  readonly threads?: number;
}

interface Loaded {
  readonly file: string;
  readonly time: number;
  readonly graph: Graph;
}

/** The thread's program, beside this file in dist. */
const THREAD = new URL('./thread.js', import.meta.url);

/** Runs until the input ends. Gives the exit code. Throws UsageError, SnapshotError. */
export async function runRepl(given: readonly string[], options: ReplOptions): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const files = given.length > 0 ? given : newest();
  if (files.includes('-'))
    throw new UsageError('standard input has the questions, and cannot have a snapshot', 'Name a file.');
  const loaded = await loadAll(files, options);
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const thread = new QuestionThread(THREAD, () => ({
    loaded: loaded.map(({ file, time, graph }) => ({ file, time, graph: sharedGraph(graph) })),
    salvage: options.salvage === true,
    columns: stdout.isTTY ? stdout.columns : undefined,
    isErrorTerminal: stderr.isTTY === true,
  }));
  const history = openHistory(isTerminal ? process.env.HEAPGRAPH_HISTORY : '');
  const complete = completer(options, () => loaded.map(({ graph }) => graph));
  const lines = createInterface({
    input: stdin,
    terminal: isTerminal,
    ...(isTerminal
      ? {
          output: stdout,
          prompt: promptOf(loaded),
          completer: complete,
          history: [...history.lines],
          historySize: 1000,
          removeHistoryDuplicates: true,
        }
      : {}),
  });
  lines.on('history', (typed: string[]) => history.save(typed));
  if (isTerminal && !options.quiet)
    stderr.write(`${facts(loaded)}\n.help lists what can be asked; Ctrl-D ends.\n`);
  const always = [...(options.json ? ['--json'] : []), ...(options.quiet ? ['--quiet'] : [])];
  try {
    return await answerLines(lines, thread, { isTerminal, always, loaded });
  } finally {
    lines.close();
    await thread.close();
  }
}

interface Answering {
  readonly isTerminal: boolean;
  /** Options of every question. */
  readonly always: readonly string[];
  readonly loaded: readonly Loaded[];
}

/** One question after another, in their order. Gives the exit code of the last one. */
async function answerLines(
  lines: Interface,
  thread: QuestionThread,
  { isTerminal, always, loaded }: Answering,
): Promise<number> {
  let code: number = EXIT.ok;
  const waiting: string[] = [];
  let wake = (): void => {};
  let isOpen = true;
  lines.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  lines.on('close', () => {
    isOpen = false;
    wake();
  });
  const interrupt = (): void => {
    if (thread.isBusy) {
      waiting.length = isTerminal ? 0 : waiting.length;
      void thread.interrupt();
      return;
    }
    if (!isTerminal) {
      if (waiting.length === 0) process.exit(INTERRUPTED);
      return;
    }
    // As at a shell: the line is given up.
    process.stdout.write('\n');
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  };
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);
  try {
    for (;;) {
      if (isTerminal && waiting.length === 0) lines.prompt();
      while (waiting.length === 0 && isOpen)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const line = waiting.shift();
      if (line === undefined) {
        if (isTerminal) process.stdout.write('\n');
        return code;
      }
      const words = wordsIn(line);
      if (words === undefined) code = EXIT.wrong;
      else if (words.length === 1 && ENDS.has(words[0]!)) return code;
      else if (words.length > 0) code = await answer(words, thread, { always, loaded });
      if (code === INTERRUPTED) process.stderr.write('interrupted\n');
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** Words that end the prompt, as they do elsewhere. */
const ENDS: ReadonlySet<string> = new Set(['.exit', 'exit', 'quit']);

/** Undefined for a line that is none, which was told. */
function wordsIn(line: string): readonly string[] | undefined {
  if (/^\s*(#|$)/.test(line)) return [];
  try {
    const words = wordsOf(line);
    // Lines that were copied from a shell.
    return words[0] === 'heapgraph' ? words.slice(1) : words;
  } catch (error) {
    if (!isHeapgraphError(error)) throw error;
    tell(error.message, error.hintIn(REMEDIES));
    return undefined;
  }
}

function tell(message: string, hint?: string): void {
  process.stderr.write(`heapgraph: ${printable(message)}\n${hint ? `  ${printable(hint)}\n` : ''}`);
}

async function answer(
  words: readonly string[],
  thread: QuestionThread,
  { always, loaded }: Omit<Answering, 'isTerminal'>,
): Promise<number> {
  const [name] = words as [string, ...string[]];
  if (name === '.files') {
    process.stdout.write(`${facts(loaded)}\n`);
    return EXIT.ok;
  }
  if (name === '.help') return thread.ask(words.length > 1 ? ['help', ...words.slice(1)] : ['help']);
  if (name.startsWith('.')) {
    tell(`there is no ${name}`, 'There are .help, .files and .exit; all else is a command.');
    return EXIT.wrong;
  }
  if (NOT_HERE.has(name)) {
    tell(`${name} is no question about a snapshot`, `Ask it in a shell: heapgraph ${name}.`);
    return EXIT.wrong;
  }
  return thread.ask([...words, ...always.filter((option) => !words.includes(option))]);
}

/** Commands of a shell. */
const NOT_HERE: ReadonlySet<string> = new Set([
  'repl',
  'tui',
  'open',
  'capture',
  'watch',
  'completion',
  'complete',
]);

function newest(): readonly string[] {
  const file = newestSnapshot('.');
  if (file === undefined)
    throw new UsageError('no snapshot was named, and this folder has no *.heapsnapshot file', 'Name one.');
  return [file];
}

async function loadAll(
  files: readonly string[],
  { quiet, salvage, maxMemory, threads }: ReplOptions,
): Promise<readonly Loaded[]> {
  const progress = createProgressLine(process.stderr, quiet === true);
  const session = createSession({
    buffers: SharedArrayBuffer,
    keepLast: files.length,
    salvage: salvage === true,
    threads: threadsFor({ threads }),
    onEstimate: (estimate) => checkMemoryBound(estimate, maxMemory),
    onProgress: progress.onProgress,
  });
  const loaded: Loaded[] = [];
  try {
    for (const file of files) {
      const time = timeOf(file);
      const { graph } = await session.open(file, WHOLE_SNAPSHOT);
      loaded.push({ file, time, graph });
    }
  } finally {
    progress.clear();
  }
  return loaded;
}

function facts(loaded: readonly Loaded[]): string {
  return loaded
    .map(
      ({ file, graph }) =>
        `${printable(file)}: ${formatCount(graph.nodeCount)} nodes, ${formatCount(graph.edges?.count ?? 0)} edges`,
    )
    .join('\n');
}

function promptOf(loaded: readonly Loaded[]): string {
  const last = printable(path.basename(loaded.at(-1)!.file));
  return loaded.length === 1 ? `${last}> ` : `${formatCount(loaded.length)} snapshots, ${last}> `;
}

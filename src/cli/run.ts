/** One run of a command: from its words to an answer and an exit code. */

import { UsageError } from '../base/errors.js';
import { noteText } from '../base/notes.js';
import { listenToPhases, phaseAsync } from '../base/phases.js';
import { printable } from '../base/printable.js';
import type { Answer, Row } from '../base/result.js';
import { exitCodeOf, onEndingSignal } from '../base/signals.js';
import { formatCount } from '../base/units.js';
import { prepare, type Reply } from '../commands/ask.js';
import type { Command, LiveCommand, MadeSnapshot, Question } from '../commands/command.js';
import type { Truncation } from '../graph/graph.js';
import { isFile } from '../io/file-facts.js';
import { packageVersion } from '../io/package-version.js';
import { scriptText } from '../io/script-text.js';
import { within } from '../io/time-bound.js';
import { IndexDamaged } from '../session/index-file/column-file.js';
import type { IndexStore } from '../session/index-file/store.js';
import type { Session } from '../session/need.js';
import { createSession } from '../session/open.js';
import { checkArguments, checkStandardInput, chooseSnapshot } from './arguments.js';
import type { Candidate } from './completion.js';
import type { Context } from './context.js';
import { EXIT } from './exit.js';
import { readIds } from './ids.js';
import { checkInputs } from './inputs.js';
import { keptIndexes } from './kept-indexes.js';
import { checkMemoryBound, memoryBound } from './memory-bound.js';
import { type CommonOptions, valuesOf } from './options.js';
import { type Output, openStandardOutput } from './output.js';
import { createProgressLine } from './progress-line.js';
import { readSmallFile } from './small-file.js';
import { Stats } from './stats.js';
import { appendSummary } from './summary.js';
import { threadsFor } from './threads-setting.js';
import { keepVerdicts, readVerdicts } from './verdict-file.js';
import { formatOf, write } from './write.js';

/** Put in by build.mjs. */
declare const HEAPGRAPH_VERSION: string;

/**
 * Opens what the command needs, asks it, writes the answer, sets the exit code. Throws
 * HeapgraphError.
 */
export async function runCommand(
  command: Question,
  args: readonly string[],
  parsed: CommonOptions & Readonly<Record<string, unknown>>,
  context: Context = {},
): Promise<void> {
  if (command.asksProcess !== undefined && parsed[command.asksProcess] !== undefined) {
    const { runLive } = await import('./live/run-live.js');
    if (parsed.snapshot !== undefined)
      throw new UsageError('--live and --snapshot are two things to ask', 'Leave one of them out.');
    const code = await runLive('count', valuesOf(command.options, parsed), {
      args,
      program: undefined,
      json: parsed.json === true,
      quiet: parsed.quiet === true,
      answer: answerWriter(command, parsed),
    });
    if (code !== 0) process.exitCode = code;
    return;
  }
  if (!parsed.stats) return answerCommand(command, args, parsed, context, undefined);
  const stats = new Stats();
  listenToPhases(stats);
  try {
    await answerCommand(command, args, parsed, context, stats);
    process.stderr.write(stats.text());
  } finally {
    listenToPhases(undefined);
  }
}

async function answerCommand(
  command: Question,
  args: readonly string[],
  parsed: CommonOptions & Readonly<Record<string, unknown>>,
  context: Context,
  stats: Stats | undefined,
): Promise<void> {
  const values = valuesOf(command.options, parsed);
  const config = command.configure && (await import('./config.js')).readConfig(parsed.config);
  const { snapshot } = command;
  const several = typeof snapshot === 'object';
  // One is enough where several are possible: then none that is named means the newest.
  const loaded = several && args.length === 0 ? (context.snapshots ?? []).slice(-snapshot.most) : [];
  const isOptional = several && snapshot.least === 1 && args.length === 0 && loaded.length === 0;
  const idsFrom = idsFileOf(command, values);
  const isNamed = args.length > 0 || parsed.snapshot !== undefined;
  const isAlone = command.alone?.some((name) => values[name] === true) ?? false;
  const choice =
    snapshot === true ||
    isOptional ||
    (snapshot === 'optional' && (isNamed || (context.snapshots !== undefined && !isAlone)))
      ? chooseSnapshot(args, argumentsBeside(command, values), parsed.snapshot, context.snapshots?.at(-1))
      : undefined;
  const targets = several ? [] : (choice?.rest ?? args);
  if (choice?.guessed === false) checkArguments(targets, command.arguments, choice.snapshot);
  const { fillsFolderWith } = command;
  const fills = fillsFolderWith !== undefined && values[fillsFolderWith] !== undefined;
  // The answer goes to standard output, and only common options say how.
  const makes = command.makesSnapshot === true || fills;
  const format = formatOf(
    makes ? { ...parsed, output: undefined, ...(fills ? { format: undefined } : {}) } : parsed,
    command,
  );
  const { inputs, answer } = prepare(command, {
    targets,
    snapshots: several && !isOptional ? (loaded.length > 0 ? loaded : args) : choice ? [choice.snapshot] : [],
    options: values,
    config,
    format,
  });
  const read = [...inputs.map(({ file }) => file), ...(idsFrom === undefined ? [] : [idsFrom])];
  // Asked only where it is read: Node.js makes a stream of it, which takes milliseconds.
  checkStandardInput(read, () => process.stdin.isTTY);
  const target = outputFile(parsed, command);
  checkInputs(target, [...read, ...(config ? [config.file] : [])]);
  const output = await openOutput(makes ? undefined : target, command, parsed.force === true);
  if (command.answers === 'page' && format === 'text' && output.isTerminal)
    throw new UsageError(
      'a page is for a browser, and this is a terminal',
      'Write it to a file: -o heap.html.',
    );
  const made = makes && !fills ? await openMade(parsed.output) : undefined;
  const folder = fills ? parsed.output : undefined;
  if (folder !== undefined) stopOnSignals();
  const progress = createProgressLine(process.stderr, parsed.quiet === true);
  const note = (text: string): void => {
    if (parsed.quiet) return;
    progress.clear();
    process.stderr.write(`heapgraph: ${printable(text)}\n`);
  };
  const indexes = keptIndexes(context, parsed);
  const maps =
    (parsed.sourceMaps ?? config?.sourceMaps)
      ? (await import('../io/source-maps.js')).sourceMaps(note)
      : undefined;
  try {
    if (choice?.guessed) note(`reading ${choice.snapshot}, the newest snapshot in this folder`);
    const ids = idsFrom === undefined ? [] : await readIds(idsFrom);
    const sessionWith = (used: IndexStore | undefined): Session =>
      (context.session ?? createSession)({
        salvage: parsed.salvage,
        threads: threadsFor(parsed),
        onEstimate: (estimate) => {
          stats?.expect(estimate);
          checkMemoryBound(estimate, parsed.maxMemory);
        },
        onProgress: progress.onProgress,
        onWarning: note,
        ...(used ? { indexes: used } : {}),
      });
    const ask = (session: Session): Promise<Reply> =>
      answer(session, {
        machine: {
          mapPlace: maps?.mapPlace,
          packageVersion,
          scriptText,
          readIds,
          readFile: readSmallFile,
          verdicts: readVerdicts,
          keepVerdicts,
          within,
          indexes,
          made,
          folder,
          memory: memoryBound(parsed.maxMemory),
          threads: parsed.threads,
          onProgress: progress.onProgress,
          onSignal: (text) => stopOnSignals(() => note(text())),
        },
        ids,
      });
    let session = sessionWith(indexes);
    const reply = await ask(session).catch((error: unknown) => {
      if (!(error instanceof IndexDamaged)) throw error;
      indexes!.removeAt(error.file);
      note(`the index is damaged; the snapshot is read, and the index removed (${error.message})`);
      session = sessionWith(undefined);
      return ask(session);
    });
    progress.clear();
    const { snapshots, truncated } = reply;
    for (const { file, truncation } of truncated) {
      const which = snapshots.length > 1 ? `${file} is` : 'the file is';
      note(`${which} not whole: ${describe(truncation)}; the answer is from what comes before`);
    }
    const { said, notes } = await phaseAsync('rendering', () =>
      write(reply, output, format, {
        command: command.name,
        snapshots,
        complete: truncated.length === 0,
        truncation: truncated[0]?.truncation as Row | undefined,
      }),
    );
    if (said !== undefined && !parsed.quiet) process.stderr.write(`${printable(said)}\n`); // as objgraph says it
    if (format === 'github' && reply.result.kind === 'checks') {
      const { renderChecksMarkdown } = await import('../render/ci.js');
      appendSummary(renderChecksMarkdown(reply.result, snapshots[0] ?? ''), note);
    }
    if (command.writes !== undefined && output.file !== undefined) note(`written to ${output.file}`);
    for (const one of [...notes.map((one) => noteText(one)), ...(maps?.missing() ?? [])]) note(one);
    if (indexes) await phaseAsync('making an index', () => indexes.makeMissing(snapshots, session, note));
    const noIds = idsFrom !== undefined && ids.length === 0;
    if (noIds) note(`no ids in ${idsFrom === '-' ? '(standard input)' : idsFrom}`);
    if (reply.wrong === true) process.exitCode = EXIT.wrong;
    else if (reply.found === false || noIds) process.exitCode = EXIT.no;
  } catch (error) {
    progress.clear();
    output.discard();
    made?.discard();
    throw error;
  } finally {
    indexes?.close();
  }
}

/** The same for commands that are no questions; `program` is what follows `--`. */
export async function runLiveCommand(
  command: LiveCommand,
  args: readonly string[],
  parsed: CommonOptions & Readonly<Record<string, unknown>>,
  program: readonly string[] | undefined,
  prompt: Prompt,
): Promise<void> {
  const values = valuesOf(command.options, parsed);
  if (command.live === 'repl') {
    const { runRepl } = await import('./repl/run-repl.js');
    process.exitCode = await runRepl(args, { ...parsed, ...prompt });
    return;
  }
  if (command.live === 'tui') {
    const { runTui } = await import('./tui/run-tui.js');
    process.exitCode = await runTui(args, parsed);
    return;
  }
  if (command.live === 'open') {
    const { runOpen } = await import('./open/run-open.js');
    await runOpen(args, { ...parsed, ...values });
    return;
  }
  if (command.live === 'mcp') {
    if (args.length > 0)
      throw new UsageError(
        `mcp takes no arguments: ${args.map((arg) => printable(JSON.stringify(arg))).join(', ')}`,
        'The client names the snapshots; --root says where they are.',
      );
    const { runMcp } = await import('./mcp/run-mcp.js');
    await runMcp({ ...values, version: HEAPGRAPH_VERSION });
    return;
  }
  const { runLive } = await import('./live/run-live.js');
  const code = await runLive(command.live, values, {
    args,
    program,
    json: parsed.json === true,
    quiet: parsed.quiet === true,
    ...(command.live === 'memory' ? { answer: answerWriter(command, parsed) } : {}),
  });
  if (code !== 0) process.exitCode = code;
}

/** Writes what a running process has answered. Throws UsageError for formats at once. */
function answerWriter(command: Command, parsed: CommonOptions): (answer: Answer) => Promise<void> {
  const format = formatOf(parsed, command);
  return async (answer) => {
    const output = await openOutput(outputFile(parsed, command), command);
    await write(answer, output, format, { command: command.name, snapshots: [], complete: true });
  };
}

/** What a prompt has of the command line. */
export interface Prompt {
  /** Candidates for the last of the words. */
  readonly complete: (words: readonly string[]) => readonly Candidate[];
  /** Commands by their names, and what each takes. */
  readonly commands: readonly Command[];
}

/** The file that an option of the kind `ids` names. */
function idsFileOf(command: Command, options: Readonly<Record<string, unknown>>): string | undefined {
  const name = Object.keys(command.options).find((option) => command.options[option]!.kind === 'ids');
  return name === undefined ? undefined : (options[name] as string | undefined);
}

/** The arguments of a command: none is needed where options name targets. */
function argumentsBeside(command: Command, options: Readonly<Record<string, unknown>>): Command['arguments'] {
  const isNamed = Object.entries(command.options).some(([name, spec]) =>
    spec.kind === 'list'
      ? spec.argument !== undefined && (options[name] as readonly string[]).length > 0
      : spec.kind === 'ids' && options[name] !== undefined,
  );
  return command.arguments && isNamed ? { ...command.arguments, least: 0 } : command.arguments;
}

/** The file that -o or the command itself names; undefined for standard output. */
export function outputFile(options: CommonOptions, command?: Command): string | undefined {
  const file = options.output ?? command?.writes;
  return file !== undefined && STANDARD_OUTPUT.test(file) ? undefined : file;
}

/** Standard output, or a file. Throws UsageError. */
export async function openOutput(
  file: string | undefined,
  command?: Command,
  force = false,
): Promise<Output> {
  if (file === undefined) return openStandardOutput();
  if (command?.writes !== undefined && !force && isFile(file)) {
    throw new UsageError(
      `${printable(file)} is there already`,
      '--force replaces it; -o FILE writes another one; -o - prints it.',
    );
  }
  const { openOutputFile } = await import('./output-file.js');
  stopOnSignals();
  // What no command wrote (a completion script) holds nothing of a heap.
  return openOutputFile(file, command === undefined ? { mode: 0o666 } : {});
}

/** The snapshot that a command makes. Throws UsageError. */
async function openMade(file: string | undefined): Promise<(MadeSnapshot & { discard(): void }) | undefined> {
  if (file === undefined) return undefined;
  if (STANDARD_OUTPUT.test(file))
    throw new UsageError('the answer goes to standard output, and the snapshot to a file', 'Name a file.');
  const packed = /\.(br|zst)$/i.exec(file)?.[0];
  if (packed !== undefined)
    throw new UsageError(
      `${printable(file)}: no snapshot is written as ${packed}`,
      'Name a file that ends in .heapsnapshot or .heapsnapshot.gz.',
    );
  const { openSnapshotFile } = await import('./live/snapshot-file.js');
  stopOnSignals();
  return { file, ...openSnapshotFile(file, /\.gz$/i.test(file)) };
}

/** Its names: a shell may have led it into a file, which must not be replaced under its hands. */
const STANDARD_OUTPUT = /^(-|\/dev\/stdout|\/dev\/fd\/1|\/proc\/self\/fd\/1)$/;

/**
 * A signal ends the process by way of `exit`, so that a half-written file is taken away. `say` is
 * called before.
 */
function stopOnSignals(say?: () => void): void {
  onEndingSignal((signal) => {
    say?.();
    process.exit(exitCodeOf(signal));
  });
}

function describe(truncation: Truncation): string {
  return `section "${truncation.section}" ends at byte ${formatCount(truncation.offset)} (expected ${truncation.expected}, found ${truncation.found})`;
}

/** The command line: the only owner of arguments, standard streams and exit codes. */
import { Argument, CommanderError, Command as Program } from 'commander';
import {
  checkArguments,
  checkSnapshots,
  checkStandardInput,
  chooseSnapshot,
  orderSnapshots,
} from './cli/arguments.js';
import { complete, completionScript, SHELLS } from './cli/completion.js';
import { readConfig } from './cli/config.js';
import { readIds } from './cli/ids.js';
import { NO_HEAP, type Opened, openHeap } from './cli/open.js';
import { addOptions, type CommonOptions, valuesOf } from './cli/options.js';
import { type Output, openOutputFile, openStandardOutput } from './cli/output.js';
import { createProgressLine } from './cli/progress-line.js';
import { appendSummary } from './cli/summary.js';
import type { Command, Format, FurtherSnapshot, SnapshotArguments } from './commands/command.js';
import { COMMANDS } from './commands/index.js';
import { isHeapgraphError, UsageError } from './errors.js';
import type { Ending } from './graph/graph.js';
import { isFile } from './load/newest.js';
import { printable } from './printable.js';
import { renderBare } from './render/bare.js';
import type { JsonHead } from './render/json.js';
import type { Answer, Drawing, Row, Subgraph, Table } from './result.js';
import { formatCount, formatId } from './units.js';

/** An answer was given; a check failed or the thing looked for is not there; wrong usage or unreadable input. */
const EXIT = { ok: 0, no: 1, wrong: 2 } as const;

const NAME = 'heapgraph';

/** Put in by build.mjs. */
declare const HEAPGRAPH_VERSION: string;

/** The program after `--`, for the commands that start one. */
let startWords: readonly string[] | undefined;

function takesProgram(name: string | undefined): boolean {
  return COMMANDS.some((command: Command) => command.name === name && command.program === true);
}

async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram(argv[0]);
  try {
    if (argv[0] === 'complete' && argv[1] === '--') await complete(program, argv.slice(2));
    else if (argv.length === 0) program.outputHelp();
    else {
      const words = takesProgram(argv[0]) ? argv.indexOf('--') : -1;
      startWords = words < 0 ? undefined : argv.slice(words + 1);
      await program.parseAsync(words < 0 ? [...argv] : argv.slice(0, words), { from: 'user' });
    }
  } catch (error) {
    report(error);
  }
}

/** The whole program, or, when its first word is the name of a command, just as much as that one needs. */
function createProgram(first: string | undefined): Program {
  const program = new Program(NAME)
    .description('What is in a V8 heap snapshot, from the terminal: objgraph for Node.js.')
    .version(HEAPGRAPH_VERSION, '-V, --version')
    .configureHelp({ subcommandTerm: (sub) => sub.name() })
    .showHelpAfterError('Run with --help for usage and examples.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `${NAME}: `)) })
    .addHelpText(
      'after',
      '\nA command that names no snapshot takes the newest *.heapsnapshot (.gz, .br, .zst) in this folder.\n' +
        'Exit codes: 0 answered, 1 not found or a check failed, 2 wrong usage or unreadable input.\n' +
        `\n  $ ${NAME} show-most-common-types app.heapsnapshot\n  $ ${NAME} count Session`,
    );
  const asked = COMMANDS.find((command) => command.name === first);
  for (const command of asked ? [asked] : COMMANDS) addCommand(program, command);
  if (!asked) addCompletion(program);
  return program;
}

function addCompletion(program: Program): void {
  program
    .command('completion')
    .summary('a script that teaches a shell the commands and options')
    .description('Prints a completion script for bash, zsh or fish.')
    .argument('<shell>', SHELLS.join(', '))
    .option('--json', 'the script as a JSON object')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', examples([{ line: `source <(${NAME} completion bash)`, says: 'in ~/.bashrc' }]))
    .action(async (shell: string, options: CommonOptions) => {
      const known = SHELLS.find((name) => name === shell);
      if (!known)
        throw new UsageError(
          `no completion for "${printable(shell)}"`,
          `There is one for ${SHELLS.join(', ')}.`,
        );
      const text = await completionScript(known, NAME);
      const answer: Answer = { result: { kind: 'text', text, fields: { shell, script: text } } };
      const output = openOutput(options);
      await write(answer, output, formatOf(options), {
        command: 'completion',
        snapshots: [],
        complete: true,
      });
    });
}

function addCommand(program: Program, command: Command): void {
  const takes = command.arguments;
  const sub = program
    .command(command.name)
    .summary(command.summary)
    .description(sentence(command.summary) + (command.description ? `\n\n${command.description}` : ''))
    .addHelpText('after', examples(command.examples));
  const shown = [
    ...(takes
      ? [
          new Argument(
            command.live && takes.least === 0
              ? `[${takes.name}]`
              : `<${takes.name}${takes.most > 1 ? '...' : ''}>`,
            takes.help,
          ),
        ]
      : []),
    ...(command.snapshot === true || command.snapshot === 'optional'
      ? [new Argument('[snapshot]', 'a .heapsnapshot file (.gz, .br, .zst), or - for standard input')]
      : []),
  ];
  if (typeof command.snapshot === 'object') shown.push(...snapshotArguments(command.snapshot));
  // Which argument is the snapshot depends on what they are: commander takes them all, and help shows them apart.
  sub.argument('[arguments...]').configureHelp({ visibleArguments: () => shown });
  sub.usage(
    [
      '[options]',
      ...shown.map((argument) =>
        argument.required ? `<${argument.name()}${argument.variadic ? '...' : ''}>` : `[${argument.name()}]`,
      ),
    ].join(' '),
  );
  addOptions(sub, command);
  sub.action(() =>
    (command.live ? runLiveCommand : runCommand)(
      command,
      sub.args,
      sub.opts<CommonOptions & Record<string, unknown>>(),
    ),
  );
}

function snapshotArguments({ names, least, most, baselines }: SnapshotArguments): Argument[] {
  const files = baselines ? 'a .heapsnapshot file, or a baseline file' : 'a .heapsnapshot file';
  const shown = names.map((name, i) => {
    const many = i === names.length - 1 && most > names.length ? '...' : '';
    return new Argument(i < least ? `<${name}${many}>` : `[${name}${many}]`, files);
  });
  return shown;
}

async function runLiveCommand(
  command: Command,
  args: readonly string[],
  parsed: CommonOptions & Readonly<Record<string, unknown>>,
): Promise<void> {
  const values = valuesOf(command.options, parsed);
  const { runLive } = await import('./cli/live.js');
  const code = await runLive(command.live!, values, {
    args,
    program: startWords,
    json: parsed.json === true,
    quiet: parsed.quiet === true,
  });
  if (code !== 0) process.exitCode = code;
}

async function runCommand(
  command: Command,
  args: readonly string[],
  parsed: CommonOptions & Readonly<Record<string, unknown>>,
): Promise<void> {
  const given = valuesOf(command.options, parsed);
  const config = command.configure && (await readConfig(parsed.config));
  const options = config ? (command.configure!(given as never, config) as Record<string, unknown>) : given;
  const several = typeof command.snapshot === 'object' ? command.snapshot : undefined;
  const idsFrom = idsFileOf(command, options);
  const further = furtherArguments(command, options);
  const isFurther = idsFrom !== undefined || further.length > 0;
  const takes = command.arguments && isFurther ? { ...command.arguments, least: 0 } : command.arguments;
  const isNamed = args.length > 0 || parsed.snapshot !== undefined;
  const choice =
    command.snapshot === true || (command.snapshot === 'optional' && isNamed)
      ? chooseSnapshot(args, takes, parsed.snapshot)
      : undefined;
  const rest = several ? [] : [...(choice?.rest ?? args), ...further];
  if (several) checkSnapshots(args, several);
  else checkArguments(rest, takes);
  const files = several
    ? orderSnapshots(args, command.order?.(options as never) ?? 'given')
    : choice
      ? [choice.snapshot]
      : [];
  const format = formatOf(parsed, command.answers);
  const need = command.needs(rest, options as never, format);
  const inputs: FurtherSnapshot[] = files.map((file, i) => ({
    file,
    need: 'kind' in need ? need : need[i]!,
    baselines: several?.baselines === true,
  }));
  inputs.push(...(command.others?.(options as never) ?? []));
  const snapshots = inputs.map(({ file }) => file);
  checkStandardInput([...snapshots, ...(idsFrom === undefined ? [] : [idsFrom])], process.stdin.isTTY);
  const output = openOutput(parsed, command, options.force === true);
  const progress = createProgressLine(process.stderr, parsed.quiet === true);
  const note = (text: string): void => {
    if (parsed.quiet) return;
    progress.clear();
    process.stderr.write(`${NAME}: ${printable(text)}\n`);
  };
  try {
    if (choice?.guessed) note(`reading ${choice.snapshot}, the newest snapshot in this folder`);
    const ids = idsFrom === undefined ? [] : await readIds(idsFrom);
    const opened: Opened[] = [];
    for (const { file, need, baselines } of inputs) {
      opened.push(
        await openHeap(need, file, {
          salvage: parsed.salvage,
          onProgress: progress.onProgress,
          onWarning: note,
          baselines: baselines === true,
        }),
      );
    }
    const heaps = opened.map(({ heap }) => heap);
    const answer = await command.run(
      heaps[0] ?? NO_HEAP,
      [...rest, ...ids.map(formatId)],
      options as never,
      heaps,
    );
    progress.clear();
    let broken: Ending | undefined;
    opened.forEach(({ ending }, i) => {
      if (!ending) return;
      broken ??= ending;
      const which = opened.length > 1 ? `${snapshots[i]} is` : 'the file is';
      note(`${which} not whole: ${describe(ending)}; the answer is from what comes before`);
    });
    await write(answer, output, format, {
      command: command.name,
      snapshots,
      complete: broken === undefined,
      ending: broken as Row | undefined,
    });
    if (format === 'github' && answer.result.kind === 'checks') {
      const { renderChecksMarkdown } = await import('./render/ci.js');
      appendSummary(renderChecksMarkdown(answer.result, files[0] ?? ''), note);
    }
    if (command.writes !== undefined && output.file !== undefined) note(`written to ${output.file}`);
    for (const text of answer.notes ?? []) note(text);
    const noIds = idsFrom !== undefined && ids.length === 0;
    if (noIds) note(`no ids in ${idsFrom === '-' ? '(standard input)' : idsFrom}`);
    if (answer.found === false || noIds) process.exitCode = EXIT.no;
  } catch (error) {
    progress.clear();
    output.discard();
    throw error;
  }
}

/** The file that an option of the kind `ids` names. */
function idsFileOf(command: Command, options: Readonly<Record<string, unknown>>): string | undefined {
  const name = Object.keys(command.options).find((option) => command.options[option]!.kind === 'ids');
  return name === undefined ? undefined : (options[name] as string | undefined);
}

/** Arguments that were given as options. */
function furtherArguments(command: Command, options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(command.options).flatMap(([name, spec]) =>
    spec.kind === 'list' && spec.argument !== undefined
      ? (options[name] as readonly string[]).map((value) => `${spec.argument}${value}`)
      : [],
  );
}

function openOutput(options: CommonOptions, command?: Command, force = false): Output {
  const file = options.output ?? command?.writes;
  if (file === undefined || file === '-') return openStandardOutput();
  if (command?.writes !== undefined && !force && isFile(file)) {
    throw new UsageError(
      `${printable(file)} is there already`,
      '--force replaces it; -o FILE writes another one; -o - prints it.',
    );
  }
  stopOnSignals();
  return openOutputFile(file);
}

/** A signal ends the process by way of `exit`, so that a half-written file is taken away. */
function stopOnSignals(): void {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [signal, number] of Object.entries(numbers))
    process.once(signal, () => process.exit(128 + number));
}

/** The format asked for; else the one that the output file's name says. */
function formatOf(
  options: CommonOptions & { readonly format?: unknown },
  answers: Command['answers'] = 'table',
): Format {
  const ending = /\.(json|csv|md|markdown|xml)$/i.exec(options.output ?? '')?.[1]?.toLowerCase();
  if (answers === 'document') return 'text';
  if (answers === 'checks') return formatOfChecks(options, ending);
  if (options.json) return 'json';
  if (options.csv) return 'csv';
  if (options.markdown) return 'markdown';
  if (ending === 'json') return 'json';
  if (ending === undefined || ending === 'xml' || answers === 'subgraph') return 'text';
  if (answers !== 'table') {
    throw new UsageError(
      `this command's answer is not a table and cannot be written as .${ending}`,
      'Use .json, or another name for text.',
    );
  }
  return ending === 'csv' ? 'csv' : 'markdown';
}

function formatOfChecks(
  { json, format }: CommonOptions & { readonly format?: unknown },
  ending: string | undefined,
): Format {
  const asked = format as Format;
  if (json && asked !== 'text' && asked !== 'json')
    throw new UsageError(`--json and --format ${asked} are two formats`, 'Leave one of them out.');
  if (json) return 'json';
  if (asked !== 'text') return asked;
  if (ending === 'csv') {
    throw new UsageError(
      "this command's answer is not a table and cannot be written as .csv",
      'Use .json, .xml (JUnit), .md, or another name for text.',
    );
  }
  if (ending === 'json') return 'json';
  return ending === 'xml' ? 'junit' : ending?.startsWith('m') ? 'markdown' : 'text';
}

async function write(answer: Answer, output: Output, format: Format, head: JsonHead): Promise<void> {
  const { result } = answer;
  if (result.kind === 'subgraph' && format !== 'json') return writePicture(result, answer.drawing, output);
  for (const piece of await rendered(answer, format, head, usesColour(output))) {
    if (!output.wanted) return;
    output.write(piece);
  }
  output.finish();
}

/** Dot text, or a picture of the kind that the output file's name says. */
async function writePicture(graph: Subgraph, drawing: Drawing | undefined, output: Output): Promise<void> {
  const { renderDot } = await import('./render/dot.js');
  const dot = renderDot(graph, drawing);
  const kind = /\.(\w+)$/.exec(output.file ?? '')?.[1]?.toLowerCase() ?? 'dot';
  const isText = kind === 'dot' || kind === 'gv';
  output.write(isText ? dot : await (await import('./render/picture.js')).renderPicture(dot, kind));
  output.finish();
  if (output.file === undefined) return;
  const said = isText
    ? `Graph written to ${output.file} (${graph.nodes.length} nodes)`
    : `Image generated as ${output.file}`;
  process.stderr.write(`${printable(said)}\n`);
}

/** Only the renderer that is asked for is loaded. */
async function rendered(
  answer: Answer,
  format: Format,
  head: JsonHead,
  colour: boolean,
): Promise<Iterable<string>> {
  const { result } = answer;
  if (result.kind === 'document') return [result.text];
  if (result.kind === 'checks' && format !== 'json' && format !== 'text') {
    const { renderGithub, renderJunit, renderChecksMarkdown } = await import('./render/ci.js');
    if (format === 'github') return renderGithub(result);
    return format === 'junit'
      ? renderJunit(result, head.snapshots[0] ?? '')
      : renderChecksMarkdown(result, '');
  }
  switch (format) {
    case 'json':
      return (await import('./render/json.js')).renderJson(answer, head);
    case 'csv':
      return (await import('./render/csv.js')).renderCsv(answer.result as Table);
    case 'markdown':
      return (await import('./render/markdown.js')).renderMarkdown(answer.result as Table);
    default: {
      if (answer.result.kind === 'table' && answer.result.layout === 'bare') return renderBare(answer.result);
      const [{ renderText }, { createStyle }] = await Promise.all([
        import('./render/text.js'),
        import('./render/style.js'),
      ]);
      return renderText(answer.result, await createStyle(colour));
    }
  }
}

/** Colour on a terminal, unless NO_COLOR (https://no-color.org) or a dumb terminal says no; FORCE_COLOR asks for it anywhere. */
function usesColour(output: Output): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return output.isTerminal && TERM !== 'dumb';
}

function report(error: unknown): void {
  if (error instanceof CommanderError) {
    // commander has printed what there is to say; help and version are answers.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.wrong;
    return;
  }
  process.exitCode = EXIT.wrong;
  if (isHeapgraphError(error)) {
    process.stderr.write(`${NAME}: ${printable(error.message)}\n`);
    if (error.hint) process.stderr.write(`  ${printable(error.hint)}\n`);
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  process.stderr.write(
    `${NAME}: this is a bug in heapgraph ${HEAPGRAPH_VERSION} (Node.js ${process.version}). Please report it with this text:\n${stack}\n`,
  );
}

function describe(ending: Ending): string {
  return `section "${ending.section}" ends at byte ${formatCount(ending.offset)} (expected ${ending.expected}, found ${ending.found})`;
}

function examples(list: Command['examples']): string {
  const width = Math.max(...list.map(({ line }) => line.length));
  return `\nExamples:\n${list.map(({ line, says }) => `  $ ${line.padEnd(width)}   # ${says}`).join('\n')}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

void main(process.argv.slice(2));

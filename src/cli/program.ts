/** The program: its commands and their help. */
import { existsSync } from 'node:fs';
import { Argument, Command as Program } from 'commander';
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import type { Answer } from '../base/result.js';
import type { Command, SnapshotArguments } from '../commands/command.js';
import { SNAPSHOT_NAME } from '../io/snapshot-names.js';
import { completions, fitting } from './completion.js';
import { SCRIPTS, SHELLS } from './completion-scripts.js';
import type { Context } from './context.js';
import { errorText, NAME, report } from './error-report.js';
import { addOptions, type CommonOptions } from './options.js';
import { openStandardOutput } from './output.js';
import { REMEDIES } from './remedies.js';
import { openOutput, outputFile, runCommand, runLiveCommand } from './run.js';
import { formatOf, write } from './write.js';

/** What snapshots without a command are asked. */
const DEFAULT_COMMAND = 'suspects';

/** Examples are not wider. */
const WIDEST_HELP = 80;

/** Commands under a title in help. */
interface Theme {
  readonly title: string;
  readonly commands: readonly Command[];
}

/** Put in by build.mjs. */
declare const HEAPGRAPH_VERSION: string;

/**
 * Runs the command line.
 *
 * In: the commands that there are, the words behind the program's name, the groups that help lists
 * commands in. Out: an answer on standard output; notes and errors on standard error;
 * `process.exitCode`.
 */
export async function runProgram(
  commands: readonly Command[],
  given: readonly string[],
  themes: readonly Theme[] = [],
  context: Context = {},
): Promise<void> {
  const argv = withCommand(commands, given);
  // Nobody reads notes any more (`2>&1 | head`): no reason to fail.
  process.stderr.on('error', ignoreClosedPipe);
  // What follows `--` is no business of commander's where it is a program to start.
  const end = takesProgram(commands, argv[0]) ? argv.indexOf('--') : -1;
  const words = end < 0 ? argv : argv.slice(0, end);
  const program = createProgram(
    commands,
    argv[0],
    end < 0 ? undefined : argv.slice(end + 1),
    themes,
    context,
  );
  try {
    if (argv[0] === 'complete' && argv[1] === '--')
      process.stdout.write(completions(program, commands, argv.slice(2)));
    else if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const command = commands.find(({ name }) => name === argv[0]);
    report(error, command?.needsWhole ? { ...REMEDIES, salvage: '' } : REMEDIES);
  }
}

function snapshotWords({ readsTwice }: Command): string {
  return `a .heapsnapshot file (.gz, .br, .zst)${readsTwice ? '' : ', or - for standard input'}`;
}

/** Snapshots without a command are asked what is suspicious in them. */
function withCommand(commands: readonly Command[], argv: readonly string[]): readonly string[] {
  const [first] = argv;
  if (first === undefined || commands.some(({ name }) => name === first)) return argv;
  if (!commands.some(({ name }) => name === DEFAULT_COMMAND)) return argv;
  const isNamed = (word: string): boolean => SNAPSHOT_NAME.test(word) || word === '-';
  // A file by another name; one word alone may be a command that is misspelt.
  const isFile = /[./\\]/.test(first) && existsSync(first);
  const isSnapshot = isNamed(first) || isFile || (first.startsWith('-') && argv.some(isNamed));
  return isSnapshot ? [DEFAULT_COMMAND, ...argv] : argv;
}

function takesProgram(commands: readonly Command[], name: string | undefined): boolean {
  return commands.some((command) => command.name === name && command.program === true);
}

/**
 * The whole program, or, when its first word is the name of a command, just as much as that one
 * needs.
 */
function createProgram(
  commands: readonly Command[],
  first: string | undefined,
  toStart: readonly string[] | undefined,
  themes: readonly Theme[],
  context: Context,
): Program {
  const program = new Program(NAME)
    .description('What is in a V8 heap snapshot, from the terminal: objgraph for Node.js.')
    .version(HEAPGRAPH_VERSION, '-V, --version')
    .configureHelp({ subcommandTerm: (sub) => sub.name() })
    .showHelpAfterError('Run with --help for usage and examples.')
    .addHelpCommand(new Program('help').argument('[command]').summary('help of a command').helpGroup('More:'))
    .exitOverride()
    .configureOutput({
      outputError: (text, print) => print(errorText(text)),
      // A reader of the help that goes away (`| head`) is no error.
      writeOut(text) {
        const output = openStandardOutput();
        output.write(text);
        output.finish();
      },
    })
    .addHelpText(
      'after',
      '\nSnapshots without a command mean suspects: where a leak may be.\nWithout a snapshot the newest *.heapsnapshot or *.heaptimeline (.gz, .br, .zst)\n' +
        'of this folder is read. Exit codes: 0 answered; 1 not found, or a check failed;\n' +
        '2 wrong usage or unreadable input.\n' +
        `\n  $ ${NAME} capture 4711 --every 60s --count 3\n` +
        `  $ ${NAME} app.heapsnapshot\n` +
        `  $ ${NAME} leaks 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot\n` +
        `  $ ${NAME} find-backref-chain Session 3.heapsnapshot`,
    );
  const asked = commands.find((command) => command.name === first);
  for (const command of asked ? [asked] : commands) {
    const theme = themes.find((candidate) => candidate.commands.includes(command));
    addCommand(program, command, toStart, theme, { context, commands, themes });
  }
  if (!asked) addCompletion(program);
  return program;
}

function addCompletion(program: Program): void {
  program
    .command('completion')
    .helpGroup('More:')
    .summary('a script that teaches a shell the commands and options')
    .description('Prints a completion script for bash, zsh or fish.')
    .argument('<shell>', SHELLS.join(', '))
    .option('--json', 'the script as a JSON object')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText(
      'after',
      examples([
        { line: `source <(${NAME} completion bash)`, says: 'in ~/.bashrc' },
        { line: `source <(${NAME} completion zsh)`, says: 'in ~/.zshrc' },
        { line: `${NAME} completion fish > ~/.config/fish/completions/${NAME}.fish`, says: 'for fish' },
      ]),
    )
    .action(async (shell: string, options: CommonOptions) => {
      const known = SHELLS.find((name) => name === shell);
      if (!known)
        throw new UsageError(
          `no completion for "${printable(shell)}"`,
          `There is one for ${SHELLS.join(', ')}.`,
        );
      const text = SCRIPTS[known];
      const answer: Answer = { result: { kind: 'text', text, fields: { shell, script: text } } };
      const output = await openOutput(outputFile(options));
      await write(answer, output, formatOf(options), {
        command: 'completion',
        snapshots: [],
        complete: true,
      });
    });
}

interface Around {
  readonly context: Context;
  readonly commands: readonly Command[];
  readonly themes: readonly Theme[];
}

function addCommand(
  program: Program,
  command: Command,
  toStart: readonly string[] | undefined,
  theme: Theme | undefined,
  { context, commands, themes }: Around,
): void {
  const takes = command.arguments;
  const sub = program
    .command(command.name)
    .summary(command.summary)
    .helpGroup(theme ? `${theme.title}:` : '')
    .description(sentence(command.summary) + (command.description ? `\n\n${command.description}` : ''))
    .addHelpText('after', examples(command.examples));
  const shown = [
    ...(takes
      ? [new Argument(bracketed(`${takes.name}${takes.most > 1 ? '...' : ''}`, takes.least > 0), takes.help)]
      : []),
    ...(command.snapshot === true || command.snapshot === 'optional'
      ? [new Argument('[snapshot]', snapshotWords(command))]
      : []),
  ];
  if (typeof command.snapshot === 'object') shown.push(...snapshotArguments(command.snapshot));
  // Which argument is the snapshot depends on what they are: commander takes them all, and help
  // shows them apart.
  sub.argument('[arguments...]').configureHelp({ visibleArguments: () => shown });
  sub.usage(
    [
      '[options]',
      ...shown.map((argument) =>
        bracketed(`${argument.name()}${argument.variadic ? '...' : ''}`, argument.required),
      ),
    ].join(' '),
  );
  addOptions(sub, command);
  sub.action(() => {
    const options = sub.opts<CommonOptions & Record<string, unknown>>();
    return command.live
      ? runLiveCommand(command, sub.args, options, toStart, {
          commands,
          complete: (words) =>
            fitting(createProgram(commands, undefined, undefined, themes, context), commands, words),
        })
      : runCommand(command, sub.args, options, context);
  });
}

function snapshotArguments({ names, least, most, baselines }: SnapshotArguments): Argument[] {
  const files = baselines ? 'a .heapsnapshot file, or a baseline file' : 'a .heapsnapshot file';
  return names.map((name, i) => {
    const many = i === names.length - 1 && most > names.length ? '...' : '';
    return new Argument(bracketed(`${name}${many}`, i < least && least > 1), files);
  });
}

/** An argument as usage lines have it: in angle brackets where it must be given. */
function bracketed(name: string, required: boolean): string {
  return required ? `<${name}>` : `[${name}]`;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function examples(list: Command['examples']): string {
  const width = Math.max(...list.map(({ line }) => line.length));
  const aligned = list.map(({ line, says }) => `  $ ${line.padEnd(width)}   # ${says}`);
  const fits = aligned.every(
    (text) => text.length <= Math.min(WIDEST_HELP, process.stdout.columns ?? WIDEST_HELP),
  );
  const lines = fits ? aligned : list.map(({ line, says }) => `  # ${says}\n  $ ${folded(line)}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

/** A command line as a shell takes it in several lines. */
function folded(line: string): string {
  if (line.length + 4 <= WIDEST_HELP) return line;
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    // Room for the indentation and for ` \\`.
    if (current !== '' && current.length + word.length + 1 > WIDEST_HELP - 8) {
      lines.push(`${current} \\`);
      current = `  ${word}`;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n    ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

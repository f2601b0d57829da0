/** Options of commands as commander has them, and back to values. */
import { InvalidArgumentError, Option, type Command as Program } from 'commander';
import { UsageError } from '../base/errors.js';
import { flag } from '../base/notes.js';
import { printable } from '../base/printable.js';
import type { Command } from '../commands/command.js';
import { type OptionSpec, type OptionSpecs, optionOf } from '../commands/options.js';
import { formatsOf } from '../render/index.js';
import { type MaxMemory, parseMaxMemory } from './memory-bound.js';

/** Options that every command has, by the names that commander gives them. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly markdown?: boolean;
  readonly output?: string;
  readonly snapshot?: string;
  readonly salvage?: boolean;
  readonly threads?: number;
  readonly sourceMaps?: boolean;
  readonly maxMemory?: MaxMemory;
  readonly index?: boolean;
  readonly quiet?: boolean;
  readonly stats?: boolean;
  /** False for --no-config. */
  readonly config?: string | false;
}

export function addOptions(program: Program, command: Command): void {
  for (const [name, spec] of Object.entries(command.options)) {
    program.addOption(toOption(name, spec));
    if (spec.formerly !== undefined)
      program.addOption(toOption(spec.formerly, spec).default(undefined).hideHelp());
  }
  if (command.snapshot) {
    if (typeof command.snapshot !== 'object')
      program.option(
        '-s, --snapshot <file>',
        `the snapshot, whatever its name${command.readsTwice ? '' : '; - is standard input'}`,
      );
    if (!command.live) program.option('--index', 'keep an index: further questions are quick (see index)');
    if (!command.needsWhole)
      program.option('--salvage', 'answer from what is there when the file ends early or is damaged');
    if (!command.live) program.option('--source-maps', 'places in bundles by their source maps');
    program.addOption(
      new Option('--threads <n>', 'threads that work on a large snapshot (default 2)').argParser((text) => {
        if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
        throw new InvalidArgumentError('Expected a whole number from 1 to 9999.');
      }),
    );
    program.addOption(
      new Option(
        '--max-memory <bytes>',
        'refuse what would take more, such as 4g; none: take it all',
      ).argParser((text) => {
        const bound = parseMaxMemory(text);
        if (bound !== undefined) return bound;
        throw new InvalidArgumentError('Expected a number of bytes, such as 4g or 512MB, or none.');
      }),
    );
  }
  // Its answers have one form, and its notes are in them.
  if (command.live === 'mcp') return;
  if (command.live) {
    // A screen is no answer.
    if (command.live !== 'tui')
      program.option(
        '--json',
        command.live === 'watch'
          ? 'one JSON object a line'
          : command.live === 'repl'
            ? 'every answer as one JSON object'
            : 'the answer as one JSON object',
      );
    if (command.live === 'memory') {
      program.addOption(new Option('--csv', 'the table as CSV').conflicts(['json', 'markdown']));
      program.addOption(new Option('--markdown', 'the table as Markdown').conflicts(['json', 'csv']));
      program.option('-o, --output <file>', endings(formatsOf('table'), false));
    }
    program.option('-q, --quiet', 'no progress and no notes');
    return;
  }
  if (command.configure) {
    program.option('--config <file>', 'settings from this file, not from the nearest heapgraph.config.json');
    program.option('--no-config', 'no settings from a file');
    refuseBoth(program, ['config', 'no-config']);
  }
  program.addOption(
    new Option(
      '--json',
      command.answers === 'document' ? 'the same: it is JSON anyway' : 'the answer as one JSON object',
    ).conflicts(['csv', 'markdown']),
  );
  const formats = formatsOf(command.answers ?? 'table');
  if (formats.includes('csv'))
    program.addOption(new Option('--csv', 'the table as CSV').conflicts('markdown'));
  if (formats.includes('markdown') && command.answers !== 'checks')
    program.option('--markdown', 'the table as Markdown');
  program.option(
    '-o, --output <file>',
    command.makesSnapshot
      ? 'the snapshot to write; .gz compresses it'
      : command.answers === 'subgraph'
        ? 'draw the picture into a file: .svg, .png, .dot, with Graphviz installed also .pdf and others'
        : command.answers === 'page'
          ? 'write the page to a file; .json chooses the data of the page'
          : command.answers === 'document'
            ? `write it to a file${command.writes ? ` (default ${command.writes}); - is standard output` : ''}`
            : command.answers === 'checks'
              ? 'write the answer to a file; .json, .xml and .md choose the format'
              : endings(formats, command.draws === true),
  );
  program.option('-q, --quiet', 'no progress and no notes');
  if (command.snapshot)
    program.option('--stats', 'then say on standard error what took how long, and how much memory');
}

/** For two spellings of one option, of which the last would count. */
function refuseBoth(program: Program, names: readonly [string, string]): void {
  const given = new Set<string>();
  for (const name of names)
    program.on(`option:${name}`, () => {
      given.add(name);
      if (given.size === names.length)
        program.error(`error: --${names[0]} and --${names[1]} contradict each other; leave one of them out`);
    });
}

/** Endings of -o by which an answer is written in another format than text. */
function endings(formats: readonly string[], draws: boolean): string {
  const known = ['json', 'csv', 'markdown'].filter((format) => formats.includes(format));
  const names = known.map((format) => (format === 'markdown' ? '.md' : `.${format}`));
  if (draws) names.push('.svg');
  const all = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
  return `write the answer to a file; ${all} ${names.length > 1 ? 'choose' : 'chooses'} the format`;
}

/** Values of a command's own options, by their names in code. */
export function valuesOf(
  specs: OptionSpecs,
  parsed: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      // commander takes --no-x for "x is not so", which x otherwise is.
      const positive = spec.kind === 'flag' ? /^no([A-Z].*)$/.exec(name)?.[1] : undefined;
      const key = positive === undefined ? name : positive.charAt(0).toLowerCase() + positive.slice(1);
      const former = spec.formerly === undefined ? undefined : parsed[spec.formerly];
      const given = former ?? parsed[key];
      // Of --x VALUE and --no-x, the last one counts.
      const value = spec.kind !== 'flag' && given === false ? undefined : given;
      if (spec.kind === 'list') return [name, value ?? []];
      return [name, spec.kind === 'flag' ? value === (positive === undefined) : value];
    }),
  );
}

function toOption(optionName: string, spec: OptionSpec): Option {
  const option = optionFor(optionName, spec);
  return spec.conflicts === undefined ? option : option.conflicts([...spec.conflicts]);
}

function optionFor(optionName: string, spec: OptionSpec): Option {
  const { help, placeholder, repeatable, parse } = optionOf(spec);
  const long = flag(optionName);
  const plain = spec.short === undefined ? long : `-${spec.short}, ${long}`;
  if (spec.kind === 'flag') return new Option(plain, help);
  const name = `${plain} <${placeholder}>`;
  if (spec.kind === 'choice')
    return new Option(name, help).choices(spec.choices).default(spec.default, spec.defaultWords);
  const more = repeatable
    ? ' (may be given several times)'
    : spec.kind === 'choices'
      ? `: ${spec.choices.join(', ')}`
      : '';
  const option = new Option(name, `${help}${more}`).argParser((text, before: unknown) => {
    if (repeatable) return [...((before as readonly unknown[] | undefined) ?? []), parse(text)];
    if (spec.kind === 'text' && spec.once && before !== undefined)
      throw new InvalidArgumentError(
        `It is given twice, and "${printable(String(before))}" would not count.`,
      );
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof UsageError ? new InvalidArgumentError(error.message) : error;
    }
  });
  const byDefault = 'default' in spec ? spec.default : undefined;
  if (byDefault === undefined) return option;
  // Help shows a time as it is written.
  return spec.kind === 'duration'
    ? option.default(parse(String(byDefault)), String(byDefault))
    : option.default(byDefault);
}

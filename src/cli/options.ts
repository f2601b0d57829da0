/** Options of commands as commander has them, and back to values. */
import { InvalidArgumentError, Option, type Command as Program } from 'commander';
import { printable } from '../base/printable.js';
import { parseBytes, parseCount, parseDuration } from '../base/units.js';
import { type Command, type OptionSpec, type OptionSpecs, placeholderOf } from '../commands/command.js';
import { parsePattern } from '../query/types.js';
import { formatsOf } from '../render/index.js';

/** Options that every command has, by the names that commander gives them. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly markdown?: boolean;
  readonly output?: string;
  readonly snapshot?: string;
  readonly salvage?: boolean;
  readonly quiet?: boolean;
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
      program.option('-s, --snapshot <file>', 'the snapshot, whatever its name; - is standard input');
    program.option('--salvage', 'answer from what is there when the file ends early or is damaged');
  }
  if (command.live) {
    program.option(
      '--json',
      command.live === 'watch' ? 'one JSON object a line' : 'the answer as one JSON object',
    );
    program.option('-q, --quiet', 'no progress and no notes');
    return;
  }
  if (command.configure) {
    program.option('--config <file>', 'settings from this file, not from the nearest heapgraph.config.json');
    program.option('--no-config', 'no settings from a file');
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
  if (formats.includes('markdown') && !('format' in command.options))
    program.option('--markdown', 'the table as Markdown');
  program.option(
    '-o, --output <file>',
    command.answers === 'subgraph'
      ? 'draw the picture into a file: .svg, .png, .dot, with Graphviz installed also .pdf and others'
      : command.answers === 'document'
        ? `write it to a file${command.writes ? ` (default ${command.writes}); - is standard output` : ''}`
        : command.answers === 'checks'
          ? 'write the answer to a file; .json, .xml and .md choose the format'
          : 'write the answer to a file; .json, .csv and .md choose the format',
  );
  program.option('-q, --quiet', 'no progress and no notes');
}

/** Values of a command's own options, by their names on the command line. */
export function valuesOf(
  specs: OptionSpecs,
  parsed: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      // commander takes --no-x for "x is not so", which x otherwise is.
      const negative = spec.kind === 'flag' && name.startsWith('no-');
      const key = negative ? name.slice(3) : name;
      const former = spec.formerly === undefined ? undefined : parsed[camelCase(spec.formerly)];
      const value = former ?? parsed[camelCase(key)];
      if (spec.kind === 'list') return [name, value ?? []];
      return [name, spec.kind === 'flag' ? value === !negative : value];
    }),
  );
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function toOption(long: string, spec: OptionSpec): Option {
  const plain = spec.short === undefined ? `--${long}` : `-${spec.short}, --${long}`;
  const name = spec.kind === 'flag' ? plain : `${plain} <${placeholderOf(spec)}>`;
  switch (spec.kind) {
    case 'flag':
      return new Option(name, spec.help);
    case 'integer': {
      const option = new Option(name, spec.help).argParser((text) => {
        const value = parseCount(text);
        if (value === undefined || value === 0)
          throw new InvalidArgumentError('Expected a whole number from 1 up.');
        return value;
      });
      return spec.default === undefined ? option : option.default(spec.default);
    }
    case 'bytes': {
      const option = new Option(name, spec.help).argParser((text) => {
        const value = parseBytes(text);
        if (value === undefined)
          throw new InvalidArgumentError('Expected a number of bytes: 10000, 64kB, 1.5MB.');
        return value;
      });
      return spec.default === undefined ? option : option.default(spec.default);
    }
    case 'number':
      return new Option(name, spec.help).argParser((text) => {
        if (!/^\d{1,15}(\.\d{1,15})?$/.test(text))
          throw new InvalidArgumentError('Expected a number from 0 up.');
        return Number(text);
      });
    case 'choice':
      return new Option(name, spec.help).choices(spec.choices).default(spec.default, spec.defaultWords);
    case 'choices':
      return new Option(name, `${spec.help}: ${spec.choices.join(', ')}`).argParser((text) => {
        const values = text.split(',').map((part) => part.trim());
        const wrong = values.filter((value) => !spec.choices.includes(value));
        if (wrong.length > 0) {
          throw new InvalidArgumentError(
            `Expected some of ${spec.choices.join(', ')}; got "${wrong.join('", "')}".`,
          );
        }
        return values;
      });
    case 'duration': {
      const parse = (text: string): number => {
        const value = parseDuration(text);
        if (value === undefined)
          throw new InvalidArgumentError('Expected a time such as 500ms, 30s, 5m or 1h.');
        return value;
      };
      const option = new Option(name, spec.help).argParser(parse);
      return spec.default === undefined ? option : option.default(parse(spec.default), spec.default);
    }
    case 'text': {
      const option = new Option(name, spec.help).default(spec.default);
      return spec.once ? option.argParser(onlyOnce) : option;
    }
    case 'ids':
      return new Option(name, spec.help);
    case 'list':
      return new Option(name, `${spec.help} (may be given several times)`).argParser(
        (text, before: readonly string[] = []) => [...before, text],
      );
    case 'pattern':
      return new Option(name, spec.help).argParser((text) => parsePattern(text));
  }
}

function onlyOnce(text: string, before: string | undefined): string {
  if (before === undefined) return text;
  throw new InvalidArgumentError(`It is given twice, and "${printable(before)}" would not count.`);
}

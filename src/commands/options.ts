/**
 * Options of commands: what they are called, how their texts are read, what a value looks like.
 * The command line, completion and the checks of other surfaces are made from these definitions.
 */
import { UsageError } from '../base/errors.js';
import { printable } from '../base/printable.js';
import { parseBytes, parseCount, parseDuration } from '../base/units.js';
import { parsePattern } from '../query/types.js';

interface OptionBase {
  readonly help: string;
  /** Name of the value in help texts. */
  readonly value?: string;
  /** One letter that stands for it: `z`. */
  readonly short?: string;
  /** Another name that is understood, and not shown: what it was called before. */
  readonly formerly?: string;
  /** Names of options that say otherwise: the command line refuses both together. */
  readonly conflicts?: readonly string[];
}

export interface FlagOption extends OptionBase {
  readonly kind: 'flag';
}

/** A whole number from 1 up. */
export interface IntegerOption extends OptionBase {
  readonly kind: 'integer';
  readonly default?: number;
}

/** A size: bytes, or with a unit, `64kB`; a kB is 1,000 bytes. */
export interface BytesOption extends OptionBase {
  readonly kind: 'bytes';
  readonly default?: number;
}

/** A number from 0 up. */
export interface NumberOption extends OptionBase {
  readonly kind: 'number';
}

export interface ChoiceOption extends OptionBase {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
  /** What help says of the default, where it is not one and the same. */
  readonly defaultWords?: string;
}

/** Several of a list, separated by commas. */
export interface ChoicesOption extends OptionBase {
  readonly kind: 'choices';
  readonly choices: readonly string[];
}

/** A JavaScript regular expression. */
export interface PatternOption extends OptionBase {
  readonly kind: 'pattern';
}

/** A time such as `500ms`, `30s`, `5m`, `1h`; its value is in milliseconds. */
export interface DurationOption extends OptionBase {
  readonly kind: 'duration';
  /** As a user would write it. */
  readonly default?: string;
}

/** Any text. */
export interface TextOption extends OptionBase {
  readonly kind: 'text';
  readonly default?: string;
  /** Two of them are refused; otherwise the last one counts. */
  readonly once?: boolean;
  /** What the text means, which is read before any file is. Throws UsageError, QueryError. */
  readonly read?: (text: string) => unknown;
}

/** May be given several times. */
export interface ListOption extends OptionBase {
  readonly kind: 'list';
  /** The values are arguments as well, each behind this text; then no other argument is needed. */
  readonly argument?: string;
  /** Parses each text, before any file is read. Throws UsageError, QueryError. */
  readonly read?: (text: string) => unknown;
}

/**
 * A file with ids of objects, one a line; `-` is standard input. The command line reads it and adds
 * the ids (`@123`) to the arguments, which are then optional. An empty list gets a note and exit
 * code 1.
 */
export interface IdsOption extends OptionBase {
  readonly kind: 'ids';
}

export type OptionSpec =
  | FlagOption
  | IntegerOption
  | BytesOption
  | NumberOption
  | ChoiceOption
  | ChoicesOption
  | PatternOption
  | DurationOption
  | TextOption
  | ListOption
  | IdsOption;

/** Options by their names in code: `failIfNone`, which the command line spells `--fail-if-none`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What the value of an option of a kind is, before it is repeated or left out. */
interface KindValues {
  readonly flag: boolean;
  readonly integer: number;
  readonly bytes: number;
  readonly number: number;
  readonly choice: string;
  readonly choices: readonly string[];
  readonly pattern: RegExp;
  readonly duration: number;
  readonly text: string;
  readonly list: string;
  readonly ids: string;
}

/** A value as it was given, or the default. */
type ValueOf<S extends OptionSpec> = S extends { kind: 'flag' }
  ? boolean
  : S extends { kind: 'list'; read: (text: string) => infer T }
    ? readonly T[]
    : S extends { kind: 'text'; default: string; read: (text: string) => infer T }
      ? T
      : S extends { kind: 'text'; read: (text: string) => infer T }
        ? T | undefined
        : S extends { kind: 'list' }
          ? readonly string[]
          : S extends { kind: 'choice'; choices: readonly (infer C)[] }
            ? C
            : S extends { kind: 'choices'; choices: readonly (infer C)[] }
              ? readonly C[] | undefined
              : S extends { default: number | string }
                ? KindValues[S['kind']]
                : KindValues[S['kind']] | undefined;

export type ValuesOf<S extends OptionSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** A JSON Schema, as far as it is needed for values of options. */
export interface JsonSchema {
  readonly type: 'boolean' | 'integer' | 'number' | 'string' | 'array';
  readonly description?: string;
  readonly minimum?: number;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly format?: 'regex';
  readonly pattern?: string;
  readonly default?: boolean | number | string;
}

/** What is the same for all options of a kind. */
interface Kind<K extends OptionSpec['kind']> {
  /** Name of the value in help texts; empty for a flag. */
  readonly placeholder: string;
  /** Throws UsageError that says what is expected; QueryError for a pattern. */
  parse(text: string, spec: Extract<OptionSpec, { kind: K }>): KindValues[K];
  /** What another surface may give in place of a text. */
  schema(spec: Extract<OptionSpec, { kind: K }>): JsonSchema;
}

const text = (text: string): string => text;
const string = (): JsonSchema => ({ type: 'string' });

const KINDS: { readonly [K in OptionSpec['kind']]: Kind<K> } = {
  flag: {
    placeholder: '',
    parse(text) {
      if (text === 'true' || text === 'false') return text === 'true';
      throw new UsageError('Expected true or false.');
    },
    schema: () => ({ type: 'boolean' }),
  },
  integer: {
    placeholder: 'n',
    parse: (text) => expected(parseCount(text) || undefined, 'a whole number from 1 up'),
    schema: () => ({ type: 'integer', minimum: 1 }),
  },
  bytes: {
    placeholder: 'bytes',
    parse: (text) => expected(parseBytes(text), 'a number of bytes: 10000, 64kB, 1.5MB'),
    schema: () => ({ type: 'integer', minimum: 0 }),
  },
  number: {
    placeholder: 'n',
    parse: (text) =>
      expected(/^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined, 'a number from 0 up'),
    schema: () => ({ type: 'number', minimum: 0 }),
  },
  choice: {
    placeholder: 'which',
    parse(text, { choices }) {
      if (choices.includes(text)) return text;
      throw new UsageError(`Allowed choices are ${choices.join(', ')}.`);
    },
    schema: ({ choices }) => ({ type: 'string', enum: choices }),
  },
  choices: {
    placeholder: 'which,…',
    parse(text, { choices }) {
      const values = text.split(',').map((part) => part.trim());
      const wrong = values.filter((value) => !choices.includes(value));
      if (wrong.length === 0) return values;
      throw new UsageError(`Expected some of ${choices.join(', ')}; got "${wrong.join('", "')}".`);
    },
    schema: ({ choices }) => ({ type: 'array', items: { type: 'string', enum: choices } }),
  },
  pattern: {
    placeholder: 'regex',
    parse: (text) => parsePattern(text),
    schema: () => ({ type: 'string', format: 'regex' }),
  },
  duration: {
    placeholder: 'time',
    parse: (text) => expected(parseDuration(text), 'a time such as 500ms, 30s, 5m or 1h'),
    schema: () => ({ type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$' }),
  },
  text: { placeholder: 'text', parse: text, schema: string },
  list: { placeholder: 'text', parse: text, schema: () => ({ type: 'array', items: { type: 'string' } }) },
  ids: { placeholder: 'file', parse: text, schema: string },
};

function expected<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new UsageError(`Expected ${what}.`);
  return value;
}

/** An option with all that follows from its kind. */
export interface Option<T> {
  readonly help: string;
  /** Name of the value in help texts; empty for a flag. */
  readonly placeholder: string;
  /** Whether it may be given several times; `parse` then reads one of them. */
  readonly repeatable: boolean;
  /** What it is when it is not given. */
  readonly default: T | undefined;
  readonly schema: JsonSchema;
  /** Reads a text. Throws UsageError; QueryError for a pattern. */
  parse(text: string): T;
}

/** What a definition means. */
export function optionOf(spec: OptionSpec): Option<unknown> {
  const { placeholder, parse, schema } = KINDS[spec.kind] as Kind<OptionSpec['kind']>;
  const read = (text: string): unknown => parse(text, spec as never);
  const byDefault = defaultOf(spec, read);
  const isPlain = ['boolean', 'number', 'string'].includes(typeof byDefault);
  return {
    help: spec.help,
    placeholder: spec.value ?? placeholder,
    repeatable: spec.kind === 'list',
    default: byDefault,
    schema: {
      ...schema(spec as never),
      description: spec.help,
      ...(isPlain ? { default: 'default' in spec ? spec.default : false } : {}),
    } as JsonSchema,
    parse: read,
  };
}

function defaultOf(spec: OptionSpec, read: (text: string) => unknown): unknown {
  if (spec.kind === 'flag') return false;
  if (spec.kind === 'list') return [];
  const given = 'default' in spec ? spec.default : undefined;
  return spec.kind === 'duration' && typeof given === 'string' ? read(given) : given;
}

/**
 * All values of a command's options.
 *
 * In: values by name, of which those that are texts are read.
 * Out: these, and the defaults of all others.
 * Throws: UsageError for an option that there is not, and for a text that cannot be read.
 */
export function optionValues(
  specs: OptionSpecs,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(specs, name));
  if (unknown !== undefined) {
    throw new UsageError(
      `there is no option "${printable(unknown)}"`,
      `There are ${Object.keys(specs).join(', ')}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const option = optionOf(spec);
      const value = given[name];
      if (value === undefined) return [name, option.default];
      if (typeof value !== 'string') return [name, value];
      try {
        return [name, option.repeatable ? [option.parse(value)] : option.parse(value)];
      } catch (error) {
        throw new UsageError(`option "${name}", "${printable(value)}": ${(error as Error).message}`);
      }
    }),
  );
}

/** The values, with texts parsed by the `read` of their option. Throws UsageError, QueryError. */
export function readTexts(
  specs: OptionSpecs,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const meant = ([name, value]: readonly [string, unknown]): readonly [string, unknown] => {
    const spec = specs[name]!;
    if (spec.kind === 'list' && spec.read)
      return [name, (value as readonly string[]).map((text) => spec.read!(text))];
    if (spec.kind === 'text' && spec.read && value !== undefined) return [name, spec.read(value as string)];
    return [name, value];
  };
  return Object.fromEntries(Object.entries(values).map(meant));
}

/** What all options of a command may be, as a JSON Schema of an object. */
export function optionsSchema(specs: OptionSpecs): {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties: false;
} {
  const entries = Object.entries(specs).map(([name, spec]) => [name, optionOf(spec).schema] as const);
  return { type: 'object', properties: Object.fromEntries(entries), additionalProperties: false };
}

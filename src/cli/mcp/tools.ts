/** The tools: what each takes, and which commands answer it. */

import { showMostCommonTypesCommand } from '../../commands/classes/show-most-common-types.js';
import type { Question } from '../../commands/command.js';
import { diffCommand } from '../../commands/growth/diff.js';
import { leaksCommand } from '../../commands/growth/leaks.js';
import { suspectsCommand } from '../../commands/growth/suspects.js';
import { findBackrefChainCommand } from '../../commands/holders/find-backref-chain.js';
import { atCommand } from '../../commands/objects/at.js';
import { dominatorsCommand } from '../../commands/objects/dominators.js';
import { infoCommand } from '../../commands/objects/info.js';
import { retainedCommand } from '../../commands/objects/retained.js';
import { selectCommand } from '../../commands/objects/select.js';
import { type JsonSchema, optionOf } from '../../commands/options.js';

/** What a tool was given, as its schema says. */
export type Input = Readonly<Record<string, unknown>>;

/** A part of an answer. */
export interface Part {
  readonly title?: string;
  readonly command: Question;
  readonly targets?: readonly string[];
  readonly options?: Input;
  /** Which of the files it is about. Default: all. */
  readonly files?: (files: readonly string[]) => readonly string[];
  /** Lists of details that are left out. */
  readonly without?: readonly string[];
}

/** A JSON Schema of a parameter. */
export type Parameter = Omit<JsonSchema, 'type' | 'items'> & {
  readonly type: JsonSchema['type'];
  readonly items?: Readonly<Record<string, unknown>>;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly maximum?: number;
};

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly required: readonly string[];
  /** The parts of its answer; undefined where the server answers without a command. */
  readonly ask?: (input: Input) => readonly Part[];
}

/** No answer has more rows; the rest is asked for more narrowly. */
const MOST_ROWS = 200;

const path: Parameter = {
  type: 'string',
  maxLength: 4096,
  description: 'A snapshot, by its path from the root of the server.',
};
const paths: Parameter = {
  type: 'array',
  items: { type: 'string', maxLength: 4096 },
  minItems: 1,
  maxItems: 6,
  description: 'Snapshots of one process, the earliest first, by their paths from the root.',
};
const target: Parameter = {
  type: 'string',
  maxLength: 2000,
  description:
    "An object '@123', a class 'Session', a /regex/ on class names, or a function 'name() app.js:5'.",
};

/** Options of a command as parameters, from its definition. */
function optionsOf(
  { options }: Question,
  names: readonly string[],
  defaults: Readonly<Record<string, string | number>> = {},
): Record<string, Parameter> {
  return Object.fromEntries(
    names.map((name) => {
      const { format: _, ...schema } = optionOf(options[name]!).schema;
      return [
        name,
        {
          ...schema,
          ...(schema.type === 'string' && schema.enum === undefined ? { maxLength: 500 } : {}),
          ...(schema.type === 'integer' && name === 'limit' ? { maximum: MOST_ROWS } : {}),
          ...(name in defaults ? { default: defaults[name]! } : {}),
        } as Parameter,
      ];
    }),
  );
}

function given(input: Input, names: readonly string[], defaults: Input = {}): Input {
  const own = names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]);
  return { ...defaults, ...Object.fromEntries(own) };
}

const SUSPECTS = ['kind', 'minSize', 'limit'] as const;
const TYPES = ['by', 'filter', 'nodeType', 'shapes', 'functions', 'limit'] as const;
const FIND = ['by', 'sort', 'sum', 'limit'] as const;
const WHY = ['pick', 'to', 'paths', 'maxDepth'] as const;
const VIEWS = ['leaks', 'classes', 'holders'] as const;

export const TOOLS: readonly Tool[] = [
  {
    name: 'overview',
    title: 'What is there',
    description:
      'Without a path: the snapshots below the root. With one: what the file is, its size by kind of object, and the classes that keep the most memory. Start here, then ask suspects.',
    parameters: { path: { ...path, description: `${path.description} Left out: lists them.` } },
    required: [],
    ask: () => [
      { title: 'The file', command: infoCommand, without: ['sections'] },
      {
        title: 'Classes that keep the most memory',
        command: showMostCommonTypesCommand,
        options: { by: 'retained', limit: 8, nodeType: ['object', 'closure', 'native', 'array'] },
      },
    ],
  },
  {
    name: 'suspects',
    title: 'Where a leak may be',
    description:
      'Where a leak may be, ranked, each with its verdict, who holds it, the code (file:line) that makes it, and what is usually done. One snapshot is enough; three of one process (after warm-up, after work, after the same work again) are surer.',
    parameters: { paths, ...optionsOf(suspectsCommand, SUSPECTS, { limit: 3 }) },
    required: ['paths'],
    ask: (input) => [{ command: suspectsCommand, options: given(input, SUSPECTS, { limit: 3 }) }],
  },
  {
    name: 'types',
    title: 'Classes',
    description: 'Classes with counts, shallow and retained sizes; what is ranked first is chosen with "by".',
    parameters: { path, ...optionsOf(showMostCommonTypesCommand, TYPES, { by: 'retained', limit: 15 }) },
    required: ['path'],
    ask: (input) => [
      {
        command: showMostCommonTypesCommand,
        options: given(input, TYPES, { by: 'retained', limit: 15, sizes: true }),
      },
    ],
  },
  {
    name: 'find',
    title: 'Objects that a query accepts',
    description:
      "Objects by a query: a class name, or conditions such as 'class = Session and retained > 1mb', 'closed = true', 'heldby(Map) and type = string'. \"by\" counts them in groups.",
    parameters: {
      path,
      query: { type: 'string', maxLength: 4000, description: 'A class name or a query.' },
      ...optionsOf(selectCommand, FIND),
    },
    required: ['path', 'query'],
    ask: (input) => [
      { command: selectCommand, targets: [text(input.query)], options: given(input, FIND, { limit: 20 }) },
    ],
  },
  {
    name: 'why',
    title: 'Why an object is still there',
    description:
      'The chain of references that keeps an object alive, from a root down, as JavaScript, with a verdict for each step: alive, dead, unknown.',
    parameters: { path, target, ...optionsOf(findBackrefChainCommand, WHY) },
    required: ['path', 'target'],
    ask: (input) => [
      {
        command: findBackrefChainCommand,
        targets: [text(input.target)],
        options: given(input, WHY, { verdicts: true }),
      },
    ],
  },
  {
    name: 'object',
    title: 'One object',
    description:
      'One object in full: class, sizes, the code that makes it, who refers to it, what it refers to, who dominates it.',
    parameters: {
      path,
      id: { type: 'string', maxLength: 20, pattern: '^@?\\d+$', description: "Its id: '@123'." },
      ...optionsOf(atCommand, ['limit'], { limit: 8 }),
    },
    required: ['path', 'id'],
    ask: (input) => [
      { command: atCommand, targets: [text(input.id)], options: given(input, ['limit'], { limit: 8 }) },
    ],
  },
  {
    name: 'retained',
    title: 'What would be freed',
    description:
      'What would be freed if objects went, by class, exact for sets as well; and the largest of what the first of them dominates.',
    parameters: { path, target, ...optionsOf(retainedCommand, ['pick', 'limit']) },
    required: ['path', 'target'],
    ask: (input) => [
      {
        title: 'What would be freed, by class',
        command: retainedCommand,
        targets: [text(input.target)],
        options: given(input, ['pick', 'limit']),
      },
      {
        title: 'What it dominates',
        command: dominatorsCommand,
        targets: [text(input.target)],
        options: { depth: 2, limit: 5, pick: 'largest' },
      },
    ],
  },
  {
    name: 'compare',
    title: 'What grew',
    description:
      'Two or more snapshots of one process, the earliest first. leaks: containers that keep growing, and the code (file:line) that makes what is in them. classes: what came and went between the first and the last. holders: the same, with who holds what is new.',
    parameters: {
      paths: { ...paths, minItems: 2 },
      view: { type: 'string', enum: VIEWS, default: 'leaks', description: 'What is compared.' },
      ...optionsOf(leaksCommand, ['minSize', 'limit'], { limit: 3 }),
      ...optionsOf(diffCommand, ['filter']),
    },
    required: ['paths'],
    ask: (input) => {
      if (input.view === undefined || input.view === 'leaks')
        return [{ command: leaksCommand, options: given(input, ['minSize', 'limit'], { limit: 3 }) }];
      return [
        {
          command: diffCommand,
          options: given(input, ['limit', 'filter'], { limit: 10, holders: input.view === 'holders' }),
          files: (files) => [files[0]!, files.at(-1)!],
        },
      ];
    },
  },
];

/** Takes a snapshot of a running process; only where the user has allowed it. */
export const CAPTURE: Tool = {
  name: 'capture',
  title: 'A snapshot of a running process',
  description:
    'Takes a snapshot of a running Node.js process into a new file below the root. The process stands still meanwhile. Off unless the server was started with --allow-capture.',
  parameters: {
    pid: { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1, description: 'The id of the process.' },
    path: { ...path, description: 'The new file, from the root: load.heapsnapshot.' },
  },
  required: ['pid', 'path'],
};

function text(value: unknown): string {
  return String(value);
}

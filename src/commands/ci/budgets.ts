/** Budgets as people write them: `Session=100`, `Buffer=64mb`, `Session=10,10%`. */
import type { Budget, BudgetKind } from '../../analysis/budgets/budgets.js';
import { UsageError } from '../../base/errors.js';
import { printable } from '../../base/printable.js';
import { parseBytes, parseCount } from '../../base/units.js';
import { parseTypePattern } from '../../query/types.js';
import type { ValuesOf } from '../options.js';

const classes = 'of a class: its name, a glob, or /regex/';

/** The options that are budgets. */
export const budgetOptions = {
  max: { kind: 'list', value: 'class=n', help: `the most objects ${classes}` },
  'max-size': {
    kind: 'list',
    value: 'class=size',
    help: 'the most bytes of a class (shallow): 64mb, 1GiB, 4096',
  },
  'max-retained': { kind: 'list', value: 'class=size', help: 'the most bytes that a class retains' },
  'max-growth': {
    kind: 'list',
    value: 'class=n,n%',
    help: 'how much a class may grow since the baseline: objects, per cent, or both, and then the larger of the two',
  },
  'max-total': { kind: 'text', once: true, value: 'size', help: 'the most bytes of the whole heap' },
  forbid: { kind: 'list', value: 'class', help: 'classes of which there may be no object' },
  'max-dup-strings': {
    kind: 'text',
    once: true,
    value: 'size',
    help: 'the most bytes wasted by duplicate strings',
  },
} as const;

/** Values of these options. */
export type BudgetValues = ValuesOf<typeof budgetOptions>;

/** Budgets that say how much a class may have or grow. */
export const LIMITED = ['max', 'max-size', 'max-retained', 'max-growth'] as const;

/** Growth as it is written: `10`, `10%`, `10,10%`. */
export interface GrowthLimit {
  readonly limit: number;
  readonly share: number;
}

/** Reads a limit on growth; undefined when it is none. */
export function parseGrowth(text: string): GrowthLimit | undefined {
  const match = /^(?:(\d{1,15})|(?:(\d{1,15}), *)?(\d{1,6}(?:\.\d{1,6})?)%)$/.exec(text);
  if (!match) return undefined;
  const [, alone, count, share] = match;
  return { limit: Number(alone ?? count ?? 0), share: Number(share ?? 0) / 100 };
}

/** What a value of each kind has to look like, for messages. */
export const EXPECTED: Readonly<Record<(typeof LIMITED)[number] | 'max-total' | 'max-dup-strings', string>> =
  {
    max: 'a whole number from 0 up',
    'max-size': 'a size such as 64mb, 1GiB or 4096',
    'max-retained': 'a size such as 64mb, 1GiB or 4096',
    'max-growth': 'a number of objects, per cent, or both: 10, 10% or 10,10%',
    'max-total': 'a size such as 200mb',
    'max-dup-strings': 'a size such as 5mb',
  };

/** The limit in a value; undefined when it cannot be read. */
export function limitIn(kind: keyof typeof EXPECTED, text: string): GrowthLimit | undefined {
  if (kind === 'max-growth') return parseGrowth(text);
  const limit = kind === 'max' ? parseCount(text) : parseBytes(text);
  return limit === undefined ? undefined : { limit, share: 0 };
}

/** All budgets, kind by kind. Throws UsageError or QueryError for one that cannot be read, and when there is none. */
export function parseBudgets(values: BudgetValues): readonly Budget[] {
  const everything = (): boolean => true;
  const limit = (kind: keyof typeof EXPECTED, text: string, written: string): GrowthLimit => {
    const found = limitIn(kind, text.trim());
    if (found) return found;
    throw new UsageError(
      `--${kind} "${printable(written)}": expected ${EXPECTED[kind]}, found "${printable(text)}"`,
      LIMITED.some((name) => name === kind) ? `Write it like this: --${kind} ${EXAMPLES[kind]}` : undefined,
    );
  };
  const whole = (kind: 'max-total' | 'max-dup-strings'): Budget[] => {
    const text = values[kind];
    if (text === undefined) return [];
    return [
      {
        text: `${kind} ${text}`,
        kind,
        pattern: '',
        matches: everything,
        limit: limit(kind, text, text).limit,
      },
    ];
  };
  const budgets: Budget[] = [
    ...LIMITED.flatMap((kind) =>
      values[kind].map((text): Budget => {
        const [pattern, value] = splitBudget(kind, text);
        const { limit: most, share } = limit(kind, value, text);
        const { matches } = parseTypePattern(pattern);
        return {
          text: `${kind} ${text}`,
          kind,
          pattern,
          matches,
          limit: most,
          ...(share > 0 ? { share } : {}),
        };
      }),
    ),
    ...whole('max-total'),
    ...values.forbid.map((pattern): Budget => {
      const { matches } = parseTypePattern(pattern);
      return { text: `forbid ${pattern}`, kind: 'forbid', pattern, matches, limit: 0 };
    }),
    ...whole('max-dup-strings'),
  ];
  if (budgets.length > 0) return budgets;
  throw new UsageError(
    'there is no budget to check',
    "Write one: --max 'Session=100', --max-retained 'Buffer=64mb', --forbid 'Detached <*'; or put them into heapgraph.config.json, which heapgraph init writes.",
  );
}

const EXAMPLES: Readonly<Partial<Record<BudgetKind, string>>> = {
  max: "'Session=100'",
  'max-size': "'(string)=64mb'",
  'max-retained': "'Session=10mb'",
  'max-growth': "'Session=10,10%'",
};

/** The class and the value: what stands before and behind the last equals sign. */
function splitBudget(kind: BudgetKind, text: string): [string, string] {
  const equals = text.lastIndexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(
    `--${kind} "${printable(text)}": expected a class, an equals sign and a limit`,
    `Write it like this: --${kind} ${EXAMPLES[kind]}`,
  );
}

/** Budgets of the command line together with those of a config file, which give way where both speak of the same classes. */
export function mergeBudgets<T extends BudgetValues>(values: T, config: Partial<BudgetValues>): T {
  const merged: Record<string, unknown> = { ...(values as BudgetValues) };
  for (const kind of LIMITED) {
    const said = new Set(values[kind].map((text) => text.slice(0, text.lastIndexOf('='))));
    const others = (config[kind] ?? []).filter((text) => !said.has(text.slice(0, text.lastIndexOf('='))));
    merged[kind] = [...others, ...values[kind]];
  }
  merged.forbid = [...new Set([...(config.forbid ?? []), ...values.forbid])];
  for (const kind of ['max-total', 'max-dup-strings'] as const) merged[kind] = values[kind] ?? config[kind];
  return merged as T;
}

/** Budgets as people write them: `Session=100`, `Buffer=64mb`, `Session=10,10%`. */
import type { Budget, BudgetKind } from '../../analysis/budgets/budgets.js';
import { UsageError } from '../../base/errors.js';
import { flag, option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { parseBytes, parseCount } from '../../base/units.js';
import { readClassQuery } from '../../query/class-query.js';
import { selectNodes } from '../../query/select-nodes.js';
import { parseTypePattern } from '../../query/types.js';
import { isFunctionLabel } from '../../v8/function-label.js';
import type { ValuesOf } from '../options.js';
import { comparesError } from '../shared/named-types.js';

const classes = 'of a class (its name, a glob, /regex/), or of a query';

/** The options that are budgets. */
export const budgetOptions = {
  max: { kind: 'list', read: reads('max'), value: 'class=n', help: `the most objects ${classes}` },
  maxSize: {
    kind: 'list',
    read: reads('maxSize'),
    value: 'class=size',
    help: 'the most bytes of a class (shallow): 64mb, 1GiB, 4096',
  },
  maxRetained: {
    kind: 'list',
    read: reads('maxRetained'),
    value: 'class=size',
    help: 'the most bytes that a class retains',
  },
  maxGrowth: {
    kind: 'list',
    read: reads('maxGrowth'),
    value: 'class=n,n%',
    help: 'how much a class may grow since the baseline: objects, per cent, or both, and then the larger of the two',
  },
  maxTotal: {
    kind: 'text',
    read: readsWhole('maxTotal'),
    once: true,
    value: 'size',
    help: 'the most bytes of the whole heap',
  },
  forbid: {
    kind: 'list',
    read: readForbidden,
    value: 'class',
    help: 'classes, or a query, of which there may be no object',
  },
  maxDupStrings: {
    kind: 'text',
    read: readsWhole('maxDupStrings'),
    once: true,
    value: 'size',
    help: 'the most bytes wasted by duplicate strings',
  },
} as const;

/** Values of these options, read. */
type BudgetValues = ValuesOf<typeof budgetOptions>;

/** The same as they are written. */
export type BudgetTexts = {
  readonly [K in keyof BudgetValues]: K extends WholeOption ? string | undefined : readonly string[];
};

/** The option that a budget is written with, which is its key in a config file, too. */
type BudgetOption = (typeof LIMITED)[number] | (typeof WHOLE)[number] | 'forbid';

/** The kinds of budgets, by their options. */
const KIND_OF = {
  max: 'max',
  maxSize: 'max-size',
  maxRetained: 'max-retained',
  maxGrowth: 'max-growth',
  maxTotal: 'max-total',
  forbid: 'forbid',
  maxDupStrings: 'max-dup-strings',
} as const satisfies Record<BudgetOption, BudgetKind>;

/** Budgets that say how much a class may have or grow. */
const LIMITED = ['max', 'maxSize', 'maxRetained', 'maxGrowth'] as const;

/** Budgets of the whole heap. */
const WHOLE = ['maxTotal', 'maxDupStrings'] as const;
type WholeOption = (typeof WHOLE)[number];

/** Budgets that have a limit. */
type LimitOption = (typeof LIMITED)[number] | (typeof WHOLE)[number];

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
export const EXPECTED: Readonly<Record<LimitOption, string>> = {
  max: 'a whole number from 0 up',
  maxSize: 'a size such as 64mb, 1GiB or 4096',
  maxRetained: 'a size such as 64mb, 1GiB or 4096',
  maxGrowth: 'a number of objects, per cent, or both: 10, 10% or 10,10%',
  maxTotal: 'a size such as 200mb',
  maxDupStrings: 'a size such as 5mb',
};

/** The limit in a value; undefined when it cannot be read. */
export function limitIn(option: LimitOption, text: string): GrowthLimit | undefined {
  if (option === 'maxGrowth') return parseGrowth(text);
  const limit = option === 'max' ? parseCount(text) : parseBytes(text);
  return limit === undefined ? undefined : { limit, share: 0 };
}

/**
 * All budgets of the options.
 *
 * - In: whether there are budgets of other kinds, too.
 * - Order: by kind.
 * - Throws: UsageError when there is none.
 */
export function budgetsIn(values: BudgetValues, hasOthers = false): readonly Budget[] {
  const { max, maxSize, maxRetained, maxGrowth, maxTotal, forbid, maxDupStrings } = values;
  const all = [max, maxSize, maxRetained, maxGrowth, maxTotal ?? [], forbid, maxDupStrings ?? []];
  const budgets = all.flat();
  if (budgets.length > 0 || hasOthers) return budgets;
  throw new UsageError(
    'there is no budget to check',
    parts`Write one: ${option('max')} 'Session=100', ${option('maxRetained')} 'Buffer=64mb', ${option('forbid')} 'Detached <*', ${option('noSuspects')}; or put them into heapgraph.config.json, which heapgraph init writes.`,
  );
}

function reads(option: (typeof LIMITED)[number]): (text: string) => Budget {
  return (text) => {
    const kind = KIND_OF[option];
    const [pattern, value] = splitBudget(option, text);
    const { limit, share } = readLimit(option, value, text);
    return {
      text: `${kind} ${text}`,
      kind,
      pattern,
      limit,
      ...readSubject(pattern),
      ...(share > 0 ? { share } : {}),
    };
  };
}

function readsWhole(option: WholeOption): (text: string) => Budget {
  return (text) => {
    const kind = KIND_OF[option];
    const { limit } = readLimit(option, text, text);
    return { text: `${kind} ${text}`, kind, pattern: '', matches: () => true, limit };
  };
}

function readForbidden(pattern: string): Budget {
  return { text: `forbid ${pattern}`, kind: 'forbid', pattern, limit: 0, ...readSubject(pattern) };
}

function readLimit(option: LimitOption, text: string, written: string): GrowthLimit {
  const found = limitIn(option, text.trim());
  if (found) return found;
  throw new UsageError(
    `${flag(option)} "${printable(written)}": expected ${EXPECTED[option]}, found "${printable(text)}"`,
    option in EXAMPLES ? exampleOf(option as keyof typeof EXAMPLES) : undefined,
  );
}

/**
 * What a budget is about: classes by a name, a glob or /regex/, or the objects of a query.
 *
 * - Throws: QueryError; UsageError for a query that compares with another snapshot.
 */
export function readSubject(text: string): Pick<Budget, 'matches' | 'select'> & {
  readonly classNames: readonly string[];
  readonly files?: readonly string[];
} {
  const { condition, compares, files, typeNames } = readClassQuery(text);
  const isFunction = condition.kind === 'class' && isFunctionLabel(condition.name);
  if ((condition.kind === 'class' || condition.kind === 'classPattern') && !isFunction) {
    const isQuoted = condition.kind === 'class' && condition.name !== text;
    return isQuoted
      ? { matches: (type) => type === condition.name, classNames: typeNames }
      : namedOrGlob(text);
  }
  if (compares !== undefined) throw comparesError(compares);
  return {
    matches: () => false,
    select: (graph) => selectNodes(condition, { graph }),
    classNames: typeNames,
    files,
  };
}

function namedOrGlob(text: string): { matches: Budget['matches']; classNames: readonly string[] } {
  const { matches, isName } = parseTypePattern(text);
  return { matches, classNames: isName ? [text] : [] };
}

const EXAMPLES: Readonly<Record<(typeof LIMITED)[number], string>> = {
  max: "'Session=100'",
  maxSize: "'(string)=64mb'",
  maxRetained: "'Session=10mb'",
  maxGrowth: "'Session=10,10%'",
};

function exampleOf(option: keyof typeof EXAMPLES): string {
  return `Write it like this: ${flag(option)} ${EXAMPLES[option]}`;
}

/** The class and the value: what stands before and behind the last equals sign. */
function splitBudget(option: keyof typeof EXAMPLES, text: string): [string, string] {
  const equals = text.lastIndexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(
    `${flag(option)} "${printable(text)}": expected a class, an equals sign and a limit`,
    exampleOf(option),
  );
}

/** Budgets of the command line and of a config file. For the same classes the command line wins. */
export function mergeBudgets<T extends BudgetTexts>(values: T, config: Partial<BudgetTexts>): T {
  const merged: Record<string, unknown> = { ...(values as BudgetTexts) };
  for (const option of LIMITED) {
    const said = new Set(values[option].map((text) => text.slice(0, text.lastIndexOf('='))));
    const others = (config[option] ?? []).filter((text) => !said.has(text.slice(0, text.lastIndexOf('='))));
    merged[option] = [...others, ...values[option]];
  }
  merged.forbid = [...new Set([...(config.forbid ?? []), ...values.forbid])];
  for (const option of WHOLE) merged[option] = values[option] ?? config[option];
  return merged as T;
}

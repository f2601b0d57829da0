/** Budgets on what objects say of themselves: suspects, and objects that are finished and held. */
import type { SuspectVerdict } from '../../analysis/suspects/finding.js';
import { UsageError } from '../../base/errors.js';
import { option, parts } from '../../base/notes.js';
import { printable } from '../../base/printable.js';
import { parseCount } from '../../base/units.js';
import type { ValuesOf } from '../options.js';
import { readSubject } from './budgets.js';

/** From which verdict on a suspect breaks the budget. */
export const LEVELS = ['leak', 'suspect', 'large'] as const satisfies readonly SuspectVerdict[];

/** The most dead objects of a class, or of those that a query accepts. */
export interface DeadLimit extends ReturnType<typeof readSubject> {
  /** As it was written: `max-dead ServerResponse=10`. */
  readonly text: string;
  readonly pattern: string;
  readonly limit: number;
}

function readDeadLimit(text: string): DeadLimit {
  const equals = text.lastIndexOf('=');
  const limit = equals > 0 ? parseCount(text.slice(equals + 1).trim()) : undefined;
  if (limit === undefined)
    throw new UsageError(
      parts`${option('maxDead')} "${printable(text)}": expected a class, an equals sign and a whole number from 0 up`,
      parts`Write it like this: ${option('maxDead')} 'ServerResponse=10'`,
    );
  const pattern = text.slice(0, equals);
  return { text: `max-dead ${text}`, pattern, limit, ...readSubject(pattern) };
}

export const stateBudgetOptions = {
  noSuspects: {
    kind: 'flag',
    help: 'no leak, as suspects finds it: the same as --fail-if leak',
  },
  failIf: {
    kind: 'choice',
    choices: ['nothing', ...LEVELS],
    default: 'nothing',
    help: 'no entry of suspects with this verdict or a surer one',
  },
  forbidDead: {
    kind: 'flag',
    help: 'no group of objects that are finished and still held, as dead finds it',
  },
  maxDead: {
    kind: 'list',
    read: readDeadLimit,
    value: 'class=n',
    help: 'the most objects of a class, or of a query, that are finished and still held',
  },
} as const;

export type StateBudgets = ValuesOf<typeof stateBudgetOptions>;

/** The same as a config file has it. */
export interface StateSettings {
  readonly noSuspects?: SuspectVerdict;
  readonly forbidDead?: boolean;
  /** As an option would have them: `ServerResponse=10`. */
  readonly maxDead?: readonly string[];
}

/** The verdict that breaks the budget; undefined where there is no such budget. */
export function levelOf({ noSuspects, failIf }: StateBudgets): SuspectVerdict | undefined {
  return failIf === 'nothing' ? (noSuspects ? 'leak' : undefined) : failIf;
}

export function hasStateBudget(budgets: StateBudgets): boolean {
  return levelOf(budgets) !== undefined || budgets.forbidDead || budgets.maxDead.length > 0;
}

/**
 * Those of the command line and of a config file; for the same class, and for suspects, the command
 * line wins.
 *
 * - In: values as they are written.
 */
export function mergeStateBudgets(
  values: StateBudgets,
  { noSuspects, forbidDead, maxDead = [] }: StateSettings,
): StateBudgets {
  const texts = values.maxDead as unknown as readonly string[];
  const subject = (text: string): string => text.slice(0, text.lastIndexOf('='));
  const said = new Set(texts.map(subject));
  const isSaid = values.noSuspects || values.failIf !== 'nothing';
  return {
    noSuspects: values.noSuspects || (!isSaid && noSuspects === 'leak'),
    failIf: isSaid || noSuspects === 'leak' ? values.failIf : (noSuspects ?? 'nothing'),
    forbidDead: values.forbidDead || forbidDead === true,
    maxDead: [
      ...maxDead.filter((text) => !said.has(subject(text))),
      ...texts,
    ] as unknown as readonly DeadLimit[],
  };
}

/**
 * What heapgraph.config.json may say: budgets, the baseline, the noise, what is dead. Its keys are
 * the options' names in camelCase. heapgraph.schema.json, which comes with the package, says the
 * same for editors.
 */
import type { PackageLeak } from '../../analysis/package-leaks/package-leak.js';
import { QueryError, UsageError } from '../../base/errors.js';
import { printable, shortened, shortJson } from '../../base/printable.js';
import { readQuery } from '../../query/query.js';
import { parseTypePattern } from '../../query/types.js';
import type { KnownLeak } from '../shared/known-leaks.js';
import { type BudgetTexts, budgetOptions, EXPECTED, limitIn, readSubject } from './budgets.js';
import { packageLeakAt } from './package-leak-settings.js';
import { LEVELS, type StateSettings } from './state-budgets.js';

/** A config file, as values of options. */
export interface Config {
  /** Its name, as it is told. */
  readonly file: string;
  readonly budgets: Partial<BudgetTexts>;
  /** Budgets on suspects and dead objects. */
  readonly states: StateSettings;
  /** As it is written: relative to the folder of the file. */
  readonly baseline?: string;
  readonly sigma?: number;
  /** Whether places and names in bundles are given by their source maps. */
  readonly sourceMaps?: boolean;
  /** Objects that are dead by the program's own rules. */
  readonly dead?: readonly DeadSetting[];
  /** Queries: objects that are in use whatever their state says. */
  readonly expected?: readonly string[];
  /** Leaks that a job does not fail on. */
  readonly known?: readonly KnownLeak[];
  /** Leaks of packages beside those of known-leaks.json, and before them. */
  readonly packageLeaks?: readonly PackageLeak[];
}

/** When objects of a class are finished for good. */
export interface DeadSetting {
  /** A class name, a glob or /regex/. */
  readonly class: string;
  /** A query. */
  readonly when: string;
  readonly why?: string;
}

export const CONFIG_NAME = 'heapgraph.config.json';

const KEYS = [
  '$schema',
  'budgets',
  'baseline',
  'sigma',
  'sourceMaps',
  'dead',
  'expected',
  'known',
  'packageLeaks',
] as const;
/** Keys of budgets that are about suspects and dead objects. */
const STATE_KEYS = ['noSuspects', 'forbidDead', 'maxDead'] as const;
const DEAD_KEYS = ['class', 'when', 'why'] as const;
const KNOWN_KEYS = ['fingerprint', 'until', 'why'] as const;

/** The largest number of 15 digits: what the options take, too. */
const LARGEST = 999_999_999_999_999;

/**
 * Reads what JSON.parse made of the file. Throws UsageError that names file, key, what was expected
 * and what was found.
 */
export function parseConfig(value: unknown, file: string): Config {
  const wrong = (key: string, expected: string, found: unknown): UsageError =>
    new UsageError(
      `${printable(file)}: ${key === '' ? '' : `${printable(key)}: `}expected ${expected}, found ${described(found)}`,
      'heapgraph init writes a config file to start from.',
    );
  const objectAt = (key: string, found: unknown): [string, unknown][] => {
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return Object.entries(found);
    throw wrong(key, 'an object', found);
  };
  const known = (path: string, key: string, keys: readonly string[]): void => {
    if (keys.includes(key)) return;
    throw new UsageError(
      `${printable(file)}: ${printable(shortened(path + key, 80))} is not a key of it: expected one of ${keys.join(', ')}, found ${described(key)}`,
      'Check the spelling; keys are the options of heapgraph check in camelCase.',
    );
  };
  /** A number, or a text that stands for one: as an option would have it. */
  const limitAt = (path: string, option: keyof typeof EXPECTED, found: unknown): string => {
    const number = typeof found === 'number' && Number.isInteger(found) && found >= 0 && found <= LARGEST;
    if (number) return String(found);
    if (typeof found === 'string' && option !== 'max' && limitIn(option, found)) return found;
    throw wrong(path, EXPECTED[option], found);
  };
  const patternAt = (path: string, text: unknown): string => {
    if (typeof text !== 'string' || text === '') throw wrong(path, 'a class name, a glob or /regex/', text);
    try {
      parseTypePattern(text);
    } catch (error) {
      throw new UsageError(`${printable(file)}: ${printable(path)}: ${(error as Error).message}`);
    }
    return text;
  };

  const subjectAt = (path: string, text: unknown): string => {
    if (typeof text !== 'string' || text === '')
      throw wrong(path, 'a class name, a glob, /regex/ or a query', text);
    try {
      readSubject(text);
    } catch (error) {
      throw new UsageError(`${printable(file)}: ${printable(path)}: ${(error as Error).message}`);
    }
    return text;
  };

  const queryAt = (path: string, text: unknown): string => {
    if (typeof text !== 'string' || text === '') throw wrong(path, 'a query', text);
    try {
      if (readQuery(text).compares !== undefined) throw new QueryError('it compares two snapshots');
    } catch (error) {
      throw new UsageError(`${printable(file)}: ${printable(path)}: ${(error as Error).message}`);
    }
    return text;
  };
  const listAt = (key: string, expected: string, found: unknown): readonly unknown[] => {
    if (Array.isArray(found)) return found;
    throw wrong(key, expected, found);
  };
  const deadAt = (path: string, found: unknown): DeadSetting => {
    const keys = new Map(objectAt(path, found));
    for (const key of keys.keys()) known(`${path}.`, key, DEAD_KEYS);
    const why = keys.get('why');
    if (why !== undefined && (typeof why !== 'string' || why === ''))
      throw wrong(`${path}.why`, 'a text', why);
    return {
      class: patternAt(`${path}.class`, keys.get('class')),
      when: queryAt(`${path}.when`, keys.get('when')),
      ...(typeof why === 'string' ? { why } : {}),
    };
  };

  const knownAt = (path: string, found: unknown): KnownLeak => {
    const keys = new Map(objectAt(path, found));
    for (const key of keys.keys()) known(`${path}.`, key, KNOWN_KEYS);
    const { fingerprint, until, why } = Object.fromEntries(keys);
    if (typeof fingerprint !== 'string' || !/^[0-9a-f]{8}$/.test(fingerprint))
      throw wrong(`${path}.fingerprint`, 'a fingerprint of 8 hexadecimal digits', fingerprint);
    if (until !== undefined && !(typeof until === 'string' && isDay(until)))
      throw wrong(`${path}.until`, 'a day as in "2027-01-31"', until);
    if (why !== undefined && (typeof why !== 'string' || why === ''))
      throw wrong(`${path}.why`, 'a text', why);
    return {
      fingerprint,
      ...(typeof until === 'string' ? { until } : {}),
      ...(typeof why === 'string' ? { why } : {}),
    };
  };

  const entries = new Map(objectAt('', value));
  for (const key of entries.keys()) known('', key, KEYS);
  const { $schema, baseline, sigma, sourceMaps } = Object.fromEntries(entries);
  if ($schema !== undefined && typeof $schema !== 'string') throw wrong('$schema', 'a text', $schema);
  if (baseline !== undefined && (typeof baseline !== 'string' || baseline === ''))
    throw wrong('baseline', 'the path of a baseline file or a snapshot', baseline);
  if (sigma !== undefined && !(typeof sigma === 'number' && Number.isFinite(sigma) && sigma >= 0))
    throw wrong('sigma', 'a number from 0 up', sigma);
  if (sourceMaps !== undefined && typeof sourceMaps !== 'boolean')
    throw wrong('sourceMaps', 'true or false', sourceMaps);

  const limitsAt = (path: string, option: keyof typeof EXPECTED, found: unknown): string[] =>
    objectAt(path, found).map(([pattern, limit]) => {
      const place = `${path}[${JSON.stringify(shortened(pattern, 60))}]`;
      return `${subjectAt(place, pattern)}=${limitAt(place, option, limit)}`;
    });
  const budgets: Record<string, unknown> = {};
  let states: StateSettings = {};
  for (const [key, found] of entries.has('budgets') ? objectAt('budgets', entries.get('budgets')) : []) {
    known('budgets.', key, [...Object.keys(budgetOptions), ...STATE_KEYS]);
    const path = `budgets.${key}`;
    if (key === 'noSuspects') {
      const level = found === true ? 'leak' : LEVELS.find((one) => one === found);
      if (found !== false && level === undefined)
        throw wrong(path, `true, false or ${quoted(LEVELS)}`, found);
      if (level !== undefined) states = { ...states, noSuspects: level };
      continue;
    }
    if (key === 'forbidDead') {
      if (typeof found !== 'boolean') throw wrong(path, 'true or false', found);
      states = { ...states, forbidDead: found };
      continue;
    }
    if (key === 'maxDead') {
      states = { ...states, maxDead: limitsAt(path, 'max', found) };
      continue;
    }
    const option = key as keyof BudgetTexts;
    if (option === 'forbid') {
      if (!Array.isArray(found)) throw wrong(path, 'a list of classes', found);
      budgets[option] = found.map((text, i) => subjectAt(`${path}[${i}]`, text));
    } else if (option === 'maxTotal' || option === 'maxDupStrings') {
      budgets[option] = limitAt(path, option, found);
    } else {
      budgets[option] = limitsAt(path, option, found);
    }
  }
  return {
    file,
    budgets,
    states,
    ...(typeof baseline === 'string' ? { baseline } : {}),
    ...(typeof sigma === 'number' ? { sigma } : {}),
    ...(typeof sourceMaps === 'boolean' ? { sourceMaps } : {}),
    ...(entries.has('dead')
      ? {
          dead: listAt('dead', 'a list of { class, when, why }', entries.get('dead')).map((rule, i) =>
            deadAt(`dead[${i}]`, rule),
          ),
        }
      : {}),
    ...(entries.has('expected')
      ? {
          expected: listAt('expected', 'a list of queries', entries.get('expected')).map((text, i) =>
            queryAt(`expected[${i}]`, text),
          ),
        }
      : {}),
    ...(entries.has('known')
      ? {
          known: listAt('known', 'a list of { fingerprint, until, why }', entries.get('known')).map(
            (one, i) => knownAt(`known[${i}]`, one),
          ),
        }
      : {}),
    ...(entries.has('packageLeaks')
      ? {
          packageLeaks: listAt('packageLeaks', 'a list of leaks', entries.get('packageLeaks')).map((one, i) =>
            packageLeakAt(`packageLeaks[${i}]`, one, { wrong, objectAt, listAt, known }),
          ),
        }
      : {}),
  };
}

/** Whether a text is a day that there is, `2027-01-31`. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** `"leak", "suspect", "large"`. */
function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ');
}

function described(value: unknown): string {
  return value === undefined ? 'nothing' : printable(shortJson(value, 80));
}

/** Texts that name classes, or are queries about more than that: what class counts can answer. */
import type { TypeMatcher } from '../analysis/classes/type-matcher.js';
import { QueryError } from '../base/errors.js';
import { parseCondition } from './grammar.js';
import { type Query, queryOf } from './query.js';
import type { Condition } from './syntax.js';
import { classTest } from './text-test.js';
import { parsePattern } from './types.js';

/** What a text asks for. */
export interface ClassQuery extends Query {
  /** Whether it accepts objects of a class; undefined where that depends on more than names. */
  readonly classes: TypeMatcher | undefined;
  /** Whether it is the exact name of one class: then a class that is not there may be misspelt. */
  readonly isName: boolean;
}

/** A name without signs and spaces, which cannot be anything else but a word. */
const PLAIN = /^[A-Z][\p{L}\p{N}_$]*$/u;

/**
 * Reads a text that names objects.
 *
 * - In: a class name, or a query (see `parseCondition`); a text between two slashes is a pattern as
 *   a whole where it is no query.
 * - Throws: QueryError; UsageError as `readQuery`.
 */
export function readClassQuery(text: string): ClassQuery {
  const condition: Condition = PLAIN.test(text) ? { kind: 'class', name: text } : conditionOf(text);
  const isName = condition.kind === 'class';
  return { ...queryOf(text, condition), classes: classTest(condition), isName };
}

function conditionOf(text: string): Condition {
  const pattern = /^\/(.*)\/(i?)$/s.exec(text);
  if (!pattern) return parseCondition(text);
  try {
    const condition = parseCondition(text);
    if (condition.kind !== 'class') return condition;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
  }
  const [, source, flags] = pattern;
  parsePattern(source!, flags === 'i');
  return { kind: 'classPattern', pattern: { kind: 'pattern', source: source!, flags: flags! } };
}

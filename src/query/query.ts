/** A query as commands use it: what it says, and what it needs. `mask-of.ts` answers it. */
import { UsageError } from '../base/errors.js';
import { parseCondition } from './grammar.js';
import type { Condition } from './syntax.js';

/** A query that was read. */
export interface Query {
  readonly text: string;
  readonly condition: Condition;
  /** Files that `set("FILE")` names. */
  readonly files: readonly string[];
  /** Classes that it names by their exact names. */
  readonly typeNames: readonly string[];
  /** Whether it asks for numbers in properties, which most snapshots do not have. */
  readonly asksNumbers: boolean;
  /** Whether it compares with another snapshot: `new` with one before, `died` with one after. */
  readonly compares: 'new' | 'died' | undefined;
}

/**
 * Parses a query.
 *
 * - Throws: QueryError; UsageError for `new` together with `died`: they are about two snapshots.
 */
export function readQuery(text: string): Query {
  return queryOf(text, parseCondition(text));
}

/** The query of a condition that was read already. Throws UsageError as `readQuery`. */
export function queryOf(text: string, condition: Condition): Query {
  const parts = [...partsOf(condition)];
  const words = new Set(parts.map((part) => (part.kind === 'word' ? part.word : undefined)));
  if (words.has('new') && words.has('died'))
    throw new UsageError(
      '"new" is about the later snapshot, and "died" about the earlier one',
      'Ask one question after the other.',
    );
  return {
    text,
    condition,
    files: [...new Set(parts.flatMap((part) => (part.kind === 'set' ? [part.file] : [])))],
    typeNames: [...new Set(parts.flatMap(typeNamesOf))],
    asksNumbers: parts.some(
      (part) => part.kind === 'bit' || (part.kind === 'property' && part.value.kind === 'number'),
    ),
    compares: words.has('new') ? 'new' : words.has('died') ? 'died' : undefined,
  };
}

/** The exact class names of one condition, without its parts. */
function typeNamesOf(condition: Condition): readonly string[] {
  if (condition.kind === 'class') return [condition.name];
  if (!('field' in condition) || condition.field !== 'class') return [];
  const values = condition.kind === 'in' ? condition.values : [condition.value];
  return values.flatMap((value) => (value.kind === 'text' ? [value.text] : []));
}

/** All conditions of a condition, itself included. */
function* partsOf(condition: Condition): Generator<Condition> {
  yield condition;
  if (condition.kind === 'and' || condition.kind === 'or')
    for (const part of condition.parts) yield* partsOf(part);
  else if (condition.kind === 'not') yield* partsOf(condition.part);
  else if (condition.kind === 'relation') yield* partsOf(condition.to);
}

/** The files that a text names if it is a query; none for any other text. */
export function filesIn(text: string): readonly string[] {
  if (!text.includes('set')) return [];
  try {
    return readQuery(text).files;
  } catch {
    return []; // whoever takes it for a query says what is wrong
  }
}

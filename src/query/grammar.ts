/**
 * The grammar of queries, by recursive descent:
 *
 *     query     = all { "or" all }
 *     all       = one { "and" one }
 *     one       = "not" one | "(" query ")" | condition
 *     condition = field operator value | field "in" "(" value { "," value } ")"
 *               | "has" "(" path ")" | "prop" "(" path ")" operator value
 *               | "bit" "(" "prop" "(" path ")" "," number ")"
 *               | "edge" "(" text ")" | relation "(" query ")" | "set" "(" text ")"
 *               | "@" number | "tag:" name | "/" pattern "/" [ "i" ] | word | class name
 *     path      = text { "," text }                    a property of a property
 *
 * A property can be written without `prop` where its name is no field: `closed = true`.
 *
 * Hand-written, because a generated parser would be larger than this file and would not know that a
 * text which is no query is a class name (`system / Context`, `Detached <div>`).
 */
import { QueryError } from '../base/errors.js';
import { nearest } from './nearest.js';
import { bit, property, shortProperty, takePath } from './property-conditions.js';
import { Scanner, takePattern, takeString } from './scanner.js';
import {
  type Condition,
  FIELD_ALIASES,
  FIELDS,
  type Field,
  FUNCTIONS,
  RESERVED,
  type Relation,
  WORDS,
  type Word,
} from './syntax.js';
import {
  AND,
  BARE,
  expectClose,
  ID,
  IN,
  NAMES_IN_QUOTES,
  NOT,
  OPEN,
  OPERATOR,
  OR,
  TAG,
  takeText,
  WORD,
} from './tokens.js';
import { comparison, ownName } from './values.js';
import { looksLikeQuery, wholeText } from './whole-text.js';

/** Longer texts are refused. */
const LONGEST = 100_000;
/** Brackets and functions within each other. */
const DEEPEST = 100;

/**
 * Reads a text that names objects.
 *
 * - In: a query, or the exact name of a class, or any form that stood for objects before there were
 *   queries.
 * - Throws: QueryError with the column, for a text that is a query and has a mistake in it. A text
 *   that does not look like a query is a class name.
 * - Cost: linear in the text.
 */
export function parseCondition(text: string): Condition {
  if (text.length > LONGEST)
    throw new QueryError(
      `a query has ${text.length} characters`,
      `${LONGEST} are the most; set("FILE") takes ids from a file.`,
    );
  const whole = wholeText(text);
  if (whole) return whole;
  const scanner = new Scanner(text);
  try {
    const condition = alternatives(scanner, 0);
    if (!scanner.isAtEnd())
      scanner.fail(`expected "and", "or" or the end, found ${scanner.found()}`, NAMES_IN_QUOTES);
    return condition;
  } catch (error) {
    if (!(error instanceof QueryError) || looksLikeQuery(text)) throw error;
    return { kind: 'class', name: text };
  }
}

function alternatives(scanner: Scanner, depth: number): Condition {
  return joined(scanner, depth, 'or', OR, (inner, level) => joined(inner, level, 'and', AND, one));
}

function joined(
  scanner: Scanner,
  depth: number,
  kind: 'and' | 'or',
  word: RegExp,
  part: (scanner: Scanner, depth: number) => Condition,
): Condition {
  const parts = [part(scanner, depth)];
  while (scanner.take(word) !== undefined) parts.push(part(scanner, depth));
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

function one(scanner: Scanner, depth: number): Condition {
  if (depth > DEEPEST) scanner.fail('too many brackets within each other', `${DEEPEST} levels are the most.`);
  if (scanner.take(NOT) !== undefined) return { kind: 'not', part: one(scanner, depth + 1) };
  const own = ownName(scanner);
  if (own !== undefined) return { kind: 'class', name: own };
  if (scanner.take(OPEN) !== undefined) {
    const inner = alternatives(scanner, depth + 1);
    expectClose(scanner);
    return inner;
  }
  return condition(scanner, depth);
}

function condition(scanner: Scanner, depth: number): Condition {
  const pattern = takePattern(scanner);
  if (pattern) return { kind: 'classPattern', pattern };
  const id = takeId(scanner);
  if (id !== undefined) return { kind: 'object', id };
  if (scanner.take(TAG) !== undefined) {
    const name = takeString(scanner) ?? scanner.take(BARE);
    if (name === undefined) scanner.fail('expected the name of a tag', 'Write tag:cart.');
    return { kind: 'tag', name };
  }
  const text = takeString(scanner);
  if (text !== undefined) return { kind: 'class', name: text };
  scanner.skipSpace();
  const from = scanner.at;
  const word = scanner.take(WORD);
  if (word === undefined)
    scanner.fail(
      `expected a condition, found ${scanner.found()}`,
      'Conditions: class = Session, retained > 1mb, has("cache"), @123, detached.',
    );
  return named(scanner, word, from, depth);
}

/** A condition that begins with a word. */
function named(scanner: Scanner, word: string, from: number, depth: number): Condition {
  if (scanner.sees(OPEN)) return call(scanner, word, from, depth);
  const field = fieldOf(word);
  if (field && (scanner.sees(OPERATOR) || scanner.sees(IN))) return comparison(scanner, field);
  if (Object.hasOwn(WORDS, word) && !scanner.sees(OPERATOR)) return { kind: 'word', word: word as Word };
  if (RESERVED.has(word) && !Object.hasOwn(WORDS, word))
    scanner.fail(`expected a condition, found "${word}"`, NAMES_IN_QUOTES, from, word.length);
  if (scanner.sees(OPERATOR)) return shortProperty(scanner, word, from);
  return { kind: 'class', name: word };
}

function fieldOf(word: string): Field | undefined {
  if (Object.hasOwn(FIELDS, word)) return word as Field;
  return Object.hasOwn(FIELD_ALIASES, word) ? FIELD_ALIASES[word] : undefined;
}

function takeId(scanner: Scanner): number | undefined {
  scanner.skipSpace();
  const from = scanner.at;
  const text = scanner.take(ID);
  if (text === undefined) {
    if (scanner.text[from] === '@')
      scanner.fail(`"${scanner.text.slice(from, from + 20)}" is not an object id`, 'Ids look like @123.');
    return undefined;
  }
  const id = Number(text.slice(1));
  if (!Number.isSafeInteger(id))
    scanner.fail(`"${text}" is not an object id`, 'Ids are below 2 to the 53.', from, text.length);
  return id;
}

/** A function. */
function call(scanner: Scanner, name: string, from: number, depth: number): Condition {
  if (!FUNCTIONS.includes(name)) {
    const near = nearest(name, FUNCTIONS);
    scanner.fail(
      `there is no function "${name}"`,
      near === undefined ? `Functions: ${FUNCTIONS.join(', ')}.` : `Did you mean ${near}?`,
      from,
      name.length,
    );
  }
  if (name === 'prop') return property(scanner, takePath(scanner, name));
  if (name === 'bit') return bit(scanner);
  if (name === 'has') return { kind: 'has', ...takePath(scanner, name) };
  if (name === 'edge') return { kind: 'edge', name: takeArgument(scanner, name) };
  if (name === 'set') return { kind: 'set', file: takeArgument(scanner, name) };
  scanner.take(OPEN);
  const to = alternatives(scanner, depth + 1);
  expectClose(scanner);
  return { kind: 'relation', relation: name as Relation, to };
}

/** `("a text")`. */
function takeArgument(scanner: Scanner, name: string): string {
  scanner.take(OPEN);
  const text = takeText(scanner, name);
  expectClose(scanner);
  return text;
}

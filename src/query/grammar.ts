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
import { parseBytes } from '../base/units.js';
import { Scanner, takePattern, takeString } from './scanner.js';
import {
  CONSTANTS,
  type Condition,
  type Constant,
  FIELD_ALIASES,
  FIELDS,
  type Field,
  type FieldKind,
  type Operator,
  RELATIONS,
  RESERVED,
  type Relation,
  type Value,
  WORDS,
  type Word,
} from './syntax.js';

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

const NAMES_IN_QUOTES = 'Names with spaces and signs stand in quotes: class = "system / Context".';

/** Forms that are the whole text, whatever it holds. */
function wholeText(text: string): Condition | undefined {
  const trimmed = text.trim();
  if (/^\([^()]*\)$/.test(trimmed) && !RESERVED.has(trimmed.slice(1, -1).trim()) && !looksLikeQuery(trimmed))
    return isWords(trimmed.slice(1, -1)) ? { kind: 'class', name: text } : undefined;
  if (text.startsWith('tag:') && !/\s(and|or)\s/.test(text) && !/^tag:["']/.test(text))
    return { kind: 'tag', name: text.slice('tag:'.length) };
  return undefined;
}

/** V8's own names in parentheses, such as `(compiled code)`. */
function isWords(text: string): boolean {
  return !/\b(and|or|not|in)\b/.test(text) && !/[=<>~"'/@]/.test(text);
}

const FIELD_NAMES = [...Object.keys(FIELDS), ...Object.keys(FIELD_ALIASES)].join('|');
const FUNCTIONS = ['has', 'prop', 'bit', 'edge', 'set', ...Object.keys(RELATIONS)];
const STARTS = `(?:(?:${FIELD_NAMES})\\s*(?:=|!=|<|>|~|!~|in\\b)|(?:${FUNCTIONS.join('|')})\\s*\\(|@\\d|tag:)`;
const BEGINS_LIKE_QUERY = new RegExp(`^[\\s(]*(?:not[\\s(]+)*${STARTS}`);
const HOLDS_CONDITION = new RegExp(`(?:^|[\\s(])${STARTS}`);
const COMPARES = /^[\s(]*(?:not\s+)?[\p{L}_$][\p{L}\p{N}_$]*\s*(?:=|!=|<=?|>=?|!?~)\s*[\d"'/tfnu]/u;

/** Whether a text that cannot be parsed was meant to be a query, and not the name of a class. */
function looksLikeQuery(text: string): boolean {
  if (BEGINS_LIKE_QUERY.test(text) || /^\s*@/.test(text)) return true;
  if (/^\s*not\s/.test(text) && HOLDS_CONDITION.test(text)) return true;
  // Elements are called `<a title="this and that">`.
  if (/\s(and|or)(\s|$)/.test(text)) return !/^(Detached )?<\w/.test(text);
  return COMPARES.test(text) && !/[<>]\w*>|\/\/|\s\/\s/.test(text);
}

const OR = /or\b/y;
const AND = /and\b/y;
const NOT = /not\b/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const COMMA = /,/y;
const IN = /in\b/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const OPERATOR = /!=|!~|<=|>=|=|<|>|~/y;
const ID = /@\d+/y;
const TAG = /tag:/y;
/** A value without quotes. */
const BARE = /[^\s()=<>!~,"']+/y;
const OWN_NAME = /\([\p{L}_$][\p{L}\p{N}_$ -]*\)/uy;

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

/**
 * `(compiled code)`: what V8 calls classes of its own. A single word that means something stays a
 * word.
 */
function ownName(scanner: Scanner): string | undefined {
  if (!scanner.sees(OWN_NAME)) return undefined;
  const from = scanner.at;
  const text = scanner.take(OWN_NAME)!;
  const inside = text.slice(1, -1).trim();
  if (isWords(inside) && !RESERVED.has(inside)) return text;
  scanner.at = from;
  return undefined;
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

/** `closed = true`: a property, unless the word is nearly that of a field. */
function shortProperty(scanner: Scanner, word: string, from: number): Condition {
  const near = nearest(word, Object.keys(FIELDS));
  if (near !== undefined)
    scanner.fail(
      `there is no field "${word}"`,
      `Did you mean ${near}? A property of that name is prop("${word}").`,
      from,
      word.length,
    );
  const operator = scanner.take(OPERATOR) as Operator;
  const at = scanner.at;
  const value = takeValue(scanner);
  if (value.kind === 'bytes' || value.kind === 'share')
    scanner.fail(
      `there is no field "${word}"`,
      `Fields: ${Object.keys(FIELDS).join(', ')}. A property is compared with numbers, texts, true, false, null, undefined.`,
      from,
      word.length,
    );
  checkProperty(scanner, operator, value, at);
  return { kind: 'property', name: word, operator, value };
}

/**
 * The one of a few words that differs from a word by one letter: added, left out, replaced, or
 * exchanged with the next. Undefined where there is none.
 */
export function nearest(word: string, among: readonly string[]): string | undefined {
  return among.find((other) => other !== word && isOneLetterApart(word.toLowerCase(), other));
}

function isOneLetterApart(a: string, b: string): boolean {
  if (a === b) return true;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return Math.min(a.length, b.length) > 2;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** Operators that fit what a field holds. */
const OPERATORS_OF: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: ['=', '!=', '~', '!~'],
  word: ['=', '!='],
  id: ['=', '!='],
  number: ['=', '!=', '<', '<=', '>', '>='],
  size: ['=', '!=', '<', '<=', '>', '>='],
};

function comparison(scanner: Scanner, field: Field): Condition {
  const { kind } = FIELDS[field];
  if (scanner.take(IN) !== undefined) return { kind: 'in', field, values: takeList(scanner, field) };
  const from = scanner.at;
  const operator = scanner.take(OPERATOR) as Operator;
  if (!OPERATORS_OF[kind].includes(operator))
    scanner.fail(
      `${field} cannot be compared with ${operator}`,
      `Operators of ${field}: ${OPERATORS_OF[kind].join(' ')}.`,
      from,
      operator.length,
    );
  return { kind: 'compare', field, operator, value: takeValueOf(scanner, field, operator) };
}

function takeList(scanner: Scanner, field: Field): readonly Value[] {
  if (scanner.take(OPEN) === undefined)
    scanner.fail(`expected "(", found ${scanner.found()}`, `Write ${field} in (…, …).`);
  const values = [takeValueOf(scanner, field, '=')];
  while (scanner.take(COMMA) !== undefined) values.push(takeValueOf(scanner, field, '='));
  expectClose(scanner);
  return values;
}

/** A value that fits a field. */
function takeValueOf(scanner: Scanner, field: Field, operator: Operator): Value {
  scanner.skipSpace();
  const from = scanner.at;
  const value = takeValue(scanner);
  const length = scanner.at - from;
  const { kind } = FIELDS[field];
  const wrong = (expected: string, hint: string): never =>
    scanner.fail(
      `${field} ${operator} needs ${expected}, found ${scanner.text.slice(from, from + length)}`,
      hint,
      from,
      length,
    );
  if (kind === 'text' || kind === 'word') {
    if (operator === '~' || operator === '!~')
      return value.kind === 'pattern' ? value : wrong('a pattern', 'Write /…/ or /…/i.');
    if (value.kind === 'pattern') return wrong('a text', `${field} ~ ${textOf(value)} looks for a pattern.`);
    return {
      kind: 'text',
      text: value.kind === 'text' ? value.text : scanner.text.slice(from, from + length),
    };
  }
  if (kind === 'id') {
    if (value.kind === 'id') return value;
    return value.kind === 'number' && Number.isInteger(value.number)
      ? { kind: 'id', id: value.number }
      : wrong('an id', 'Ids look like @123.');
  }
  if (value.kind === 'number') return value;
  if (kind === 'size' && (value.kind === 'bytes' || value.kind === 'share')) return value;
  return wrong(
    kind === 'size' ? 'a size' : 'a number',
    kind === 'size' ? 'Sizes look like 1000, 64kb, 1.5MiB or 10%.' : 'Write a number.',
  );
}

function textOf(value: { readonly source: string; readonly flags: string }): string {
  return `/${value.source}/${value.flags}`;
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,3})?$/i;
const SHARE = /^(\d{1,3}(?:\.\d{1,6})?)%$/;

/** A value: in quotes, a pattern, an id, or a word without quotes. */
function takeValue(scanner: Scanner): Value {
  const text = takeString(scanner);
  if (text !== undefined) return { kind: 'text', text };
  const pattern = takePattern(scanner);
  if (pattern) return pattern;
  const own = ownName(scanner);
  if (own !== undefined) return { kind: 'text', text: own };
  const bare = scanner.take(BARE);
  if (bare === undefined)
    scanner.fail(
      `expected a value, found ${scanner.found()}`,
      'Values: Session, "a text", 100, 64kb, 10%, /a pattern/, true, null.',
    );
  if ((CONSTANTS as readonly string[]).includes(bare)) return { kind: 'constant', name: bare as Constant };
  if (/^@\d{1,16}$/.test(bare) && Number.isSafeInteger(Number(bare.slice(1))))
    return { kind: 'id', id: Number(bare.slice(1)) };
  if (NUMBER.test(bare)) return { kind: 'number', number: Number(bare) };
  const share = SHARE.exec(bare);
  if (share) return { kind: 'share', share: Number(share[1]) / 100, written: bare };
  const bytes = /^\d/.test(bare) ? parseBytes(bare) : undefined;
  return bytes === undefined ? { kind: 'text', text: bare } : { kind: 'bytes', bytes, written: bare };
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

function takeText(scanner: Scanner, name: string): string {
  const text = takeString(scanner) ?? scanner.take(BARE);
  if (text === undefined) scanner.fail(`expected a text, found ${scanner.found()}`, `Write ${name}("…").`);
  return text;
}

/** The name of a property, and the properties that lead to the object that has it. */
interface PropertyPath {
  readonly name: string;
  readonly of?: readonly string[];
}

/** `("state", "handle")`. */
function takePath(scanner: Scanner, name: string): PropertyPath {
  scanner.take(OPEN);
  const names = [takeText(scanner, name)];
  while (scanner.take(COMMA) !== undefined) names.push(takeText(scanner, name));
  expectClose(scanner);
  const last = names.pop()!;
  return names.length === 0 ? { name: last } : { name: last, of: names };
}

function property(scanner: Scanner, path: PropertyPath): Condition {
  const operator = scanner.take(OPERATOR) as Operator | undefined;
  if (operator === undefined)
    scanner.fail(
      `expected an operator, found ${scanner.found()}`,
      `Write prop("${path.name}") = …, or has("${path.name}").`,
    );
  scanner.skipSpace();
  const from = scanner.at;
  const value = takeValue(scanner);
  checkProperty(scanner, operator, value, from);
  return { kind: 'property', ...path, operator, value };
}

function checkProperty(scanner: Scanner, operator: Operator, value: Value, from: number): void {
  const length = scanner.at - from;
  const fits =
    operator === '~' || operator === '!~'
      ? value.kind === 'pattern'
      : operator === '=' || operator === '!='
        ? value.kind !== 'pattern' && value.kind !== 'bytes' && value.kind !== 'share'
        : value.kind === 'number';
  if (!fits)
    scanner.fail(
      `a property cannot be compared so: ${operator} ${scanner.text.slice(from, from + length)}`,
      'Write = "text", = 5, > 5, ~ /pattern/, = true, false, null or undefined, or = @123.',
      from,
      length,
    );
}

const PROP = /prop\b/y;
const BIT = /\d{1,2}\b/y;

function bit(scanner: Scanner): Condition {
  scanner.take(OPEN);
  if (scanner.take(PROP) === undefined)
    scanner.fail(`expected prop(…), found ${scanner.found()}`, 'Write bit(prop("flags"), 4).');
  const path = takePath(scanner, 'prop');
  if (scanner.take(COMMA) === undefined)
    scanner.fail(`expected a comma, found ${scanner.found()}`, 'Write bit(prop("flags"), 4).');
  const text = scanner.take(BIT);
  if (text === undefined || Number(text) > 52)
    scanner.fail(`expected a bit from 0 to 52, found ${text ?? scanner.found()}`, 'Bit 0 is the lowest one.');
  expectClose(scanner);
  return { kind: 'bit', ...path, bit: Number(text) };
}

function expectClose(scanner: Scanner): void {
  if (scanner.take(CLOSE) === undefined)
    scanner.fail(`expected ")", found ${scanner.found()}`, NAMES_IN_QUOTES);
}

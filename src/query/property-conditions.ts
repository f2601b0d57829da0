/** Conditions on properties: `prop(…)`, `has(…)`, `bit(…)` and the short form. */
import { nearest } from './nearest.js';
import type { Scanner } from './scanner.js';
import { type Condition, FIELDS, type Operator, type Value } from './syntax.js';
import { COMMA, expectClose, OPEN, OPERATOR, takeText } from './tokens.js';
import { takeValue } from './values.js';

/** `closed = true`: a property, unless the word is nearly that of a field. */
export function shortProperty(scanner: Scanner, word: string, from: number): Condition {
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

/** The name of a property, and the properties that lead to the object that has it. */
interface PropertyPath {
  readonly name: string;
  readonly of?: readonly string[];
}

/** `("state", "handle")`. */
export function takePath(scanner: Scanner, name: string): PropertyPath {
  scanner.take(OPEN);
  const names = [takeText(scanner, name)];
  while (scanner.take(COMMA) !== undefined) names.push(takeText(scanner, name));
  expectClose(scanner);
  const last = names.pop()!;
  return names.length === 0 ? { name: last } : { name: last, of: names };
}

/** What follows `prop(…)`. */
export function property(scanner: Scanner, path: PropertyPath): Condition {
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

/** `bit(prop(…), number)`. */
export function bit(scanner: Scanner): Condition {
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

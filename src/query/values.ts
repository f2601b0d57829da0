/** Values of queries, and whether they fit what a field holds. */
import { parseBytes } from '../base/units.js';
import { type Scanner, takePattern, takeString } from './scanner.js';
import {
  CONSTANTS,
  type Condition,
  type Constant,
  FIELDS,
  type Field,
  type FieldKind,
  type Operator,
  RESERVED,
  type Value,
} from './syntax.js';
import { BARE, COMMA, expectClose, IN, OPEN, OPERATOR, OWN_NAME } from './tokens.js';
import { isWords } from './whole-text.js';

/** Operators that fit what a field holds. */
const OPERATORS_OF: Readonly<Record<FieldKind, readonly Operator[]>> = {
  text: ['=', '!=', '~', '!~'],
  word: ['=', '!='],
  id: ['=', '!='],
  number: ['=', '!=', '<', '<=', '>', '>='],
  size: ['=', '!=', '<', '<=', '>', '>='],
};

/** A field with its operator and value, or a list of values. */
export function comparison(scanner: Scanner, field: Field): Condition {
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
export function takeValue(scanner: Scanner): Value {
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

/**
 * `(compiled code)`: what V8 calls classes of its own. A single word that means something stays a
 * word.
 */
export function ownName(scanner: Scanner): string | undefined {
  if (!scanner.sees(OWN_NAME)) return undefined;
  const from = scanner.at;
  const text = scanner.take(OWN_NAME)!;
  const inside = text.slice(1, -1).trim();
  if (isWords(inside) && !RESERVED.has(inside)) return text;
  scanner.at = from;
  return undefined;
}

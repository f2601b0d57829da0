/** The grammar of queries: what a text means, and what is said where it cannot be read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QueryError } from '../../src/base/errors.js';
import { parseCondition } from '../../src/query/grammar.js';
import { nearest } from '../../src/query/nearest.js';
import {
  CONSTANTS,
  type Condition,
  FIELDS,
  type Field,
  type Operator,
  queryText,
  RELATIONS,
  type Relation,
  type Value,
  WORDS,
  type Word,
} from '../../src/query/syntax.js';

const named = (name: string): Condition => ({ kind: 'class', name });
const text = (value: string): Value => ({ kind: 'text', text: value });
const number = (value: number): Value => ({ kind: 'number', number: value });

describe('names of classes, as they were given before there were queries', () => {
  test.each([
    'Session',
    'system / Context',
    '(string)',
    '(compiled code)',
    '(GC roots)',
    'Detached <div>',
    'Detached HTMLDivElement',
    'Window / https://example.org/?a=b',
    'Object / file://x=1',
    'handler() leak.cjs:13',
    'get value() app.js:5',
    'Map<string>',
    '<symbol kHandle>',
    '{constructor, id}',
    'Foo.Bar',
    'a-b',
    'std::vector<int>',
    'blink::HeapHashMap<a, b>',
    'cppgc::internal::X',
    'Promise | undefined',
    '/unfinished',
    'constructor',
    'toString',
    '',
    ' ',
    '日本',
    '<a title="this and that">',
    'Detached <p data-x="a or b">',
  ])('%s', (name) => {
    expect(parseCondition(name)).toEqual(named(name));
  });
});

describe('queries', () => {
  test.each<[string, Condition]>([
    ['@123', { kind: 'object', id: 123 }],
    ['tag:cart', { kind: 'tag', name: 'cart' }],
    ['tag:my cart', { kind: 'tag', name: 'my cart' }],
    ['/^Foo/', { kind: 'classPattern', pattern: { kind: 'pattern', source: '^Foo', flags: '' } }],
    ['/a\\/[/]b/i', { kind: 'classPattern', pattern: { kind: 'pattern', source: 'a\\/[/]b', flags: 'i' } }],
    ['class = Session', { kind: 'compare', field: 'class', operator: '=', value: text('Session') }],
    ['class="a \\"b\\" \\u00e9"', { kind: 'compare', field: 'class', operator: '=', value: text('a "b" é') }],
    [
      "class = 'a \"b\" \\'c\\''",
      { kind: 'compare', field: 'class', operator: '=', value: text('a "b" \'c\'') },
    ],
    ['class = (string)', { kind: 'compare', field: 'class', operator: '=', value: text('(string)') }],
    [
      'package != @babel/core',
      { kind: 'compare', field: 'package', operator: '!=', value: text('@babel/core') },
    ],
    ['name = 123', { kind: 'compare', field: 'name', operator: '=', value: text('123') }],
    [
      'retained > 1mb',
      {
        kind: 'compare',
        field: 'retained',
        operator: '>',
        value: { kind: 'bytes', bytes: 1e6, written: '1mb' },
      },
    ],
    [
      'size>=1.5MiB',
      {
        kind: 'compare',
        field: 'shallow',
        operator: '>=',
        value: { kind: 'bytes', bytes: 1572864, written: '1.5MiB' },
      },
    ],
    [
      'retained > 10%',
      {
        kind: 'compare',
        field: 'retained',
        operator: '>',
        value: { kind: 'share', share: 0.1, written: '10%' },
      },
    ],
    ['type in (closure, "object")', { kind: 'in', field: 'type', values: [text('closure'), text('object')] }],
    [
      'id in (@1, 2)',
      {
        kind: 'in',
        field: 'id',
        values: [
          { kind: 'id', id: 1 },
          { kind: 'id', id: 2 },
        ],
      },
    ],
    [
      'name ~ /^http/i',
      {
        kind: 'compare',
        field: 'name',
        operator: '~',
        value: { kind: 'pattern', source: '^http', flags: 'i' },
      },
    ],
    ['has("cache")', { kind: 'has', name: 'cache' }],
    ['prop("status") = "end"', { kind: 'property', name: 'status', operator: '=', value: text('end') }],
    [
      'prop("<symbol kHandle>") = null',
      {
        kind: 'property',
        name: '<symbol kHandle>',
        operator: '=',
        value: { kind: 'constant', name: 'null' },
      },
    ],
    [
      'closed = true',
      { kind: 'property', name: 'closed', operator: '=', value: { kind: 'constant', name: 'true' } },
    ],
    ['fd > 2', { kind: 'property', name: 'fd', operator: '>', value: number(2) }],
    ['bit(prop("<symbol kState>"), 4)', { kind: 'bit', name: '<symbol kState>', bit: 4 }],
    ['detached', { kind: 'word', word: 'detached' }],
    ['heldby(Map)', { kind: 'relation', relation: 'heldby', to: named('Map') }],
    ['dominatedby(@7)', { kind: 'relation', relation: 'dominatedby', to: { kind: 'object', id: 7 } }],
    [
      'set("a.ids") and not set("b.ids")',
      {
        kind: 'and',
        parts: [
          { kind: 'set', file: 'a.ids' },
          { kind: 'not', part: { kind: 'set', file: 'b.ids' } },
        ],
      },
    ],
    ['Session and new', { kind: 'and', parts: [named('Session'), { kind: 'word', word: 'new' }] }],
    ['a or b and c', { kind: 'or', parts: [named('a'), { kind: 'and', parts: [named('b'), named('c')] }] }],
    [
      '(a or b) and (string)',
      { kind: 'and', parts: [{ kind: 'or', parts: [named('a'), named('b')] }, named('(string)')] },
    ],
    ['not not root', { kind: 'not', part: { kind: 'not', part: { kind: 'word', word: 'root' } } }],
    [
      '"system / Context" and distance < 4',
      {
        kind: 'and',
        parts: [
          named('system / Context'),
          { kind: 'compare', field: 'distance', operator: '<', value: number(4) },
        ],
      },
    ],
    [
      'reaches(class = Socket or holds(Buffer))',
      {
        kind: 'relation',
        relation: 'reaches',
        to: {
          kind: 'or',
          parts: [
            { kind: 'compare', field: 'class', operator: '=', value: text('Socket') },
            { kind: 'relation', relation: 'holds', to: named('Buffer') },
          ],
        },
      },
    ],
  ])('%s', (query, condition) => {
    expect(parseCondition(query)).toEqual(condition);
    expect(parseCondition(queryText(condition))).toEqual(condition);
  });
});

describe('mistakes: the column, what was expected, and what was meant', () => {
  test.each<[string, RegExp, RegExp, number]>([
    ['retaind > 1mb', /no field "retaind" \(column 1\)/, /Did you mean retained\?/, 0],
    ['Session and lenght > 5', /no field "lenght" \(column 13\)/, /Did you mean length\?/, 12],
    ['frob > 1mb', /no field "frob"/, /Fields: class,/, 0],
    ['heldbi(Map) and root', /no function "heldbi"/, /Did you mean heldby\?/, 0],
    ['class = system / Context', /expected "and", "or" or the end, found "\/" \(column 16\)/, /quotes/, 15],
    ['class =', /expected a value, found the end \(column 8\)/, /Values:/, 7],
    ['class > 5', /class cannot be compared with >/, /= != ~ !~/, 6],
    ['retained > big', /retained > needs a size, found big \(column 12\)/, /64kb/, 11],
    ['edges = 1mb', /edges = needs a number/, /number/, 8],
    ['type in closure', /expected "\(", found "closure"/, /type in/, 8],
    ['type in (closure', /expected "\)", found the end/, /./, 16],
    ['name ~ http', /name ~ needs a pattern/, /\/…\//, 7],
    ['name ~ /(/', /not a regular expression/, /backslash/, 7],
    ['name ~ /a/g', /the flags "g"/, /i\./, 10],
    ['prop("a") > "b"', /a property cannot be compared so/, /prop|Write/, 12],
    ['bit(prop("a"), 99)', /expected a bit/, /lowest/, 17],
    ['class = "a', /a text has no end \(column 9\)/, /Close/, 8],
    ['@abc', /not an object id/, /@123/, 0],
    ['@99999999999999999999', /not an object id/, /2 to the 53/, 0],
    ['class = A and', /expected a condition, found the end/, /Conditions/, 13],
    ['not retained', /never/, /never/, -1],
    [`${'('.repeat(200)}detached and root`, /too many brackets/, /100/, -1],
  ])('%s', (query, message, hint, from) => {
    if (from === -1 && String(message) === '/never/') {
      expect(parseCondition(query)).toEqual({ kind: 'not', part: named('retained') });
      return;
    }
    const error = failureOf(query);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    if (from >= 0) expect(error.place?.from).toBe(from);
  });
});

function failureOf(query: string): QueryError {
  try {
    parseCondition(query);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`${query} was read`);
}

const value = (field: Field, operator: Operator): fc.Arbitrary<Value> => {
  const { kind } = FIELDS[field];
  if (operator === '~' || operator === '!~')
    return fc.constantFrom<Value>(
      { kind: 'pattern', source: '^a.*[/]b\\/', flags: '' },
      { kind: 'pattern', source: 'é"\'', flags: 'i' },
    );
  if (kind === 'text' || kind === 'word') return fc.string({ unit: 'grapheme' }).map(text);
  if (kind === 'id') return fc.maxSafeNat().map((id): Value => ({ kind: 'id', id }));
  const numbers = fc.nat().map(number);
  return kind === 'number'
    ? numbers
    : fc.oneof(
        numbers,
        fc.nat(1000).map((n): Value => ({ kind: 'bytes', bytes: n * 1000, written: `${n}kb` })),
        fc.nat(100).map((n): Value => ({ kind: 'share', share: n / 100, written: `${n}%` })),
      );
};
const propertyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.string().map(text),
  fc.integer().map(number),
  fc.constantFrom(...CONSTANTS).map((name): Value => ({ kind: 'constant', name })),
  fc.maxSafeNat().map((id): Value => ({ kind: 'id', id })),
);
const OPERATORS: Readonly<Record<string, readonly Operator[]>> = {
  text: ['=', '!=', '~', '!~'],
  word: ['=', '!='],
  id: ['=', '!='],
  number: ['=', '!=', '<', '<=', '>', '>='],
  size: ['=', '!=', '<', '<=', '>', '>='],
};
const field = fc.constantFrom(...(Object.keys(FIELDS) as Field[]));

const tree = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .oneof(fc.string(), fc.constantFrom('Session', '(compiled code)', '(and)', 'not', 'system / Context'))
      .filter((name) => name !== '')
      .map(named),
    fc.maxSafeNat().map((id): Condition => ({ kind: 'object', id })),
    fc.string().map((name): Condition => ({ kind: 'tag', name })),
    fc.string().map((name): Condition => ({ kind: 'has', name })),
    fc.string().map((file): Condition => ({ kind: 'set', file })),
    fc.constantFrom(...(Object.keys(WORDS) as Word[])).map((word): Condition => ({ kind: 'word', word })),
    fc.tuple(fc.string(), fc.nat(52)).map(([name, bit]): Condition => ({ kind: 'bit', name, bit })),
    fc
      .tuple(fc.string(), fc.constantFrom<Operator>('=', '!='), propertyValue)
      .map(([name, operator, v]): Condition => ({ kind: 'property', name, operator, value: v })),
    field.chain((name) =>
      fc
        .constantFrom(...OPERATORS[FIELDS[name].kind]!)
        .chain((operator) =>
          value(name, operator).map((v): Condition => ({ kind: 'compare', field: name, operator, value: v })),
        ),
    ),
    field.chain((name) =>
      fc
        .array(value(name, '='), { minLength: 1, maxLength: 3 })
        .map((values): Condition => ({ kind: 'in', field: name, values })),
    ),
    tie('condition').map((part): Condition => ({ kind: 'not', part })),
    fc
      .tuple(
        fc.constantFrom<'and' | 'or'>('and', 'or'),
        fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, parts]): Condition => ({ kind, parts })),
    fc
      .tuple(fc.constantFrom(...(Object.keys(RELATIONS) as Relation[])), tie('condition'))
      .map(([relation, to]): Condition => ({ kind: 'relation', relation, to })),
  ),
})).condition;

describe('any query', () => {
  test('written down and read again, it is the same tree', () => {
    fc.assert(
      fc.property(tree, (condition) => {
        expect(parseCondition(queryText(condition))).toEqual(condition);
      }),
      { numRuns: 2000 },
    );
  });

  test('no text throws anything but QueryError', () => {
    const pieces = fc.constantFrom(
      'class',
      'retained',
      '=',
      '>',
      '~',
      '(',
      ')',
      '"',
      "'",
      '/',
      '@1',
      'tag:',
      'and',
      'or',
      'not',
      'in',
      'has',
      'prop',
      'bit',
      'heldby',
      ',',
      '1mb',
      '10%',
      ' ',
      'Session',
      '\\',
      'é',
      '\n',
      '@',
      'true',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (query) => {
        try {
          parseCondition(query);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

test.each([
  ['retaind', 'retained'],
  ['lenght', 'length'],
  ['edgess', 'edges'],
  ['Class', 'class'],
  ['closed', undefined],
  ['url', undefined],
  ['it', undefined],
])('nearest: %s is %s', (word, expected) => {
  expect(nearest(word, Object.keys(FIELDS))).toBe(expected);
});

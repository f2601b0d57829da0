import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import { COMMANDS, THEMES } from '../../src/commands/index.js';
import {
  type OptionSpec,
  optionOf,
  optionsSchema,
  optionValues,
  readTexts,
} from '../../src/commands/options.js';

const read = (spec: object, text: string) => optionOf({ help: '', ...spec } as OptionSpec).parse(text);
const kinds = { kind: 'choices', choices: ['a', 'b'] };

describe('a text is read once, to a value', () => {
  test.each([
    [{ kind: 'integer' }, '12', 12],
    [{ kind: 'bytes' }, '64kB', 64_000],
    [{ kind: 'number' }, '2.5', 2.5],
    [{ kind: 'choice', choices: ['a', 'b'], default: 'a' }, 'b', 'b'],
    [kinds, 'b, a', ['b', 'a']],
    [{ kind: 'pattern' }, '^S', /^S/u],
    [{ kind: 'duration' }, '5m', 300_000],
    [{ kind: 'text' }, ' x ', ' x '],
    [{ kind: 'flag' }, 'true', true],
  ])('%o of "%s"', (spec, text, value) => {
    expect(read(spec, text)).toEqual(value);
  });

  test.each([
    [{ kind: 'integer' }, '0', 'a whole number from 1 up'],
    [{ kind: 'integer' }, '1e3', 'a whole number from 1 up'],
    [{ kind: 'bytes' }, 'much', 'a number of bytes'],
    [{ kind: 'number' }, '-1', 'a number from 0 up'],
    [{ kind: 'choice', choices: ['a', 'b'], default: 'a' }, 'c', 'Allowed choices are a, b.'],
    [kinds, 'a,c', 'Expected some of a, b; got "c".'],
    [{ kind: 'pattern' }, '(', 'is not a regular expression'],
    [{ kind: 'duration' }, 'soon', 'a time such as 500ms'],
    [{ kind: 'flag' }, 'yes', 'true or false'],
  ])('%o refuses "%s": %s', (spec, text, message) => {
    expect(() => read(spec, text)).toThrow(message);
  });
});

describe('the values of a command', () => {
  const specs = {
    limit: { kind: 'integer', default: 10, help: '' },
    every: { kind: 'duration', default: '1s', help: '' },
    all: { kind: 'flag', help: '' },
    ignore: { kind: 'list', help: '' },
    to: { kind: 'text', help: '' },
  } as const;

  test('defaults, where nothing is given', () => {
    expect(optionValues(specs, {})).toEqual({
      limit: 10,
      every: 1000,
      all: false,
      ignore: [],
      to: undefined,
    });
  });

  test('values stay as they are, texts are read', () => {
    const given = { limit: '3', every: 50, all: true, ignore: 'Map', to: 'root' };
    expect(optionValues(specs, given)).toEqual({ ...given, limit: 3, ignore: ['Map'] });
    expect(optionValues(specs, { ignore: ['a', 'b'] }).ignore).toEqual(['a', 'b']);
  });

  test('what there is not, and what cannot be read', () => {
    expect(() => optionValues(specs, { limt: 1 })).toThrow('there is no option "limt"');
    expect(() => optionValues(specs, { limit: 'x' })).toThrow('option "limit", "x": Expected a whole number');
  });
});

test('texts that mean something are read, once they are all there', () => {
  const meaning = (text: string) => {
    if (text === 'x') throw new UsageError('not x');
    return text.length;
  };
  const specs = {
    pick: { kind: 'text', read: meaning, default: 'first', help: '' },
    to: { kind: 'text', read: meaning, help: '' },
    ignore: { kind: 'list', read: meaning, help: '' },
    name: { kind: 'text', help: '' },
  } as const;
  const values = optionValues(specs, { ignore: ['a', 'bc'], name: 'Map' });
  expect(readTexts(specs, values)).toEqual({ pick: 5, to: undefined, ignore: [1, 2], name: 'Map' });
  expect(() => readTexts(specs, { ...values, to: 'x' })).toThrow(new UsageError('not x'));
});

describe('JSON Schema', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))('of %s is valid', (_, command) => {
    const schema = optionsSchema(command.options);
    const validate = new Ajv({ formats: { regex: true } }).compile(schema);
    expect(validate({})).toBe(true);
    expect(validate({ bogus: 1 })).toBe(false);
    for (const { default: byDefault } of Object.values(schema.properties))
      if (byDefault !== undefined) expect(['boolean', 'number', 'string']).toContain(typeof byDefault);
  });

  test('says what a value may be', () => {
    const { properties } = optionsSchema({
      by: { kind: 'choice', choices: ['count', 'size'], default: 'count', help: 'what is first' },
    });
    expect(properties.by).toEqual({
      type: 'string',
      enum: ['count', 'size'],
      description: 'what is first',
      default: 'count',
    });
  });
});

test('each command has one theme', () => {
  const grouped = THEMES.flatMap(({ commands }) => commands.map(({ name }) => name));
  expect([...grouped].sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
});

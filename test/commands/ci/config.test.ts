/** heapgraph.schema.json and the code accept and refuse the same config files. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { parseConfig } from '../../../src/commands/ci/config.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../heapgraph.schema.json', import.meta.url), 'utf8'),
) as object;
const validate = new Ajv().compile(schema);

const PACKAGE_LEAK = {
  id: 'acme-sdk',
  package: '@acme/sdk',
  versions: '<2.0.0 || 3.0.0',
  references: [{ class: ['Client'], script: 'sdk/index.js', reference: ['sessions'] }],
  sentence: 'It is kept.',
  fix: 'Update it.',
  link: 'https://example.com/',
};
const budgets = (value: unknown) => ({ budgets: value });

describe('accepted by both', () => {
  test.each<[unknown]>([
    [{}],
    [{ $schema: './node_modules/heapgraph/heapgraph.schema.json', baseline: 'b.json', sigma: 2.5 }],
    [{ sigma: 0 }],
    [budgets({})],
    [budgets({ max: {}, forbid: [] })],
    [budgets({ max: { Session: 100, 'Detached *': 0, '/^S/i': 999_999_999_999_999 } })],
    [budgets({ maxSize: { Buffer: '64mb', A: '1 KiB', B: 4096, C: '1.5GB' }, maxRetained: { A: ' 1 ' } })],
    [budgets({ maxGrowth: { A: 10, B: '10', C: '10%', D: '10,10%', E: '10, 0.5%' } })],
    [{ dead: [], expected: [], known: [], packageLeaks: [] }],
    [{ packageLeaks: [PACKAGE_LEAK] }],
    [
      {
        known: [
          { fingerprint: '9f3c01e2' },
          { fingerprint: '00000000', until: '2028-02-29', why: 'a bug in x' },
        ],
      },
    ],
    [
      {
        dead: [{ class: 'Session', when: 'ended = true', why: 'was logged out' }],
        expected: ['Pool', 'a = 1'],
      },
    ],
    [budgets({ noSuspects: true, forbidDead: false, maxDead: { ServerResponse: 10, 'a = 1': 0 } })],
    [budgets({ noSuspects: 'suspect', maxDead: {} })],
    [budgets({ noSuspects: false })],
    [budgets({ maxTotal: '200MB', maxDupStrings: 5, forbid: ['Detached *', '/x/'] })],
  ])('%j', (config) => {
    expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
    expect(() => parseConfig(config, 'c.json')).not.toThrow();
  });
});

describe('refused by both; the error names file, key, what was expected and what was found', () => {
  test.each<[unknown, RegExp]>([
    [[], /expected an object, found \[\]/],
    [null, /expected an object, found null/],
    ['x', /expected an object, found "x"/],
    [
      { budget: {} },
      /budget is not a key.*expected one of \$schema, budgets, baseline, sigma, sourceMaps, dead, expected, known, packageLeaks, found "budget"/,
    ],
    [{ $schema: 1 }, /\$schema: expected a text, found 1/],
    [{ baseline: '' }, /baseline: expected the path/],
    [{ baseline: ['a'] }, /baseline: expected the path.*found \["a"\]/],
    [{ sigma: '3' }, /sigma: expected a number from 0 up, found "3"/],
    [{ sigma: -1 }, /sigma: expected a number from 0 up, found -1/],
    [budgets([]), /budgets: expected an object/],
    [{ dead: {} }, /dead: expected a list of \{ class, when, why \}, found \{\}/],
    [{ dead: ['x'] }, /dead\[0\]: expected an object, found "x"/],
    [{ dead: [{ when: 'a = 1' }] }, /dead\[0\]\.class: expected a class name.*found nothing/],
    [{ dead: [{ class: 'A' }] }, /dead\[0\]\.when: expected a query, found nothing/],
    [{ dead: [{ class: 'A', when: 'a = 1', if: 1 }] }, /dead\[0\]\.if is not a key.*class, when, why/],
    [{ dead: [{ class: 'A', when: 'a = 1', why: '' }] }, /dead\[0\]\.why: expected a text/],
    [{ expected: 'Pool' }, /expected: expected a list of queries, found "Pool"/],
    [{ packageLeaks: {} }, /packageLeaks: expected a list of leaks, found \{\}/],
    [{ packageLeaks: [{ ...PACKAGE_LEAK, id: 'A b' }] }, /packageLeaks\[0\]\.id: expected small letters/],
    [
      { packageLeaks: [{ ...PACKAGE_LEAK, versions: '^1' }] },
      /packageLeaks\[0\]\.versions: expected versions/,
    ],
    [{ packageLeaks: [{ ...PACKAGE_LEAK, references: [] }] }, /\.references: expected a list of/],
    [
      { packageLeaks: [{ ...PACKAGE_LEAK, references: [{ reference: ['a'] }] }] },
      /\[0\]: expected a class or/,
    ],
    [
      { packageLeaks: [{ ...PACKAGE_LEAK, references: [{ class: ['A'] }] }] },
      /\.reference: expected a list of names/,
    ],
    [{ packageLeaks: [{ ...PACKAGE_LEAK, fix: 'none' }] }, /\.fix: expected a sentence/],
    [{ packageLeaks: [{ ...PACKAGE_LEAK, link: 'http://a' }] }, /\.link: expected an address/],
    [{ packageLeaks: [{ ...PACKAGE_LEAK, why: '' }] }, /packageLeaks\[0\]\.why is not a key/],
    [{ known: {} }, /known: expected a list of \{ fingerprint, until, why \}/],
    [{ known: [{}] }, /known\[0\]\.fingerprint: expected a fingerprint of 8.*found nothing/],
    [{ known: [{ fingerprint: '9F3C01E2' }] }, /known\[0\]\.fingerprint: .*found "9F3C01E2"/],
    [{ known: [{ fingerprint: '9f3c01e2', until: 'soon' }] }, /known\[0\]\.until: expected a day.*"soon"/],
    [{ known: [{ fingerprint: '9f3c01e2', why: '' }] }, /known\[0\]\.why: expected a text/],
    [{ known: [{ fingerprint: '9f3c01e2', for: 1 }] }, /known\[0\]\.for is not a key/],
    [{ expected: [7] }, /expected\[0\]: expected a query, found 7/],
    [budgets({ 'max-size': {} }), /budgets\.max-size is not a key.*expected one of max, maxSize/],
    [budgets({ max: 7 }), /budgets\.max: expected an object, found 7/],
    [budgets({ max: { Session: '100' } }), /budgets\.max\["Session"\]: expected a whole number.*found "100"/],
    [budgets({ max: { Session: 1.5 } }), /expected a whole number.*found 1\.5/],
    [budgets({ max: { Session: -1 } }), /expected a whole number.*found -1/],
    [budgets({ max: { Session: 1e15 } }), /expected a whole number/],
    [budgets({ max: { '': 1 } }), /budgets\.max\[""\]: expected a class name/],
    [budgets({ maxSize: { A: '64 megabytes' } }), /maxSize\["A"\]: expected a size.*found "64 megabytes"/],
    [budgets({ maxSize: { A: true } }), /expected a size.*found true/],
    [budgets({ maxGrowth: { A: '10,' } }), /maxGrowth\["A"\]: expected a number of objects.*found "10,"/],
    [budgets({ maxGrowth: { A: '10%,10' } }), /maxGrowth/],
    [budgets({ maxGrowth: { A: '' } }), /maxGrowth/],
    [
      budgets({ noSuspects: 'leaks' }),
      /noSuspects: expected true, false or "leak", "suspect", "large", found/,
    ],
    [budgets({ noSuspects: 1 }), /budgets\.noSuspects: expected true, false or/],
    [budgets({ forbidDead: 'yes' }), /budgets\.forbidDead: expected true or false, found "yes"/],
    [
      budgets({ maxDead: { Socket: '9' } }),
      /budgets\.maxDead\["Socket"\]: expected a whole number.*found "9"/,
    ],
    [budgets({ maxDead: 9 }), /budgets\.maxDead: expected an object, found 9/],
    [budgets({ maxTotal: {} }), /budgets\.maxTotal: expected a size.*found \{\}/],
    [budgets({ maxDupStrings: '1e3' }), /maxDupStrings: expected a size/],
    [budgets({ forbid: 'Detached *' }), /forbid: expected a list/],
    [budgets({ forbid: ['a', 7] }), /forbid\[1\]: expected a class name.*found 7/],
    [budgets({ forbid: [''] }), /forbid\[0\]/],
  ])('%j', (config, message) => {
    expect(validate(config)).toBe(false);
    const read = () => parseConfig(config, 'c.json');
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^c\.json: /);
  });
});

test('a pattern that is none: only the code can tell', () => {
  expect(() => parseConfig({ budgets: { forbid: ['/(/'] } }, 'c.json')).toThrow(
    /c\.json: budgets\.forbid\[0\]: .*not a regular expression/,
  );
});

test('a day that there is not: only the code can tell', () => {
  const known = [{ fingerprint: '9f3c01e2', until: '2027-02-29' }];
  expect(() => parseConfig({ known }, 'c.json')).toThrow(/known\[0\]\.until: expected a day/);
});

test('values become those of the options', () => {
  const config = { baseline: 'b.json', budgets: { max: { 'a=b': 1 }, maxTotal: 5, forbid: ['x'] } };
  expect(parseConfig(config, 'c.json')).toEqual({
    file: 'c.json',
    baseline: 'b.json',
    budgets: { max: ['a=b=1'], maxTotal: '5', forbid: ['x'] },
    states: {},
  });
  const states = { noSuspects: true, forbidDead: true, maxDead: { Socket: 3 } };
  expect(parseConfig({ budgets: states }, 'c.json').states).toEqual({
    noSuspects: 'leak',
    forbidDead: true,
    maxDead: ['Socket=3'],
  });
});

test('the config file in docs/dead.md is one', () => {
  const page = readFileSync(new URL('../../../docs/dead.md', import.meta.url), 'utf8');
  const config: unknown = JSON.parse(/```json\n(.*?)```/s.exec(page)![1]!);
  expect(validate(config), JSON.stringify(validate.errors)).toBe(true);
  expect(parseConfig(config, 'c.json').dead).toEqual([
    { class: 'Session', when: 'ended = true', why: 'was logged out' },
  ]);
});

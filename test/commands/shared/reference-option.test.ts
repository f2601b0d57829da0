import { expect, test } from 'vitest';
import { readReferences } from '../../../src/commands/shared/reference-option.js';

test.each([
  ['Session.user', 'Session', { kind: 'property', name: 'user' }],
  ['Session.#user', 'Session', { kind: 'property', name: '#user' }],
  [' Session . user ', 'Session', { kind: 'property', name: 'user' }],
  ['Session["a.b"]', 'Session', { kind: 'property', name: 'a.b' }],
  ['Session["a\\"]"]', 'Session', { kind: 'property', name: 'a"]' }],
  ['Session["[]"]', 'Session', { kind: 'property', name: '[]' }],
  [
    '(class = Session and closed = true).user',
    '(class = Session and closed = true)',
    { kind: 'property', name: 'user' },
  ],
  ['(class = "a.b").c', '(class = "a.b")', { kind: 'property', name: 'c' }],
  ['(retained > 1.5mb).c', '(retained > 1.5mb)', { kind: 'property', name: 'c' }],
  ['Array[]', 'Array', { kind: 'items' }],
  ['Map [ keys ]', 'Map', { kind: 'keys' }],
  ['@123.next', '@123', { kind: 'property', name: 'next' }],
])('%s', (text, query, part) => {
  const read = readReferences(text);
  expect(read.query.text.trim()).toBe(query);
  expect(read.part).toEqual(part);
});

test.each([
  '',
  'Session',
  '.user',
  '[]',
  'Session.',
  'Session["a]',
  'Session["\\x"]',
  'Session[0]',
  'Session.1',
])('no references: %s', (text) => {
  expect(() => readReferences(text)).toThrow(`"${text}" names no references`);
});

test('a long text takes no long time', () => {
  const start = performance.now();
  expect(() => readReferences(`${'a .'.repeat(5000)}!`)).toThrow();
  expect(performance.now() - start).toBeLessThan(10_000);
});

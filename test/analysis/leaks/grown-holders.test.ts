import { expect, test } from 'vitest';
import { withoutSharedSteps } from '../../../src/analysis/leaks/grown-holders.js';

test('steps that the path above has too are left out', () => {
  const above = 'the module app.js sessions → Map → Session';
  expect(withoutSharedSteps('the module app.js sessions → Map → Basket', above)).toBe('… → Basket');
  expect(withoutSharedSteps('the module app.js sessions → Array → Basket', above)).toBe('… → Array → Basket');
  expect(withoutSharedSteps('the module app.js other → Map → Session', above)).toBe(
    'the module app.js other → Map → Session',
  );
});

test('a short beginning stays', () => {
  expect(withoutSharedSteps('stack → B', 'stack → A')).toBe('stack → B');
  expect(withoutSharedSteps('a path of one step', '')).toBe('a path of one step');
});

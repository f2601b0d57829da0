import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import { option, parts } from '../../src/base/notes.js';

test('a usage error names options as each surface calls them', () => {
  const error = new UsageError(
    parts`${option('maxGrowth')} needs a baseline`,
    parts`Name one: ${option('baseline')} FILE.`,
  );
  expect([error.message, error.hint]).toEqual([
    '--max-growth needs a baseline',
    'Name one: --baseline FILE.',
  ]);
  expect(error.spelled((name) => `"${name}"`)).toEqual({
    message: '"maxGrowth" needs a baseline',
    hint: 'Name one: "baseline" FILE.',
  });
});

test('one without options', () => {
  const error = new UsageError('no class was named');
  expect(error.spelled((name) => name)).toEqual({ message: 'no class was named', hint: undefined });
  expect(error.hint).toBeUndefined();
});

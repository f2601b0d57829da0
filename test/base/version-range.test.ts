import { expect, test } from 'vitest';
import { versionFits } from '../../src/base/version-range.js';

test.each([
  ['1.2.3', '*', true],
  ['4.3.0', '>=3.1.0 <4.3.0', false],
  ['4.2.9', '>=3.1.0 <4.3.0', true],
  ['3.0.9', '>=3.1.0 <4.3.0', false],
  ['v18.20.8', '<20.0.0 || >=21.0.0 <22.0.0', true],
  ['v20.1.0', '<20.0.0 || >=21.0.0 <22.0.0', false],
  ['v21.7.3', '<20.0.0 || >=21.0.0 <22.0.0', true],
  ['24.18.0', '<=24.18.0', true],
  ['24.18.1', '<=24.18.0', false],
  ['10.0.0', '<9.0.0', false],
  ['10.0.0', '>9.0.0', true],
  ['9.0.0', '>9.0.0', false],
  ['1.0.0', '1.0.0', true],
  ['1.0.1', '1.0.0', false],
  ['1.0.0-beta.1', '=1.0.0', true],
  ['latest', '>=0.0.0', false],
  ['latest', '*', true],
])('%s in %s: %s', (version, range, fits) => {
  expect(versionFits(version, range)).toBe(fits);
});

test('a range that cannot be read', () => {
  expect(() => versionFits('1.0.0', '^1.0.0')).toThrow('not a range of versions: ^1.0.0');
});

import { expect, test } from 'vitest';
import { packageOf, packageText } from '../../src/v8/packages.js';

test.each([
  [
    '/app/.yarn/cache/lodash-npm-4.17.21-6382451519-eb835a2e51.zip/node_modules/lodash/lodash.js',
    'lodash@4.17.21',
  ],
  [
    '/r/.yarn/berry/cache/@babel-core-npm-7.0.0-rc.1-6382451519-10.zip/node_modules/@babel/core/i.js',
    '@babel/core@7.0.0-rc.1',
  ],
  ['/app/.yarn/cache/other-npm-1.0.0-6382451519-eb835a2e51.zip/node_modules/lodash/lodash.js', 'lodash'],
  ['/app/.yarn/cache/lodash-npm-4.17.21.zip/node_modules/lodash/lodash.js', 'lodash'],
])("packageOf: the version in the name of Yarn's zip: %s", (script, expected) => {
  expect(packageText(packageOf(script)!)).toBe(expected);
});

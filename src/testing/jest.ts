/**
 * `require('heapgraph/jest')` (or `import`) in a test, or in a file of `setupFilesAfterEnv`: the
 * matchers for Jest's `expect`, whether it is a global or comes from `@jest/globals`; without Jest,
 * for that of the package `expect`. CommonJS, as Jest's tests are; what a test needs of the library
 * comes with it.
 */
import type {} from 'expect';
import { usageError } from '../base/errors.js';
import { type HeapMatchers, matchers } from './matchers.js';

interface Expect {
  extend(matchers: object): void;
}

/** Jest's, by which way there is. */
function findExpect(): Expect {
  const given = (globalThis as { expect?: Partial<Expect> }).expect;
  if (typeof given?.extend === 'function') return given as Expect;
  for (const name of ['@jest/globals', 'expect']) {
    try {
      const { expect } = require(name) as { expect: Expect };
      return expect;
    } catch {
      // not there, or (@jest/globals) not in a test of Jest
    }
  }
  throw usageError(
    'heapgraph/jest finds no expect to extend',
    'Import it in a test of Jest, or install the package expect.',
  );
}

findExpect().extend(matchers);

declare module 'expect' {
  // As Jest declares it.
  interface Matchers<R extends void | Promise<void>, T = unknown> extends HeapMatchers<R> {}
}

declare global {
  namespace jest {
    interface Matchers<R, T> extends HeapMatchers<R> {}
  }
}

export { collectGarbage } from '../self/gc.js';
export { takeSnapshot, writeSnapshot } from '../self/snapshot.js';
export { tag } from '../self/tag.js';
export { type HeapMatchers, matchers } from './matchers.js';
export { expectNoGrowth, GrowthError } from './no-growth.js';

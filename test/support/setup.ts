/** Runs before each test file. */
import { afterAll, expect } from 'vitest';
import { cleanups } from './after-file.js';
import { sameTypedArrays } from './same-typed-arrays.js';

afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});
expect.addEqualityTesters([sameTypedArrays]);

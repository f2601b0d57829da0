/** Runs before each test file. */
import { afterAll } from 'vitest';
import { cleanups } from './after-file.js';

afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

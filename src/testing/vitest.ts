/**
 * `import 'heapgraph/vitest'` in a test, or in a file of `setupFiles`: the matchers for Vitest's
 * `expect`. Needs Vitest 3.2 or newer.
 */
import { expect } from 'vitest';
import { type HeapMatchers, matchers } from './matchers.js';

expect.extend(matchers);

declare module 'vitest' {
  interface Matchers<T> extends HeapMatchers<void> {}
}

export { collectGarbage } from '../self/gc.js';
export { takeSnapshot, writeSnapshot } from '../self/snapshot.js';
export { tag } from '../self/tag.js';
export { type HeapMatchers, matchers } from './matchers.js';
export { expectNoGrowth, GrowthError } from './no-growth.js';

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    setupFiles: ['heapgraph/vitest'],
    // A snapshot takes about a second for 100 MB of heap.
    testTimeout: 30_000,
    // What other tests of the same process leave behind would count as well.
    fileParallelism: false,
  },
});

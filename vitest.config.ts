import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { type TestProject, testProjects } from './test/support/projects.js';

// Indexes that tests make are not those of who runs them. Processes that tests start take it over.
if (process.env.HEAPGRAPH_TEST_CACHE === undefined) {
  const cache = mkdtempSync(path.join(tmpdir(), 'heapgraph-test-cache-'));
  Object.assign(process.env, { HEAPGRAPH_TEST_CACHE: cache, XDG_CACHE_HOME: cache });
  process.on('exit', () => rmSync(cache, { recursive: true, force: true }));
}

const CORES = availableParallelism();

/** dist is built, and processes wait for command lines. */
const BUILT_AND_ASKED = ['test/support/build.ts', 'test/support/cli-hosts.ts'];

/** What differs between the projects. Those of a group run side by side, one group after another. */
const PROJECTS = {
  fast: { group: 0, isolate: false, maxWorkers: CORES, globalSetup: ['build/generated.mjs'] },
  // One worker more than cores: many tests wait for other processes.
  heap: { group: 1, isolate: true, maxWorkers: CORES + 1, globalSetup: BUILT_AND_ASKED },
  spawned: { group: 1, isolate: true, maxWorkers: CORES + 1, globalSetup: BUILT_AND_ASKED },
} as const satisfies Readonly<Record<TestProject, object>>;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/skipped-reporter.ts'],
    includeTaskLocation: true,
    experimental: { fsModuleCache: true },
    tags: [{ name: 'slow', description: 'series over many random, damaged or real inputs, and huge ones' }],
    projects: Object.entries(testProjects()).map(([name, include]) => {
      const { group, globalSetup, ...settings } = PROJECTS[name as TestProject];
      return {
        extends: true as const,
        test: {
          name,
          include: [...include],
          // Machines that run tests may be slow, and a test may wait for several programs.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          setupFiles: ['test/support/setup.ts'],
          ...settings,
          globalSetup: [...globalSetup],
          sequence: { groupOrder: group },
        },
      };
    }),
  },
});

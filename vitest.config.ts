import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { type TestProject, testProjects } from './test/support/projects.js';

const CORES = availableParallelism();

/** What differs between the projects. One after another, in this order, each with its workers. */
const PROJECTS = {
  fast: { isolate: false, maxWorkers: CORES, globalSetup: ['build/generated.mjs'] },
  heap: { isolate: true, maxWorkers: CORES, globalSetup: ['test/support/build.ts'] },
  // A process that answers command lines for the tests of one file has answered for no other.
  spawned: { isolate: true, maxWorkers: CORES, globalSetup: ['test/support/build.ts'] },
} as const satisfies Readonly<Record<TestProject, object>>;

export default defineConfig({
  test: {
    reporters: ['default', './test/support/skipped-reporter.ts'],
    includeTaskLocation: true,
    tags: [{ name: 'slow', description: 'series over many random or damaged inputs, and huge ones' }],
    projects: Object.entries(testProjects()).map(([name, include]) => ({
      extends: true as const,
      test: {
        name,
        include: [...include],
        // Machines that run tests may be slow, and a test may wait for several programs.
        testTimeout: 180_000,
        hookTimeout: 180_000,
        setupFiles: ['test/support/setup.ts'],
        ...PROJECTS[name as TestProject],
        globalSetup: [...PROJECTS[name as TestProject].globalSetup],
        sequence: { groupOrder: Object.keys(PROJECTS).indexOf(name) },
      },
    })),
  },
});

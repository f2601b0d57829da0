import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { testProjects } from './test/support/projects.js';

export default defineConfig({
  test: {
    maxWorkers: availableParallelism(),
    reporters: ['default', './test/support/skipped-reporter.ts'],
    includeTaskLocation: true,
    globalSetup: ['test/support/build.ts'],
    tags: [{ name: 'slow', description: 'series over many random or damaged inputs, and huge ones' }],
    projects: Object.entries(testProjects()).map(([name, include]) => ({
      extends: true as const,
      test: {
        name,
        include: [...include],
        isolate: name !== 'fast',
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
  },
});

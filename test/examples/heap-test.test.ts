/** The example project, run as a user runs it: it fails on the leak and passes with the fix. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const project = path.join(temporaryFolder(), 'heap-test');
cpSync(path.join(ROOT, 'examples/heap-test'), project, { recursive: true });
const modules = path.join(project, 'node_modules');
mkdirSync(modules);
symlinkSync(ROOT, path.join(modules, 'heapgraph'));
const vitest = path.join(ROOT, 'node_modules/vitest');
symlinkSync(realpathSync(vitest), path.join(modules, 'vitest'));

interface Run {
  readonly code: number;
  readonly output: string;
}

function npmTest(env: Readonly<Record<string, string>>): Promise<Run> {
  const { FIXED: _, VITEST: __, VITEST_POOL_ID: ___, NODE_OPTIONS: ____, ...outer } = process.env;
  const options = { cwd: project, env: { ...outer, NO_COLOR: '1', ...env }, maxBuffer: 1 << 24 };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(vitest, 'vitest.mjs'), 'run'], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

test('npm test: four tests fail, and say who keeps the sessions', async () => {
  const { code, output } = await npmTest({});
  expect(output).toContain('4 failed (4)');
  expect(code).toBe(1);
  expect(output).toMatch(/(1 class grows|2 classes grow) with every run/);
  expect(output).toMatch(/Session \(.*chat\.js:\d+:\d+\): 1 a run, 5 more objects/);
  expect(output).toMatch(/expected Session not to have grown, and it has by 10/);
  expect(output).toMatch(/expected the Session to be unreachable, and it is alive/);
  expect(output).toMatch(/expected the object tagged "the session of alan" to be unreachable/);
  expect(output).toMatch(/held by a variable of the module .*chat\.js\n.*\.get\("lobby"\)/);
});

test('FIXED=1 npm test: they pass', async () => {
  const { code, output } = await npmTest({ FIXED: '1' });
  expect(output).toContain('4 passed (4)');
  expect(code).toBe(0);
});

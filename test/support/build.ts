/**
 * Builds dist before the tests, because the spawned command line and the documented examples run from it.
 * With HEAPGRAPH_BUILT=1 in the environment what is there is taken: other programs may be running it.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Set when it was built: several projects need it. */
const BUILT = Symbol.for('heapgraph tests: built');

export default function setup(): void {
  const state = globalThis as { [BUILT]?: boolean };
  if (state[BUILT] === true || process.env.HEAPGRAPH_BUILT === '1') return;
  execFileSync(process.execPath, ['build.mjs'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'inherit',
  });
  state[BUILT] = true;
}

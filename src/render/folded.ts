/** Flame graphs as folded stacks, a line each: what flamegraph.pl, inferno and speedscope read. */
import { printable } from '../base/printable.js';
import type { Tree } from '../base/result.js';
import { stacksOf } from './flame-stacks.js';

/**
 * `(root);Map;Session 4096`: names from the root up, and bytes. A `;` in a name is written as `:`,
 * as it parts names.
 */
export function* renderFolded(tree: Tree): Generator<string> {
  for (const { names, size } of stacksOf(tree))
    yield `${names.map((name) => printable(name).replaceAll(';', ':')).join(';')} ${size}\n`;
}

/** Trees that are flame graphs, as stacks: what the formats of profilers are made of. */
import type { Tree } from '../base/result.js';

/** What the frames of a stack end in: its own bytes and objects. */
export interface Stack {
  /** Names from the first level down. A view that is only true until the next stack. */
  readonly names: readonly string[];
  readonly size: number;
  readonly count: number;
}

/**
 * - In: a tree whose rows have `name`, `depth`, `ownSize`, `ownCount`.
 * - Out: the stacks with bytes of their own, in the order of the rows.
 */
export function* stacksOf({ rows }: Tree): Generator<Stack> {
  const names: string[] = [];
  for (const { name, depth, ownSize, ownCount } of rows) {
    names.length = Number(depth);
    names.push(String(name));
    if (Number(ownSize) > 0) yield { names, size: Number(ownSize), count: Number(ownCount) };
  }
}

/** The last part of a path, of either kind of slash. */
export function baseName(file: string): string {
  return /[^/\\]*$/.exec(file)![0];
}

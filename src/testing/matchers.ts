/**
 * Matchers for heaps, for every `expect` that has `extend`: Vitest's and Jest's. They take graphs
 * (of `takeSnapshot` or `loadSnapshot`) and answer as both want it: whether it passes, and a
 * message for when that is not what was expected.
 */

import { newNodes } from '../analysis/growth/diff.js';
import { lineage } from '../analysis/growth/lineage.js';
import { frontierOf } from '../analysis/leaks/frontier.js';
import { retainedSet } from '../analysis/sizes/retained-set.js';
import { usageError } from '../base/errors.js';
import { formatBytes, formatCount, parseBytes } from '../base/units.js';
import type { Graph } from '../graph/graph.js';
import { described } from '../self/arguments.js';
import { holderText, indented, newHolders } from './holders.js';
import {
  classWords,
  foreignInstances,
  graphOf,
  type HeapTarget,
  isGraph,
  type MatcherResult,
} from './received.js';
import { type StateMatchers, stateMatchers } from './state-matchers.js';
import { survivors } from './survivors.js';

/** A number, or bounds, both of them included. */
export type ExpectedCount = number | { readonly atLeast?: number; readonly atMost?: number };

/** Two snapshots of one process. */
export interface Snapshots {
  readonly before: Graph;
  readonly after: Graph;
}

/** The matchers, as TypeScript sees them behind `expect(…)`. */
export interface HeapMatchers<R> extends StateMatchers<R> {
  /**
   * `expect(graph)`: there are so many of these objects, prototypes of classes not counted.
   * `{ atMost: 3 }` and `{ atLeast: 1 }` are bounds.
   */
  toHaveInstances(type: HeapTarget, expected: ExpectedCount): R;
  /**
   * `expect({ before, after })`: there are so many more instances in the later snapshot; fewer are
   * a negative number.
   */
  toHaveGrownBy(type: HeapTarget, expected: ExpectedCount): R;
  /**
   * `expect({ before, after })`: there are more instances in the later snapshot. Mostly used with
   * `.not`.
   */
  toHaveGrown(type: HeapTarget): R;
  /**
   * `expect(graph)`: what would be freed with all instances together is less; bytes, or text such
   * as `'10mb'`.
   */
  toRetainLessThan(type: HeapTarget, size: number | string): R;
  /**
   * `await expect(ref)`: the target of a WeakRef, or every object with this tag (its name, given
   * with `tag`), is gone once garbage is collected.
   */
  toBeUnreachable(): Promise<void>;
}

/** For `expect.extend(matchers)`. All throw UsageError for arguments that make no sense. */
export const matchers = {
  ...stateMatchers,

  toHaveInstances(received: unknown, type: HeapTarget, expected: ExpectedCount): MatcherResult {
    const graph = graphOf(received, 'toHaveInstances');
    const wanted = countOf(expected);
    const nodes = foreignInstances(graph, type);
    const pass = wanted.fits(nodes.length);
    return {
      pass,
      message: () =>
        told(
          `expected ${pass ? 'other than ' : ''}${wanted.words} of ${classWords(type)}, found ${formatCount(nodes.length)}`,
          graph,
          nodes,
        ),
    };
  },

  toHaveGrownBy(received: unknown, type: HeapTarget, expected: ExpectedCount): MatcherResult {
    const wanted = countOf(expected);
    const grown = growthOf(received, type, 'toHaveGrownBy');
    return {
      pass: wanted.fits(grown.delta),
      message: () =>
        toldGrowth(
          `expected ${classWords(type)} to have grown by ${wanted.words.replace(/ instances?$/, '')}, and it has by ${grown.words}`,
          grown,
        ),
    };
  },

  toHaveGrown(received: unknown, type: HeapTarget): MatcherResult {
    const grown = growthOf(received, type, 'toHaveGrown');
    const { delta, words } = grown;
    const pass = delta > 0;
    return {
      pass,
      message: () =>
        pass
          ? toldGrowth(`expected ${classWords(type)} not to have grown, and it has by ${words}`, grown)
          : `expected ${classWords(type)} to have grown: ${words}`,
    };
  },

  toRetainLessThan(received: unknown, type: HeapTarget, size: number | string): MatcherResult {
    const graph = graphOf(received, 'toRetainLessThan');
    const limit = typeof size === 'number' ? size : parseBytes(size);
    if (limit === undefined || !(limit >= 0))
      throw usageError(`${described(size)} is not a size`, "Write bytes, or text such as '10mb' or '1 GiB'.");
    const nodes = foreignInstances(graph, type);
    const retained = retainedSet(graph, nodes).size;
    return {
      pass: retained < limit,
      message: () =>
        told(
          `expected ${classWords(type)} to retain less than ${bytes(limit)}: ${formatCount(nodes.length)} instances retain ${bytes(retained)}`,
          graph,
          nodes,
        ),
    };
  },

  async toBeUnreachable(received: unknown): Promise<MatcherResult> {
    const { graph, nodes, words } = await survivors(received);
    const pass = nodes.length === 0;
    return {
      pass,
      message: () =>
        graph === undefined || pass
          ? `expected ${words} to be reachable, and it is gone`
          : told(`expected ${words} to be unreachable, and it is alive`, graph, nodes),
    };
  },
};

interface Grown {
  readonly delta: number;
  readonly words: string;
  readonly before: Graph;
  readonly after: Graph;
  /** Instances that were not there before. */
  readonly fresh: Uint32Array;
}

function growthOf(received: unknown, type: HeapTarget, matcher: string): Grown {
  const { before, after } = (received ?? {}) as Partial<Snapshots>;
  if (!isGraph(before) || !isGraph(after)) {
    throw usageError(
      `${matcher} takes { before, after }`,
      'Both are graphs of one process: await takeSnapshot() before and after the work.',
    );
  }
  checkOrder(before, after, matcher);
  const old = foreignInstances(before, type).length;
  const nodes = foreignInstances(after, type);
  const isNew = newNodes(before, after);
  const delta = nodes.length - old;
  return {
    delta,
    words: `${formatCount(delta)} (${formatCount(old)} before, ${formatCount(nodes.length)} after)`,
    before,
    after,
    fresh: nodes.filter((node) => isNew[node] === 1),
  };
}

/**
 * Throws UsageError for snapshots of two processes, and for the later one in place of the earlier:
 * nothing would grow.
 */
function checkOrder(before: Graph, after: Graph, matcher: string): void {
  const { sameProcess, inOrder } = lineage(before, after);
  if (!sameProcess)
    throw usageError(
      `${matcher} takes two snapshots of one process, and before and after are of two`,
      'Ids mean the same object only within a process: take both in the same one.',
    );
  if (!inOrder)
    throw usageError(
      `${matcher}: before seems to be later than after, its objects have higher ids`,
      'Write { before, after } with the earlier snapshot as before.',
    );
}

function countOf(expected: ExpectedCount): {
  readonly fits: (count: number) => boolean;
  readonly words: string;
} {
  if (typeof expected === 'number' && Number.isSafeInteger(expected)) {
    const noun = expected === 1 ? 'instance' : 'instances';
    return { fits: (count) => count === expected, words: `${formatCount(expected)} ${noun}` };
  }
  const { atLeast, atMost } = Object(expected) as Exclude<ExpectedCount, number>;
  const known = [atLeast, atMost].filter((bound) => bound !== undefined);
  if (known.length === 0 || !known.every((bound) => Number.isSafeInteger(bound)))
    throw usageError('the expected number is missing', 'Write 3, { atMost: 3 } or { atLeast: 1 }.');
  const words = [
    ...(atLeast === undefined ? [] : [`at least ${formatCount(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${formatCount(atMost)}`]),
  ].join(' and ');
  return {
    fits: (count) => count >= (atLeast ?? count) && count <= (atMost ?? count),
    words: `${words} instances`,
  };
}

function told(summary: string, graph: Graph, nodes: ArrayLike<number>): string {
  const chain = holderText(graph, nodes);
  if (chain === '') return summary;
  return `${summary}\n\n${nodes.length > 1 ? 'one of them:' : 'what holds it:'}\n${indented(chain).trimEnd()}`;
}

/** With the container that got most of the new instances. */
function toldGrowth(summary: string, { before, after, fresh }: Grown): string {
  if (fresh.length === 0) return summary;
  const { where, made, chain } = newHolders(frontierOf([before, after]), fresh);
  const words = [where, made].filter((part) => part !== undefined).join(', ');
  const which = fresh.length > 1 ? 'one of them:' : 'what holds it:';
  return `${summary}\n\n${words === '' ? '' : `${words}\n`}${which}\n${indented(chain).trimEnd()}`;
}

function bytes(size: number): string {
  return size < 1000 ? `${formatCount(size)} bytes` : `${formatBytes(size)} (${formatCount(size)} bytes)`;
}

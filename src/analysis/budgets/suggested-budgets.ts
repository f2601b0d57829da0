/** Budgets to start from: what a heap has today, with room to grow. */
import type { Graph } from '../../graph/graph.js';
import { ownClasses } from '../../v8/origin.js';
import { classesOf, typeStats } from '../classes/classes.js';
import { totalSizeOf } from '../growth/baseline.js';

/** How many classes get a budget, and how much they may have. */
export interface SuggestionOptions {
  /** Classes at most. Default 5. */
  readonly classes?: number;
  /** How many times of today's count and size are allowed. Default 1.5. */
  readonly headroom?: number;
}

/** Limits, rounded up to two digits. */
export interface SuggestedBudgets {
  /**
   * The program's own classes that retain the most, the largest first, and how many objects each
   * may have.
   */
  readonly max: ReadonlyMap<string, number>;
  /** Bytes of the whole heap. */
  readonly maxTotal: number;
}

/**
 * Limits for the program's own classes that retain the most, and for the whole heap.
 *
 * - In: a graph with edges, and locations to know the program's classes.
 * - Empty: without locations, or where the program constructs no objects, no class has a limit.
 * - Cost: that of `typeStats` with retained sizes.
 */
export function suggestedBudgets(
  graph: Graph,
  { classes = 5, headroom = 1.5 }: SuggestionOptions = {},
): SuggestedBudgets {
  const own = ownClasses(graph);
  const largest = typeStats(graph, { by: 'retained', filter: (type) => own.has(type) }).slice(0, classes);
  return {
    max: new Map(largest.map(({ type, count }) => [type, roundedUp(count * headroom)])),
    maxTotal: roundedUp(totalSizeOf(classesOf(graph)) * headroom),
  };
}

/** Rounded up to two digits: 153 is 160. */
function roundedUp(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.ceil(value / step) * step;
}

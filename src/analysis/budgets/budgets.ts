/**
 * Budgets: how many objects and bytes a heap may have, and which of them it keeps.
 *
 * The room `budgets`:
 *
 *   budgets                             which budgets a heap keeps
 *   offenders ← grown-classes           which object shows that one is broken, and who holds it
 *   suggested-budgets                   budgets to start from
 */
import { UsageError } from '../../base/errors.js';
import { byDescending, byType, inOrder } from '../../base/order.js';
import type { Graph } from '../../graph/graph.js';
import { type Countable, classesOf, typeStats } from '../classes/classes.js';
import { type DuplicateStrings, duplicateStrings } from '../classes/duplicate-strings.js';
import { sizelessGrowth } from '../classes/sizeless-counts.js';
import type { TypeMatcher } from '../classes/type-matcher.js';
import { totalSizeOf } from '../growth/baseline.js';
import { retainedSet } from '../sizes/retained-set.js';
import { shallowSizes } from '../sizes/shallow-sizes.js';

/** The kinds of budgets, by their names on the command line. */
export const BUDGET_KINDS = [
  'max',
  'max-size',
  'max-retained',
  'max-growth',
  'max-total',
  'forbid',
  'max-dup-strings',
] as const;

/** What a budget limits. */
export type BudgetKind = (typeof BUDGET_KINDS)[number];

/** One budget. */
export interface Budget {
  /** As it was written, for answers: `max-size Buffer=64mb`. */
  readonly text: string;
  readonly kind: BudgetKind;
  /** The classes it is about, as written; empty for `max-total` and `max-dup-strings`. */
  readonly pattern: string;
  readonly matches: TypeMatcher;
  /** Classes that it names exactly: one that is not there may be misspelt. */
  readonly classNames?: readonly string[];
  /**
   * For a budget on a set of objects in place of classes: by node 1 for those. They have to keep it
   * all together; what they retain is what would be freed with all of them.
   */
  readonly select?: (graph: Graph) => Uint8Array;
  /** Objects for `max`, `max-growth` and `forbid` (0), bytes for all others. */
  readonly limit: number;
  /**
   * For `max-growth`: a share of the earlier count that may come on top of it, if that is more than
   * `limit`.
   */
  readonly share?: number;
}

/** A class against a budget. */
export interface BudgetClass {
  readonly type: string;
  /** Objects or bytes; for `max-growth` the growth. */
  readonly value: number;
  /** What is allowed for this class. */
  readonly limit: number;
  /** For `max-growth`: the count in the baseline. */
  readonly before?: number;
  /** Growth beyond the limit that is within the baseline's noise. */
  readonly isNoise?: true;
}

/** What became of a budget. */
export interface BudgetResult {
  readonly budget: Budget;
  readonly ok: boolean;
  /**
   * Objects or bytes of the class that is furthest beyond its limit or nearest to it; 0 when no
   * class fits.
   */
  readonly value: number;
  readonly limit: number;
  /** That class; undefined for a budget on the whole heap, and when no class fits. */
  readonly worst: BudgetClass | undefined;
  /** The classes that are beyond their limit, furthest first, ties by name. */
  readonly failing: readonly BudgetClass[];
  /** How many classes the budget is about. */
  readonly classCount: number;
  /** The classes that are beyond their limit by noise only. */
  readonly noisy: readonly BudgetClass[];
}

/** What a check compares with. */
export interface BudgetOptions {
  /** The earlier heap; needed by `max-growth`, which throws RangeError without it. */
  readonly before?: Countable | undefined;
  /** Growth of a class up to which it is noise (see `noiseOf`). Default 0. */
  readonly noise?: ((type: string) => number) | undefined;
}

/**
 * One result a budget, in their order. A budget whose pattern fits several classes holds each of
 * them to its limit by itself. Growth may be the larger of `limit` and `share` of the earlier
 * count; a class that is new has grown from 0. Strings and numbers without a size of their own do
 * not grow, where they are known of both (see `isSizelessValue`). `max-total` is the heap with
 * native memory that no node stands for. Sizes are as Chrome DevTools shows them. Needs edges for
 * sizes, retained sizes and duplicate strings; counts and the total can be had from class counts.
 * Cost: that of `typeStats`, with retained sizes and `duplicateStrings` only where a budget is
 * about them.
 */
export function checkBudgets(
  heap: Countable,
  budgets: readonly Budget[],
  options: BudgetOptions = {},
): BudgetResult[] {
  const retained = budgets.some(({ kind }) => kind === 'max-retained');
  const stats = typeStats(heap, { by: retained ? 'retained' : 'count' });
  const before = new Map(
    (options.before ? typeStats(options.before) : []).map(({ type, count }) => [type, count]),
  );
  return budgets.map((budget): BudgetResult => {
    if (budget.select) return selection(heap, budget, budget.select, options.before);
    switch (budget.kind) {
      case 'max-total':
        return wholeHeap(budget, totalSizeOf(classesOf(heap)));
      case 'max-dup-strings':
        return wholeHeap(budget, duplicatesOf(heap).wastedSize);
      case 'max-growth': {
        if (!options.before) throw new RangeError('max-growth needs an earlier heap');
        const now = new Map(stats.map(({ type, count }) => [type, count]));
        const passedOver = sizelessGrowth(options.before, heap);
        const types = [...new Set([...now.keys(), ...before.keys()])].filter(budget.matches);
        return byClass(
          budget,
          types.map((type) => {
            const old = before.get(type) ?? 0;
            const value = (now.get(type) ?? 0) - old - passedOver(type);
            const limit = Math.max(budget.limit, Math.floor(old * (budget.share ?? 0)));
            const isNoise = value > limit && value <= (options.noise?.(type) ?? 0);
            return { type, value, limit, before: old, ...(isNoise ? { isNoise } : {}) };
          }),
        );
      }
      default: {
        const key = VALUES[budget.kind];
        const rows = stats.filter(({ type }) => budget.matches(type));
        return byClass(
          budget,
          rows.map((row) => ({ type: row.type, value: row[key] ?? 0, limit: budget.limit })),
        );
      }
    }
  });
}

const VALUES = {
  max: 'count',
  forbid: 'count',
  'max-size': 'shallowSize',
  'max-retained': 'retainedSize',
} as const;

/** The objects of a set against a budget. */
function selection(
  heap: Countable,
  budget: Budget,
  select: (graph: Graph) => Uint8Array,
  before: Countable | undefined,
): BudgetResult {
  const { kind, share = 0 } = budget;
  const valueOn = (graph: Graph): number => {
    const mask = select(graph);
    if (kind === 'max-retained') return retainedSet(graph, nodesOfMask(mask)).size;
    const sizes = kind === 'max-size' ? shallowSizes(graph) : undefined;
    let value = 0;
    for (let node = 0; node < mask.length; node++) if (mask[node] === 1) value += sizes ? sizes[node]! : 1;
    return value;
  };
  if (kind !== 'max-growth') return wholeHeap(budget, valueOn(graphIn(heap)));
  if (!before) throw new RangeError('max-growth needs an earlier heap');
  const old = valueOn(graphIn(before));
  const limit = Math.max(budget.limit, Math.floor(old * share));
  const value = valueOn(graphIn(heap)) - old;
  return { ...wholeHeap(budget, value), ok: value <= limit, limit };
}

function* nodesOfMask(mask: Uint8Array): Generator<number, undefined> {
  for (let node = 0; node < mask.length; node++) if (mask[node] === 1) yield node;
}

function graphIn(heap: Countable): Graph {
  if (!('rows' in heap)) return heap;
  throw new UsageError(
    `${heap.file} is class counts, and a budget on a query needs the objects`,
    'Compare with a snapshot in place of a baseline file.',
  );
}

/** Whether a budget needs the graph's edges, not only class counts. */
export function needsEdges({ kind, select }: Pick<Budget, 'kind' | 'select'>): boolean {
  return select !== undefined || kind === 'max-size' || kind === 'max-retained' || kind === 'max-dup-strings';
}

/** Whether a budget's numbers are bytes. */
export function isBytes(kind: BudgetKind): boolean {
  return kind === 'max-total' || needsEdges({ kind });
}

function duplicatesOf(heap: Countable): DuplicateStrings {
  if ('rows' in heap) throw new TypeError(`${heap.file} is class counts: duplicate strings need the graph`);
  return duplicateStrings(heap satisfies Graph);
}

function wholeHeap(budget: Budget, value: number): BudgetResult {
  const { limit } = budget;
  const ok = value <= limit;
  return { budget, ok, value, limit, worst: undefined, failing: [], classCount: 0, noisy: [] };
}

function byClass(budget: Budget, classes: readonly BudgetClass[]): BudgetResult {
  const excess = ({ value, limit }: BudgetClass): number => value - limit;
  const sorted = [...classes].sort(inOrder<BudgetClass>(byDescending(excess), byType));
  const beyond = sorted.filter((row) => excess(row) > 0);
  const failing = beyond.filter(({ isNoise }) => !isNoise);
  const worst = failing[0] ?? sorted.find(({ isNoise }) => !isNoise) ?? sorted[0];
  return {
    budget,
    ok: failing.length === 0,
    value: worst?.value ?? 0,
    limit: worst?.limit ?? budget.limit,
    worst,
    failing,
    classCount: classes.length,
    noisy: beyond.filter(({ isNoise }) => isNoise),
  };
}

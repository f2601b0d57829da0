import { describe, expect, test } from 'vitest';
import { type Budget, checkBudgets } from '../../../src/analysis/budgets/budgets.js';
import type { Classes } from '../../../src/analysis/classes/classes.js';
import { noiseOf } from '../../../src/analysis/growth/baseline.js';
import { growthTracker } from '../../../src/analysis/growth/growth.js';
import { type BudgetTexts, budgetOptions, budgetsIn } from '../../../src/commands/ci/budgets.js';
import { readTexts } from '../../../src/commands/options.js';

/** Class counts, each object of 10 bytes. */
function heap(counts: Readonly<Record<string, number>>, jitter?: Readonly<Record<string, number>>): Classes {
  const rows = Object.entries(counts).map(([type, count]) => ({
    type,
    nodeType: 'object',
    count,
    shallowSize: count * 10,
  }));
  return {
    file: 'heap',
    truncation: undefined,
    nodeCount: 0,
    extraNativeBytes: 5,
    sizes: 'devtools',
    rows,
    reach: new Map(rows.map(({ type, count }) => [type, { retainedSize: count * 100, distance: 1 }])),
    ...(jitter
      ? {
          jitter: new Map(
            Object.entries(jitter).map(([type, count]) => [type, { count, shallowSize: 0, retainedSize: 0 }]),
          ),
        }
      : {}),
  };
}

function budgets(values: Partial<BudgetTexts>): readonly Budget[] {
  const texts: BudgetTexts = {
    max: [],
    maxSize: [],
    maxRetained: [],
    maxGrowth: [],
    maxTotal: undefined,
    forbid: [],
    maxDupStrings: undefined,
    ...values,
  };
  return budgetsIn(readTexts(budgetOptions, { ...texts }) as never);
}

const outcome = (found: ReturnType<typeof checkBudgets>): unknown =>
  found.map(({ ok, value, limit, failing }) => [ok, value, limit, failing.map(({ type }) => type)]);

describe('checkBudgets', () => {
  const now = heap({ Session: 10, Socket: 3, 'Detached <a>': 1, 'a*b': 2, a1b: 7 });

  test('a limit may be reached, not passed', () => {
    expect(outcome(checkBudgets(now, budgets({ max: ['Session=10', 'Session=9', 'Nope=0'] })))).toEqual([
      [true, 10, 10, []],
      [false, 10, 9, ['Session']],
      [true, 0, 0, []],
    ]);
  });

  test('sizes, retained sizes, the whole heap with native memory', () => {
    const found = checkBudgets(
      now,
      budgets({ maxSize: ['Session=99b'], maxRetained: ['Session=1kB'], maxTotal: '234' }),
    );
    expect(outcome(found)).toEqual([
      [false, 100, 99, ['Session']],
      [true, 1000, 1000, []],
      [false, 235, 234, []],
    ]);
  });

  test('of several classes each has to keep the budget; the furthest beyond comes first', () => {
    const found = checkBudgets(
      now,
      budgets({ max: ['S*=2', '/^s/i=10', 'S?ssion=9'], forbid: ['Detached *'] }),
    );
    expect(outcome(found)).toEqual([
      [false, 10, 2, ['Session', 'Socket']],
      [true, 10, 10, []],
      [false, 10, 9, ['Session']],
      [false, 1, 0, ['Detached <a>']],
    ]);
  });

  test('a backslash takes a star for itself; the last equals sign is the one that counts', () => {
    const found = checkBudgets(
      heap({ 'a*b': 2, a1b: 7, '<a b="c">': 3 }),
      budgets({ max: ['a\\*b=2', '<a b="c">=2'] }),
    );
    expect(outcome(found)).toEqual([
      [true, 2, 2, []],
      [false, 3, 2, ['<a b="c">']],
    ]);
  });

  test('growth may be the larger of the number and the share', () => {
    const before = heap({ Session: 100, Socket: 10, Old: 5 });
    const after = heap({ Session: 112, Socket: 15, New: 6, Old: 0 });
    const values = ['*=10', '*=10%', '*=5,20%', 'Session=12', 'Session=11.9%', 'Old=0', 'New=50%'];
    expect(outcome(checkBudgets(after, budgets({ maxGrowth: values }), { before }))).toEqual([
      [false, 12, 10, ['Session']],
      [false, 6, 0, ['New', 'Socket', 'Session']],
      [false, 6, 5, ['New']],
      [true, 12, 12, []],
      [false, 12, 11, ['Session']],
      [true, -5, 0, []],
      [false, 6, 0, ['New']],
    ]);
  });

  test('growth within the noise of a baseline is told apart', () => {
    const before = heap({ Session: 100, Socket: 10 }, { Session: 4, Socket: 1 });
    const after = heap({ Session: 112, Socket: 15 });
    const noise = noiseOf(before, 3);
    const [found] = checkBudgets(after, budgets({ maxGrowth: ['*=2'] }), {
      before,
      noise: (type) => noise(type, 'count'),
    });
    expect(found).toMatchObject({ ok: false, value: 5, worst: { type: 'Socket' } });
    expect(found?.noisy.map(({ type }) => type)).toEqual(['Session']);
  });

  test('growth without an earlier heap: RangeError', () => {
    expect(() => checkBudgets(now, budgets({ maxGrowth: ['a=1'] }))).toThrow(RangeError);
  });
});

describe('growthTracker with noise', () => {
  test('small steps are noise until they add up', () => {
    const grown = growthTracker({ noise: () => 3 });
    const steps = [100, 102, 103, 104, 106, 108].map((count) =>
      grown(heap({ Session: count })).map(({ countDelta, isNoise }) => [countDelta, isNoise ?? false]),
    );
    expect(steps.slice(1)).toEqual([[[2, true]], [[3, true]], [[4, false]], [[2, true]], [[4, false]]]);
  });
});

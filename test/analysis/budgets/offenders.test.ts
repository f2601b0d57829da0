import { describe, expect, test } from 'vitest';
import { type Budget, checkBudgets } from '../../../src/analysis/budgets/budgets.js';
import { offenders } from '../../../src/analysis/budgets/offenders.js';
import { suggestedBudgets } from '../../../src/analysis/budgets/suggested-budgets.js';
import { typeStats } from '../../../src/analysis/classes/classes.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';

/** Two objects with items, of which the second keeps more; and what is new in `later`. */
function heap(later: readonly number[] = []): Promise<Graph> {
  const items = later.map((id) => `new${id}`);
  return loadSnapshot(
    snapshotBytes({
      root: { id: 1, edges: ['app'] },
      app: { id: 3, edges: ['first', 'second', ...(items.length > 0 ? ['list'] : ['list'])] },
      first: { id: 5, name: 'Item', size: 10, edges: ['part'] },
      second: { id: 7, name: 'Item', size: 30 },
      part: { id: 9, name: 'Part', size: 100 },
      list: { id: 11, name: 'Array', edges: items },
      ...Object.fromEntries(
        later.map((id): [string, NodeSpec] => [`new${id}`, { id, name: 'Item', size: 1 }]),
      ),
    }),
  );
}

const budget = (kind: Budget['kind'], type: string, limit: number): Budget => ({
  text: `${kind} ${type}`,
  kind,
  pattern: type,
  matches: (name) => name === type,
  limit,
});

describe('offenders', () => {
  const shown = async (graph: Graph, one: Budget, before?: Graph) => {
    const results = checkBudgets(graph, [one], { before });
    const found = offenders(graph, results, before);
    const [result] = found.results;
    const offender = found.of.get(result!);
    const id = (node: number) => graph.ids[node];
    return offender && [id(offender.node), offender.chain?.nodes.map(id)];
  };

  test('of a number the first object, of sizes the largest', async () => {
    const graph = await heap();
    expect(await shown(graph, budget('max', 'Item', 1))).toEqual([5, [3, 5]]);
    expect(await shown(graph, budget('max-size', 'Item', 1))).toEqual([7, [3, 7]]);
    expect(await shown(graph, budget('max-retained', 'Item', 1))).toEqual([5, [3, 5]]);
  });

  test('of growth a new object, in the container that got most of them', async () => {
    const graph = await heap([101, 103]);
    expect(await shown(graph, budget('max-growth', 'Item', 1), await heap())).toEqual([101, [3, 11, 101]]);
  });

  test('none for a budget that is kept, nor for the whole heap', async () => {
    const graph = await heap();
    expect(await shown(graph, budget('max', 'Item', 2))).toBeUndefined();
    expect(await shown(graph, budget('max-total', '', 1))).toBeUndefined();
  });
});

describe('suggestedBudgets', () => {
  test("the program's classes that retain the most, with room to grow", async () => {
    const graph = await loadSnapshot('fixtures/express-final.heapsnapshot.gz', { locations: true });
    const counts = new Map(typeStats(graph).map(({ type, count }) => [type, count]));
    expect(counts.get('Session')).toBe(210);
    const { max } = suggestedBudgets(graph, { classes: 1000, headroom: 2 });
    expect(max.get('Session')).toBe(420);
    expect(max.get('AuditEntry')).toBe(840);
    expect(suggestedBudgets(graph, { classes: 1 }).max.size).toBe(1);
    for (const type of ['Object', 'Map', 'Array']) expect(max.has(type), type).toBe(false);
  });

  test('no class without locations, and the heap rounded up to two digits', async () => {
    const { max, maxTotal } = suggestedBudgets(await heap());
    expect([...max]).toEqual([]);
    expect(maxTotal).toBe(260);
  });
});

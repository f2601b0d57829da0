/** Windows with contexts of their own, as jsdom makes them where scripts run in them. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deadObjects } from '../../../src/analysis/dead/dead-objects.js';
import { suspectSearch } from '../../../src/analysis/suspects/suspect-search.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { ownStates } from '../../../src/query/own-states.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function graphOf(program: string): Promise<Graph> {
  const file = path.join(temporaryFolder(), 'realms.heapsnapshot');
  const source = path.join(import.meta.dirname, '../../support', program);
  execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, [source, file], { stdio: 'pipe' });
  return loadSnapshot(file);
}

test('five windows, three of them closed: one place, held by the program and not by themselves', async () => {
  const graph = await graphOf('windows.cjs');
  const states = ownStates(graph);
  const { groups } = deadObjects(graph, states);
  const shown = groups.filter(({ type }) => type.startsWith('Window'));
  expect(shown.map(({ members, path, owner }) => [members.length, path, owner])).toEqual([
    [3, expect.stringContaining('kept'), 'program'],
  ]);
  const { entries } = suspectSearch(graph, { states, earlier: [], grown: undefined, minSize: 20_000 });
  const realms = entries.filter(({ kind }) => kind === 'realms');
  expect(realms.map(({ verdict, count, headline }) => [verdict, count, headline])).toEqual([
    ['leak', 5, expect.stringMatching(/5 windows, one held by globalThis\.kept\[\d\]/)],
  ]);
});

test('contexts whose own modules keep them are held by the program', async () => {
  const graph = await graphOf('vm-pages.cjs');
  const states = ownStates(graph);
  const { entries } = suspectSearch(graph, { states, earlier: [], grown: undefined, minSize: 1000 });
  const realms = entries.filter(({ kind }) => kind === 'realms');
  expect(realms.map(({ count, headline }) => [count, headline])).toEqual([
    [10, expect.stringMatching(/one held by globalThis\.pool\.a\.b\.c\.d\.list\[\d\]/)],
  ]);
});

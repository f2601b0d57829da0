/** Windows with contexts of their own, as jsdom makes them where scripts run in them. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deadObjects } from '../../../src/analysis/dead/dead-objects.js';
import { suspectSearch } from '../../../src/analysis/suspects/suspect-search.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { ownStates } from '../../../src/query/own-states.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

test('five windows, three of them closed: one place, held by the program and not by themselves', async () => {
  const file = path.join(temporaryFolder(), 'windows.heapsnapshot');
  const program = path.join(import.meta.dirname, '../../support/windows.cjs');
  execFileSync(process.env.HEAPGRAPH_NODE ?? process.execPath, [program, file], { stdio: 'pipe' });
  const graph = await loadSnapshot(file);
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

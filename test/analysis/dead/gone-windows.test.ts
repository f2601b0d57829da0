/** Windows of removed frames and closed windows: pages of Chromium, and graphs like theirs. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deadObjects } from '../../../src/analysis/dead/dead-objects.js';
import { suspectSearch } from '../../../src/analysis/suspects/suspect-search.js';
import type { Graph } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { ownStates } from '../../../src/query/own-states.js';
import { type GraphSpec, snapshotBytes } from '../../support/builder.js';

const fixture = (name: string): Promise<Graph> =>
  loadSnapshot(fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url)));

test('a page with removed frames and closed windows, and with some that are shown', async () => {
  const graph = await fixture('dead/frames-chromium.heapsnapshot.br');
  const states = ownStates(graph);
  const { groups } = deadObjects(graph, states);
  const windows = groups.filter(({ type }) => type === 'Detached Window');
  expect(windows.map(({ members, path, owner }) => [members.length, path, owner])).toEqual([
    [3, expect.stringContaining('closed'), 'program'],
    [3, expect.stringContaining('removed'), 'program'],
    [1, expect.stringContaining('removedDocument'), 'program'],
  ]);
  const { entries } = suspectSearch(graph, { states, earlier: [], grown: undefined, minSize: 20_000 });
  expect(entries.map(({ kind, verdict, count }) => [kind, verdict, count])).toEqual([
    ['dead', 'leak', 3],
    ['dead', 'leak', 3],
  ]);
});

test('a page whose frames are shown has none', async () => {
  const graph = await fixture('realms/chromium.heapsnapshot.br');
  const { groups } = deadObjects(graph, ownStates(graph));
  expect(groups.filter(({ type }) => type.endsWith('Window'))).toEqual([]);
});

/** A page; `held` is what its variable has of a frame, of which the document is in state `state`. */
const page = (held: string, state: number): GraphSpec => ({
  root: ['context'],
  context: {
    type: 'hidden',
    name: 'system / NativeContext',
    edges: [['internal', 'global_object', 'global']],
  },
  global: { name: 'Window / page', edges: [['property', 'kept', held]] },
  frameContext: {
    type: 'hidden',
    name: 'system / NativeContext',
    edges: [
      ['internal', 'global_object', 'frameGlobal'],
      ['internal', 'global_proxy_object', 'window'],
    ],
  },
  frameGlobal: {
    name: 'Window / frame',
    edges: [
      ['internal', 'global_proxy', 'window'],
      ['property', 'tiles', 'tiles'],
    ],
  },
  tiles: { name: 'Array', size: 1000 },
  window: {
    type: 'native',
    name: 'Window',
    size: 10,
    edges: [
      ['shortcut', 'native_context', 'frameContext'],
      ['shortcut', 'global_object', 'frameGlobal'],
      ['element', 5, 'document'],
      ['internal', 'map', 'shape'],
    ],
  },
  document: {
    type: 'native',
    name: 'HTMLDocument',
    detachedness: state,
    edges: [['element', 1, 'window']],
  },
  shape: {
    type: 'object shape',
    name: 'system / Map',
    edges: [['internal', 'native_context', 'frameContext']],
  },
  run: { type: 'closure', name: 'run', edges: [['internal', 'context', 'scope']] },
  scope: {
    type: 'object',
    name: 'system / Context',
    edges: [['internal', 'previous', 'frameContext']],
  },
  other: { name: 'Other' },
});

// A function has the realm without its window.
test.each([
  ['window', 1000],
  ['run', 10],
] as const)('held by its %s', async (held, least) => {
  const graph = await loadSnapshot(snapshotBytes(page(held, 2)));
  const { groups } = deadObjects(graph, ownStates(graph));
  expect(groups).toMatchObject([{ type: 'Detached Window', members: { length: 1 } }]);
  expect(groups[0]!.retainedSize).toBeGreaterThan(least);
  const shown = await loadSnapshot(snapshotBytes(page(held, 1)));
  expect(deadObjects(shown, ownStates(shown)).groups).toEqual([]);
});

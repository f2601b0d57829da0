import { describe, expect, test } from 'vitest';
import { loadSnapshot } from '../../src/load/load.js';
import { rootOf } from '../../src/v8/roots.js';
import { isRuntimeScript, runtimeName } from '../../src/v8/runtime.js';
import { graphOf } from '../support/builder.js';
import { casePath, fixturePath } from '../support/fixtures.js';

test.each([
  [fixturePath('node18-after'), 'Node.js'],
  [fixturePath('node22-after'), 'Node.js'],
  [fixturePath('node26-after'), 'Node.js'],
  [fixturePath('chromium156'), 'the browser'],
  [casePath('deno-module.heapsnapshot.gz'), 'Deno'],
  [casePath('chromium156-worker.heapsnapshot.br'), 'the browser'],
])('%s was written by %s', async (file, name) => {
  expect(runtimeName(await loadSnapshot(file))).toBe(name);
});

describe('the runtime by the nodes that only it has', () => {
  test.each([
    [{ name: 'workerd / IsolateBase', type: 'native' }, 'workerd'],
    [{ name: 'ext:core/01_core.js', type: 'code' }, 'Deno'],
    [{ name: 'electron/js2c/browser_init', type: 'code' }, 'Electron'],
    [{ name: 'UnlinkedFunctionExecutable', type: 'code' }, 'Bun'],
    [{ name: '(GC Roots)', type: 'synthetic' }, 'Hermes'],
    // What a program can make, or any engine, tells nothing.
    [{ name: 'ext:core/01_core.js', type: 'string' }, 'the runtime'],
    [{ name: 'Node / Environment', type: 'object' }, 'the runtime'],
    [{ name: '(GC roots)', type: 'synthetic' }, 'the runtime'],
  ] as const)('%o: %s', async (node, name) => {
    const graph = await graphOf({
      root: ['node', 'handles'],
      node,
      handles: { type: 'synthetic', name: '(Global handles)' },
    });
    expect(runtimeName(graph)).toBe(name);
    expect(rootOf(graph, 2)?.words).toBe(`native code of ${name}: (Global handles)`);
  });

  test('the surest of several', async () => {
    const graph = await graphOf({
      root: ['node', 'electron'],
      node: { name: 'Node / Environment', type: 'native' },
      electron: { name: 'system / Script / electron/js2c/renderer_init', type: 'code' },
    });
    expect(runtimeName(graph)).toBe('Electron');
  });
});

test.each([
  ['node:internal/timers', true],
  ['ext:deno_node/internal/timers.mjs', true],
  ['workerd:per-isolate/primordials', true],
  ['node-internal:internal_timers', true],
  ['electron/js2c/asar_bundle', true],
  ['/app/server.js', false],
  ['file:///app/ext:core/server.mjs', false],
  ['https://example.org/node:fs', false],
  ['/app/node_modules/express/index.js', false],
  ['C:\\app\\internal:x.js', false],
  ['worker.mjs', false],
  ['evalmachine.<anonymous>', false],
])('%s is a part of the runtime: %s', (script, expected) => {
  expect(isRuntimeScript(script)).toBe(expected);
});

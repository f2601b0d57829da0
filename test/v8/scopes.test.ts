import { describe, expect, test } from 'vitest';
import { instancesOf } from '../../src/analysis/classes/instances.js';
import { expressionOf } from '../../src/analysis/expressions/expression.js';
import { backrefChains } from '../../src/analysis/holders/chains.js';
import { chainEnding } from '../../src/analysis/holders/endings.js';
import { holderPaths } from '../../src/analysis/holders/holder-paths.js';
import { loadSnapshot } from '../../src/load/load.js';
import { contextNames, isContext, isInternal } from '../../src/v8/names.js';
import { globalObjects } from '../../src/v8/realms.js';
import { isRoot } from '../../src/v8/roots.js';
import { rootScopeOf } from '../../src/v8/scopes.js';
import { snapshotBytes } from '../support/builder.js';
import { casePath } from '../support/fixtures.js';

const V8_15 = [
  {
    file: 'deno-module.heapsnapshot.gz',
    type: 'Session',
    text: '(variable sessions of file:///tmp/hg/browser/rt/deno.js).get("k0")',
    evaluable: false,
    ending: 'a variable of the module file:///tmp/hg/browser/rt/deno.js',
    path: 'module file:///tmp/hg/browser/rt/deno.js: sessions → Map []',
  },
  {
    file: 'chromium156-script-scope.heapsnapshot.gz',
    type: 'Widget',
    text: 'widgets[0]',
    evaluable: true,
    ending: 'a global variable of a script',
    path: 'global scope of scripts: widgets → Array []',
  },
  {
    file: 'chromium156-worker.heapsnapshot.br',
    type: 'WorkerJob',
    text: 'jobs[0]',
    evaluable: true,
    ending: 'a global variable of a script',
    path: 'global scope of scripts: jobs → Array []',
  },
];

describe('scopes as V8 15 writes them, by the ids of their scope infos', () => {
  test.each(V8_15)('$file: $text', async ({ file, type, text, evaluable, ending, path }) => {
    const graph = await loadSnapshot(casePath(file), { locations: true });
    const instances = instancesOf(graph, type);
    const [chain] = backrefChains(graph, instances[0]!, isRoot(graph));
    expect(expressionOf(graph, chain!)).toMatchObject({ text, evaluable });
    expect(chainEnding(graph, chain!).words).toBe(ending);
    const { pathOf, text: textOf } = holderPaths(graph);
    const paths = new Set(Array.from(instances, (node) => textOf(pathOf(node))));
    expect([...paths]).toEqual([path]);
  });

  test('one main realm of several with a global object', async () => {
    const graph = await loadSnapshot(casePath('chromium156-script-scope.heapsnapshot.gz'), {
      locations: true,
    });
    const realms = [...globalObjects(graph).values()];
    expect(realms).toContain('other');
    const main = [...globalObjects(graph)].filter(([, realm]) => realm === 'main');
    expect(main.map(([node]) => graph.ids[node])).toContain(34741);
  });
});

test('what is a scope, a node of V8 its own, and what is none', async () => {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: ['plain', 'numbered', 'cell', 'text', 'table', 'hidden', 'dom'],
      plain: { name: 'system / Context' },
      numbered: { name: 'system / Context / scope @77' },
      cell: { name: 'system / ContextCell', type: 'native' },
      text: { name: 'system / Context / scope @77', type: 'string' },
      table: { name: 'system / ScriptContextTable', type: 'native' },
      hidden: { name: 'true', type: 'hidden' },
      dom: { name: '<div>', type: 'native' },
    }),
  );
  const nodes = [...graph.ids.keys()];
  expect(nodes.filter(isContext(graph))).toEqual([1, 2]);
  expect(nodes.filter(isInternal(graph))).toEqual([3, 5, 6]);
  expect(contextNames(graph).size).toBe(2);
  expect(nodes.filter((node) => rootScopeOf(graph, node) !== undefined)).toEqual([]);
});

/** Expressions on snapshots of other engines and with V8's internals exposed. */
import { expect, test } from 'vitest';
import { expressionOf } from '../../../src/analysis/expressions/expression.js';
import { backrefChains, searchBackrefs } from '../../../src/analysis/holders/chains.js';
import { chainEnding } from '../../../src/analysis/holders/endings.js';
import { type Graph, nodeWithId } from '../../../src/graph/graph.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { isRoot, isStack } from '../../../src/v8/roots.js';
import { type NodeSpec, snapshotBytes } from '../../support/builder.js';
import { casePath } from '../../support/fixtures.js';

function told(graph: Graph, id: number) {
  const [chain] = backrefChains(graph, nodeWithId(graph, id)!, isRoot(graph), {
    isLastResort: isStack(graph),
  });
  const { text, evaluable } = expressionOf(graph, chain!);
  return { text, evaluable, ending: chainEnding(graph, chain!).words };
}

test('a getter, where AccessorPair is native', async () => {
  const graph = await loadSnapshot(casePath('node26-exposeInternals-accessor.heapsnapshot.gz'));
  expect(told(graph, 106329)).toEqual({
    text: 'Object.getOwnPropertyDescriptor(globalThis.acc, "total").get',
    evaluable: true,
    ending: 'a property of globalThis',
  });
});

test("getters of a page's window, without their pairs", async () => {
  const graph = await loadSnapshot(casePath('chromium156-accessor.heapsnapshot.gz'));
  for (const id of [40865, 53765, 62249])
    expect(told(graph, id).text).toMatch(/^Object\.getOwnPropertyDescriptor\(.*, "cookieStore"\)\.get$/);
});

test('JavaScriptCore: modules and their scopes', async () => {
  const graph = await loadSnapshot(casePath('bun-1.4.4.heapsnapshot.gz'));
  expect(told(graph, 10557)).toEqual({
    text: '(variable sessions of an ES module)[249]',
    evaluable: false,
    ending: 'a variable of an ES module',
  });
  expect(told(graph, 10330)).toEqual({
    text: 'globalThis.registry',
    evaluable: true,
    ending: 'a property of globalThis',
  });
  // What a Map holds is not in the file.
  const cart = nodeWithId(graph, 10559)!;
  expect(searchBackrefs(graph, cart, isRoot(graph))).toMatchObject({ chains: [], seen: 1, tooDeep: false });
});

/** A global object, and `item` below it by one edge. */
async function below(edge: readonly [string, string | number, string], nodes: Record<string, NodeSpec>) {
  const graph = await loadSnapshot(
    snapshotBytes({
      root: { edges: [['shortcut', 'global', 'global']] },
      global: { name: 'global', edges: [['property', 'holder', 'holder']] },
      holder: { name: 'Holder', edges: [edge], ...nodes.holder },
      item: { name: 'Item' },
      ...Object.fromEntries(Object.entries(nodes).filter(([key]) => key !== 'holder')),
    }),
  );
  return expressionOf(graph, backrefChains(graph, 3, (node) => node === 1)[0]!);
}

test.each([
  ['an element of an object', ['element', 3, 'item'], {}, 'globalThis.holder[3]', true],
  [
    'what the browser refers to by a number',
    ['element', 3, 'item'],
    {
      holder: {
        name: 'AbortController',
        type: 'native',
        edges: [
          ['property', '__proto__', 'proto'],
          ['element', 3, 'item'],
        ],
      },
      proto: { name: 'Object' },
    },
    '(held inside globalThis.holder)',
    false,
  ],
  [
    'a symbol',
    ['property', '<symbol kept>', 'item'],
    {},
    'globalThis.holder[Object.getOwnPropertySymbols(globalThis.holder).find((s) => s.description === "kept")]',
    true,
  ],
  [
    'a name that looks like a symbol',
    ['property', '<symbol kept>', 'item'],
    { text: { type: 'string', name: '<symbol kept>' } },
    '(property "<symbol kept>" of globalThis.holder)',
    false,
  ],
  [
    "a symbol in V8's table of private ones",
    ['property', '<symbol kept>', 'item'],
    {
      roots: {
        type: 'synthetic',
        name: '(Strong root list)',
        edges: [['internal', 'api_private_symbol_table', 'table']],
      },
      table: { type: 'array', name: '', edges: [['internal', '6', 'symbol']] },
      symbol: { type: 'symbol', name: 'symbol', edges: [['internal', 'name', 'text']] },
      text: { type: 'string', name: 'kept' },
    },
    '(internal symbol kept of globalThis.holder)',
    false,
  ],
] as const)('%s', async (_, edge, nodes, text, evaluable) => {
  expect(await below(edge, nodes as Record<string, NodeSpec>)).toMatchObject({ text, evaluable });
});

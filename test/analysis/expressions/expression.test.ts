import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Expression, expressionOf } from '../../../src/analysis/expressions/expression.js';
import { backrefChains, type Chain } from '../../../src/analysis/holders/chains.js';
import { chainEnding } from '../../../src/analysis/holders/endings.js';
import { edgesOf, type Graph } from '../../../src/graph/graph.js';
import { EDGE, NODE } from '../../../src/graph/schema.js';
import { loadSnapshot } from '../../../src/load/load.js';
import { isRoot, type Root } from '../../../src/v8/roots.js';
import { snapshotBytes } from '../../support/builder.js';
import { FIXTURES, fixturePath } from '../../support/fixtures.js';
import { Holders } from '../../support/holders.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const FOLDER = fileURLToPath(new URL('../../support', import.meta.url));

/**
 * Kinds that JavaScript reaches: the expression has to give the very object. `HOLDER` stands for the target's
 * global.
 */
const SCRIPT: Readonly<Record<string, string | RegExp>> = {
  'global property': 'HOLDER',
  'nested property': 'HOLDER.deep.nested',
  'quoted property': 'HOLDER["content-type \\"x\\"\\n"]',
  'array element': 'HOLDER[2]',
  'sparse array element': 'HOLDER[4000000]',
  'integer key': 'HOLDER[7]',
  'nested array': 'HOLDER[1][0][0]',
  'Map value, string key': 'HOLDER.get("id \\"7\\"")',
  'Map value, number key': /^\[\.\.\.HOLDER\.values\(\)\]\[0\]$|^HOLDER\.get\(1\.5\)$/,
  'Map value, small integer key': '[...HOLDER.values()][1]',
  'Map value, boolean key': /^\[\.\.\.HOLDER\.values\(\)\]\[1\]$|^HOLDER\.get\(true\)$/,
  'Map value, null key': /^\[\.\.\.HOLDER\.values\(\)\]\[0\]$|^HOLDER\.get\(null\)$/,
  'Map value, undefined key': /^\[\.\.\.HOLDER\.values\(\)\]\[0\]$|^HOLDER\.get\(undefined\)$/,
  'Map value, NaN key': /^\[\.\.\.HOLDER\.values\(\)\]\[0\]$|^HOLDER\.get\(NaN\)$/,
  'Map value, registered symbol key': '[...HOLDER.values()][0]',
  'Map value, well-known symbol key': 'HOLDER.get(Symbol.iterator)',
  'Map value, bigint key': '[...HOLDER.values()][0]',
  'Map value, object key': '[...HOLDER.values()][1]',
  'Map key': '[...HOLDER.keys()][1]',
  'Map value behind deleted entries': /^\[\.\.\.HOLDER\.values\(\)\](\.filter\(.*\))?\[9\]$/,
  'large Map': 'HOLDER.get("key500")',
  'Set element': '[...HOLDER][2]',
  'Set element behind deleted ones': /^\[\.\.\.HOLDER\](\.filter\(.*\)\[0\]|\[3\])$/,
  'subclass of Map': 'HOLDER.get("some key")',
  'subclass of Set': '[...HOLDER][1]',
  'Map value behind entries of small integers': '[...HOLDER.values()].filter((v) => Object(v) === v)[1]',
  'string with line ends as key': 'HOLDER.get("\\"\\\\\'\\n\\u2028 ☃")',
  'emoji as key': '[...HOLDER.values()][0]',
  'long key': '[...HOLDER.values()][0]',
  'joined string as key': /^HOLDER\.get\("hold.*"\)$/,
  'subclass of Array': 'HOLDER[1]',
  'data property named like a getter': 'HOLDER["get x"].kept',
  'getter under a symbol': /^Object\.getOwnPropertyDescriptor\(HOLDER, Object\..*\)\.get\.kept$/,
  'two symbols of one description': /^HOLDER\[.*\.filter\(\(s\) => s\.description === "twin"\)\[1\]\]$/,
  'symbol without a description': /^HOLDER\[.*s\.description === undefined\)\]$/,
  'symbols in one another': /^\(\(o\) => .*\(HOLDER\[/,
  Date: 'HOLDER.kept',
  RegExp: 'HOLDER.kept',
  'object without a prototype': 'HOLDER.kept',
  'well-known symbol': 'HOLDER[Symbol.iterator]',
  symbol: 'HOLDER[Object.getOwnPropertySymbols(HOLDER).find((s) => s.description === "held \\"symbol\\"")]',
  'registered symbol': /^HOLDER\[.*=== "held\.symbol"\)\]$/,
  prototype: 'Object.getPrototypeOf(HOLDER)',
  'prototype of a function': 'HOLDER.prototype',
  'static property': 'HOLDER.kept',
  'instance field': 'HOLDER.user',
  'function property': 'HOLDER.kept',
  'property of a getter': 'Object.getOwnPropertyDescriptor(HOLDER, "computed").get.kept',
  'property of a setter': 'Object.getOwnPropertyDescriptor(HOLDER, "computed").set.kept',
  'dictionary object': 'HOLDER.p1500',
  'frozen array': 'HOLDER[0]',
  arguments: 'HOLDER[0]',
  'error cause': 'HOLDER.cause',
  'boxed primitive': 'HOLDER.kept',
  'view of a buffer': 'HOLDER.kept',
  'event listener': 'HOLDER._events.data.kept',
  exports: `require("${FOLDER}/held/exports.cjs").kept`,
  'module.exports': `require("${FOLDER}/held/is-export.cjs")`,
  module: `require.cache["${FOLDER}/held/is-export.cjs"].kept`,
  'global of a script': /^script_holdT\d+$/,
  'fulfilled promise': '(await HOLDER)',
  'rejected promise': '(await HOLDER.catch((e) => e)).kept',
  'promise rejected with an error of its own class': '(await HOLDER.catch((e) => e)).kept',
  'class named as a timer': 'HOLDER.first.kept',
  'import of another module': `(await import("${pathToFileURL(FOLDER)}/held/shared.mjs")).shared.get("key")`,
  'module namespace': `(await import("${pathToFileURL(FOLDER)}/held/exported.mjs")).kept`,
  'property of process': 'process.heldProperty',
  'end of a long list': '((o) => { for (let i = 0; i < 300; i++) o = o.next; return o; })(HOLDER.head).kept',
  'list of promises':
    '(await (async (o) => { for (let i = 0; i < 20; i++) o = (await o).next; return [o]; })(HOLDER))[0].kept',
  'list of alternating links':
    '((o) => { for (let i = 0; i < 20; i++) o = o.left.right; return o; })(HOLDER)["the end"]',
};

/** Kinds that JavaScript does not reach: the words that stand for it. `LINE` is a line of the program. */
const WORDS: Readonly<Record<string, string | RegExp>> = {
  'emoji as property': /^\(property ".*" of HOLDER\)$/,
  'buffer of a typed array': '(held inside HOLDER.buffer through PropertyArray)',
  'variable of a module': `(variable cache of ${FOLDER}/held/variable.cjs)[0]`,
  'variable of a module, several closures': `(variable kept of ${FOLDER}/held/closures.cjs)`,
  'variable of an ES module': `(variable hidden of ${pathToFileURL(FOLDER)}/held/module.mjs)`,
  'scope of a function in a module': `(variable kept of the closure HOLDER in ${FOLDER}/held/functions.cjs:3)`,
  'scope of a function without a name': `(variable kept of the closure HOLDER in ${FOLDER}/held/functions.cjs:7)`,
  'script in another context': '(variable kept of a script in another context)',
  closure: '(variable t of the closure HOLDER in LINE)',
  'closure without a name': '(variable t of the closure HOLDER[0] in LINE)',
  'outer closure': '(variable t of the closure HOLDER in LINE)',
  'private field': '(private field #owner of HOLDER)',
  'property named as V8 names symbols': '(property "<symbol held>" of HOLDER)',
  'list behind private fields': '(20 × (private field #next of …) from HOLDER).kept',
  'variable of a block': '(variable second of the closure HOLDER in LINE)',
  'variable of a block behind a number': '(variable first or second of the closure HOLDER in LINE)',
  'bound this': '(this bound by HOLDER)',
  'bound argument': '(argument 1 bound by HOLDER)',
  'bound function': '(function bound by HOLDER).kept',
  'pending promise': '(variable t of the closure (what waits for HOLDER) in LINE)',
  generator: /^\((variable t|a local value) of the suspended function HOLDER, counter in LINE\)$/,
  // V8 forgets the names of local variables with the code of a function that has not run for a while.
  'async function':
    /^\((variable t|a local value) of \(async function waiter in LINE that \(what waits for HOLDER\) resumes\)\)$/,
  'WeakMap value': /^\(WeakMap value of HOLDER in WeakMap @\d+\)$/,
  'Proxy target': '(target of the Proxy HOLDER).kept',
  'Proxy handler': '(handler of the Proxy HOLDER).kept',
  'Map iterator': '(an entry of the Map that HOLDER goes over)',
  'array iterator': '(what HOLDER goes over)[0]',
  timeout: '(variable t of the closure (a timer)._onTimeout in LINE)',
  'timeout argument': '(a timer)._timerArgs[0]',
  interval: '(variable t of the closure (a timer)._onTimeout in LINE)',
  immediate: '(variable t of the closure (an immediate)._onImmediate in LINE)',
  microtask: /^\(variable t of the closure .*held by a microtask\).* in LINE\)$/,
  'next tick':
    /^\(variable t of the closure \(variable queue of node:internal\/process\/task_queues\).* in LINE\)$/,
  'finalization registry': '(value registered with HOLDER)',
  'process listener': '(variable t of the closure process._events.heldEvent in LINE)',
  'native handle': /^\(TCP @\d+, held by \(Global handles\)\)\[.*\]\.kept$/,
};

/** Where the chains of these kinds hang; all other kinds hang from a property of globalThis. */
const ENDINGS: Readonly<Record<string, Root>> = {
  exports: cached('exports.cjs'),
  'module.exports': cached('is-export.cjs'),
  module: cached('is-export.cjs'),
  'variable of a module': variable(`${FOLDER}/held/variable.cjs`),
  'variable of a module, several closures': variable(`${FOLDER}/held/closures.cjs`),
  'variable of an ES module': variable(`${pathToFileURL(FOLDER)}/held/module.mjs`),
  'module namespace': variable(`${pathToFileURL(FOLDER)}/held/exported.mjs`),
  'global of a script': { kind: 'global', words: 'a global variable of a script' },
  'script in another context': {
    kind: 'global',
    words: 'a global variable of a script in another context',
  },
  'import of another module': variable(`${pathToFileURL(FOLDER)}/held/shared.mjs`),
  timeout: { kind: 'timer', words: 'a timer' },
  'timeout argument': { kind: 'timer', words: 'a timer' },
  interval: { kind: 'timer', words: 'a timer' },
  immediate: { kind: 'timer', words: 'an immediate' },
  microtask: { kind: 'microtask', words: 'a microtask' },
  'next tick': {
    kind: 'microtask',
    words: 'the queue of process.nextTick',
    file: 'node:internal/process/task_queues',
  },
  'process listener': { kind: 'global', words: 'a property of process' },
  'property of process': { kind: 'global', words: 'a property of process' },
  'native handle': { kind: 'native handle', words: 'native code of Node.js: (Global handles)' },
};

function cached(name: string): Root {
  const file = `${FOLDER}/held/${name}`;
  return { kind: 'require cache', words: `the exports of ${file}, kept by require.cache`, file };
}

function variable(file: string): Root {
  return { kind: 'module', words: `a variable of the module ${file}`, file };
}

describe.each([false, true])(
  'a program that holds objects in many ways, internals exposed: %s',
  (exposed) => {
    const folder = temporaryFolder();
    let program: Holders;
    let graph: Graph;
    let expressions: Map<string, { label: string; chain: Chain; expression: Expression }>;

    beforeAll(async () => {
      const file = path.join(folder, 'held.heapsnapshot');
      program = await Holders.start(file, exposed);
      graph = await loadSnapshot(file, { locations: true });
      expressions = new Map();
      for (const [label, node] of targets(graph)) {
        const chain = backrefChains(graph, node, isRoot(graph))[0];
        if (chain)
          expressions.set(program.kinds.get(label)!, {
            label,
            chain,
            expression: expressionOf(graph, chain),
          });
      }
    });
    afterAll(() => program?.stop());

    /** The text with the names of the target's own global, and of the program's lines. */
    function pattern(label: string, text: string): string {
      return text
        .replaceAll(`globalThis.hold${label}`, 'HOLDER')
        .replace(/in \S*holders\.cjs:\d+/g, 'in LINE');
    }

    test.each(Object.entries(SCRIPT))('%s', async (kind, expected) => {
      const { label, chain, expression } = expressions.get(kind)!;
      const text = pattern(label, expression.text);
      if (typeof expected === 'string') expect(text).toBe(expected);
      else expect(text).toMatch(expected);
      expect(expression.evaluable).toBe(true);
      expect(await program.evaluate(expression.text)).toBe(label);
      expectSteps(chain, expression);
    });

    test.each(Object.entries(WORDS))('%s, in words', (kind, expected) => {
      const { label, chain, expression } = expressions.get(kind)!;
      const text = pattern(label, expression.text);
      if (typeof expected === 'string') expect(text).toBe(expected);
      else expect(text).toMatch(expected);
      expect(expression.evaluable).toBe(false);
      expectSteps(chain, expression);
    });

    test('says where each chain hangs', () => {
      const usual: Root = { kind: 'global', words: 'a property of globalThis' };
      const endings = [...expressions].map(([kind, { chain }]) => [kind, chainEnding(graph, chain)]);
      const expected = [...expressions.keys()].map((kind) => [kind, ENDINGS[kind] ?? usual]);
      // Where the engine keeps a job that is about to run is its own affair.
      const known = ([kind]: unknown[]): boolean => kind !== 'promise job';
      expect(endings.filter(known)).toEqual(expected.filter(known));
    });

    test('knows every kind of the program', () => {
      const known = [...Object.keys(SCRIPT), ...Object.keys(WORDS), 'promise job'];
      expect([...program.kinds.values()].sort()).toEqual(known.sort());
      expect(Object.keys(SCRIPT).length).toBeGreaterThanOrEqual(30);
    });

    function expectSteps(chain: Chain, { text, steps }: Expression): void {
      expect(steps.at(-1)!.node).toBe(chain.nodes.at(-1));
      expect(steps.map(({ node }) => chain.nodes.indexOf(node))).toEqual(
        steps.map(({ node }) => chain.nodes.indexOf(node)).toSorted((a, b) => a - b),
      );
      // Each step stands in the whole, put around what comes before it.
      const whole = steps.reduce((before, step) => step.text.replaceAll('…', () => before), '');
      // Where it goes round in a loop, the steps do not.
      if (text.length < 200 && !/for \(let| × /.test(text)) expect(whole).toBe(text);
    }
  },
);

/** Targets by their class: the instances, not the classes' prototypes. */
function* targets(graph: Graph): Generator<[string, number]> {
  const { types, names } = edgesOf(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeTypes[node] !== NODE.object) continue;
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      if (types[edge] === EDGE.property && graph.strings.equals(names[edge]!, 'heldTarget')) {
        yield [graph.strings.get(graph.nodeNames[node]!), node];
        break;
      }
    }
  }
}

test.each(FIXTURES)('every chain of %s has an expression', async (name) => {
  const graph = await loadSnapshot(fixturePath(name), { locations: true });
  const stride = Math.ceil(graph.nodeCount / 700);
  let found = 0;
  for (let node = 0; node < graph.nodeCount; node += stride) {
    const chain = backrefChains(graph, node, isRoot(graph))[0];
    if (!chain) continue;
    found++;
    const { text, steps } = expressionOf(graph, chain);
    expect(text).not.toBe('');
    expect(text).not.toMatch(/\.(table|elements|properties)\[/);
    expect(steps.at(-1)!.node).toBe(node);
    expect(steps.length).toBeLessThanOrEqual(chain.nodes.length);
  }
  expect(found).toBeGreaterThan(600);
});

describe('built graphs', () => {
  const load = (spec: Parameters<typeof snapshotBytes>[0]): Promise<Graph> =>
    loadSnapshot(snapshotBytes(spec));

  test('the empty chain, and a chain that begins at no root', async () => {
    const graph = await load({ root: ['a'], a: ['b'], b: [] });
    expect(expressionOf(graph, { nodes: [], edges: [] })).toEqual({ text: '', evaluable: false, steps: [] });
    expect(expressionOf(graph, { nodes: [2], edges: [] }).text).toBe('(b @5)');
    expect(chainEnding(graph, { nodes: [2], edges: [] })).toEqual({ kind: 'internal', words: 'no root' });
  });

  test('a table that is none: words', async () => {
    const graph = await load({
      root: { type: 'synthetic', edges: [['shortcut', '1', 'global']] },
      global: ['map'],
      map: { name: 'Map', edges: [['internal', 'table', 'table']] },
      table: { type: 'array', name: '', size: 104, edges: [['internal', '9', 'value']] },
      value: [],
    });
    const chain = backrefChains(graph, 4, isRoot(graph))[0]!;
    expect(expressionOf(graph, chain)).toMatchObject({
      text: '(an entry of globalThis.map)',
      evaluable: false,
    });
  });

  test('scopes and modules in circles end', async () => {
    const graph = await load({
      root: {
        type: 'synthetic',
        edges: [
          ['shortcut', '1', 'global'],
          ['element', 1, 'roots'],
        ],
      },
      roots: { type: 'synthetic', name: '(GC roots)', edges: [] },
      global: ['f'],
      f: { type: 'closure', edges: [['internal', 'context', 'inner']] },
      inner: { name: 'system / Context', edges: [['internal', 'previous', 'outer']] },
      outer: {
        name: 'system / Context',
        edges: [
          ['internal', 'previous', 'inner'],
          ['context', 'x', 'value'],
        ],
      },
      value: [],
    });
    const chain = backrefChains(graph, 6, isRoot(graph))[0]!;
    expect(expressionOf(graph, chain).text).toBe('(variable x of the closure globalThis.f)');
  });

  test('text of the snapshot is quoted', async () => {
    const graph = await load({
      root: { type: 'synthetic', edges: [['shortcut', '1', 'global']] },
      global: { edges: [['property', 'a\u001b[31m\u202eb', 'value']] },
      value: [],
    });
    const chain = backrefChains(graph, 2, isRoot(graph))[0]!;
    expect(expressionOf(graph, chain).text).toBe('globalThis["a\\u001b[31m\\u202eb"]');
  });
});

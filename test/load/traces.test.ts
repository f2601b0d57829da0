/** Allocation stacks as columns: whole, in other orders, nested deep, damaged in every way. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph.js';
import { loadSnapshot } from '../../src/load/load.js';
import { allocationStack, stackText } from '../../src/v8/allocation-stacks.js';
import { snapshotText } from '../support/builder.js';
import { bytesOf, chunksOf, edited, failureOf } from './inputs.js';

const NODE_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];
const FUNCTION_FIELDS = ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'];
const TREE_FIELDS = ['id', 'function_info_index', 'count', 'size', 'children'];

/** Strings of the head's graph come first: root, a, b, c, then those of the functions. */
const STRINGS = ['root', 'a', 'b', 'c', '(root)', '', 'outer', '/app/main.js', 'inner', '/app/lib.js'];
const FUNCTIONS = [
  [0, 4, 5, 0, 0, 0], // (root)
  [11, 6, 7, 3, 10, 5], // outer
  [13, 8, 9, 4, 2, 33], // inner
  [15, 5, 7, 3, 1, 1], // anonymous, in main.js
];
const TREE = [1, 0, 0, 0, [2, 3, 0, 0, [3, 1, 2, 40, [4, 2, 1, 16, []], 5, 2, 3, 48, []]]];

const MISSING = Symbol('no such section');

interface Sections {
  functions?: unknown;
  tree?: unknown;
  meta?: Record<string, unknown>;
  head?: Record<string, unknown>;
}

function text({ functions = FUNCTIONS.flat(), tree = TREE, meta = {}, head = {} }: Sections = {}): string {
  const graph = {
    root: { edges: ['a', 'b', 'c'] },
    a: { traceNodeId: 4 },
    b: { traceNodeId: 5 },
    c: {},
  };
  return edited(snapshotText(graph, { nodeFields: NODE_FIELDS }), (file) => {
    Object.assign(file.snapshot, { trace_function_count: 4, ...head });
    Object.assign(file.snapshot.meta, {
      trace_function_info_fields: FUNCTION_FIELDS,
      trace_node_fields: TREE_FIELDS,
      ...meta,
    });
    if (functions !== MISSING) file.trace_function_infos = functions;
    if (tree !== MISSING) file.trace_tree = tree;
    const { strings } = file;
    delete (file as Partial<typeof file>).strings;
    expect(STRINGS.slice(0, 4)).toEqual(strings);
    file.strings = STRINGS;
  });
}

const load = (source: string): Promise<Graph> => loadSnapshot(bytesOf(source), { traces: true });

function stackOf(graph: Graph, node: number): string | undefined {
  const frames = allocationStack(graph, node);
  return frames && stackText(graph, frames);
}

const A = 'inner lib.js:2:33 ← outer main.js:10:5 ← (anonymous) 1:1 ← (root)';
const B = 'inner lib.js:2:33 ← (anonymous) main.js:1:1 ← (root)';

describe('loadSnapshot with traces', () => {
  it('gives each object its stack', async () => {
    const graph = await load(text());
    expect(stackOf(graph, 1)).toBe(A);
    expect(stackOf(graph, 2)).toBe(B);
    expect(allocationStack(graph, 2)?.[0]).toEqual({
      name: 'inner',
      script: '/app/lib.js',
      scriptId: 4,
      line: 2,
      column: 33,
    });
    expect(stackOf(graph, 3)).toBeUndefined();
    expect(graph.traces!.problems).toEqual([]);
    expect([...graph.traces!.ids]).toEqual([1, 2, 3, 4, 5]);
    expect([...graph.traces!.callers]).toEqual([0, 1, 2, 3, 2]);
  });

  it('loads nothing of them when they are not asked for', async () => {
    const graph = await loadSnapshot(bytesOf(text()));
    expect(graph.traces).toBeUndefined();
    expect(allocationStack(graph, 1)).toBeUndefined();
  });

  it.each([1, 2, 3, 7])('reads them in chunks of %i bytes, with white space everywhere', async (size) => {
    const spaced = text().replace(/(?<=trace_\w+":)\[.*?(?=,"(?:trace_tree|strings)")/gs, (section) =>
      section.replace(/[[\],]/g, ' \n$&\t\r'),
    );
    expect(spaced).toContain(' \n[');
    for (const input of [chunksOf(bytesOf(spaced), size), chunksOf(gzipSync(bytesOf(spaced)), size)]) {
      const graph = await loadSnapshot(input, { traces: true, windowSize: 64 });
      expect([stackOf(graph, 1), stackOf(graph, 2)]).toEqual([A, B]);
    }
  });

  it('reads fields in any order, unknown ones among them', async () => {
    const order = [4, 5, 2, 1, 3];
    const functions = FUNCTIONS.flatMap((record) => [...order.map((field) => record[field]!), 99]);
    const turned = (records: readonly unknown[]): unknown[] => {
      const found: unknown[] = [];
      for (let at = 0; at < records.length; at += 5)
        found.push(turned(records[at + 4] as unknown[]), records[at + 1], 77, records[at]);
      return found;
    };
    const graph = await load(
      text({
        functions,
        tree: turned(TREE),
        meta: {
          trace_function_info_fields: [...order.map((field) => FUNCTION_FIELDS[field]!), 'new'],
          trace_node_fields: ['children', 'function_info_index', 'other', 'id'],
        },
      }),
    );
    expect(graph.traces!.problems).toEqual([]);
    expect([stackOf(graph, 1), stackOf(graph, 2)]).toEqual([A, B]);
  });

  it('reads the sections in any order', async () => {
    const file = JSON.parse(text()) as Record<string, unknown>;
    const { snapshot, strings, trace_tree, trace_function_infos, nodes, edges } = file;
    const graph = await load(
      JSON.stringify({ snapshot, strings, trace_tree, trace_function_infos, nodes, edges }),
    );
    expect([stackOf(graph, 1), stackOf(graph, 2)]).toEqual([A, B]);
  });

  it('does not mind a trace_function_count that is too small, as V8 writes it', async () => {
    const graph = await load(text({ head: { trace_function_count: 1 } }));
    expect(stackOf(graph, 1)).toBe(A);
    expect(graph.traces!.problems).toEqual([]);
  });

  it('reads places before the beginning of a script, with and without the sign, as unknown', async () => {
    const functions = FUNCTIONS.map((record) => [...record]);
    functions[1]![4] = -4;
    functions[1]![5] = -19;
    functions[2]![4] = 4294967292;
    const graph = await load(text({ functions: functions.flat() }));
    expect(stackOf(graph, 1)).toBe('inner lib.js ← outer main.js ← (anonymous) 1:1 ← (root)');
    expect(graph.traces!.problems).toEqual([]);
  });

  it('has no traces where none were recorded, and no stack is lost', async () => {
    const graph = await load(
      edited(text({ functions: [], tree: [] }), (file) => {
        for (let at = 5; at < file.nodes.length; at += 7) file.nodes[at] = 0;
      }),
    );
    expect(graph.traces).toBeUndefined();
  });

  it('does not recurse: a tree of 300,000 calls, each in the other', { tags: 'slow' }, async () => {
    const depth = 300_000;
    const deep = Array.from({ length: depth }, (_, i) => `${i + 1},${i === 0 ? 0 : 1},0,0,[`).join('');
    const graph = await load(text().replace(JSON.stringify(TREE), `[${deep}${']'.repeat(depth)}]`));
    expect(graph.traces!.count).toBe(depth);
    expect(graph.traces!.problems).toEqual([]);
    expect(allocationStack(graph, 1)!.map(({ name }) => name)).toEqual(['outer', 'outer', 'outer', '(root)']);
    const { callers } = graph.traces!;
    expect(callers.every((caller, trace) => caller === trace)).toBe(true);
  });
});

describe('damaged allocation stacks', () => {
  const cases: [string, Sections, string | undefined, string | undefined, RegExp][] = [
    ['no trace_tree', { tree: MISSING }, undefined, undefined, /the section "trace_tree" is missing/],
    ['an empty trace_tree', { tree: [] }, undefined, undefined, /the section "trace_tree" is empty/],
    ['null for trace_tree', { tree: null }, undefined, undefined, /damaged .*expected an array, found "null/],
    ['an object', { tree: { a: [1, '"]'] } }, undefined, undefined, /expected an array, found/],
    [
      'a tree cut short',
      { tree: [1, 0, 0, 0, [4, 1, 1]] },
      'outer main.js:10:5 ← (root)',
      undefined,
      /expected 5 values for each call, found "\]/,
    ],
    [
      'a text in the tree',
      { tree: [1, 0, 0, 0, [4, 2, 0, 0, ['"],['], 5, 2, 0, 0, []]] },
      'inner lib.js:2:33 ← (root)',
      undefined,
      /expected a whole number/,
    ],
    [
      'a fraction',
      { tree: [1, 0, 0, 0, [4, 2.5, 0, 0, []]] },
      '(unknown function) ← (root)',
      undefined,
      /expected a whole number, found "2\.5/,
    ],
    [
      'a number for children',
      { tree: [1, 0, 0, 0, 7] },
      undefined,
      undefined,
      /expected an array of calls, found "7/,
    ],
    [
      'an id beyond 32 bits',
      { tree: [1, 0, 0, 0, [2 ** 33, 2, 0, 0, []]] },
      undefined,
      undefined,
      /expected a number from 0 to 4,294,967,295/,
    ],
    [
      'a function that is not there',
      { tree: [1, 0, 0, 0, [4, 9, 0, 0, [], 5, 2, 0, 0, []]] },
      '(unknown function) ← (root)',
      'inner lib.js:2:33 ← (root)',
      /has 4 functions, and 1 calls are of others/,
    ],
    [
      'functions cut short',
      { functions: FUNCTIONS.flat().slice(0, 20) },
      'inner lib.js:2:33 ← outer main.js:10:5 ← (unknown function) ← (root)',
      'inner lib.js:2:33 ← (unknown function) ← (root)',
      /expected 6 numbers for each function/,
    ],
    [
      'half of the functions',
      { functions: FUNCTIONS.flat().slice(0, 12) },
      '(unknown function) ← outer main.js:10:5 ← (unknown function) ← (root)',
      '(unknown function) ← (unknown function) ← (root)',
      /has 2 functions of 4 \(trace_function_count\), and 3 calls are of others/,
    ],
    [
      'no functions',
      { functions: MISSING },
      '(unknown function) ← (unknown function) ← (unknown function) ← (unknown function)',
      '(unknown function) ← (unknown function) ← (unknown function)',
      /the section "trace_function_infos" is missing/,
    ],
    [
      'fields that the head does not name',
      { meta: { trace_node_fields: undefined } },
      undefined,
      undefined,
      /the head does not name the fields of trace_tree/,
    ],
    [
      'objects of a trace that is not there',
      { tree: TREE.slice(0, 4).concat([[]]) },
      undefined,
      undefined,
      /^$/,
    ],
  ];
  it.each(cases)('%s: is told, and the rest of the file is read', async (_, sections, a, b, problem) => {
    const source = text(sections);
    const whole = await loadSnapshot(bytesOf(source));
    for (const input of [bytesOf(source), chunksOf(bytesOf(source), 3)]) {
      const graph = await loadSnapshot(input, { traces: true, windowSize: 64 });
      expect(graph.traces!.problems.join('; ')).toMatch(problem);
      expect([stackOf(graph, 1), stackOf(graph, 2)]).toEqual([a, b]);
      expect([graph.nodeCount, graph.edges!.count, graph.strings.length]).toEqual([
        whole.nodeCount,
        whole.edges!.count,
        whole.strings.length,
      ]);
      expect(graph.strings.get(9)).toBe('/app/lib.js');
    }
  });

  it('says the byte', async () => {
    const source = text({ tree: [1, 0, 0, 0, [4, 2, 'x', 0, []]] });
    const graph = await load(source);
    const offset = source.indexOf('"x"');
    expect(graph.traces!.problems[0]).toContain(`(byte ${offset})`.replace(/(\d)(\d{3}\))/, '$1,$2'));
  });

  it('a file that ends in the tree is truncated, or salvaged with the stacks before the end', async () => {
    const source = text();
    const cut = source.slice(0, source.indexOf('5,2,3,48'));
    const failure = await failureOf(load(cut));
    expect(failure).toMatchObject({ code: 'truncated', section: 'trace_tree', offset: cut.length });
    const graph = await loadSnapshot(bytesOf(cut), { traces: true, salvage: true });
    expect(allocationStack(graph, 1)?.map(({ line }) => line)).toEqual([2, 10, 1, undefined]);
    expect(allocationStack(graph, 2)).toBeUndefined();
  });

  it('survives any change of a byte in the sections', { tags: 'slow' }, async () => {
    const source = text();
    const from = source.indexOf('"trace_function_infos"') + 24;
    const to = source.indexOf('"strings"') - 2;
    let told = 0;
    for (let at = from; at < to; at++) {
      for (const byte of ['[', ']', ',', '9', '-', 'x', '"', '{']) {
        const graph = await load(source.slice(0, at) + byte + source.slice(at + 1)).catch(
          (error: unknown) => {
            expect(error).toMatchObject({ name: 'SnapshotError' });
            return undefined;
          },
        );
        if (!graph) continue;
        if (graph.traces!.problems.length > 0) told++;
        for (let node = 0; node < graph.nodeCount; node++) allocationStack(graph, node);
        expect(graph.nodeCount).toBe(4);
      }
    }
    expect(told).toBeGreaterThan(100);
  });
});

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/base/progress.js';
import type { Graph } from '../../src/graph/graph.js';
import { NODE } from '../../src/graph/schema.js';
import { readHead } from '../../src/load/head.js';
import { type LoadOptions, loadSnapshot } from '../../src/load/load.js';
import type { SnapshotInput } from '../../src/load/source.js';
import { snapshotBytes, snapshotText } from '../support/builder.js';
import { casePath, FIXTURES, fixtureBytes, fixturePath, recorded } from '../support/fixtures.js';
import { difference, disagreement, parsed, stringsOf } from './compare.js';
import {
  bytesOf,
  chunksOf,
  edited,
  expectSound,
  reordered,
  SMALL,
  smallText,
  temporaryFolder,
} from './inputs.js';

const { write } = temporaryFolder();

/** Loads a text in every way that may take another path through the loader, and checks each against JSON.parse. */
async function loadEveryWay(text: string, options: LoadOptions = {}): Promise<Graph> {
  const bytes = bytesOf(text);
  const graph = await loadSnapshot(bytes, { locations: true, ...options });
  const reference = parsed(text.replace(/^\ufeff/, ''));
  expect(disagreement(graph, reference)).toBeUndefined();
  expectSound(graph);
  for (const size of [1, 2, 3, 7, 65_536]) {
    const other = await loadSnapshot(chunksOf(bytes, size), { locations: true, ...options });
    expect(difference(other, graph), `chunks of ${size} bytes`).toBeUndefined();
  }
  return graph;
}

describe('a real snapshot', () => {
  describe.each(FIXTURES)('%s', (name) => {
    const bytes = fixtureBytes(name);

    it("has the columns, strings and locations of JSON.parse, and DevTools' counts", async () => {
      const graph = await loadSnapshot(bytes, { locations: true });
      expect(disagreement(graph, parsed(bytes))).toBeUndefined();
      expect(graph.nodeCount).toBe(recorded(name).nodeCount);
      expect(graph.edges?.count).toBe(recorded(name).edgeCount);
      expect(graph.truncation).toBeUndefined();
      expect(graph.locations?.count).toBeGreaterThan(100);
    });

    it('is the same from a path, a URL, gzip and plain bytes, an iterable, and in chunks of 65,536 bytes', {
      tags: 'slow',
    }, async () => {
      const options = { locations: true };
      const graph = await loadSnapshot(bytes, options);
      const inputs: Record<string, SnapshotInput> = {
        'path.gz': fixturePath(name),
        'URL.gz': pathToFileURL(fixturePath(name)),
        path: write(`${name}.heapsnapshot`, bytes),
        'gzip bytes': readFileSync(fixturePath(name)),
        iterable: [bytes.subarray(0, 5000), bytes.subarray(5000)],
        'chunks of 65,536': chunksOf(bytes, 65_536),
        'gzip chunks of 1,000': chunksOf(readFileSync(fixturePath(name)), 1000),
      };
      for (const [way, input] of Object.entries(inputs)) {
        expect(difference(await loadSnapshot(input, options), graph), way).toBeUndefined();
      }
    });

    it('is the same through windows of 64, 1,000 and 5,003 bytes', async () => {
      const graph = await loadSnapshot(bytes, { locations: true });
      for (const windowSize of [64, 1000, 5003]) {
        const other = await loadSnapshot(bytes, { locations: true, windowSize });
        expect(difference(other, graph), `a window of ${windowSize}`).toBeUndefined();
      }
    });
  });

  it.each([
    ['chromium156, reduced', 1, casePath('chromium156-script-scope.heapsnapshot.gz')],
    ['chromium156, reduced', 2, casePath('chromium156-script-scope.heapsnapshot.gz')],
    ['chromium156, reduced', 3, casePath('chromium156-script-scope.heapsnapshot.gz')],
    ['chromium156', 7, fixturePath('chromium156')],
    ['node18-before', 7, fixturePath('node18-before')],
  ] as const)('%s is the same in chunks of %d bytes', { tags: 'slow' }, async (_, size, file) => {
    const bytes = gunzipSync(readFileSync(file));
    const graph = await loadSnapshot(bytes, { locations: true });
    const other = await loadSnapshot(chunksOf(bytes, size), { locations: true });
    expect(difference(other, graph)).toBeUndefined();
  });
});

describe('the shape of a file', () => {
  it('is read from V8 as it writes today: 6 node fields on one line', async () => {
    const graph = await loadEveryWay(smallText());
    expect(graph.nodeCount).toBe(5);
    expect([...graph.nodeTypes]).toEqual([
      NODE.synthetic,
      NODE.object,
      NODE.native,
      NODE.string,
      NODE.closure,
    ]);
    expect([...graph.firstEdge]).toEqual([0, 3, 5, 6, 6, 6]);
    expect(graph.detachedness).toEqual(Uint8Array.of(0, 0, 2, 0, 0));
    expect(graph.traceNodeIds).toBeUndefined();
  });

  it.each([
    ['a newline after each record, as Node.js 18 to 22 write it', '\n'],
    ['CR LF', '\r\n'],
    ['a space', ' '],
    ['a tab and two newlines', '\t\n\n'],
  ])('may have %s', async (_, recordSeparator) => {
    await loadEveryWay(smallText({ recordSeparator }));
    await loadEveryWay(
      smallText({
        recordSeparator,
        nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
      }),
    );
  });

  const USUAL = ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'];
  it.each([
    ['7 fields, as in Node.js 18 to 22', USUAL],
    ['5 fields, as in old V8', USUAL.slice(0, 5)],
    ['trace_node_id without detachedness', USUAL.slice(0, 6)],
    ['7 fields backwards', [...USUAL].reverse()],
    ['detachedness before trace_node_id', [...USUAL.slice(0, 5), 'detachedness', 'trace_node_id']],
    ['detachedness first', ['detachedness', ...USUAL.slice(0, 5)]],
    ['name before type', ['name', 'type', 'id', 'self_size', 'edge_count', 'detachedness']],
    ['self_size before id', ['type', 'name', 'self_size', 'id', 'edge_count', 'detachedness']],
    ['an unknown field at the end', [...USUAL, 'new_in_v8']],
    ['an unknown field at the start', ['new_in_v8', ...USUAL]],
    ['unknown fields where trace_node_id and detachedness usually are', [...USUAL.slice(0, 5), 'x', 'y']],
    [
      '3 unknown fields among the known ones',
      ['x', 'type', 'name', 'y', 'id', 'self_size', 'z', 'edge_count'],
    ],
  ])('may have node fields in another order: %s', async (_, nodeFields) => {
    const spec = { ...SMALL, e: { traceNodeId: 7 }, f: { traceNodeId: 123_456, detachedness: 1 } };
    const graph = await loadEveryWay(snapshotText(spec, { nodeFields }));
    expect(graph.head.fieldNames.node).toEqual(nodeFields);
    expect(graph.detachedness === undefined).toBe(!nodeFields.includes('detachedness'));
    expect(graph.traceNodeIds === undefined).toBe(!nodeFields.includes('trace_node_id'));
  });

  it.each([
    [['to_node', 'name_or_index', 'type']],
    [['name_or_index', 'type', 'to_node']],
    [['type', 'name_or_index', 'to_node', 'new_in_v8']],
    [['new_in_v8', 'to_node', 'type', 'name_or_index']],
  ])('may have the edge fields %s', async (edgeFields) => {
    const graph = await loadEveryWay(smallText({ edgeFields }));
    expect(graph.edges?.count).toBe(6);
  });

  it('may have numbers beyond 32 bits in fields that nobody knows', async () => {
    const nodeFields = [...USUAL, 'created_at'];
    const text = edited(smallText({ nodeFields }), ({ nodes }) => {
      for (let at = 7; at < nodes.length; at += 8) nodes[at] = 1_700_000_000_000 + at;
    });
    await loadEveryWay(text);
  });

  it('may have types in another order, and types that nobody knows', async () => {
    const nodeTypes = [
      'wasm object',
      'object',
      'string',
      'closure',
      'synthetic',
      'native',
      'from the future',
    ];
    const edgeTypes = [
      'weak',
      'ephemeron',
      'shortcut',
      'hidden',
      'internal',
      'property',
      'element',
      'context',
    ];
    const graph = await loadEveryWay(
      snapshotText(
        {
          ...SMALL,
          e: { type: 'from the future', edges: [['ephemeron', 'key', 'f']] },
          f: { type: 'wasm object' },
        },
        { nodeTypes, edgeTypes },
      ),
    );
    expect(graph.nodeTypeNames.slice(15)).toEqual(['wasm object', 'from the future']);
    expect(graph.edgeTypeNames.slice(7)).toEqual(['ephemeron']);
    expect([...graph.nodeTypes.slice(-2)]).toEqual([16, 15]);
  });

  it('may have more than 10 edge types, so that a type has 2 digits', async () => {
    const edgeTypes = [...'abcdefghijk', 'property', 'element', 'shortcut', 'hidden', 'weak'];
    await loadEveryWay(smallText({ edgeTypes }));
  });

  it('may have more than 100 node types, so that a type has 3 digits', async () => {
    const unknown = Array.from({ length: 110 }, (_, number) => `type ${number}`);
    const nodeTypes = [...unknown, 'synthetic', 'object', 'native', 'string', 'closure'];
    await loadEveryWay(smallText({ nodeTypes }));
  });

  it('may be printed prettily, with white space of all four kinds between all tokens', async () => {
    const sections = { samples: [1, 2], trace_tree: [1, [2, { a: '[' }]] };
    const text = smallText({ sections });
    await loadEveryWay(JSON.stringify(JSON.parse(text), null, 2));
    await loadEveryWay(JSON.stringify(JSON.parse(text), null, '\t').replaceAll('\n', '\r\n'));
    const spaced = text.replace(/"(?:[^"\\]|\\.)*"|\d+|[[\]{},:]/g, ' \n\r\t$&\t\r\n ');
    expect(JSON.parse(spaced)).toEqual(JSON.parse(text));
    await loadEveryWay(spaced);
  });

  it('may begin with a byte order mark, and with white space behind it', async () => {
    await loadEveryWay(`\ufeff${smallText()}`);
    await loadEveryWay(`\ufeff \r\n\t${smallText()}`);
    await loadEveryWay(`${' '.repeat(70_000)}${smallText()}`);
  });

  it.each([
    [['strings', 'nodes', 'edges']],
    [['strings', 'edges', 'nodes']],
    [['edges', 'nodes', 'strings']],
    [['edges', 'strings', 'locations', 'nodes']],
    [['locations', 'nodes', 'edges', 'samples', 'strings']],
    [['nodes', 'strings', 'edges', 'samples', 'locations']],
  ])('may have its sections in the order %s', async (order) => {
    const sections = { locations: [0, 5, 1, 2, 6, 7, 8, 9], samples: [1, 2] };
    const graph = await loadEveryWay(reordered(smallText({ sections }), order));
    expect(graph.sections.map(({ name }) => name)).toEqual(order);
  });

  it.each([
    ['a number', '12'],
    ['a negative fraction', '-1.5e-7'],
    ['true', 'true'],
    ['null', 'null'],
    ['a string with brackets, escapes and a key', String.raw`"]}[{\\\" \"strings\":[ \u0041"`],
    ['an empty array', '[]'],
    ['an empty object', '{}'],
    ['nested arrays', '[[1,[2,[[]]]],[3]]'],
    ['brackets in strings in nested arrays', String.raw`[["]","[[",["\"]"]],{"}":"{","\\":["\\"]}]`],
    ['an object with the names of sections', '{"nodes":[1,2],"edges":{},"snapshot":[{}]}'],
    ['an object with "strings":[ in it', '{"strings":["x","y"]}'],
  ])('may have an unknown section with %s, before or behind the strings', async (_, json) => {
    const text = smallText();
    for (const name of ['unknown', 'trace_tree', 'naïve ☕', '']) {
      const before = await loadEveryWay(text.replace('"nodes":', `${JSON.stringify(name)}:${json},"nodes":`));
      expect(before.sections.map((section) => section.name)).toEqual([name, 'nodes', 'edges', 'strings']);
      const behind = await loadEveryWay(`${text.slice(0, -1)},${JSON.stringify(name)} : ${json} }`);
      expect(behind.sections.map((section) => section.name)).toEqual(['nodes', 'edges', 'strings', name]);
    }
  });

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'])(
    'may have an unknown section that is called %s',
    async (name) => {
      const graph = await loadEveryWay(`${smallText().slice(0, -1)},"${name}":[1,2]}`);
      expect(graph.sections.at(-1)?.name).toBe(name);
    },
  );

  it('may have keys with escapes: "nod\\u0065s" is nodes', async () => {
    await loadEveryWay(smallText().replace('"nodes"', String.raw`"nod\u0065s"`));
  });

  it('may have text behind its end, which is told and not read', async () => {
    for (const rest of ['x', '{"snapshot":', '\0', ' \n}']) {
      const warnings: string[] = [];
      const bytes = bytesOf(smallText() + rest);
      const graph = await loadSnapshot(bytes, { onWarning: (text) => warnings.push(text) });
      expect(graph.nodeCount).toBe(5);
      expect(warnings).toEqual(['(memory): text behind the end of the snapshot is ignored']);
    }
  });

  it('may have white space behind its end, which nobody is told of', async () => {
    const warnings: string[] = [];
    await loadSnapshot(bytesOf(`${smallText()}\n\r\t `), { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual([]);
  });

  it('may have a root that is not the first node, native bytes of its own and traced functions', async () => {
    const head = { root_index: 12, extra_native_bytes: 9_007_199_254_740_991, trace_function_count: 3 };
    const graph = await loadEveryWay(smallText({ head }));
    expect(graph.root).toBe(2);
    expect(graph.extraNativeBytes).toBe(9_007_199_254_740_991);
    expect(graph.head.traceFunctionCount).toBe(3);
  });

  it('may have no location_fields, or an empty list of them', async () => {
    await loadEveryWay(edited(smallText(), ({ snapshot }) => delete snapshot.meta.location_fields));
    await loadEveryWay(
      edited(smallText(), ({ snapshot }) => {
        snapshot.meta.location_fields = [];
      }),
    );
  });

  it('may hold 0 nodes, 0 edges and 0 strings', async () => {
    const text = edited(smallText(), (sections) => {
      Object.assign(sections.snapshot, { node_count: 0, edge_count: 0 });
      Object.assign(sections, { nodes: [], edges: [], strings: [] });
    });
    for (const spelling of [text, text.replaceAll('[]', '[ \n]')]) {
      const graph = await loadEveryWay(spelling);
      expect(graph.nodeCount).toBe(0);
      expect([...graph.firstEdge]).toEqual([0]);
      expect(stringsOf(graph)).toEqual([]);
    }
  });

  it('may hold nodes without any edge', async () => {
    const graph = await loadEveryWay(snapshotText({ root: [], a: [] }));
    expect(graph.edges?.count).toBe(0);
  });
});

describe('numbers', () => {
  it.each([
    [0xffff_ffff, Uint32Array],
    [0x1_0000_0000, Float64Array],
    [999_999_999_999, Float64Array],
    [Number.MAX_SAFE_INTEGER, Float64Array],
  ])('a size of %d makes a column of the right width', async (size, column) => {
    for (const place of ['root', 'b', 'd']) {
      const spec = { ...SMALL, [place]: { ...SMALL[place], size } };
      for (const nodeFields of [undefined, ['self_size', 'edge_count', 'type', 'name', 'id']]) {
        const graph = await loadEveryWay(snapshotText(spec, { nodeFields }));
        expect(graph.selfSizes).toBeInstanceOf(column);
      }
    }
  });

  it('ids are whole up to 4,294,967,295, through 9, 10 and 11 digits', async () => {
    const ids = [0, 9, 10, 99_999_999, 999_999_999, 1_000_000_000, 2_147_483_648, 4_294_967_295];
    const spec = Object.fromEntries(ids.map((id) => [`n${id}`, { id, edges: [] }]));
    for (const recordSeparator of ['', '\n']) {
      const graph = await loadEveryWay(snapshotText(spec, { recordSeparator }));
      expect([...graph.ids]).toEqual(ids);
    }
  });

  it('leading zeros are passed over: 007 is 7', async () => {
    const text = smallText().replace('4294967295', '00000000000004294967295');
    const graph = await loadSnapshot(bytesOf(text));
    expect(disagreement(graph, parsed(smallText()))).toBeUndefined();
  });

  it('an index of an element edge may be 4,294,967,295, more than there are strings', async () => {
    const edges: [string, number, string][] = [
      ['element', 4_294_967_295, 'a'],
      ['hidden', 1_000_000, 'a'],
    ];
    const graph = await loadEveryWay(snapshotText({ root: { edges } }));
    expect([...graph.edges!.names]).toEqual([4_294_967_295, 1_000_000]);
  });

  it('a node may have 100,000 edges', async () => {
    const edges = Array.from({ length: 100_000 }, (_, i) => ['element', i, 'a'] as const);
    const graph = await loadSnapshot(snapshotBytes({ root: { edges } }));
    expect([...graph.firstEdge]).toEqual([0, 100_000, 100_000]);
  });
});

describe('what is loaded', () => {
  const bytes = snapshotBytes(SMALL, { sections: { locations: [0, 5, 1, 2] } });
  const attached = snapshotBytes({ ...SMALL, b: { type: 'native', detachedness: 1 } });

  it('everything but the locations, unless they are asked for', async () => {
    const graph = await loadSnapshot(bytes);
    expect(graph.edges?.count).toBe(6);
    expect(graph.locations).toBeUndefined();
    expect((await loadSnapshot(bytes, { locations: true })).locations?.of(0)).toEqual({
      scriptId: 5,
      line: 1,
      column: 2,
    });
  });

  it('no edges with { edges: false }', async () => {
    expect((await loadSnapshot(bytes, { edges: false })).edges).toBeUndefined();
    const cut = bytes.subarray(0, -10);
    const graph = await loadSnapshot(cut, { edges: false, salvage: true });
    expect(graph.edges).toBeUndefined();
    expect([...graph.firstEdge]).toEqual([0, 3, 5, 6, 6, 6]);
  });

  it("edges with { edges: 'for-names' } when a native node is detached, in any order of sections", async () => {
    expect((await loadSnapshot(bytes, { edges: 'for-names' })).edges?.count).toBe(6);
    expect((await loadSnapshot(attached, { edges: 'for-names' })).edges).toBeUndefined();
    const late = bytesOf(reordered(smallText(), ['edges', 'nodes', 'strings']));
    expect((await loadSnapshot(late, { edges: 'for-names' })).edges?.count).toBe(6);
  });

  it('all 300,000 equal nodes of a brotli file in which a stored byte stands for 5,000', {
    tags: 'slow',
  }, async () => {
    const n = 300_000;
    const text = edited(smallText(), (sections) => {
      Object.assign(sections.snapshot, { node_count: n, edge_count: 0 });
      Object.assign(sections, {
        nodes: Array.from({ length: n }, () => [3, 0, 1, 16, 0, 0]).flat(),
        edges: [],
      });
    });
    const compressed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    expect(text.length / compressed.length).toBeGreaterThan(5000);
    for (const input of [write('equal.heapsnapshot.br', compressed), compressed, chunksOf(compressed, 100)]) {
      const graph = await loadSnapshot(input);
      expect(disagreement(graph, parsed(text))).toBeUndefined();
    }
  });
});

describe('readHead', () => {
  it('says what the head of each kind of input says, and reads no further', async () => {
    const bytes = bytesOf(`${smallText().slice(0, smallText().indexOf('"nodes"'))}${'#'.repeat(1e5)}`);
    const path = write('head.heapsnapshot', bytes);
    expect(await readHead(path)).toEqual({
      file: path,
      compression: undefined,
      storedSize: bytes.length,
      nodeCount: 5,
      edgeCount: 6,
      traceFunctionCount: 0,
      extraNativeBytes: 0,
      fieldNames: {
        node: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
        edge: ['type', 'name_or_index', 'to_node'],
        location: ['object_index', 'script_id', 'line', 'column'],
      },
    });
    const gz = gzipSync(bytes);
    expect(await readHead(gz)).toMatchObject({
      file: '(memory)',
      compression: 'gzip',
      storedSize: gz.length,
    });
    expect(await readHead([bytes])).toMatchObject({ file: '(stream)', storedSize: undefined, nodeCount: 5 });
  });
});

describe('progress', () => {
  const padded = bytesOf(`${smallText().slice(0, -1)},"padding":"${'x'.repeat(40 << 20)}"}`);

  async function progressOf(input: SnapshotInput, options: LoadOptions = {}): Promise<Progress[]> {
    const calls: Progress[] = [];
    await loadSnapshot(input, { ...options, onProgress: (progress) => calls.push(progress) });
    return calls;
  }

  function expectForward(calls: readonly Progress[], total: number): void {
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.length).toBeLessThanOrEqual(300);
    for (const [at, { done, unit, phase, ...call }] of calls.entries()) {
      expect(done).toBeGreaterThan(at === 0 ? 0 : calls[at - 1]!.done);
      expect(unit).toBe('bytes');
      expect(['reading', 'nodes', 'edges', 'strings', 'locations']).toContain(phase);
      expect(call.total).toBe(total);
      if (total > 0) expect(done).toBeLessThanOrEqual(total);
    }
  }

  it('goes forward in at most 300 calls through 40 MiB of bytes, a file, a stream', {
    tags: 'slow',
  }, async () => {
    expectForward(await progressOf(padded), padded.length);
    expectForward(await progressOf(write('progress.heapsnapshot', padded)), padded.length);
    expectForward(await progressOf(chunksOf(padded, 1 << 16)), 0);
    expectForward(await progressOf(padded, { windowSize: 1 << 14 }), padded.length);
  });

  it('measures stored bytes of a compressed input, never more than there are', { tags: 'slow' }, async () => {
    const noise = Array.from(
      { length: 12 << 20 },
      (_, i) => 0x61 + ((Math.imul(i, 2_654_435_761) >>> 13) & 15),
    );
    const text = Buffer.from(noise).toString('latin1');
    const plain = bytesOf(`${smallText().slice(0, -1)},"padding":"${text}"}`);
    const stored = gzipSync(plain, { level: 1 });
    const path = write('progress.heapsnapshot.gz', stored);
    for (const input of [path, stored]) {
      for (const { done, total } of await progressOf(input)) {
        expect(total).toBe(stored.length);
        expect(done).toBeLessThanOrEqual(total);
      }
    }
  });
});

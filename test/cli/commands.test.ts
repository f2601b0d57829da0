/** Each test is named by its command line. F stands for a fixture. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixtureBytes, fixturePath, recorded } from '../support/fixtures.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const F = fixturePath('node26-after');

interface Json {
  readonly total: number;
  readonly omitted: number;
  readonly rows: readonly Record<string, unknown>[];
  readonly [key: string]: unknown;
}

async function json(...args: string[]): Promise<Json> {
  const { stdout, code } = await heapgraph([...args, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Json;
}

describe('show-most-common-types', () => {
  test('show-most-common-types F: two columns, ten rows', async () => {
    const { stdout, stderr, code } = await heapgraph(['show-most-common-types', F]);
    expect(stdout).toBe(
      [
        '(compiled code)       27589',
        '(string)              12740',
        'Function              6056',
        '(object shape)        4531',
        '(system)              3725',
        '(array)               1071',
        'Object                738',
        'system / Context      736',
        '(concatenated string) 679',
        'BuiltinModule         441',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('show-most-common-types F --by size --limit 2', async () => {
    const { stdout, stderr } = await heapgraph(['show-most-common-types', F, '--by', 'size', '--limit', '2']);
    expect(stdout).toBe(
      [
        'Type              Count      %  Shallow size      %',
        '(string)         12,740  21.3%     2,178,822  30.1%',
        '(compiled code)  27,589  46.0%     1,953,720  27.0%',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('heapgraph: 157 more classes; --all shows them\n');
  });

  test('show-most-common-types F --all has every class, and typestats has the same', async () => {
    const all = await json('show-most-common-types', F, '--all');
    const stats = await json('typestats', F);
    expect(all.rows).toEqual(stats.rows);
    expect([all.total, all.omitted]).toEqual([159, 0]);
    expect(all.rows.reduce((sum, row) => sum + (row.count as number), 0)).toBe(all.nodeCount);
    expect(all.rows.reduce((sum, row) => sum + (row.shallowSize as number), 0)).toBe(all.totalSize);
    expect(all.rows[0]).toEqual({
      type: '(compiled code)',
      nodeType: 'code',
      count: 27589,
      shallowSize: 1953720,
      countShare: 27589 / 59951,
      sizeShare: 1953720 / 7239793,
    });
  });

  test("typestats F --raw: V8's own sizes, without reading the edges", async () => {
    const answer = await json('typestats', F, '--raw');
    expect(answer).toMatchObject({ sizes: 'raw', totalSize: 7239793 });
    expect(answer.rows[0]).toMatchObject({ type: '(compiled code)', shallowSize: 1912632 });
  });

  test('typestats F --shapes --retained: every row as DevTools has it', async () => {
    const { rows } = await json('typestats', F, '--shapes', '--retained');
    const theirs = recorded('node26-after').classes;
    const sizeless = new Set(['(system)', '(array)', '(object shape)', '(code)']);
    let compared = 0;
    for (const [type, { self, maxRet, distance }] of Object.entries(theirs)) {
      const row = rows.find((candidate) => candidate.type === type);
      if (sizeless.has(type)) continue; // their members of size 0 have distances, too
      expect(row).toMatchObject({ shallowSize: self, retainedSize: maxRet });
      expect([type, row?.distance]).toEqual([type, distance >= 0 && distance < 1e8 ? distance : null]);
      compared++;
    }
    expect(compared).toBeGreaterThan(150);
  });

  test('show-most-common-types F --by retained --limit 2', async () => {
    const { stdout } = await heapgraph(['show-most-common-types', F, '--by', 'retained', '--limit', '2']);
    expect(stdout).toBe(
      [
        'Type              Count      %  Shallow size      %  Retained size      %  Distance',
        '(system)          3,725   6.2%        94,544   1.3%      6,861,049  94.8%         1',
        '(compiled code)  27,589  46.0%     1,953,720  27.0%      3,823,521  52.8%         3',
        '',
      ].join('\n'),
    );
  });

  test('show-most-common-types F --type closure,regexp --filter "^F"', async () => {
    const { rows } = await json('show-most-common-types', F, '--type', 'closure,regexp', '--filter', '^F');
    expect(rows.map(({ type, count }) => [type, count])).toEqual([['Function', 6056]]);
  });

  test('show-most-common-types F --limit 2 --markdown', async () => {
    const { stdout } = await heapgraph(['show-most-common-types', F, '--limit', '2', '--markdown']);
    expect(stdout).toBe(
      [
        '| Type            |  Count |',
        '| :-------------- | -----: |',
        '| (compiled code) | 27,589 |',
        '| (string)        | 12,740 |',
        '',
      ].join('\n'),
    );
  });

  test('typestats F --csv: raw numbers, keys as headings', async () => {
    const { stdout } = await heapgraph(['typestats', F, '--csv']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('type,nodeType,count,countShare,shallowSize,sizeShare');
    expect(lines).toHaveLength(160);
  });
});

describe('by-type', () => {
  test('by-type Foo F --limit 2', async () => {
    const { stdout, stderr, code } = await heapgraph(['by-type', 'Foo', F, '--limit', '2']);
    expect(stdout).toBe(
      [
        'Id       Value    Shallow size  Edges  Location',
        '@7287    {label}            40      3  /tmp/corpus/leak.cjs:4:24',
        '@118869  {label}            40      3  /tmp/corpus/leak.cjs:4:24',
        '',
      ].join('\n'),
    );
    expect([stderr, code]).toEqual(['heapgraph: 49 more; --all shows them\n', 0]);
  });

  test('by-type Foo F --ids: all of them, one a line, and at takes them', async () => {
    const { stdout, stderr } = await heapgraph(['by-type', 'Foo', F, '--ids']);
    const ids = stdout.trimEnd().split('\n');
    expect(ids).toHaveLength(51);
    expect(ids.every((id) => /^\d+$/.test(id))).toBe(true);
    expect(stderr).toBe('');
    const { rows } = await json('at', ...ids.slice(0, 2), F);
    expect(rows.map(({ type }) => type)).toEqual(['Foo', 'Foo']);
  });

  test.each([
    ['id', (row: Record<string, unknown>): string | number => row.id as number],
    ['self', (row: Record<string, unknown>): string | number => -(row.shallowSize as number)],
    ['name', (row: Record<string, unknown>): string | number => row.name as string],
  ] as const)('by-type "(string)" F --sort %s', async (sort, key) => {
    const { rows } = await json('by-type', '(string)', F, '--sort', sort, '--limit', '50');
    const keys = rows.map((row) => key(row));
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    expect(keys).toEqual(sorted);
  });

  test('by-type Array F: the array of 100 OBJ, by its value', async () => {
    const { rows } = await json('by-type', 'Array', F, '--all');
    expect(rows).toContainEqual(
      expect.objectContaining({ id: 104609, name: '[100 items]', nodeType: 'object', edges: 103 }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ name: '[at most 100 items]' }));
  });

  test.each([
    ['Map', '[50 items]'],
    ['Buffer', '[view of 1048576 bytes]'],
    ['ArrayBuffer', '[65536 bytes]'],
    ['RegExp', '/^(?:.*)[\\\\/]node_modules[\\\\/]/'],
    ['(symbol)', 'Symbol(Symbol.asyncIterator)'],
    ['Function', 'handler()'],
    ['(concatenated string)', '"[] [/tmp/corpus/leak.cjs]"'],
    ['WeakMap', '{}'],
    ['Module', /^\{.*\}?/],
  ] as const)('by-type "%s" F shows %s', async (type, name) => {
    const { rows } = await json('by-type', type, F, '--all');
    expect(rows.map((row) => row.name)).toContainEqual(
      typeof name === 'string' ? name : expect.stringMatching(name),
    );
  });

  test('by-type Function F: where functions stand', async () => {
    const { rows } = await json('by-type', 'Function', F, '--all');
    const handlers = rows.filter((row) => row.name === 'handler()');
    expect(handlers).toHaveLength(20);
    expect(handlers[0]?.location).toMatchObject({ script: '/tmp/corpus/leak.cjs', line: 13 });
  });

  test('by-type Nope F: nothing, said, exit code 0; 1 with --fail-if-none', async () => {
    const { stdout, stderr, code } = await heapgraph(['by-type', 'Nope', F]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(stderr).toContain('no objects of type "Nope"');
    expect((await heapgraph(['by-type', 'Nope', F, '--fail-if-none'])).code).toBe(1);
  });
});

describe('at', () => {
  test('at @104609 F --limit 2', async () => {
    const { stdout, code } = await heapgraph(['at', '@104609', F, '--limit', '2']);
    expect(stdout).toBe(
      [
        '@104609 Array',
        '  Id             @104609',
        '  Type           Array',
        '  Node type      object',
        '  Value          [100 items]',
        '  Shallow size   1,168',
        '  Retained size  4,496',
        '  Distance       4',
        '  Edges          103',
        '  Location       −',
        '  Retainers      2',
        '',
        '  Retainers (2 edges)',
        '    Type              Edge     Name    Count  Id     Value',
        '    system / Context  context  _cache      1  @7313  {OBJ, _cache, handlers}',
        '    and 1 more',
        '',
        '  Edges (103)',
        '    Edge     Name  Id       Type  Value  Shallow size',
        '    element  0     @119045  OBJ   {}               32',
        '    element  1     @119047  OBJ   {}               32',
        '    and 101 more',
        '',
        '  Dominators (3, nearest first)',
        '    Id      Type              Value                                     Retained size',
        '    @68495  global (global*)  {cons, escape, performance, get perform…      1,193,870',
        '    @7169   (system)          system / NativeContext                        6,844,545',
        '    @1      (synthetic)                                                     7,239,793',
        '',
        '  Dominates (102)',
        '    Id       Type            Value         Retained size',
        '    @118857  (object shape)  system / Map            128',
        '    and 101 more',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test("at @104609 F --raw: V8's own size", async () => {
    const { rows } = await json('at', '@104609', F, '--raw');
    expect(rows[0]).toMatchObject({ shallowSize: 32, retainedSize: 4496 });
  });

  test('at @104609 F --all --json: edges named', async () => {
    const { rows } = await json('at', '@104609', F, '--all');
    const references = rows[0]?.references as Record<string, unknown>[];
    expect(references).toHaveLength(103);
    expect(references[99]).toMatchObject({ edgeType: 'element', edgeName: 99, type: 'OBJ' });
    expect(references.at(-1)).toMatchObject({ edgeType: 'internal', edgeName: 'map' });
  });

  test('at @104609 @4294967295 F: the one that is there, exit code 1', async () => {
    const { stdout, stderr, code } = await heapgraph(['at', '@104609', '@4294967295', F]);
    expect(stdout).toContain('@104609 Array');
    expect(stderr).toContain('no object @4294967295');
    expect(code).toBe(1);
  });

  test.each(['foo', '@', '@-1', '@9007199254740992', '1e3'])('at %s F: not an id', async (id) => {
    const { stdout, stderr, code } = await heapgraph(['at', id, F]);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('is not an object id');
  });
});

describe('info', () => {
  const folder = temporaryFolder();
  beforeAll(() => writeFileSync(path.join(folder, 'plain.heapsnapshot'), fixtureBytes('node18-after')));

  test('info F --json: counts, fields, statistics as DevTools has them, sections', async () => {
    const { rows } = await json('info', F);
    expect(rows[0]).toMatchObject({
      compression: 'gzip',
      nodeCount: 59951,
      edgeCount: 257871,
      stringCount: 29535,
      totalSize: 7239793,
      nodeFields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
      hasTraces: false,
      hasSamples: false,
      locationCount: 5035,
      unreachableCount: 8,
    });
    const kinds = rows[0]?.statistics as { kind: string; shallowSize: number }[];
    expect(kinds.reduce((sum, { shallowSize }) => sum + shallowSize, 0)).toBe(7239793);
    const sections = rows[0]?.sections as { name: string }[];
    expect(sections.map(({ name }) => name)).toEqual([
      'nodes',
      'edges',
      'trace_function_infos',
      'trace_tree',
      'samples',
      'locations',
      'strings',
    ]);
  });

  test('info --quick: from the head alone, also of a file that is cut behind it', async () => {
    const file = path.join(folder, 'cut.heapsnapshot');
    writeFileSync(file, fixtureBytes('node18-after').subarray(0, 5000));
    const { stdout, code } = await heapgraph(['info', '--quick', file]);
    expect(code).toBe(0);
    expect(stdout).toContain('Nodes               33,481');
  });

  test('info plain.heapsnapshot: not compressed', async () => {
    const { rows } = await json('info', path.join(folder, 'plain.heapsnapshot'));
    expect(rows[0]).toMatchObject({ compression: null, fileSize: 3320718, nodeCount: 33481 });
  });
});

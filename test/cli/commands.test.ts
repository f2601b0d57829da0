/** Each test is named by its command line. F stands for a fixture. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { heapgraph, temporaryFolder } from '../support/cli.js';
import { fixtureBytes, fixturePath } from '../support/fixtures.js';

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
        '(compiled code)  27,589  46.0%     1,912,632  26.4%',
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
      shallowSize: 1912632,
      countShare: 27589 / 59951,
      sizeShare: 1912632 / 7239793,
    });
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
        '  Id            @104609',
        '  Type          Array',
        '  Node type     object',
        '  Value         [100 items]',
        '  Shallow size  32',
        '  Edges         103',
        '  Location      −',
        '',
        '  Edges (103)',
        '    Edge     Name  Id       Type  Value  Shallow size',
        '    element  0     @119045  OBJ   {}               32',
        '    element  1     @119047  OBJ   {}               32',
        '    and 101 more',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
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

  test.each(['foo', '@', '@-1', '@4294967296', '1e3'])('at %s F: not an id', async (id) => {
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

/** Each test is named by its command line. F stands for a fixture. */
import { describe, expect, test } from 'vitest';
import { heapgraph } from '../support/cli.js';
import { fixturePath } from '../support/fixtures.js';
import { jsonAnswer } from '../support/json-answer.js';

const F = fixturePath('node26-after');

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
    const { rows } = await jsonAnswer('at', ...ids.slice(0, 2), F);
    expect(rows.map(({ type }) => type)).toEqual(['Foo', 'Foo']);
  });

  test.each([
    ['id', (row: Record<string, unknown>): string | number => row.id as number],
    ['self', (row: Record<string, unknown>): string | number => -(row.shallowSize as number)],
    ['name', (row: Record<string, unknown>): string | number => row.name as string],
  ] as const)('by-type "(string)" F --sort %s', async (sort, key) => {
    const { rows } = await jsonAnswer('by-type', '(string)', F, '--sort', sort, '--limit', '50');
    const keys = rows.map((row) => key(row));
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    expect(keys).toEqual(sorted);
  });

  test('by-type Array F: the array of 100 OBJ, by its value', async () => {
    const { rows } = await jsonAnswer('by-type', 'Array', F, '--all');
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
    const { rows } = await jsonAnswer('by-type', type, F, '--all');
    expect(rows.map((row) => row.name)).toContainEqual(
      typeof name === 'string' ? name : expect.stringMatching(name),
    );
  });

  test('by-type Function F: where functions stand', async () => {
    const { rows } = await jsonAnswer('by-type', 'Function', F, '--all');
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

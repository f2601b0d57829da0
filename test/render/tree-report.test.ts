/** Trees and reports in every format that they have, and the map of renderers. */
import { describe, expect, test } from 'vitest';
import type { Answer, Column, Format, Report, Row, Tree } from '../../src/base/result.js';
import { formatsOf, rendererOf } from '../../src/render/index.js';

const columns: readonly Column[] = [
  { key: 'depth', title: 'Depth', unit: 'count' },
  { key: 'size', title: 'Size', unit: 'bytes' },
  { key: 'node', title: 'Node', unit: 'text' },
];
const rows: readonly Row[] = [
  { depth: 0, size: 3000, node: 'all' },
  { depth: 1, size: 2000, node: 'one|a' },
  { depth: 2, size: 1000, node: 'deep' },
  { depth: 1, size: 500, node: 'two\u001b' },
];
const tree: Tree = {
  kind: 'tree',
  columns,
  rows,
  total: 5,
  omitted: 1,
  label: 'node',
  textColumns: ['size', 'node'],
};
const report: Report = {
  kind: 'report',
  parts: [
    { title: 'What is kept', result: tree, notes: ['1 more'] },
    {
      title: 'Classes *',
      result: {
        kind: 'table',
        columns: [columns[2]!],
        rows: [{ node: 'A' }],
        total: 1,
        omitted: 0,
        layout: 'grid',
      },
    },
    {
      title: 'Who holds it',
      result: {
        kind: 'chains',
        chains: [
          {
            found: true,
            steps: [{ id: 1, type: 'A', name: 'A', edge: null }],
            expression: 'a',
            evaluable: true,
            heldBy: 'x',
          },
        ],
      },
    },
  ],
};

async function rendered(result: Answer['result'], format: Format): Promise<string> {
  const head = { command: 'test', snapshots: ['a'], complete: true };
  const render = await rendererOf(result.kind, format);
  return [...(await render({ result }, { head, colour: false, columns: undefined }))].join('');
}

describe('tree', () => {
  test('text: labels are indented by their depth', async () => {
    expect(await rendered(tree, 'text')).toBe(
      ' Size  Node\n3,000  all\n2,000    one|a\n1,000      deep\n  500    two\\x1b\n',
    );
  });

  test('JSON: a row a line, in preorder', async () => {
    const text = await rendered(tree, 'json');
    const answer = JSON.parse(text) as { rows: Row[] };
    expect(answer).toMatchObject({ schema: 'heapgraph/1', total: 5, omitted: 1 });
    expect(answer.rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 1]);
    expect(answer.rows[2]).toEqual({ depth: 2, size: 1000, node: '    deep' });
    expect(text.split('\n')).toHaveLength(1 + rows.length + 2);
  });

  test('CSV, Markdown', async () => {
    expect(await rendered(tree, 'csv')).toBe(
      'depth,size,node\n0,3000,all\n1,2000,  one|a\n2,1000,    deep\n1,500,  two\\x1b\n',
    );
    expect(await rendered(tree, 'markdown')).toContain('| 2,000 |   one\\|a ');
  });

  test('a level beyond the fortieth says its number', async () => {
    const deep: Tree = { ...tree, rows: [{ depth: 41, size: 1, node: 'far' }] };
    expect(await rendered(deep, 'csv')).toContain(`41,1,${' '.repeat(80)}… level 41: far`);
  });

  test('empty', async () => {
    const empty: Tree = { ...tree, rows: [], total: 0, omitted: 0 };
    expect(await rendered(empty, 'text')).toBe('');
    expect(JSON.parse(await rendered(empty, 'json'))).toMatchObject({ total: 0, rows: [] });
  });
});

describe('report', () => {
  test('text: each part under its title', async () => {
    expect(await rendered(report, 'text')).toBe(
      [
        'What is kept\n\n Size  Node\n3,000  all\n2,000    one|a\n1,000      deep\n  500    two\\x1b\n1 more\n',
        'Classes *\n\nNode\nA\n',
        'Who holds it\n\nA  @1\nheld by x\na\n',
      ].join('\n'),
    );
  });

  test('JSON: parts have their kind, and what an answer of that kind has', async () => {
    const answer = JSON.parse(await rendered(report, 'json')) as { parts: Row[] };
    expect(answer.parts).toMatchObject([
      { title: 'What is kept', kind: 'tree', notes: ['1 more'], total: 5, omitted: 1 },
      { title: 'Classes *', kind: 'table', notes: [], total: 1, omitted: 0, rows: [{ node: 'A' }] },
      { title: 'Who holds it', kind: 'chains', chains: [{ found: true, heldBy: 'x' }] },
    ]);
  });

  test('Markdown: tables are tables, the rest is a code block', async () => {
    const text = await rendered(report, 'markdown');
    expect(text).toContain('## What is kept\n\n|  Size | Node');
    expect(text).toContain('\n1 more\n');
    expect(text).toContain('## Classes \\*\n');
    expect(text).toContain('## Who holds it\n\n    A  @1\n    held by x\n    a\n');
  });
});

describe('the map', () => {
  test('every kind has text and JSON; only tables and trees are CSV', () => {
    const kinds = [
      'table',
      'tree',
      'details',
      'text',
      'chains',
      'leaks',
      'subgraph',
      'checks',
      'report',
      'document',
    ] as const;
    for (const kind of kinds) expect(formatsOf(kind)).toEqual(expect.arrayContaining(['text', 'json']));
    expect(kinds.filter((kind) => formatsOf(kind).includes('csv'))).toEqual(['table', 'tree']);
  });

  test('a format that a kind does not have is an error', () => {
    expect(() => rendererOf('chains', 'csv')).toThrow('a result of the kind chains is not written as csv');
  });
});

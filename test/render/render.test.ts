import { describe, expect, test } from 'vitest';
import type { Details, Row, Table } from '../../src/base/result.js';
import { renderCsv } from '../../src/render/csv.js';
import { renderJson } from '../../src/render/json.js';
import { renderMarkdown } from '../../src/render/markdown.js';
import { createStyle } from '../../src/render/style.js';
import { renderText } from '../../src/render/text.js';

const columns: Table['columns'] = [
  { key: 'type', title: 'Type', unit: 'text', role: 'name' },
  { key: 'shallowSize', title: 'Size', unit: 'bytes', role: 'size' },
  { key: 'share', title: '%', unit: 'share' },
  { key: 'id', title: 'Id', unit: 'id' },
  { key: 'location', title: 'Location', unit: 'location' },
];
const rows: Row[] = [
  {
    type: 'Foo',
    shallowSize: 1234567,
    share: 0.12345,
    id: 7,
    location: { script: '/a.js', scriptId: 1, line: 2, column: 3 },
  },
  {
    type: '日本|`*<b>',
    shallowSize: 8,
    share: 0,
    id: 8,
    location: { script: null, scriptId: 5, line: 1, column: 1 },
  },
  { type: '-1+2', shallowSize: -5, share: 1, id: 9, location: null },
];
const table: Table = { kind: 'table', columns, rows, total: 5, omitted: 2, layout: 'grid' };
const join = (pieces: Iterable<string>): string => [...pieces].join('');

describe('text', async () => {
  const plain = await createStyle(false);

  test('grid: names left, numbers right, wide characters count two', () => {
    expect(join(renderText(table, plain))).toBe(
      [
        'Type             Size       %  Id  Location',
        'Foo         1,234,567   12.3%  @7  /a.js:2:3',
        '日本|`*<b>          8    0.0%  @8  (script 5):1:1',
        '-1+2               -5  100.0%  @9  −',
        '',
      ].join('\n'),
    );
  });

  test('on a terminal a row is no wider than that: texts give way, places keep their end, numbers and ids stay', async () => {
    const wide: Table = {
      ...table,
      rows: [
        {
          type: 'onSettingsChanged() 日本語日本語日本語.js:54',
          shallowSize: 1,
          share: 1,
          id: 114969,
          location: { script: '/srv/express-leak/server.cjs', scriptId: 1, line: 54, column: 7 },
        },
      ],
      total: 1,
      omitted: 0,
    };
    expect(join(renderText(wide, await createStyle(false, 62)))).toBe(
      [
        'Type                Size       %  Id       Location',
        'onSettingsChanged…     1  100.0%  @114969  …ak/server.cjs:54:7',
        '',
      ].join('\n'),
    );
    const narrow = join(renderText(wide, await createStyle(false, 20)));
    expect(narrow).toContain('@114969');
    expect(narrow).toContain('onSettingsChang…');
    const whole = join(renderText(wide, await createStyle(false, 200)));
    expect(whole).toBe(join(renderText(wide, plain)));
    expect(whole).toContain('/srv/express-leak/server.cjs:54:7');
  });

  test('counts and bare: plain numbers', () => {
    const some = { ...table, textColumns: ['type', 'shallowSize'] };
    expect(join(renderText({ ...some, layout: 'counts' }, plain))).toBe(
      'Foo        1234567\n日本|`*<b> 8\n-1+2       -5\n',
    );
    expect(join(renderText({ ...some, layout: 'bare', textColumns: ['id'] }, plain))).toBe('7\n8\n9\n');
  });

  test('no rows, no headings', () => {
    for (const layout of ['grid', 'counts', 'bare'] as const) {
      expect(join(renderText({ ...table, rows: [], layout }, plain))).toBe('');
    }
  });

  test('grids cut long texts, and say so', () => {
    const long = { ...table, rows: [{ ...rows[0], type: 'x'.repeat(500) }] };
    expect(join(renderText(long, plain))).toContain(`${'x'.repeat(79)}…`);
  });

  test('colour goes around values and is not counted', async () => {
    const colour = join(renderText(table, await createStyle(true)));
    expect(colour.replace(/\x1b\[\d+m/g, '')).toBe(join(renderText(table, plain)));
    expect(colour).not.toBe(join(renderText(table, plain)));
  });

  test('details', () => {
    const details: Details = {
      kind: 'details',
      total: 1,
      omitted: 0,
      items: [
        {
          title: '@1 Foo',
          facts: [
            { key: 'a', title: 'A', value: 1000, unit: 'count' },
            { key: 'long', title: 'Long', value: ['x', 'y'], unit: 'text' },
            { key: 'none', title: 'None', value: null, unit: 'text' },
            { key: 'yes', title: 'Yes', value: true, unit: 'text' },
          ],
          lists: [{ key: 'list', title: 'List', table: { ...table, textColumns: ['type'] } }],
        },
      ],
    };
    expect(join(renderText(details, plain))).toBe(
      '@1 Foo\n  A     1,000\n  Long  x, y\n  None  −\n  Yes   yes\n\n  List\n    Type\n    Foo\n    日本|`*<b>\n    -1+2\n    and 2 more\n',
    );
    const json = JSON.parse(
      join(renderJson({ result: details }, { command: 'at', snapshots: [], complete: true })),
    );
    expect(json.rows).toEqual([
      { a: 1000, long: ['x', 'y'], none: null, yes: true, list: rows, listOmitted: 2 },
    ]);
  });
});

test('json: one object, one row a line', () => {
  const text = join(
    renderJson(
      { result: table, fields: { sizes: 'raw' } },
      { command: 'c', snapshots: ['f'], complete: true },
    ),
  );
  expect(text.trimEnd().split('\n')).toHaveLength(rows.length + 2);
  expect(JSON.parse(text)).toEqual({
    schema: 'heapgraph/1',
    command: 'c',
    snapshots: ['f'],
    complete: true,
    sizes: 'raw',
    total: 5,
    omitted: 2,
    rows,
  });
});

test('json: control characters, bidi marks and lone surrogates are escaped and come back', () => {
  const type = 'a\u001b\u009b\u202e\u2028\ud800"\\\u{e0001}';
  const text = join(
    renderJson({ result: { ...table, rows: [{ type }] } }, { command: 'c', snapshots: [], complete: true }),
  );
  expect(text).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(text).rows).toEqual([{ type }]);
});

test('csv: raw numbers, negative ones too; text that looks like a formula does not stay one', () => {
  expect(join(renderCsv(table))).toBe(
    [
      'type,shallowSize,share,id,location',
      'Foo,1234567,0.12345,7,/a.js:2:3',
      '日本|`*<b>,8,0,8,(script 5):1:1',
      "'-1+2,-5,1,9,",
      '',
    ].join('\n'),
  );
  const evil = ['=1', '+1', '@SUM(A1)', '-1', '＝1', 'a"b', 'a,b', 'a\nb', '\t=1'];
  const text = join(
    renderCsv({ ...table, columns: columns.slice(0, 1), rows: evil.map((type) => ({ type })) }),
  );
  expect(text).toBe('type\n\'=1\n\'+1\n\'@SUM(A1)\n\'-1\n\'＝1\n"a""b"\n"a,b"\na\\nb\n\\t=1\n');
});

test('csv: batches of 1,000 rows join', () => {
  const many = Array.from({ length: 2500 }, (_, i) => ({ type: `t${i}` }));
  const text = join(renderCsv({ ...table, columns: columns.slice(0, 1), rows: many }));
  expect(text).toBe(`type\n${many.map(({ type }) => type).join('\n')}\n`);
});

test('markdown: a difference keeps its sign', () => {
  const signed = columns.map((column) =>
    column.key === 'shallowSize' ? { ...column, signed: true } : column,
  );
  const text = join(renderMarkdown({ ...table, columns: signed, textColumns: ['shallowSize'] }));
  expect(text).toContain('| +1,234,567 |');
  expect(text).toContain('|         -5 |');
});

test('markdown: markup stays text', () => {
  expect(join(renderMarkdown({ ...table, textColumns: ['type', 'shallowSize'] }))).toBe(
    [
      '| Type            |      Size |',
      '| :-------------- | --------: |',
      '| Foo             | 1,234,567 |',
      '| 日本\\|\\`\\*\\<b\\> |         8 |',
      '| -1+2            |        -5 |',
      '',
    ].join('\n'),
  );
});

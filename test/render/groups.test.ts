/** Groups, chains with a gap, and lists below rows, as text and as JSON. */
import { expect, test } from 'vitest';
import { renderJson } from '../../src/render/json.js';
import { createStyle } from '../../src/render/style.js';
import { renderText } from '../../src/render/text.js';
import type { ChainStep, Groups, Table } from '../../src/result.js';

const step = (id: number, type: string, name: string | null): ChainStep => ({
  id,
  type,
  name: type,
  edge: name === null ? null : { type: 'property', name },
});

const GROUPS: Groups = {
  kind: 'groups',
  groups: [
    {
      path: 'globalThis .a\u001b[2J → Map []',
      root: 'global',
      internal: false,
      count: 1113,
      retainedSize: 22_222,
      classes: [1000, 100, 10, 2, 1].map((count, i) => ({ type: 'ABCDE'[i]!, count, retainedSize: 1 })),
      example: {
        id: 7,
        type: 'A',
        name: '{}',
        retainedSize: 20,
        location: { script: '/app/a.js', scriptId: 3, line: 4, column: 5 },
        chain: {
          found: true,
          steps: [step(1, 'global', null), step(3, 'Link', 'a'), step(7, 'A', 'next')],
          omitted: { after: 2, count: 1234 },
          expression: null,
          evaluable: false,
          ending: 'a property of globalThis',
        },
      },
    },
  ],
  total: 3,
  omitted: 2,
};

test('a group as text: heading, chain with what is left out, where the class is defined', async () => {
  expect([...renderText(GROUPS, await createStyle(false))].join('')).toBe(
    [
      '1,000 × A, 100 × B, 10 × C, 3 others  22,222 bytes  globalThis .a\\x1b[2J → Map []',
      '         global  @1',
      '  .a     Link  @3',
      '  … 1,234 more references …',
      '  .next  A  @7',
      '  held by a property of globalThis',
      '  A @7 is defined in /app/a.js:4:5',
      '',
    ].join('\n'),
  );
});

test('groups as JSON: a row each, with all there is', () => {
  const head = { command: 'leaks', snapshots: [], complete: true };
  const answer = JSON.parse([...renderJson({ result: GROUPS }, head)].join('')) as Record<string, unknown>;
  expect(answer).toMatchObject({ total: 3, omitted: 2 });
  expect(answer.rows).toEqual(GROUPS.groups);
});

test('a list below its row, and how many more there are', async () => {
  const table: Table = {
    kind: 'table',
    layout: 'grid',
    columns: [{ key: 'type', title: 'Type', unit: 'text' }],
    below: {
      key: 'holders',
      columns: [
        { key: 'count', title: 'Count', unit: 'count' },
        { key: 'path', title: 'Held by', unit: 'text' },
      ],
    },
    rows: [
      {
        type: 'A',
        holders: [
          { path: 'x', count: 1000 },
          { path: 'y', count: 1 },
        ],
        holdersOmitted: 1200,
      },
      { type: 'B', holders: [], holdersOmitted: 0 },
      { type: 'C' },
    ],
    total: 3,
    omitted: 0,
  };
  expect([...renderText(table, await createStyle(false))].join('')).toBe(
    'Type\nA\n  1,000  x\n      1  y\n  and 1,200 more\nB\nC\n',
  );
});
